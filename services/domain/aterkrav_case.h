// A case of återkrav, read from the state of its subject: how far it has come, and
// what is claimed, waived and paid (förordning 2013:522, 15 §).
#ifndef SERVICES_DOMAIN_ATERKRAV_CASE_H_
#define SERVICES_DOMAIN_ATERKRAV_CASE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "services/domain/state.h"

namespace liggare::domain {

struct AterkravCase {
  std::optional<std::string> opened_on;
  std::string grund;         // The token of the inquiry's ground.
  int64_t inquired_ore = 0;  // What the inquiry is about.
  // The last day to answer, of the communications; nothing before the first.
  std::optional<std::string> answer_by;
  bool has_statement = false;
  std::optional<std::string> decided_on;  // Of the decision that holds.
  bool is_appealed = false;
  // What holds now: the decision, or what changed it last (36 to 38 §§ FL; a court).
  int64_t claimed_ore = 0;
  int64_t waived_ore = 0;
  int64_t repaid_ore = 0;
  bool is_closed = false;

  // What remains to be paid.
  int64_t owed_ore() const { return claimed_ore - repaid_ore; }
};

AterkravCase AterkravCaseOf(const State& state);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_ATERKRAV_CASE_H_
