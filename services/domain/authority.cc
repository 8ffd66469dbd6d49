#include "services/domain/authority.h"

#include <algorithm>
#include <array>
#include <string>

#include "liggare/v1/event.pb.h"
#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "services/domain/node_path.h"

namespace liggare::domain {
namespace {

using Data = v1::EventData;

enum class Writer {
  kNodeItself,
  kParent,
  kParentOrNationItself,
  kVerksamhet,
  kCountyOfVerksamhet,
  kVerksamhetOrAncestor,
  kCountyOfKommun,
  kCountyOfLan,
  kNation,
};

struct Rule {
  int type;
  SubjectKind subject;
  Writer writer;
};

// By type.
constexpr std::array<Rule, 22> kRules = {{
    {Data::kReceivedFieldNumber, SubjectKind::kNode, Writer::kNodeItself},
    {Data::kEpochOpenedFieldNumber, SubjectKind::kNode, Writer::kNodeItself},
    {Data::kNodeEnrolledFieldNumber, SubjectKind::kNode, Writer::kParentOrNationItself},
    {Data::kNodeKeyChangedFieldNumber, SubjectKind::kNode, Writer::kParentOrNationItself},
    {Data::kNodeClosedFieldNumber, SubjectKind::kNode, Writer::kParent},
    {Data::kNodeKeyRevokedFieldNumber, SubjectKind::kNode, Writer::kParentOrNationItself},
    {Data::kVerksamhetRegisteredFieldNumber, SubjectKind::kVerksamhet, Writer::kVerksamhet},
    {Data::kKommunAssignedFieldNumber, SubjectKind::kVerksamhet, Writer::kCountyOfVerksamhet},
    {Data::kAppropriationSetFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kGrantRateSetFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kOwnCostBookedFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kMoneyReturnedFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kApplicationReceivedFieldNumber, SubjectKind::kAnsokan, Writer::kCountyOfKommun},
    {Data::kGrantDecidedFieldNumber, SubjectKind::kBidrag, Writer::kCountyOfKommun},
    {Data::kGrantPaidFieldNumber, SubjectKind::kBidrag, Writer::kCountyOfKommun},
    {Data::kFundsRequisitionedFieldNumber, SubjectKind::kRekvisition, Writer::kCountyOfLan},
    {Data::kFundsPaidFieldNumber, SubjectKind::kRekvisition, Writer::kNation},
    {Data::kReportSubmittedFieldNumber, SubjectKind::kRapport, Writer::kVerksamhet},
    {Data::kReportCorrectedFieldNumber, SubjectKind::kRapport, Writer::kVerksamhetOrAncestor},
    {Data::kAterkravDecidedFieldNumber, SubjectKind::kAterkrav, Writer::kNation},
    {Data::kRepaymentReceivedFieldNumber, SubjectKind::kAterkrav, Writer::kNation},
    {Data::kTablePublishedFieldNumber, SubjectKind::kTabell, Writer::kNation},
}};

const Rule* FindRule(int type) {
  const auto* it =
      std::lower_bound(kRules.begin(), kRules.end(), type,
                       [](const Rule& rule, int number) { return rule.type < number; });
  return it != kRules.end() && it->type == type ? it : nullptr;
}

bool IsCounty(std::string_view path, std::string_view lanskod) {
  return ParentOf(path) == kNationPath && LastSegmentOf(path) == lanskod;
}

bool IsVerksamhetPath(std::string_view path) { return DepthOf(path) >= 3; }

bool MayWrite(Writer rule, std::string_view writer, const Subject& subject) {
  switch (rule) {
    case Writer::kNodeItself:
      return writer == subject.path;
    case Writer::kParent:
      return !ParentOf(subject.path).empty() && writer == ParentOf(subject.path);
    case Writer::kParentOrNationItself:
      return MayWrite(Writer::kParent, writer, subject) ||
             (writer == kNationPath && subject.path == kNationPath);
    case Writer::kVerksamhet:
      return IsVerksamhetPath(subject.path) && writer == subject.path;
    case Writer::kCountyOfVerksamhet:
      return IsVerksamhetPath(subject.path) && writer == CountyPathOf(subject.path);
    case Writer::kVerksamhetOrAncestor:
      return IsVerksamhetPath(subject.path) && IsAtOrBelow(subject.path, writer);
    case Writer::kCountyOfKommun:
      return IsCounty(writer, subject.code.substr(0, 2));
    case Writer::kCountyOfLan:
      return IsCounty(writer, subject.code);
    case Writer::kNation:
      return writer == kNationPath;
  }
  return false;
}

// Who may, for the error.
std::string RightWriter(Writer rule, const Subject& subject) {
  switch (rule) {
    case Writer::kNodeItself:
      return std::string(subject.path);
    case Writer::kParent:
    case Writer::kParentOrNationItself:
      return "the parent, " +
             std::string(ParentOf(subject.path).empty() ? kNationPath : ParentOf(subject.path));
    case Writer::kVerksamhet:
      return "the verksamhet itself, " + std::string(subject.path) + ", below a county";
    case Writer::kCountyOfVerksamhet:
      return "the county of a verksamhet, " + std::string(CountyPathOf(subject.path));
    case Writer::kVerksamhetOrAncestor:
      return "the verksamhet " + std::string(subject.path) + " or a node above it";
    case Writer::kCountyOfKommun:
      return "the kommun's county, " + CountyPath(subject.code.substr(0, 2));
    case Writer::kCountyOfLan:
      return "the county, " + CountyPath(subject.code);
    case Writer::kNation:
      return std::string(kNationPath);
  }
  return "";
}

}  // namespace

SubjectKind SubjectKindOf(int type) { return FindRule(type)->subject; }

absl::Status AuthoriseWriter(int type, std::string_view writer_path, std::string_view subject) {
  const Rule* rule = FindRule(type);
  if (rule == nullptr) {
    return MakeError(v1::ERROR_CODE_UNKNOWN_TYPE,
                     {.message = "event type " + std::to_string(type) + " is not known here"});
  }
  absl::StatusOr<Subject> parsed = ParseSubject(subject);
  if (!parsed.ok()) return parsed.status();
  const auto name = [type] { return form::FindEventType(type)->name; };
  if (parsed->kind != rule->subject) {
    return MakeError(
        v1::ERROR_CODE_INVALID_SUBJECT,
        {.message = name() + " is not about \"" + std::string(subject) + "\"",
         .field = "subject",
         .expected = "a subject that begins with " + std::string(KindName(rule->subject)) + "/"});
  }
  if (MayWrite(rule->writer, writer_path, *parsed)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_NOT_AUTHORISED,
                   {.message = std::string(writer_path) + " may not write " + name() + " about " +
                               std::string(subject),
                    .field = "subject",
                    .expected = RightWriter(rule->writer, *parsed)});
}

}  // namespace liggare::domain
