#include "services/domain/register/verksamhet.h"

#include <algorithm>
#include <utility>

#include "proto/name/node_path.h"
#include "services/domain/place/natural_order.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

// Nothing unless the first day is there and is a date.
std::optional<Interval> IntervalOf(std::optional<std::string_view> from,
                                   std::optional<std::string_view> to) {
  const std::optional<Date> first = from ? ParseDate(*from) : std::nullopt;
  if (!first) return std::nullopt;
  return Interval{*first, to ? ParseDate(*to) : std::nullopt};
}

std::vector<AssignedKommun> KommunerOf(const State& state) {
  std::vector<std::string> kommunkoder;
  state.ForEachElement("kommuner", [&](const std::vector<std::string_view>& keys,
                                       std::string_view name, const FieldValue&) {
    if (name == "from") kommunkoder.emplace_back(keys.front());
  });
  std::vector<AssignedKommun> kommuner;
  for (std::string& kommunkod : kommunkoder) {
    const std::string prefix = "kommuner[" + kommunkod + "].";
    const auto days = IntervalOf(state.Text(prefix + "from"), state.Text(prefix + "to"));
    if (!days) continue;
    const bool redovisar = state.Flag(prefix + "redovisar_ekonomi").value_or(false);
    kommuner.push_back({std::move(kommunkod), *days, redovisar});
  }
  return kommuner;
}

// From the registration and what was registered since: each until the day before
// the next.
std::vector<Utforare> UtforareOf(const State& state, const Interval& registered) {
  std::vector<Utforare> utforare = {{std::string(state.Text("driftsform").value_or("")),
                                     std::string(state.Text("namn").value_or("")), registered}};
  state.ForEachElement("utforare", [&](const std::vector<std::string_view>& keys,
                                       std::string_view name, const FieldValue& value) {
    const std::optional<Date> from = ParseDate(keys.front());
    const auto* driftsform = std::get_if<std::string>(&value);
    if (name != "driftsform" || !from || driftsform == nullptr) return;
    const std::string path = "utforare[" + std::string(keys.front()) + "].namn";
    utforare.back().days.last = std::chrono::sys_days(*from) - std::chrono::days(1);
    utforare.push_back(
        {*driftsform, std::string(state.Text(path).value_or("")), {*from, registered.last}});
  });
  return utforare;
}

}  // namespace

bool Verksamhet::IsRegisteredIn(int year) const {
  return registered.has_value() && Intersect(*registered, YearInterval(year));
}

const AssignedKommun* Verksamhet::AssignedIn(std::string_view kommunkod, int year) const {
  auto it = std::find_if(kommuner.begin(), kommuner.end(), [&](const AssignedKommun& kommun) {
    return kommun.kommunkod == kommunkod && Intersect(kommun.days, YearInterval(year));
  });
  return it == kommuner.end() ? nullptr : &*it;
}

Verksamhet VerksamhetOf(std::string_view path, const State& state) {
  Verksamhet verksamhet;
  verksamhet.path = path;
  verksamhet.namn = state.Text("namn").value_or("");
  verksamhet.registered = IntervalOf(state.Text("from"), state.Text("to"));
  verksamhet.kommuner = KommunerOf(state);
  if (verksamhet.registered) verksamhet.utforare = UtforareOf(state, *verksamhet.registered);
  return verksamhet;
}

absl::StatusOr<std::vector<Verksamhet>> VerksamheterUnder(StateView& view, std::string_view path) {
  absl::StatusOr<std::vector<std::string>> subjects = view.ListSubjects(VerksamhetSubject(path));
  if (!subjects.ok()) return subjects.status();
  std::vector<Verksamhet> verksamheter;
  for (const std::string& subject : *subjects) {
    absl::StatusOr<Subject> parsed = ParseSubject(subject);
    if (!parsed.ok() || !name::IsAtOrBelow(parsed->path, path)) continue;
    auto state = view.StateOf(subject);
    if (!state.ok()) return state.status();
    verksamheter.push_back(VerksamhetOf(parsed->path, **state));
  }
  std::sort(verksamheter.begin(), verksamheter.end(), [](const Verksamhet& a, const Verksamhet& b) {
    return ComesBeforeByNumber(a.path, b.path);
  });
  return verksamheter;
}

}  // namespace liggare::domain
