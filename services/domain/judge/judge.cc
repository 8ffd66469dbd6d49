#include "services/domain/judge/judge.h"

#include <map>
#include <string>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "services/domain/judge/judge_keys.h"
#include "services/domain/judge/judgement.h"
#include "services/domain/kontroll/kontroll.h"
#include "services/domain/law/authority.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

std::string PositionsText(const State& state) {
  std::string text;
  for (const auto& [log, index] : state.positions) {
    if (!text.empty()) text += ", ";
    text += log + ":" + std::to_string(index);
  }
  return text.empty() ? "no entries" : text;
}

absl::Status JudgeConflictResolved(const Judgement& judgement) {
  auto state = judgement.Own();
  if (!state.ok()) return state.status();
  const std::string& path = judgement.event.conflict_resolved().path();
  for (const StateConflict& conflict : (*state)->conflicts) {
    if (conflict.path == path) return absl::OkStatus();
  }
  return MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                   {.message = "no two events are in conflict about " + path,
                    .field = "path",
                    .expected = (*state)->conflicts.empty() ? "no event: nothing is in conflict"
                                                            : (*state)->conflicts.front().path});
}

// An explanation needs a finding that exists in what this node holds and is not corrected.
absl::Status JudgeFindingExplained(const Judgement& judgement) {
  const auto findings = FindingsAbout(judgement.view, judgement.event.subject());
  if (!findings.ok()) return findings.status();
  const std::string& id = judgement.event.finding_explained().finding();
  std::string standing;
  bool is_corrected = false;
  for (const v1::Finding& finding : *findings) {
    const bool stands = finding.status() != v1::FINDING_STATUS_CORRECTED;
    if (finding.id() == id && stands) return absl::OkStatus();
    is_corrected |= finding.id() == id;
    if (stands) standing += (standing.empty() ? "" : ", ") + finding.id();
  }
  const std::string about = judgement.event.subject();
  return MakeError(
      v1::ERROR_CODE_PREREQUISITE_MISSING,
      {.message = is_corrected ? "the finding " + id + " about " + about + " is corrected"
                               : "there is no finding " + id + " about " + about,
       .field = "finding",
       .expected = standing.empty() ? "no event: everything adds up" : "one of " + standing});
}

absl::Status JudgeKeys(const Judgement& judgement) {
  return JudgeNodeKeys(judgement.event, judgement.subject, judgement.view);
}

JudgeFn RuleOf(int type) {
  const bool is_of_keys = type == v1::EventData::kNodeEnrolledFieldNumber ||
                          type == v1::EventData::kNodeKeyChangedFieldNumber ||
                          type == v1::EventData::kNodeKeyRevokedFieldNumber ||
                          type == v1::EventData::kNodeClosedFieldNumber;
  if (is_of_keys) return JudgeKeys;
  if (type == v1::EventData::kConflictResolvedFieldNumber) return JudgeConflictResolved;
  if (type == v1::EventData::kFindingExplainedFieldNumber) return JudgeFindingExplained;
  for (auto* rules :
       {GrantRuleOf, ReturnRuleOf, ReportRuleOf, AterkravRuleOf, BristRuleOf, ErasureRuleOf}) {
    if (JudgeFn rule = rules(type)) return rule;
  }
  return nullptr;
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

absl::Status JudgeEvent(const v1::EventData& event, std::string_view writer_path, JudgeView& view,
                        RegulationFn regulation_of) {
  if (!event.expected().empty()) {
    absl::StatusOr<StatePtr> state = view.StateOf(event.subject());
    if (!state.ok()) return state.status();
    absl::Status status = CheckExpected(event, **state);
    if (!status.ok()) return status;
  }
  absl::StatusOr<Subject> subject = ParseSubject(event.subject());
  if (!subject.ok()) return subject.status();
  const int type = form::TypeNumberOf(event);
  absl::Status role = AuthoriseRole(type, event.actor().role());
  if (!role.ok()) return role;
  const JudgeFn rule = RuleOf(type);
  if (rule == nullptr) return absl::OkStatus();
  return rule({event, writer_path, *subject, view, regulation_of(subject->year)});
}

}  // namespace liggare::domain
