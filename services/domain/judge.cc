#include "services/domain/judge.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/domain/judge_keys.h"
#include "services/domain/node_path.h"
#include "services/domain/subject.h"
#include "services/domain/value.h"
#include "services/domain/verksamhet.h"

namespace liggare::domain {
namespace {

using StatePtr = std::shared_ptr<const State>;

absl::Status Missing(std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                   {.message = std::move(message), .expected = std::move(expected)});
}

// What was done before, what this event adds, and what both may not exceed.
struct Amounts {
  int64_t before_ore = 0;
  int64_t added_ore = 0;
  int64_t limit_ore = 0;
};

absl::Status CheckNotAbove(const Amounts& amounts, std::string_view what, std::string_view of) {
  if (amounts.added_ore <= amounts.limit_ore - amounts.before_ore) return absl::OkStatus();
  const int64_t left_ore = std::max<int64_t>(0, amounts.limit_ore - amounts.before_ore);
  return MakeError(v1::ERROR_CODE_AMOUNT_EXCEEDED,
                   {.message = std::string(what) + " would exceed " + std::string(of) + ", " +
                               std::to_string(amounts.limit_ore) + " öre; " +
                               std::to_string(amounts.before_ore) + " öre went before",
                    .field = "amount_ore",
                    .expected = "at most " + std::to_string(left_ore) + " öre"});
}

std::string PositionsText(const State& state) {
  std::string text;
  for (const auto& [log, index] : state.positions) {
    if (!text.empty()) text += ", ";
    text += log + ":" + std::to_string(index);
  }
  return text.empty() ? "no entries" : text;
}

// Judges one event; lives for the call. Methods are named after event types.
class Judgement {
 public:
  Judgement(const v1::EventData& event, std::string_view writer_path, const Subject& subject,
            StateView& view)
      : event_(event), writer_path_(writer_path), subject_(subject), view_(view) {}

  absl::Status Judge();

 private:
  absl::Status NodeKeys();
  absl::Status KommunAssigned();
  absl::Status ApplicationReceived();
  absl::Status GrantDecided();
  absl::Status GrantPaid();
  absl::Status FundsRequisitioned();
  absl::Status FundsPaid();
  absl::Status ReportSubmitted();
  absl::Status ReportCorrected();
  absl::Status AterkravDecided();
  absl::Status RepaymentReceived();

  absl::StatusOr<StatePtr> Own() { return view_.StateOf(event_.subject()); }
  absl::StatusOr<int64_t> ClaimedElsewhere();

  const v1::EventData& event_;
  const std::string_view writer_path_;
  const Subject& subject_;
  StateView& view_;
};

absl::Status Judgement::Judge() {
  switch (event_.payload_case()) {
    case v1::EventData::kNodeEnrolled:
    case v1::EventData::kNodeKeyChanged:
    case v1::EventData::kNodeKeyRevoked:
      return NodeKeys();
    case v1::EventData::kKommunAssigned:
      return KommunAssigned();
    case v1::EventData::kApplicationReceived:
      return ApplicationReceived();
    case v1::EventData::kGrantDecided:
      return GrantDecided();
    case v1::EventData::kGrantPaid:
      return GrantPaid();
    case v1::EventData::kFundsRequisitioned:
      return FundsRequisitioned();
    case v1::EventData::kFundsPaid:
      return FundsPaid();
    case v1::EventData::kReportSubmitted:
      return ReportSubmitted();
    case v1::EventData::kReportCorrected:
      return ReportCorrected();
    case v1::EventData::kAterkravDecided:
      return AterkravDecided();
    case v1::EventData::kRepaymentReceived:
      return RepaymentReceived();
    default:
      return absl::OkStatus();
  }
}

absl::Status Judgement::NodeKeys() {
  auto node = Own();
  if (!node.ok()) return node.status();
  return JudgeNodeKeys(event_, subject_, **node);
}

absl::Status Judgement::KommunAssigned() {
  const v1::KommunAssigned& assigned = event_.kommun_assigned();
  if (assigned.kommunkod().substr(0, 2) != LanskodOf(writer_path_)) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = "kommun " + assigned.kommunkod() + " is in another län",
                      .field = "kommunkod",
                      .expected = "a kommun of the county's own län, " +
                                  std::string(LanskodOf(writer_path_)) + "xx"});
  }
  if (!assigned.redovisar_ekonomi()) return absl::OkStatus();
  const Interval days{*ParseDate(assigned.from()), ParseDate(assigned.to())};
  auto verksamheter = VerksamheterUnder(view_, writer_path_);
  if (!verksamheter.ok()) return verksamheter.status();
  for (const Verksamhet& other : *verksamheter) {
    if (other.path == subject_.path) continue;
    for (const AssignedKommun& kommun : other.kommuner) {
      if (kommun.kommunkod != assigned.kommunkod() || !kommun.redovisar_ekonomi) continue;
      if (!Intersect(kommun.days, days)) continue;
      return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                       {.message = other.path + " reports the economy of kommun " +
                                   assigned.kommunkod() + " from " + FormatDate(kommun.days.first) +
                                   "; one verksamhet at a time does (förordning 2013:522, 10 §)",
                        .field = "redovisar_ekonomi",
                        .expected = "false, or days when no other verksamhet does"});
    }
  }
  return absl::OkStatus();
}

absl::Status Judgement::ApplicationReceived() {
  auto verksamheter = VerksamheterUnder(view_, writer_path_);
  if (!verksamheter.ok()) return verksamheter.status();
  for (const Verksamhet& verksamhet : *verksamheter) {
    if (verksamhet.AssignedIn(subject_.code, subject_.year) != nullptr) return absl::OkStatus();
  }
  return Missing("no verksamhet serves kommun " + std::string(subject_.code) + " in " +
                     std::to_string(subject_.year) + " (förordning 2013:522, 8 §)",
                 "kommun_assigned for a day of the year first");
}

absl::Status Judgement::GrantDecided() {
  auto application = view_.StateOf(AnsokanSubject(subject_.year, subject_.code));
  if (!application.ok()) return application.status();
  if (!(*application)->Has("posts_hundredths")) {
    return Missing("kommun " + std::string(subject_.code) + " has not applied for " +
                       std::to_string(subject_.year) + " (förordning 2013:522, 8 §)",
                   "application_received first");
  }
  auto anslag = view_.StateOf(AnslagSubject(subject_.year));
  if (!anslag.ok()) return anslag.status();
  if ((*anslag)->Has("rate_ore")) return absl::OkStatus();
  return Missing("the amount per årsanställning of " + std::to_string(subject_.year) +
                     " is not fixed (HSLF-FS 2016:98, 5 §)",
                 "grant_rate_set, in Socialstyrelsen's log, first");
}

absl::Status Judgement::GrantPaid() {
  auto grant = Own();
  if (!grant.ok()) return grant.status();
  const std::optional<int64_t> decided_ore = (*grant)->Number("amount_ore");
  if (!decided_ore) {
    return Missing("no grant is decided for kommun " + std::string(subject_.code) + " in " +
                       std::to_string(subject_.year) + " (förordning 2013:522, 9 §)",
                   "grant_decided first");
  }
  return CheckNotAbove({.before_ore = (*grant)->SumOf("payments", "amount_ore"),
                        .added_ore = event_.grant_paid().amount_ore(),
                        .limit_ore = *decided_ore},
                       "the payments", "the grant that was decided (förordning 2013:522, 9 §)");
}

absl::Status Judgement::FundsRequisitioned() {
  auto grants = view_.ListSubjects(BidragSubject(subject_.year, subject_.code));
  if (!grants.ok()) return grants.status();
  for (const std::string& grant : *grants) {
    auto state = view_.StateOf(grant);
    if (!state.ok()) return state.status();
    if ((*state)->Has("amount_ore")) return absl::OkStatus();
  }
  return Missing("no grant is decided in län " + std::string(subject_.code) + " for " +
                     std::to_string(subject_.year) + " (förordning 2013:522, 9 § andra stycket)",
                 "grant_decided for a kommun of the län first");
}

absl::Status Judgement::FundsPaid() {
  auto requisition = Own();
  if (!requisition.ok()) return requisition.status();
  const State& state = **requisition;
  bool is_requisitioned = false;
  state.ForEachElement("requisitions", [&](const std::vector<std::string_view>&, std::string_view,
                                           const FieldValue&) { is_requisitioned = true; });
  if (!is_requisitioned) {
    return Missing("län " + std::string(subject_.code) + " has requisitioned nothing for " +
                       std::to_string(subject_.year) + " (förordning 2013:522, 9 § andra stycket)",
                   "funds_requisitioned, in the county's log, first");
  }
  return CheckNotAbove({.before_ore = state.SumOf("payments", "amount_ore"),
                        .added_ore = event_.funds_paid().amount_ore(),
                        .limit_ore = state.SumOf("requisitions", "amount_ore")},
                       "the payments", "what was requisitioned (förordning 2013:522, 9 §)");
}

absl::Status Judgement::ReportSubmitted() {
  auto state = view_.StateOf(VerksamhetSubject(subject_.path));
  if (!state.ok()) return state.status();
  if (VerksamhetOf(subject_.path, **state).IsRegisteredIn(subject_.year)) return absl::OkStatus();
  return Missing(std::string(subject_.path) + " is not registered for any day of " +
                     std::to_string(subject_.year) + " (förordning 2013:522, 10 §)",
                 "verksamhet_registered with a day in the year first");
}

absl::Status Judgement::ReportCorrected() {
  const v1::ReportCorrected& correction = event_.report_corrected();
  auto report = Own();
  if (!report.ok()) return report.status();
  if (!(*report)->Has("ombud.personer")) {
    return Missing("there is no report to correct (förvaltningslagen 2017:900, 36 §)",
                   "report_submitted first");
  }
  const FieldValue* found = (*report)->Find(correction.path());
  const FieldValue current = found != nullptr ? *found : FieldValue();
  const FieldValue stated = FromProto(correction.old());
  if (stated == current) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_OLD_VALUE_DIFFERS,
      {.message = "the stated old value, " + TextOf(stated) + ", is not the current one",
       .field = correction.path(),
       .expected = TextOf(current)});
}

// The other claims on the kommun for the year, together.
absl::StatusOr<int64_t> Judgement::ClaimedElsewhere() {
  const std::string prefix =
      "aterkrav/" + std::to_string(subject_.year) + "/" + std::string(subject_.code) + "/";
  auto subjects = view_.ListSubjects(prefix);
  if (!subjects.ok()) return subjects.status();
  int64_t claimed_ore = 0;
  for (const std::string& subject : *subjects) {
    if (subject == event_.subject()) continue;
    auto state = view_.StateOf(subject);
    if (!state.ok()) return state.status();
    claimed_ore += (*state)->Number("amount_ore").value_or(0);
  }
  return claimed_ore;
}

absl::Status Judgement::AterkravDecided() {
  auto grant = view_.StateOf(BidragSubject(subject_.year, subject_.code));
  if (!grant.ok()) return grant.status();
  const int64_t paid_ore = (*grant)->SumOf("payments", "amount_ore");
  if (paid_ore == 0) {
    return Missing("kommun " + std::string(subject_.code) + " was paid nothing for " +
                       std::to_string(subject_.year) + " (förordning 2013:522, 15 §)",
                   "grant_paid, in the county's log, first");
  }
  absl::StatusOr<int64_t> claimed_ore = ClaimedElsewhere();
  if (!claimed_ore.ok()) return claimed_ore.status();
  return CheckNotAbove({.before_ore = *claimed_ore,
                        .added_ore = event_.aterkrav_decided().amount_ore(),
                        .limit_ore = paid_ore},
                       "the claims", "what the kommun was paid (förordning 2013:522, 15 §)");
}

absl::Status Judgement::RepaymentReceived() {
  auto claim = Own();
  if (!claim.ok()) return claim.status();
  const std::optional<int64_t> claimed_ore = (*claim)->Number("amount_ore");
  if (!claimed_ore) {
    return Missing("nothing is claimed back (förordning 2013:522, 15 § andra stycket)",
                   "aterkrav_decided first");
  }
  return CheckNotAbove({.before_ore = (*claim)->SumOf("repayments", "amount_ore"),
                        .added_ore = event_.repayment_received().amount_ore(),
                        .limit_ore = *claimed_ore},
                       "the repayments", "the claim (förordning 2013:522, 15 §)");
}

}  // namespace

absl::Status CheckExpected(const v1::EventData& event, const State& state) {
  if (event.expected().empty()) return absl::OkStatus();
  std::map<std::string, uint64_t, std::less<>> expected;
  for (const v1::Basis& position : event.expected()) {
    expected.emplace(position.log(), position.index());
  }
  if (expected == state.positions) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_SUBJECT_MOVED,
                   {.message = event.subject() + " is not at the version that was expected",
                    .field = "expected",
                    .expected = PositionsText(state)});
}

absl::Status JudgeEvent(const v1::EventData& event, std::string_view writer_path, StateView& view) {
  if (!event.expected().empty()) {
    absl::StatusOr<StatePtr> state = view.StateOf(event.subject());
    if (!state.ok()) return state.status();
    absl::Status status = CheckExpected(event, **state);
    if (!status.ok()) return status;
  }
  absl::StatusOr<Subject> subject = ParseSubject(event.subject());
  if (!subject.ok()) return subject.status();
  return Judgement(event, writer_path, *subject, view).Judge();
}

}  // namespace liggare::domain
