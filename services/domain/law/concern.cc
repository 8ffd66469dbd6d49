#include "services/domain/law/concern.h"

#include <set>

#include "proto/name/node_path.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

bool IsOfNode(std::string_view node, std::string_view brist) {
  const auto subject = ParseSubject(brist);
  return subject.ok() && subject->kind == SubjectKind::kBrist &&
         name::IsAtOrBelow(subject->path, node);
}

// Groups may be grouped in turn, and whoever groups may err: each is looked at once.
absl::StatusOr<bool> HasMemberOf(std::string_view node, std::string_view brist,
                                 MembersOf members_of) {
  std::vector<std::string> waiting = {std::string(brist)};
  std::set<std::string> seen(waiting.begin(), waiting.end());
  while (!waiting.empty()) {
    const std::string group = waiting.back();
    waiting.pop_back();
    const auto members = members_of(group);
    if (!members.ok()) return members.status();
    for (const std::string& member : *members) {
      if (IsOfNode(node, member)) return true;
      if (seen.insert(member).second) waiting.push_back(member);
    }
  }
  return false;
}

bool IsOfOthers(std::string_view node, std::string_view brist) {
  const auto subject = ParseSubject(brist);
  if (!subject.ok() || subject->kind != SubjectKind::kBrist) return true;
  return !name::IsAtOrBelow(subject->path, node) && !name::IsAtOrBelow(node, subject->path);
}

// Of medlemmar[brist/se/17/karlstad/3].ingar: a key that is a brist of others.
bool KeysNameOthers(std::string_view node, std::string_view path) {
  for (size_t open = path.find('['); open != std::string_view::npos; open = path.find('[')) {
    path.remove_prefix(open + 1);
    const std::string_view key = path.substr(0, path.find(']'));
    if (key.find('/') != std::string_view::npos && IsOfOthers(node, key)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<bool> Concerns(std::string_view node, std::string_view subject,
                              MembersOf members_of) {
  const auto parsed = ParseSubject(subject);
  if (!parsed.ok()) return false;
  switch (parsed->kind) {
    case SubjectKind::kVerksamhet:
    case SubjectKind::kRapport:
      return name::IsAtOrBelow(parsed->path, node);
    case SubjectKind::kBrist:
      if (name::IsAtOrBelow(parsed->path, node)) return true;
      if (!name::IsAtOrBelow(node, parsed->path)) return false;
      return HasMemberOf(node, subject, members_of);
    case SubjectKind::kExempel:
      return name::IsAtOrBelow(parsed->path, node) || name::IsAtOrBelow(node, parsed->path);
    case SubjectKind::kAnslag:
      return true;
    case SubjectKind::kAnsokan:
    case SubjectKind::kBidrag:
    case SubjectKind::kRekvisition:
    case SubjectKind::kAterkrav:
    case SubjectKind::kTabell:
    case SubjectKind::kNode:
    case SubjectKind::kLansrapport:
      break;
  }
  return false;
}

bool MayNameOthers(int type) {
  return type == v1::EventData::kBristGroupedFieldNumber ||
         type == v1::EventData::kMoneyReturnedFieldNumber ||
         type == v1::EventData::kConflictResolvedFieldNumber;
}

bool NamesOthers(std::string_view node, const v1::EventData& event) {
  switch (event.payload_case()) {
    case v1::EventData::kBristGrouped:
      return IsOfOthers(node, event.brist_grouped().brist());
    case v1::EventData::kMoneyReturned:
      return !event.money_returned().aterkrav().empty();
    case v1::EventData::kConflictResolved:
      return KeysNameOthers(node, event.conflict_resolved().path());
    case v1::EventData::kReceived:
    case v1::EventData::kEpochOpened:
    case v1::EventData::kNodeEnrolled:
    case v1::EventData::kNodeKeyChanged:
    case v1::EventData::kNodeClosed:
    case v1::EventData::kNodeKeyRevoked:
    case v1::EventData::kVerksamhetRegistered:
    case v1::EventData::kKommunAssigned:
    case v1::EventData::kUtforareRegistered:
    case v1::EventData::kVerksamhetSucceeded:
    case v1::EventData::kAppropriationSet:
    case v1::EventData::kGrantRateSet:
    case v1::EventData::kOwnCostBooked:
    case v1::EventData::kGrantRateForecast:
    case v1::EventData::kApplicationReceived:
    case v1::EventData::kGrantDecided:
    case v1::EventData::kGrantPaid:
    case v1::EventData::kApplicationRejected:
    case v1::EventData::kGrantReturned:
    case v1::EventData::kFundsRequisitioned:
    case v1::EventData::kFundsPaid:
    case v1::EventData::kApplicationsSummed:
    case v1::EventData::kCountyAccountSubmitted:
    case v1::EventData::kReportSubmitted:
    case v1::EventData::kReportCorrected:
    case v1::EventData::kCompletionRequested:
    case v1::EventData::kCompletionAnswered:
    case v1::EventData::kReportReviewed:
    case v1::EventData::kReportForwarded:
    case v1::EventData::kFindingExplained:
    case v1::EventData::kAterkravDecided:
    case v1::EventData::kRepaymentReceived:
    case v1::EventData::kAterkravOpened:
    case v1::EventData::kCommunicationSent:
    case v1::EventData::kStatementReceived:
    case v1::EventData::kDecisionCorrected:
    case v1::EventData::kDecisionChanged:
    case v1::EventData::kAppealLodged:
    case v1::EventData::kAppealDecided:
    case v1::EventData::kAterkravClosed:
    case v1::EventData::kTablePublished:
    case v1::EventData::kRedacted:
    case v1::EventData::kRedactionRequested:
    case v1::EventData::kBristReported:
    case v1::EventData::kBristEscalated:
    case v1::EventData::kBristPrioritised:
    case v1::EventData::kActionReported:
    case v1::EventData::kFeedbackRequested:
    case v1::EventData::kFeedbackGiven:
    case v1::EventData::kGoodExampleShared:
    case v1::EventData::PAYLOAD_NOT_SET:
      break;
  }
  return false;
}

}  // namespace liggare::domain
