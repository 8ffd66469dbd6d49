#include "services/domain/law/authority.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "liggare/v1/event.pb.h"
#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/name/node_path.h"
#include "services/domain/law/regulation.h"

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
  kAncestorOfVerksamhet,
  kNodeOfPath,
  kNodeOfPathOrAncestor,
  kCountyOfKommun,
  kCountyOfLan,
  kNation,
  kClaimant,
  kResponsible,
};

// Who acts at the node.
enum class Role {
  kAny,      // A system, too, or nobody named.
  kPerson,   // Anyone but a system.
  kDecider,  // Who decides for the authority.
};

struct Rule {
  int type;
  std::optional<SubjectKind> subject;  // Nothing: all kinds but node.
  Writer writer;
  Role role = Role::kAny;
  Certificate certificate = Certificate::kSystem;
};

// By type.
constexpr std::array kRules = std::to_array<Rule>({
    {Data::kReceivedFieldNumber, SubjectKind::kNode, Writer::kNodeItself},
    {Data::kEpochOpenedFieldNumber, SubjectKind::kNode, Writer::kNodeItself},
    {Data::kNodeEnrolledFieldNumber, SubjectKind::kNode, Writer::kParentOrNationItself, Role::kAny,
     Certificate::kOperator},
    {Data::kNodeKeyChangedFieldNumber, SubjectKind::kNode, Writer::kParentOrNationItself,
     Role::kAny, Certificate::kOperator},
    {Data::kNodeClosedFieldNumber, SubjectKind::kNode, Writer::kParent, Role::kAny,
     Certificate::kOperator},
    {Data::kNodeKeyRevokedFieldNumber, SubjectKind::kNode, Writer::kParentOrNationItself,
     Role::kAny, Certificate::kOperator},
    {Data::kVerksamhetRegisteredFieldNumber, SubjectKind::kVerksamhet, Writer::kVerksamhet},
    {Data::kKommunAssignedFieldNumber, SubjectKind::kVerksamhet, Writer::kCountyOfVerksamhet},
    {Data::kUtforareRegisteredFieldNumber, SubjectKind::kVerksamhet, Writer::kVerksamhet},
    {Data::kVerksamhetSucceededFieldNumber, SubjectKind::kVerksamhet,
     Writer::kAncestorOfVerksamhet},
    {Data::kAppropriationSetFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kGrantRateSetFieldNumber, SubjectKind::kAnslag, Writer::kNation, Role::kDecider},
    {Data::kOwnCostBookedFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kMoneyReturnedFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kGrantRateForecastFieldNumber, SubjectKind::kAnslag, Writer::kNation},
    {Data::kApplicationReceivedFieldNumber, SubjectKind::kAnsokan, Writer::kCountyOfKommun},
    {Data::kGrantDecidedFieldNumber, SubjectKind::kBidrag, Writer::kCountyOfKommun, Role::kDecider},
    {Data::kGrantPaidFieldNumber, SubjectKind::kBidrag, Writer::kCountyOfKommun},
    {Data::kApplicationRejectedFieldNumber, SubjectKind::kAnsokan, Writer::kCountyOfKommun,
     Role::kDecider},
    {Data::kGrantReturnedFieldNumber, SubjectKind::kBidrag, Writer::kNation},
    {Data::kFundsRequisitionedFieldNumber, SubjectKind::kRekvisition, Writer::kCountyOfLan,
     Role::kPerson},
    {Data::kFundsPaidFieldNumber, SubjectKind::kRekvisition, Writer::kNation},
    {Data::kApplicationsSummedFieldNumber, SubjectKind::kRekvisition, Writer::kCountyOfLan},
    {Data::kCountyAccountSubmittedFieldNumber, SubjectKind::kLansrapport, Writer::kCountyOfLan,
     Role::kPerson},
    {Data::kReportSubmittedFieldNumber, SubjectKind::kRapport, Writer::kVerksamhet},
    {Data::kReportCorrectedFieldNumber, SubjectKind::kRapport, Writer::kVerksamhetOrAncestor},
    {Data::kCompletionRequestedFieldNumber, SubjectKind::kRapport, Writer::kAncestorOfVerksamhet,
     Role::kPerson},
    {Data::kCompletionAnsweredFieldNumber, SubjectKind::kRapport, Writer::kVerksamhet},
    {Data::kReportReviewedFieldNumber, SubjectKind::kRapport, Writer::kCountyOfVerksamhet,
     Role::kPerson},
    {Data::kReportForwardedFieldNumber, SubjectKind::kRapport, Writer::kCountyOfVerksamhet},
    {Data::kFindingExplainedFieldNumber, std::nullopt, Writer::kResponsible, Role::kPerson},
    {Data::kAterkravDecidedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant, Role::kDecider},
    {Data::kRepaymentReceivedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant},
    {Data::kAterkravOpenedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant, Role::kPerson},
    {Data::kCommunicationSentFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant, Role::kPerson},
    {Data::kStatementReceivedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant},
    {Data::kDecisionCorrectedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant,
     Role::kDecider},
    {Data::kDecisionChangedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant, Role::kDecider},
    {Data::kAppealLodgedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant},
    {Data::kAppealDecidedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant, Role::kPerson},
    {Data::kAterkravClosedFieldNumber, SubjectKind::kAterkrav, Writer::kClaimant, Role::kPerson},
    {Data::kTablePublishedFieldNumber, SubjectKind::kTabell, Writer::kNation},
    {Data::kConflictResolvedFieldNumber, std::nullopt, Writer::kResponsible, Role::kPerson},
    {Data::kRedactedFieldNumber, std::nullopt, Writer::kResponsible, Role::kPerson},
    {Data::kRedactionRequestedFieldNumber, std::nullopt, Writer::kResponsible, Role::kPerson},
    {Data::kBristReportedFieldNumber, SubjectKind::kBrist, Writer::kNodeOfPath},
    {Data::kBristGroupedFieldNumber, SubjectKind::kBrist, Writer::kNodeOfPath, Role::kPerson},
    {Data::kBristEscalatedFieldNumber, SubjectKind::kBrist, Writer::kNodeOfPathOrAncestor},
    {Data::kBristPrioritisedFieldNumber, SubjectKind::kBrist, Writer::kNodeOfPathOrAncestor,
     Role::kPerson},
    {Data::kActionReportedFieldNumber, SubjectKind::kBrist, Writer::kNodeOfPathOrAncestor},
    {Data::kFeedbackRequestedFieldNumber, SubjectKind::kBrist, Writer::kNodeOfPathOrAncestor},
    {Data::kFeedbackGivenFieldNumber, SubjectKind::kBrist, Writer::kNodeOfPathOrAncestor},
    {Data::kGoodExampleSharedFieldNumber, SubjectKind::kExempel, Writer::kNodeOfPath},
});

const Rule* FindRule(int type) {
  const auto* it =
      std::lower_bound(kRules.begin(), kRules.end(), type,
                       [](const Rule& rule, int number) { return rule.type < number; });
  return it != kRules.end() && it->type == type ? it : nullptr;
}

bool IsCounty(std::string_view path, std::string_view lanskod) {
  return name::ParentOf(path) == name::kNationPath && name::LastSegmentOf(path) == lanskod;
}

bool IsVerksamhetPath(std::string_view path) { return name::DepthOf(path) >= 3; }

bool MayWrite(Writer rule, std::string_view writer, const Subject& subject);

// Who may write about the subject at all, or stands above.
bool IsResponsible(std::string_view writer, const Subject& subject) {
  switch (subject.kind) {
    case SubjectKind::kVerksamhet:
    case SubjectKind::kRapport:
      return MayWrite(Writer::kVerksamhetOrAncestor, writer, subject);
    case SubjectKind::kBrist:
    case SubjectKind::kExempel:
      return MayWrite(Writer::kNodeOfPathOrAncestor, writer, subject);
    case SubjectKind::kAnsokan:
    case SubjectKind::kBidrag:
    case SubjectKind::kRekvisition:
    case SubjectKind::kLansrapport:
      return writer == name::kNationPath || IsCounty(writer, subject.code.substr(0, 2));
    case SubjectKind::kAnslag:
    case SubjectKind::kTabell:
      return writer == name::kNationPath;
    case SubjectKind::kAterkrav:
      return writer == ClaimantOf(subject);
    case SubjectKind::kNode:
      return false;
  }
  return false;
}

bool MayWrite(Writer rule, std::string_view writer, const Subject& subject) {
  switch (rule) {
    case Writer::kNodeItself:
    case Writer::kNodeOfPath:
      return writer == subject.path;
    case Writer::kParent:
      return !name::ParentOf(subject.path).empty() && writer == name::ParentOf(subject.path);
    case Writer::kParentOrNationItself:
      return MayWrite(Writer::kParent, writer, subject) ||
             (writer == name::kNationPath && subject.path == name::kNationPath);
    case Writer::kVerksamhet:
      return IsVerksamhetPath(subject.path) && writer == subject.path;
    case Writer::kCountyOfVerksamhet:
      return IsVerksamhetPath(subject.path) && writer == name::CountyPathOf(subject.path);
    case Writer::kVerksamhetOrAncestor:
      return IsVerksamhetPath(subject.path) && name::IsAtOrBelow(subject.path, writer);
    case Writer::kAncestorOfVerksamhet:
      return writer != subject.path && MayWrite(Writer::kVerksamhetOrAncestor, writer, subject);
    case Writer::kNodeOfPathOrAncestor:
      return name::IsAtOrBelow(subject.path, writer);
    case Writer::kCountyOfKommun:
      return IsCounty(writer, subject.code.substr(0, 2));
    case Writer::kCountyOfLan:
      return IsCounty(writer, subject.code);
    case Writer::kNation:
      return writer == name::kNationPath;
    case Writer::kClaimant:
      return writer == ClaimantOf(subject);
    case Writer::kResponsible:
      return IsResponsible(writer, subject);
  }
  return false;
}

// Who may, for the error.
std::string RightWriter(Writer rule, const Subject& subject) {
  switch (rule) {
    case Writer::kNodeItself:
    case Writer::kNodeOfPath:
      return std::string(subject.path);
    case Writer::kParent:
    case Writer::kParentOrNationItself:
      return "the parent, " + std::string(name::ParentOf(subject.path).empty()
                                              ? name::kNationPath
                                              : name::ParentOf(subject.path));
    case Writer::kVerksamhet:
      return "the verksamhet itself, " + std::string(subject.path) + ", below a county";
    case Writer::kCountyOfVerksamhet:
      return "the county of a verksamhet, " + std::string(name::CountyPathOf(subject.path));
    case Writer::kVerksamhetOrAncestor:
      return "the verksamhet " + std::string(subject.path) + " or a node above it";
    case Writer::kAncestorOfVerksamhet:
      return "a node above the verksamhet " + std::string(subject.path);
    case Writer::kNodeOfPathOrAncestor:
      return std::string(subject.path) + " or a node above it";
    case Writer::kCountyOfKommun:
      return "the kommun's county, " + name::CountyPath(subject.code.substr(0, 2));
    case Writer::kCountyOfLan:
      return "the county, " + name::CountyPath(subject.code);
    case Writer::kNation:
      return std::string(name::kNationPath);
    case Writer::kClaimant:
      return "the authority that claims back, " + ClaimantOf(subject);
    case Writer::kResponsible:
      return "who may write about the subject, or a node above";
  }
  return "";
}

bool HasRole(Role rule, std::string_view role) {
  switch (rule) {
    case Role::kAny:
      return true;
    case Role::kPerson:
      return !role.empty() && role != "system";
    case Role::kDecider:
      return role == "handlaggare" || role == "beslutsfattare";
  }
  return false;
}

}  // namespace

bool IsAbout(int type, SubjectKind kind) {
  const std::optional<SubjectKind>& subject = FindRule(type)->subject;
  return subject ? *subject == kind : kind != SubjectKind::kNode;
}

std::string KindsText(int type) {
  const std::optional<SubjectKind>& subject = FindRule(type)->subject;
  if (!subject) return "any subject but a node";
  return "a subject that begins with " + std::string(KindName(*subject)) + "/";
}

std::string_view RolesText(int type) {
  switch (FindRule(type)->role) {
    case Role::kPerson:
      return "a person, not a system";
    case Role::kDecider:
      return "handlaggare or beslutsfattare";
    default:
      return "any";
  }
}

Certificate CertificateFor(int type) { return FindRule(type)->certificate; }

absl::Status AuthoriseCertificate(int type, Certificate shown, std::string_view node) {
  const Rule* rule = FindRule(type);
  if (rule == nullptr || rule->certificate == shown) return absl::OkStatus();
  const bool wants_operator = rule->certificate == Certificate::kOperator;
  const std::string right = wants_operator ? "operator" : "system";
  return MakeError(v1::ERROR_CODE_PERMISSION_DENIED,
                   {.message = form::FindEventType(type)->name + " is not recorded by " +
                               (wants_operator ? "a system" : "an operator"),
                    .field = "payload",
                    .expected = "a certificate of " + std::string(wants_operator ? "an " : "a ") +
                                right + " of " + std::string(node) + ", spiffe://<trust domain>/" +
                                std::string(node) + "/" + right + "/<name>"});
}

absl::Status AuthoriseRole(int type, std::string_view role) {
  const Rule* rule = FindRule(type);
  if (rule == nullptr || HasRole(rule->role, role)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_NOT_AUTHORISED,
                   {.message = form::FindEventType(type)->name + " is not recorded by " +
                               (role.empty() ? "somebody without a role" : std::string(role)),
                    .field = "actor.role",
                    .expected = std::string(RolesText(type))});
}

std::string ClaimantOf(const Subject& subject) {
  const Regulation& regulation = RegulationOf(subject.year);
  if (regulation.claims_back == Claimant::kSocialstyrelsen) return std::string(name::kNationPath);
  return name::CountyPath(subject.code.substr(0, 2));
}

absl::Status AuthoriseWriter(int type, std::string_view writer_path, std::string_view subject) {
  const Rule* rule = FindRule(type);
  if (rule == nullptr) {
    return MakeError(v1::ERROR_CODE_UNKNOWN_TYPE,
                     {.message = "event type " + std::to_string(type) + " is not known here"});
  }
  absl::StatusOr<Subject> parsed = ParseSubject(subject);
  if (!parsed.ok()) return parsed.status();
  const auto name = [type] { return form::FindEventType(type)->name; };
  if (!IsAbout(type, parsed->kind)) {
    return MakeError(v1::ERROR_CODE_INVALID_SUBJECT,
                     {.message = name() + " is not about \"" + std::string(subject) + "\"",
                      .field = "subject",
                      .expected = KindsText(type)});
  }
  if (MayWrite(rule->writer, writer_path, *parsed)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_NOT_AUTHORISED,
                   {.message = std::string(writer_path) + " may not write " + name() + " about " +
                               std::string(subject),
                    .field = "subject",
                    .expected = RightWriter(rule->writer, *parsed)});
}

bool MayWriteAbout(std::string_view writer_path, std::string_view subject) {
  const absl::StatusOr<Subject> parsed = ParseSubject(subject);
  return parsed.ok() && std::any_of(kRules.begin(), kRules.end(), [&](const Rule& rule) {
           return IsAbout(rule.type, parsed->kind) && MayWrite(rule.writer, writer_path, *parsed);
         });
}

}  // namespace liggare::domain
