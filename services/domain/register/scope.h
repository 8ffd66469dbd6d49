// The subtree and the year that a table, a finding or a list is about, and the
// states that belong to them.
#ifndef SERVICES_DOMAIN_REGISTER_SCOPE_H_
#define SERVICES_DOMAIN_REGISTER_SCOPE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

struct Scope {
  std::string path;  // se, se/17, se/17/varmland
  int year = 0;      // The bidragsår.

  bool IsNation() const;
  bool IsLan() const;
  std::string_view Lanskod() const;  // Empty for the nation.
};

// NOT_FOUND unless the path is the nation, one of the 21 län, or below one;
// INVALID_FIELD for a year outside kYearMin to kYearMax (subject.h).
absl::Status CheckScope(const Scope& scope);

// A subject's state with what the subject is about: a path or a kommunkod.
struct ScopedState {
  std::string about;
  std::string subject;
  std::shared_ptr<const State> state;
};

// The lodged reports of the scope, by path. Subjects of which no report is in
// effect (only awaiting or disregarded entries) are left out.
absl::StatusOr<std::vector<ScopedState>> ReportsOf(StateView& view, const Scope& scope);

// The bidrag of the scope's kommuner, by kommunkod: all of the nation's or the
// län's; below, of those whose economy a verksamhet of the scope reports.
absl::StatusOr<std::vector<ScopedState>> GrantsOf(StateView& view, const Scope& scope);

// The states of all subjects with the prefix, by number.
absl::StatusOr<std::vector<ScopedState>> StatesWithPrefix(StateView& view, std::string_view prefix);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_REGISTER_SCOPE_H_
