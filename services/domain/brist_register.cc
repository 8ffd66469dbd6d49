#include "services/domain/brist_register.h"

#include <utility>

#include "services/domain/node_path.h"
#include "services/domain/subject.h"

namespace liggare::domain {
namespace {

using Register = std::map<std::string, Brist>;

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

// Adds who has reported `subject` or what is grouped under it, and what was asked
// about that. A member that was grouped under itself, by two events that did not
// know each other, is seen once.
void AddReporters(const Register& all, const std::string& subject, std::set<std::string>& seen,
                  Brist& to) {
  auto it = all.find(subject);
  if (it == all.end() || !seen.insert(subject).second) return;
  const std::vector<Aterkoppling>& requests = it->second.aterkoppling;
  to.aterkoppling.insert(to.aterkoppling.end(), requests.begin(), requests.end());
  const std::string& path = it->second.path;
  if (DepthOf(path) >= 3) to.verksamheter.insert(path);
  if (DepthOf(path) >= 2) to.lan.insert(std::string(LanskodOf(path)));
  for (const std::string& member : it->second.members) AddReporters(all, member, seen, to);
}

}  // namespace

bool Brist::IsOfYear(int year) const { return observed_on.substr(0, 4) == std::to_string(year); }

absl::StatusOr<std::vector<Brist>> AllBristerOf(StateView& view, const std::string& path) {
  absl::StatusOr<std::vector<ScopedState>> states = StatesWithPrefix(view, "brist/" + path);
  if (!states.ok()) return states.status();
  std::vector<Brist> brister;
  for (const ScopedState& scoped : *states) {
    if (!IsAtOrBelow(scoped.about, path) || !scoped.state->Has("rubrik")) continue;
    brister.push_back(BristOf(scoped));
  }
  return brister;
}

absl::StatusOr<std::vector<Brist>> BristerOf(StateView& view, const Scope& scope) {
  absl::StatusOr<std::vector<Brist>> found = AllBristerOf(view, scope.path);
  if (!found.ok()) return found.status();
  Register all;
  std::set<std::string> grouped;
  for (const Brist& brist : *found) {
    all.emplace(brist.subject, brist);
    grouped.insert(brist.members.begin(), brist.members.end());
  }
  std::vector<Brist> brister;
  for (const auto& [subject, brist] : all) {
    if (grouped.count(subject) == 1) continue;
    if (scope.year != 0 && !brist.IsOfYear(scope.year)) continue;
    std::set<std::string> seen;
    Brist& added = brister.emplace_back(brist);
    added.aterkoppling.clear();
    AddReporters(all, subject, seen, added);
  }
  return brister;
}

}  // namespace liggare::domain
