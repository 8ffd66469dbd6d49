// A case of återkrav, read from the state of its subject: how far it has come, and
// what is claimed, waived and paid (förordning 2013:522, 15 §).
#ifndef SERVICES_DOMAIN_REGISTER_ATERKRAV_CASE_H_
#define SERVICES_DOMAIN_REGISTER_ATERKRAV_CASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/domain/state/state.h"
#include "services/domain/state/state_view.h"

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

// What the cases of one kommun and year come to together.
struct Claims {
  int64_t inquired_ore = 0;  // Of the cases that are not decided.
  int64_t claimed_ore = 0;   // Of those that are, as they hold now.
};
// Of all its cases but the one with the subject `but`.
struct ClaimsQuestion {
  int year = 0;
  std::string_view kommunkod;
  std::string_view but = {};
};
absl::StatusOr<Claims> ClaimsAgainst(StateView& view, const ClaimsQuestion& question);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_REGISTER_ATERKRAV_CASE_H_
