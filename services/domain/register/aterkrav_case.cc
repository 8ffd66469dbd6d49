#include "services/domain/register/aterkrav_case.h"

#include <string_view>
#include <vector>

#include "services/domain/figure/figure.h"

namespace liggare::domain {
namespace {

std::optional<std::string> TextAt(const State& state, const std::string& path) {
  const std::optional<std::string_view> text = state.Text(path);
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

// The last day to answer, of all communications. ISO dates sort as text.
std::optional<std::string> LastAnswerDay(const State& state) {
  std::optional<std::string> last;
  state.ForEachElement("kommuniceringar", [&](const std::vector<std::string_view>&,
                                              std::string_view name, const FieldValue& value) {
    const auto* day = std::get_if<std::string>(&value);
    if (name == "answer_by" && day != nullptr && (!last || *day > *last)) last = *day;
  });
  return last;
}

bool HasElement(const State& state, std::string_view collection) {
  bool has = false;
  state.ForEachElement(collection, [&](const std::vector<std::string_view>&, std::string_view,
                                       const FieldValue&) { has = true; });
  return has;
}

// The prefix of the decision that holds: what changed it last, a court's or the
// authority's own, or the first one.
std::optional<std::string> DecisionInForce(const State& state) {
  const std::optional<uint32_t> changed = state.SetBy("andring.decided_on");
  const std::optional<uint32_t> judged = state.SetBy("dom.decided_on");
  if (changed || judged) return changed > judged ? "andring." : "dom.";
  if (state.Has("decided_on")) return "";
  return std::nullopt;
}

}  // namespace

AterkravCase AterkravCaseOf(const State& state) {
  AterkravCase found;
  found.opened_on = TextAt(state, "utredning.opened_on");
  found.grund = TextAt(state, "utredning.grund").value_or("");
  found.inquired_ore = state.Number("utredning.amount_ore").value_or(0);
  found.answer_by = LastAnswerDay(state);
  found.has_statement = HasElement(state, "yttranden");
  found.is_appealed = state.Has("overklagande.received_on");
  found.repaid_ore = state.SumOf("repayments", "amount_ore");
  found.is_closed = state.Has("avslut.closed_on");
  const std::optional<std::string> decision = DecisionInForce(state);
  if (!decision) return found;
  found.decided_on = TextAt(state, *decision + "decided_on");
  found.claimed_ore = state.Number(*decision + "amount_ore").value_or(0);
  found.waived_ore = state.Number(*decision + "eftergift_ore").value_or(0);
  return found;
}

absl::StatusOr<Claims> ClaimsAgainst(StateView& view, const ClaimsQuestion& question) {
  auto subjects = view.ListSubjects("aterkrav/" + std::to_string(question.year) + "/" +
                                    std::string(question.kommunkod) + "/");
  if (!subjects.ok()) return subjects.status();
  Claims claims;
  for (const std::string& subject : *subjects) {
    if (subject == question.but) continue;
    auto state = view.StateOf(subject);
    if (!state.ok()) return state.status();
    const AterkravCase found = AterkravCaseOf(**state);
    if (found.decided_on) {
      claims.claimed_ore = AddFigure(claims.claimed_ore, found.claimed_ore);
    } else {
      claims.inquired_ore = AddFigure(claims.inquired_ore, found.inquired_ore);
    }
  }
  return claims;
}

}  // namespace liggare::domain
