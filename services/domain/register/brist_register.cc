#include "services/domain/register/brist_register.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "proto/name/node_path.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

// By subject.
using Register = std::map<std::string_view, const Brist*>;

// Who has a brist, and what they asked about it.
struct Reporters {
  std::vector<Aterkoppling> aterkoppling;
  std::set<std::string> verksamheter;
  std::set<std::string> lan;
};

std::string TextAt(const State& state, const std::string& path) {
  return std::string(state.Text(path).value_or(""));
}

std::vector<Aterkoppling> AterkopplingOf(const State& state) {
  std::vector<Aterkoppling> requests;
  state.ForEachElement("begard_aterkoppling", [&](const std::vector<std::string_view>& keys,
                                                  std::string_view name, const FieldValue&) {
    if (name != "due_on") return;
    const std::string id(keys.front());
    const std::string request = "begard_aterkoppling[" + id + "].";
    requests.push_back({id, TextAt(state, request + "av_vem"), TextAt(state, request + "due_on"),
                        TextAt(state, "aterkoppling[" + id + "].given_on")});
  });
  return requests;
}

void ReadActions(const State& state, Brist& brist) {
  state.ForEachElement("atgarder", [&](const std::vector<std::string_view>&, std::string_view name,
                                       const FieldValue& value) {
    const bool* remedied = std::get_if<bool>(&value);
    if (name != "avhjalpt" || remedied == nullptr) return;
    ++brist.atgarder;
    brist.is_remedied |= *remedied;
  });
}

Brist BristOf(const ScopedState& scoped) {
  const State& state = *scoped.state;
  Brist brist;
  brist.subject = scoped.subject;
  brist.path = scoped.about;
  brist.niva = TextAt(state, "niva");
  brist.omrade = TextAt(state, "omrade");
  brist.rubrik = TextAt(state, "rubrik");
  brist.observed_on = TextAt(state, "observed_on");
  brist.aterkoppling = AterkopplingOf(state);
  ReadActions(state, brist);
  state.ForEachElement("prioriteringar", [&](const std::vector<std::string_view>& keys,
                                             std::string_view, const FieldValue& value) {
    if (const auto* rang = std::get_if<int64_t>(&value)) {
      brist.rang[std::string(keys.front())] = *rang;
    }
  });
  state.ForEachElement("medlemmar", [&](const std::vector<std::string_view>& keys, std::string_view,
                                        const FieldValue& value) {
    const bool* belongs = std::get_if<bool>(&value);
    if (belongs != nullptr && *belongs) brist.members.emplace_back(keys.front());
  });
  return brist;
}

// Who has reported a brist or what is grouped under it, and what was asked about that. A member
// that was grouped under itself, by two events that did not know each other, is seen once.
void AddReporter(const Brist& brist, Reporters& to) {
  const size_t room = kGroupFeedbackMax - std::min(kGroupFeedbackMax, to.aterkoppling.size());
  const size_t added = std::min(room, brist.aterkoppling.size());
  to.aterkoppling.insert(to.aterkoppling.end(), brist.aterkoppling.begin(),
                         brist.aterkoppling.begin() + static_cast<std::ptrdiff_t>(added));
  if (name::DepthOf(brist.path) >= 3) to.verksamheter.insert(brist.path);
  if (name::DepthOf(brist.path) >= 2) to.lan.insert(std::string(name::LanskodOf(brist.path)));
}

// Not by recursion: whoever groups may make a chain of any length.
Reporters ReportersOf(const Register& all, const Brist& head) {
  Reporters reporters;
  std::vector<std::string_view> waiting = {head.subject};
  std::set<std::string_view> seen = {head.subject};
  while (!waiting.empty()) {
    const auto found = all.find(waiting.back());
    waiting.pop_back();
    if (found == all.end()) continue;
    AddReporter(*found->second, reporters);
    for (const std::string& member : found->second->members) {
      if (seen.size() < kGroupBristerMax && seen.insert(member).second) waiting.push_back(member);
    }
  }
  return reporters;
}

// Those that are grouped under no other, and of the year (0: of any).
std::vector<Brist*> HeadsOf(std::vector<Brist>& brister, int year) {
  std::set<std::string_view> grouped;
  for (const Brist& brist : brister) grouped.insert(brist.members.begin(), brist.members.end());
  std::vector<Brist*> heads;
  for (Brist& brist : brister) {
    if (grouped.count(brist.subject) == 1) continue;
    if (year == 0 || brist.IsOfYear(year)) heads.push_back(&brist);
  }
  return heads;
}

}  // namespace

bool Brist::IsOfYear(int year) const { return observed_on.substr(0, 4) == std::to_string(year); }

absl::StatusOr<std::vector<Brist>> AllBristerOf(StateView& view, const std::string& path) {
  absl::StatusOr<std::vector<ScopedState>> states = StatesWithPrefix(view, "brist/" + path);
  if (!states.ok()) return states.status();
  std::vector<Brist> brister;
  for (const ScopedState& scoped : *states) {
    if (!name::IsAtOrBelow(scoped.about, path) || !scoped.state->Has("rubrik")) continue;
    brister.push_back(BristOf(scoped));
  }
  return brister;
}

absl::StatusOr<std::vector<Brist>> BristerOf(StateView& view, const Scope& scope) {
  absl::StatusOr<std::vector<Brist>> found = AllBristerOf(view, scope.path);
  if (!found.ok()) return found.status();
  Register all;
  for (const Brist& brist : *found) all.emplace(brist.subject, &brist);
  const std::vector<Brist*> heads = HeadsOf(*found, scope.year);
  std::vector<Reporters> reporters;
  for (const Brist* head : heads) reporters.push_back(ReportersOf(all, *head));
  std::vector<Brist> brister;
  for (size_t i = 0; i < heads.size(); ++i) {
    Brist& added = brister.emplace_back(std::move(*heads[i]));
    added.aterkoppling = std::move(reporters[i].aterkoppling);
    added.verksamheter = std::move(reporters[i].verksamheter);
    added.lan = std::move(reporters[i].lan);
  }
  return brister;
}

}  // namespace liggare::domain
