#include "services/domain/duty/brist_list.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "proto/name/node_path.h"
#include "services/domain/duty/duty.h"
#include "services/domain/form/value.h"
#include "services/domain/place/subject.h"
#include "services/domain/register/brist_register.h"

namespace liggare::domain {
namespace {

v1::RequestedFeedback FeedbackOf(const Aterkoppling& request, Date on) {
  v1::RequestedFeedback feedback;
  feedback.set_begaran(request.id);
  feedback.set_av_vem(request.av_vem);
  feedback.set_due_on(request.due_on);
  feedback.set_given_on(request.given_on);
  const std::optional<Date> due = ParseDate(request.due_on);
  if (due) feedback.set_days(DaysAfter(*due, ParseDate(request.given_on).value_or(on)));
  return feedback;
}

v1::RegisteredBrist RegisteredOf(Brist brist, std::string namn, Date on) {
  v1::RegisteredBrist registered;
  registered.set_namn(std::move(namn));
  registered.set_verksamheter(static_cast<uint32_t>(brist.verksamheter.size()));
  registered.set_lan(static_cast<uint32_t>(brist.lan.size()));
  registered.set_atgarder(static_cast<uint32_t>(brist.atgarder));
  registered.set_avhjalpt(brist.is_remedied);
  std::sort(brist.aterkoppling.begin(), brist.aterkoppling.end(),
            [](const Aterkoppling& a, const Aterkoppling& b) {
              return std::tie(a.due_on, a.id) < std::tie(b.due_on, b.id);
            });
  const size_t shown = std::min(brist.aterkoppling.size(), kFeedbackShownMax);
  for (size_t i = 0; i < shown; ++i) {
    *registered.add_aterkoppling() = FeedbackOf(brist.aterkoppling[i], on);
  }
  registered.set_aterkoppling_more(brist.aterkoppling.size() > shown);
  registered.set_subject(std::move(brist.subject));
  registered.set_path(std::move(brist.path));
  registered.set_rubrik(std::move(brist.rubrik));
  registered.set_omrade(std::move(brist.omrade));
  registered.set_niva(std::move(brist.niva));
  registered.set_observed_on(std::move(brist.observed_on));
  return registered;
}

bool IsOpen(const Brist& brist) {
  return std::any_of(brist.aterkoppling.begin(), brist.aterkoppling.end(),
                     [](const Aterkoppling& request) { return !request.is_given(); });
}

}  // namespace

absl::StatusOr<v1::ListBristerResponse> BristListOf(StateView& view, const Scope& scope,
                                                    const BristFilter& filter) {
  const Scope checked{scope.path, scope.year == 0 ? kYearMin : scope.year};
  if (absl::Status status = CheckScope(checked); !status.ok()) return status;
  absl::StatusOr<std::vector<Brist>> brister = BristerOf(view, scope);
  if (!brister.ok()) return brister.status();
  v1::ListBristerResponse response;
  response.set_on(FormatDate(filter.on));
  for (Brist& brist : *brister) {
    if (filter.open_only && !IsOpen(brist)) continue;
    auto namn = NameOfNode(view, brist.path);
    if (!namn.ok()) return namn.status();
    *response.add_brister() = RegisteredOf(std::move(brist), *std::move(namn), filter.on);
  }
  return response;
}

absl::StatusOr<std::vector<SharedExample>> ExamplesOf(StateView& view, const std::string& path) {
  if (absl::Status status = CheckScope({path, kYearMin}); !status.ok()) return status;
  absl::StatusOr<std::vector<ScopedState>> states = StatesWithPrefix(view, "exempel/" + path);
  if (!states.ok()) return states.status();
  std::vector<SharedExample> examples;
  for (const ScopedState& scoped : *states) {
    const State& state = *scoped.state;
    if (!name::IsAtOrBelow(scoped.about, path) || !state.Has("rubrik")) continue;
    auto namn = NameOfNode(view, scoped.about);
    if (!namn.ok()) return namn.status();
    SharedExample& shared = examples.emplace_back();
    shared.commitment = CommitmentIn(state.Text("beskrivning").value_or(""));
    shared.example.set_subject(scoped.subject);
    shared.example.set_path(scoped.about);
    shared.example.set_namn(*std::move(namn));
    shared.example.set_rubrik(std::string(*state.Text("rubrik")));
    shared.example.set_omrade(std::string(state.Text("omrade").value_or("")));
    shared.example.set_brist(std::string(state.Text("brist").value_or("")));
  }
  return examples;
}

}  // namespace liggare::domain
