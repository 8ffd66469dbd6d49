// Rules of money that comes back: from a kommun without a claim, and to the
// appropriation.
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "services/domain/figure/figure.h"
#include "services/domain/judge/judgement.h"
#include "services/domain/register/aterkrav_case.h"

namespace liggare::domain {
namespace {

using Data = v1::EventData;

absl::Status JudgeGrantReturned(const Judgement& judgement) {
  auto grant = judgement.Own();
  if (!grant.ok()) return grant.status();
  const int64_t paid_ore = (*grant)->SumOf("payments", "amount_ore");
  if (paid_ore == 0) {
    return MissingStep("nothing was paid to kommun " + std::string(judgement.subject.code) +
                           " for " + std::to_string(judgement.subject.year) +
                           " (förordning 2013:522, 9 §)",
                       "grant_paid, in the county's log, first");
  }
  const Subject& subject = judgement.subject;
  const auto claims =
      ClaimsAgainst(judgement.view, {.year = subject.year, .kommunkod = subject.code});
  if (!claims.ok()) return claims.status();
  return CheckNotAbove(
      {.before_ore = (*grant)->SumOf("returns", "amount_ore") + claims->claimed_ore,
       .added_ore = judgement.event.grant_returned().amount_ore(),
       .limit_ore = paid_ore},
      "what came back and what is claimed", "what the kommun was paid");
}

// What went back to the appropriation in that case's name, whatever the year.
absl::StatusOr<int64_t> ReturnedOf(StateView& view, const std::string& claim) {
  auto years = view.ListSubjects("anslag/");
  if (!years.ok()) return years.status();
  int64_t returned_ore = 0;
  for (const std::string& year : *years) {
    auto anslag = view.StateOf(year);
    if (!anslag.ok()) return anslag.status();
    (*anslag)->ForEachElement("returned", [&](const std::vector<std::string_view>& keys,
                                              std::string_view name, const FieldValue& value) {
      if (name != "aterkrav" || value != FieldValue(claim)) return;
      const std::string amount = "returned[" + std::string(keys.front()) + "].amount_ore";
      returned_ore = AddFigure(returned_ore, (*anslag)->Number(amount).value_or(0));
    });
  }
  return returned_ore;
}

absl::Status JudgeMoneyReturned(const Judgement& judgement) {
  const v1::MoneyReturned& returned = judgement.event.money_returned();
  if (returned.aterkrav().empty()) return absl::OkStatus();
  const absl::StatusOr<Subject> claim = ParseSubject(returned.aterkrav());
  if (!claim.ok() || claim->kind != SubjectKind::kAterkrav) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = returned.aterkrav() + " is no case of återkrav",
                      .field = "aterkrav",
                      .expected = "aterkrav/<år>/<kommunkod>/<n>"});
  }
  auto state = judgement.view.StateOf(returned.aterkrav());
  if (!state.ok()) return state.status();
  const absl::StatusOr<int64_t> before_ore = ReturnedOf(judgement.view, returned.aterkrav());
  if (!before_ore.ok()) return before_ore.status();
  return CheckNotAbove({.before_ore = *before_ore,
                        .added_ore = returned.amount_ore(),
                        .limit_ore = AterkravCaseOf(**state).repaid_ore},
                       "what goes back to the appropriation", "what was repaid in the case");
}

}  // namespace

JudgeFn ReturnRuleOf(int type) {
  switch (type) {
    case Data::kGrantReturnedFieldNumber:
      return JudgeGrantReturned;
    case Data::kMoneyReturnedFieldNumber:
      return JudgeMoneyReturned;
    default:
      return nullptr;
  }
}

}  // namespace liggare::domain
