// A verksamhet as rules and tables see it, read from the state of its subject.
#ifndef SERVICES_DOMAIN_REGISTER_VERKSAMHET_H_
#define SERVICES_DOMAIN_REGISTER_VERKSAMHET_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/domain/calendar/interval.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// A kommun that the county has assigned to the verksamhet.
struct AssignedKommun {
  std::string kommunkod;
  Interval days;
  bool redovisar_ekonomi = false;
};

// Who runs the verksamhet in some days.
struct Utforare {
  std::string driftsform;  // The token.
  std::string namn;        // Of the verksamhet itself where nobody else runs it.
  Interval days;
};

struct Verksamhet {
  std::string path;
  std::string namn;
  std::vector<Utforare> utforare;      // By first day; their days do not overlap.
  std::optional<Interval> registered;  // Nothing before it has registered itself.
  std::vector<AssignedKommun> kommuner;

  bool IsRegisteredIn(int year) const;
  // Null unless the kommun is assigned for a day of the year.
  const AssignedKommun* AssignedIn(std::string_view kommunkod, int year) const;
};

Verksamhet VerksamhetOf(std::string_view path, const State& state);

// Those whose path is `path` or below it, by path.
absl::StatusOr<std::vector<Verksamhet>> VerksamheterUnder(StateView& view, std::string_view path);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_REGISTER_VERKSAMHET_H_
