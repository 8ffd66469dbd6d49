// Rules of a case of återkrav, from the inquiry to its closing (förordning
// 2013:522, 15 and 17 §§; förvaltningslagen 2017:900, 25, 31, 32, 36 to 38 §§).
// What differs between regulations is read from the Regulation.
//
//   opened ─► communicated ─► (statement) ─► decided ─► repaid … ─► closed
//                                              │  ▲
//                                              └──┘ corrected, changed,
//                                              appealed
#include <algorithm>
#include <string>

#include "proto/error/error.h"
#include "services/domain/judge/judgement.h"
#include "services/domain/register/aterkrav_case.h"

namespace liggare::domain {
namespace {

using Data = v1::EventData;

constexpr char kCommunication[] = "förvaltningslagen 2017:900, 25 §";

std::string Source(const Judgement& judgement) {
  return " (" + std::string(judgement.regulation.claim_source) + ")";
}

// The case, if it is not closed.
absl::StatusOr<AterkravCase> OpenCase(const Judgement& judgement) {
  auto state = judgement.Own();
  if (!state.ok()) return state.status();
  AterkravCase found = AterkravCaseOf(**state);
  if (!found.is_closed) return found;
  return ForbiddenStep("the case is closed" + Source(judgement),
                       "a new case, with the next number");
}

// The case with an inquiry, and without a decision.
absl::StatusOr<AterkravCase> UndecidedCase(const Judgement& judgement) {
  absl::StatusOr<AterkravCase> found = OpenCase(judgement);
  if (!found.ok()) return found;
  if (!found->opened_on) {
    return MissingStep("no inquiry is opened" + Source(judgement), "aterkrav_opened first");
  }
  if (!found->decided_on) return found;
  return ForbiddenStep("the case was decided on " + *found->decided_on + Source(judgement),
                       "decision_corrected or decision_changed (förvaltningslagen 2017:900, "
                       "36–38 §§)");
}

absl::StatusOr<AterkravCase> DecidedCase(const Judgement& judgement) {
  absl::StatusOr<AterkravCase> found = OpenCase(judgement);
  if (!found.ok() || found->decided_on) return found;
  return MissingStep("nothing is decided" + Source(judgement), "aterkrav_decided first");
}

// What the kommun was paid for the year, and what of it has come back or is
// claimed already by its other cases.
struct Paid {
  int64_t paid_ore = 0;
  int64_t returned_ore = 0;
  Claims elsewhere;
};

absl::StatusOr<Paid> PaidOf(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  auto grant = judgement.view.StateOf(BidragSubject(subject.year, subject.code));
  if (!grant.ok()) return grant.status();
  auto elsewhere = ClaimsAgainst(
      judgement.view,
      {.year = subject.year, .kommunkod = subject.code, .but = judgement.event.subject()});
  if (!elsewhere.ok()) return elsewhere.status();
  return Paid{(*grant)->SumOf("payments", "amount_ore"), (*grant)->SumOf("returns", "amount_ore"),
              *elsewhere};
}

// No krona comes back twice: what came back without a claim, and what is
// claimed in all cases, stay within what was paid.
absl::Status CheckClaim(const Judgement& judgement, int64_t claimed_ore) {
  const absl::StatusOr<Paid> paid = PaidOf(judgement);
  if (!paid.ok()) return paid.status();
  return CheckNotAbove({.before_ore = paid->returned_ore + paid->elsewhere.claimed_ore,
                        .added_ore = claimed_ore,
                        .limit_ore = paid->paid_ore},
                       "what came back and what is claimed",
                       "what the kommun was paid" + Source(judgement));
}

absl::Status CheckGround(const Judgement& judgement, v1::AterkravGrund grund) {
  const auto& grounds = judgement.regulation.grounds;
  const bool has_ground = std::any_of(grounds.begin(), grounds.end(), [grund](const Ground& known) {
    return known.grund == grund;
  });
  if (has_ground) return absl::OkStatus();
  std::string sources;
  for (const Ground& known : grounds) {
    if (!sources.empty()) sources += "; ";
    sources += known.source;
  }
  return MakeError(v1::ERROR_CODE_STEP_NOT_ALLOWED,
                   {.message = std::string(judgement.regulation.name) + " has no such ground",
                    .field = "grund",
                    .expected = "a ground of " + sources});
}

absl::Status JudgeAterkravOpened(const Judgement& judgement) {
  const v1::AterkravOpened& opened = judgement.event.aterkrav_opened();
  const Subject& subject = judgement.subject;
  absl::StatusOr<AterkravCase> found = OpenCase(judgement);
  if (!found.ok()) return found.status();
  if (found->decided_on) return UndecidedCase(judgement).status();
  if (absl::Status status = CheckGround(judgement, opened.grund()); !status.ok()) return status;
  const absl::StatusOr<Paid> paid = PaidOf(judgement);
  if (!paid.ok()) return paid.status();
  if (paid->paid_ore == 0) {
    return MissingStep("kommun " + std::string(subject.code) + " was paid nothing for " +
                           std::to_string(subject.year) + Source(judgement),
                       "grant_paid, in the county's log, first");
  }
  return CheckNotAbove({.before_ore = paid->elsewhere.inquired_ore + paid->elsewhere.claimed_ore +
                                      paid->returned_ore,
                        .added_ore = opened.amount_ore(),
                        .limit_ore = paid->paid_ore},
                       "the claims", "what the kommun was paid" + Source(judgement));
}

absl::Status CheckNotBefore(const std::string& day, const std::string& first,
                            const std::string& field) {
  if (day >= first) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = day + " is before " + first, .field = field, .expected = first + " or later"});
}

absl::Status JudgeCommunicationSent(const Judgement& judgement) {
  const v1::CommunicationSent& sent = judgement.event.communication_sent();
  absl::StatusOr<AterkravCase> found = UndecidedCase(judgement);
  if (!found.ok()) return found.status();
  absl::Status status = CheckNotBefore(sent.sent_on(), *found->opened_on, "sent_on");
  if (!status.ok()) return status;
  return CheckNotBefore(sent.answer_by(), sent.sent_on(), "answer_by");
}

absl::Status CheckCommunicated(const AterkravCase& found) {
  if (found.answer_by) return absl::OkStatus();
  return MissingStep(
      "the kommun has not been shown the material (" + std::string(kCommunication) + ")",
      "communication_sent first");
}

absl::Status JudgeStatementReceived(const Judgement& judgement) {
  absl::StatusOr<AterkravCase> found = UndecidedCase(judgement);
  return found.ok() ? CheckCommunicated(*found) : found.status();
}

// What a decision, first or changed, comes to.
struct Outcome {
  v1::AterkravUtfall utfall = v1::ATERKRAV_UTFALL_UNSPECIFIED;
  int64_t claimed_ore = 0;
  int64_t waived_ore = 0;
};

bool Fits(const Outcome& outcome, int64_t inquired_ore) {
  switch (outcome.utfall) {
    case v1::ATERKRAV_UTFALL_HELT:
      return outcome.claimed_ore == inquired_ore && outcome.waived_ore == 0;
    case v1::ATERKRAV_UTFALL_DELVIS:
      return outcome.claimed_ore > 0 && outcome.claimed_ore < inquired_ore;
    case v1::ATERKRAV_UTFALL_EFTERGIFT:
      return outcome.claimed_ore == 0 && outcome.waived_ore > 0;
    case v1::ATERKRAV_UTFALL_INGET:
      return outcome.claimed_ore == 0 && outcome.waived_ore == 0;
    default:
      return false;
  }
}

absl::Status CheckOutcome(const Judgement& judgement, const Outcome& outcome,
                          const AterkravCase& found) {
  absl::Status status = CheckNotAbove({.before_ore = outcome.waived_ore,
                                       .added_ore = outcome.claimed_ore,
                                       .limit_ore = found.inquired_ore},
                                      "the claim", "what is inquired into" + Source(judgement));
  if (status.ok()) status = CheckClaim(judgement, outcome.claimed_ore);
  if (!status.ok() || Fits(outcome, found.inquired_ore)) return status;
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = std::to_string(outcome.claimed_ore) + " öre claimed and " +
                               std::to_string(outcome.waived_ore) +
                               " öre waived is not the outcome that is given",
                    .field = "utfall",
                    .expected = "helt: all of " + std::to_string(found.inquired_ore) +
                                " öre claimed; delvis: a part; eftergift: nothing claimed, "
                                "something waived; "
                                "inget: neither"});
}

absl::Status CheckWaiver(const Judgement& judgement, const v1::AterkravDecided& decided) {
  if (decided.eftergift_ore() == 0 || decided.has_sarskilda_skal()) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_MISSING_FIELD,
                   {.message = "what is waived needs särskilda skäl" + Source(judgement),
                    .field = "sarskilda_skal",
                    .expected = "the särskilda skäl"});
}

absl::Status JudgeAterkravDecided(const Judgement& judgement) {
  const v1::AterkravDecided& decided = judgement.event.aterkrav_decided();
  absl::StatusOr<AterkravCase> found = UndecidedCase(judgement);
  if (!found.ok()) return found.status();
  if (absl::Status status = CheckCommunicated(*found); !status.ok()) return status;
  if (!found->has_statement && decided.decided_on() <= *found->answer_by) {
    return MissingStep("the kommun may answer until " + *found->answer_by + " (" +
                           std::string(kCommunication) + ")",
                       "statement_received, or a decision after that day");
  }
  if (absl::Status status = CheckGround(judgement, decided.grund()); !status.ok()) return status;
  if (absl::Status status = CheckWaiver(judgement, decided); !status.ok()) return status;
  return CheckOutcome(judgement, {decided.utfall(), decided.amount_ore(), decided.eftergift_ore()},
                      *found);
}

absl::Status CheckNotBelowRepaid(int64_t claimed_ore, const AterkravCase& found,
                                 const std::string& field) {
  if (claimed_ore >= found.repaid_ore) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = std::to_string(found.repaid_ore) + " öre is already repaid",
                    .field = field,
                    .expected = "at least that"});
}

// A corrected amount is one that could have been decided. The outcome is not
// asked: it may be corrected by an event of its own.
absl::Status CheckCorrectedAmounts(const Judgement& judgement, AterkravCase found) {
  const v1::DecisionCorrected& correction = judgement.event.decision_corrected();
  const int64_t amount_ore = correction.new_().number();
  if (correction.path() == "amount_ore") {
    found.claimed_ore = amount_ore;
  } else if (correction.path() == "eftergift_ore") {
    found.waived_ore = amount_ore;
  } else {
    return absl::OkStatus();
  }
  absl::Status status = CheckNotBelowRepaid(found.claimed_ore, found, "new");
  if (!status.ok()) return status;
  status = CheckNotAbove({.before_ore = found.waived_ore,
                          .added_ore = found.claimed_ore,
                          .limit_ore = found.inquired_ore},
                         "the claim", "what is inquired into" + Source(judgement));
  return status.ok() ? CheckClaim(judgement, found.claimed_ore) : status;
}

absl::Status JudgeDecisionCorrected(const Judgement& judgement) {
  absl::StatusOr<AterkravCase> found = DecidedCase(judgement);
  if (!found.ok()) return found.status();
  auto state = judgement.Own();
  if (!state.ok()) return state.status();
  if ((*state)->Has("andring.decided_on") || (*state)->Has("dom.decided_on")) {
    return ForbiddenStep("the decision was changed; it no longer holds as it was",
                         "decision_changed (förvaltningslagen 2017:900, 37–38 §§)");
  }
  const v1::DecisionCorrected& correction = judgement.event.decision_corrected();
  if (absl::Status status = CheckOldValue(**state, correction.path(), correction.old());
      !status.ok()) {
    return status;
  }
  return CheckCorrectedAmounts(judgement, *found);
}

absl::Status JudgeDecisionChanged(const Judgement& judgement) {
  const v1::DecisionChanged& changed = judgement.event.decision_changed();
  absl::StatusOr<AterkravCase> found = DecidedCase(judgement);
  if (!found.ok()) return found.status();
  absl::Status status = CheckNotBelowRepaid(changed.amount_ore(), *found, "amount_ore");
  if (!status.ok()) return status;
  return CheckOutcome(judgement, {changed.utfall(), changed.amount_ore(), changed.eftergift_ore()},
                      *found);
}

absl::Status JudgeRepaymentReceived(const Judgement& judgement) {
  absl::StatusOr<AterkravCase> found = DecidedCase(judgement);
  if (!found.ok()) return found.status();
  return CheckNotAbove({.before_ore = found->repaid_ore,
                        .added_ore = judgement.event.repayment_received().amount_ore(),
                        .limit_ore = found->claimed_ore},
                       "the repayments", "the claim" + Source(judgement));
}

absl::Status JudgeAppealLodged(const Judgement& judgement) {
  absl::StatusOr<AterkravCase> found = DecidedCase(judgement);
  if (!found.ok()) return found.status();
  if (judgement.regulation.appealable) return absl::OkStatus();
  return ForbiddenStep("decisions under " + std::string(judgement.regulation.name) +
                           " may not be appealed against (" +
                           std::string(judgement.regulation.appeal_source) + ")",
                       "decision_changed, if the decision is wrong (förvaltningslagen 2017:900, "
                       "37–38 §§)");
}

absl::Status JudgeAppealDecided(const Judgement& judgement) {
  absl::StatusOr<AterkravCase> found = DecidedCase(judgement);
  if (!found.ok()) return found.status();
  if (!found->is_appealed) {
    return MissingStep("the decision is not appealed against (" +
                           std::string(judgement.regulation.appeal_source) + ")",
                       "appeal_lodged first");
  }
  const int64_t claimed_ore = judgement.event.appeal_decided().amount_ore();
  absl::Status status =
      CheckNotAbove({.before_ore = 0, .added_ore = claimed_ore, .limit_ore = found->inquired_ore},
                    "the claim", "what was inquired into" + Source(judgement));
  return status.ok() ? CheckClaim(judgement, claimed_ore) : status;
}

bool FitsEnd(v1::AvslutGrund grund, const AterkravCase& found) {
  switch (grund) {
    case v1::AVSLUT_GRUND_BETALT:
      return found.claimed_ore > 0 && found.owed_ore() == 0;
    case v1::AVSLUT_GRUND_EFTERGIVET:
      return found.claimed_ore == 0 && found.waived_ore > 0;
    default:
      return found.claimed_ore == 0 && found.waived_ore == 0;
  }
}

absl::Status JudgeAterkravClosed(const Judgement& judgement) {
  const v1::AterkravClosed& closed = judgement.event.aterkrav_closed();
  absl::StatusOr<AterkravCase> found = DecidedCase(judgement);
  if (!found.ok()) return found.status();
  if (found->owed_ore() > 0) {
    return MissingStep(std::to_string(found->owed_ore()) + " öre is still owed" + Source(judgement),
                       "repayment_received, or decision_changed, first");
  }
  if (FitsEnd(closed.grund(), *found)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "the case did not end so",
                    .field = "grund",
                    .expected = found->claimed_ore > 0  ? "betalt"
                                : found->waived_ore > 0 ? "eftergivet"
                                                        : "inget_krav"});
}

}  // namespace

JudgeFn AterkravRuleOf(int type) {
  switch (type) {
    case Data::kAterkravOpenedFieldNumber:
      return JudgeAterkravOpened;
    case Data::kCommunicationSentFieldNumber:
      return JudgeCommunicationSent;
    case Data::kStatementReceivedFieldNumber:
      return JudgeStatementReceived;
    case Data::kAterkravDecidedFieldNumber:
      return JudgeAterkravDecided;
    case Data::kDecisionCorrectedFieldNumber:
      return JudgeDecisionCorrected;
    case Data::kDecisionChangedFieldNumber:
      return JudgeDecisionChanged;
    case Data::kRepaymentReceivedFieldNumber:
      return JudgeRepaymentReceived;
    case Data::kAppealLodgedFieldNumber:
      return JudgeAppealLodged;
    case Data::kAppealDecidedFieldNumber:
      return JudgeAppealDecided;
    case Data::kAterkravClosedFieldNumber:
      return JudgeAterkravClosed;
    default:
      return nullptr;
  }
}

}  // namespace liggare::domain
