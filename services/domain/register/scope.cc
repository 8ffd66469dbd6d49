#include "services/domain/register/scope.h"

#include <algorithm>
#include <set>
#include <utility>

#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/natural_order.h"
#include "services/domain/place/subject.h"
#include "services/domain/register/verksamhet.h"

namespace liggare::domain {
namespace {

// The kommuner whose economy the verksamheter of the scope report in the year.
absl::StatusOr<std::set<std::string>> KommunerAccountedFor(StateView& view, const Scope& scope) {
  auto verksamheter = VerksamheterUnder(view, scope.path);
  if (!verksamheter.ok()) return verksamheter.status();
  std::set<std::string> kommunkoder;
  for (const Verksamhet& verksamhet : *verksamheter) {
    for (const AssignedKommun& kommun : verksamhet.kommuner) {
      if (kommun.redovisar_ekonomi && Intersect(kommun.days, YearInterval(scope.year))) {
        kommunkoder.insert(kommun.kommunkod);
      }
    }
  }
  return kommunkoder;
}

}  // namespace

bool Scope::IsNation() const { return path == name::kNationPath; }

bool Scope::IsLan() const { return name::DepthOf(path) == 2; }

std::string_view Scope::Lanskod() const { return name::LanskodOf(path); }

absl::Status CheckScope(const Scope& scope) {
  if (scope.year < kYearMin || scope.year > kYearMax) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = std::to_string(scope.year) + " is not a bidragsår",
                      .field = "year",
                      .expected = std::to_string(kYearMin) + " to " + std::to_string(kYearMax)});
  }
  const bool is_in_tree = name::IsNodePath(scope.path) &&
                          name::IsAtOrBelow(scope.path, name::kNationPath) &&
                          (scope.IsNation() || FindLan(scope.Lanskod()) != nullptr);
  if (is_in_tree) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = "there is no scope \"" + scope.path + "\"",
                    .field = "scope",
                    .expected = "se, se/<länskod> or the path of a node below"});
}

absl::StatusOr<std::vector<ScopedState>> StatesWithPrefix(StateView& view,
                                                          std::string_view prefix) {
  absl::StatusOr<std::vector<std::string>> subjects = view.ListSubjects(prefix);
  if (!subjects.ok()) return subjects.status();
  std::vector<ScopedState> states;
  for (std::string& subject : *subjects) {
    absl::StatusOr<Subject> parsed = ParseSubject(subject);
    if (!parsed.ok()) continue;
    auto state = view.StateOf(subject);
    if (!state.ok()) return state.status();
    const std::string about(parsed->path.empty() ? parsed->code : parsed->path);
    states.push_back({about, std::move(subject), *std::move(state)});
  }
  std::sort(states.begin(), states.end(), [](const ScopedState& a, const ScopedState& b) {
    return ComesBeforeByNumber(a.subject, b.subject);
  });
  return states;
}

absl::StatusOr<std::vector<ScopedState>> ReportsOf(StateView& view, const Scope& scope) {
  auto states = StatesWithPrefix(view, RapportSubject(scope.year, scope.path));
  if (!states.ok()) return states.status();
  std::erase_if(*states, [&](const ScopedState& report) {
    return !name::IsAtOrBelow(report.about, scope.path) || !IsReported(*report.state);
  });
  std::sort(states->begin(), states->end(), [](const ScopedState& a, const ScopedState& b) {
    return ComesBeforeByNumber(a.about, b.about);
  });
  return states;
}

absl::StatusOr<std::vector<ScopedState>> GrantsOf(StateView& view, const Scope& scope) {
  auto states = StatesWithPrefix(
      view, "bidrag/" + std::to_string(scope.year) + "/" + std::string(scope.Lanskod()));
  if (!states.ok() || scope.IsNation() || scope.IsLan()) return states;
  absl::StatusOr<std::set<std::string>> kommunkoder = KommunerAccountedFor(view, scope);
  if (!kommunkoder.ok()) return kommunkoder.status();
  std::erase_if(*states,
                [&](const ScopedState& grant) { return kommunkoder->count(grant.about) == 0; });
  return states;
}

}  // namespace liggare::domain
