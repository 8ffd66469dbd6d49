#include "services/domain/form/payload_shape.h"

#include <string>
#include <string_view>
#include <utility>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/name/log_name.h"
#include "services/domain/form/assignments.h"
#include "services/domain/form/shape.h"
#include "services/domain/form/text_form.h"
#include "services/domain/form/value.h"

namespace liggare::domain {
namespace {

absl::Status Invalid(std::string field, std::string message, std::string expected) {
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = std::move(message), .field = std::move(field), .expected = std::move(expected)});
}

absl::Status CheckLength(std::string_view field, std::string_view bytes, size_t wanted) {
  if (bytes.size() == wanted) return absl::OkStatus();
  return Invalid(std::string(field), "this is " + std::to_string(bytes.size()) + " bytes",
                 std::to_string(wanted) + " bytes");
}

// The key's name is <trust domain>/<path>.
absl::Status CheckKeyName(std::string_view verifier_key, const Subject& subject) {
  const std::string ending = "/" + std::string(subject.path);
  const std::string_view name = verifier_key.substr(0, verifier_key.find('+'));
  const bool is_right =
      name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending;
  if (is_right) return absl::OkStatus();
  return Invalid("verifier_key", "the key's name is \"" + std::string(name) + "\"",
                 "<trust domain>" + ending);
}

absl::Status CheckNodeEnrolled(const v1::NodeEnrolled& enrolled, const Subject& subject) {
  const bool is_hosted = enrolled.custody() == v1::CUSTODY_HOSTED;
  if (is_hosted && enrolled.hosted_by().empty()) {
    return MakeError(v1::ERROR_CODE_MISSING_FIELD,
                     {.message = "the key is hosted, but it isn't said by whom",
                      .field = "hosted_by",
                      .expected = "the path of the node whose organisation holds the key"});
  }
  if (!is_hosted && !enrolled.hosted_by().empty()) {
    return Invalid("hosted_by", "the node holds its own key", "no hosted_by, or custody hosted");
  }
  return CheckKeyName(enrolled.verifier_key(), subject);
}

absl::Status CheckNodeKeyChanged(const v1::NodeKeyChanged& changed, const Subject& subject) {
  absl::Status status =
      CheckLength("old_key_signature", changed.old_key_signature(), kSignatureBytes);
  return status.ok() ? CheckKeyName(changed.verifier_key(), subject) : status;
}

absl::Status CheckNodeKeyRevoked(const v1::NodeKeyRevoked& revoked, const Subject& subject) {
  const absl::StatusOr<name::LogName> log = name::ParseLogName(revoked.log());
  if (!log.ok() || log->path != subject.path) {
    return Invalid("log", "\"" + revoked.log() + "\" is no log of the node",
                   std::string(subject.path) + "@<epoch>");
  }
  return CheckKeyName(revoked.verifier_key(), subject);
}

absl::Status CheckCorrectedValue(std::string_view name, const form::FieldPlan& field,
                                 const v1::Value& value) {
  const FieldValue given = FromProto(value);
  std::string expected;
  bool is_right = true;
  if (field.kind == form::FieldKind::kInteger) {
    const auto* number = std::get_if<int64_t>(&given);
    is_right = number != nullptr && *number >= 0 && *number <= kFigureMax;
    expected = "a whole number from 0, in the unit of " + field.name;
  } else if (field.kind == form::FieldKind::kFlag) {
    is_right = std::holds_alternative<bool>(given);
    expected = "true or false";
  } else if (field.kind == form::FieldKind::kEnum) {
    const auto* token = std::get_if<std::string>(&given);
    is_right = token != nullptr && field.enumeration->NumberOf(*token).has_value();
    expected = "one of " + field.enumeration->AllTokens();
  } else {
    const auto* text = std::get_if<std::string>(&given);
    if (text != nullptr && HoldsPersonnummer(field.form, *text)) {
      return Invalid(std::string(name), kPersonnummerFound, kPersonnummerExpected);
    }
    is_right = text != nullptr && HasForm(field.form, *text);
    expected = DescriptionOf(field.form);
  }
  if (is_right) return absl::OkStatus();
  return Invalid(std::string(name), "\"" + TextOf(given) + "\" can't be the value of " + field.name,
                 std::move(expected));
}

// A ReportCorrected or DecisionCorrected of one field of `form`.
template <typename Correction>
absl::Status CheckCorrection(const form::MessagePlan& form, const Correction& correction) {
  absl::StatusOr<const form::FieldPlan*> field = ResolvePath(form, correction.path());
  if (!field.ok()) {
    v1::Error error = ErrorOf(field.status());
    error.set_field("path");
    return MakeError(std::move(error));
  }
  if (!correction.has_old() && !correction.has_new_()) {
    return MakeError(v1::ERROR_CODE_MISSING_FIELD, {.message = "the correction has no new value",
                                                    .field = "new",
                                                    .expected = "the right value"});
  }
  if (correction.has_old()) {
    absl::Status status = CheckCorrectedValue("old", **field, correction.old());
    if (!status.ok()) return status;
  }
  if (!correction.has_new_()) return absl::OkStatus();
  if (FromProto(correction.old()) == FromProto(correction.new_())) {
    return Invalid("new", "the new value is the old one", "a value that differs from old");
  }
  return CheckCorrectedValue("new", **field, correction.new_());
}

absl::Status CheckRedactedTexts(const google::protobuf::RepeatedPtrField<v1::RedactedText>& texts) {
  for (const v1::RedactedText& text : texts) {
    absl::Status status = CheckLength("texter", text.commitment(), kHashBytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// A cell is a figure or words.
absl::Status CheckTablePublished(const v1::TablePublished& published) {
  for (const v1::StatedCell& cell : published.cells()) {
    const std::string path = "cells[" + cell.row() + "][" + cell.column() + "]";
    if (cell.value().empty() && cell.text().empty()) {
      return MakeError(v1::ERROR_CODE_MISSING_FIELD, {.message = "the cell is empty",
                                                      .field = path + ".value",
                                                      .expected = "a figure, or text"});
    }
    if (cell.value().empty() || cell.text().empty()) continue;
    return Invalid(path + ".text", "the cell has both a figure and words", "value or text");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPayloadShape(const v1::EventData& event, const Subject& subject) {
  switch (event.payload_case()) {
    case v1::EventData::kNodeEnrolled:
      return CheckNodeEnrolled(event.node_enrolled(), subject);
    case v1::EventData::kNodeKeyChanged:
      return CheckNodeKeyChanged(event.node_key_changed(), subject);
    case v1::EventData::kNodeKeyRevoked:
      return CheckNodeKeyRevoked(event.node_key_revoked(), subject);
    case v1::EventData::kNodeClosed:
      return CheckLength("root", event.node_closed().root(), kHashBytes);
    case v1::EventData::kReportCorrected:
      return CheckCorrection(form::PlanOf(*v1::ReportSubmitted::descriptor()),
                             event.report_corrected());
    case v1::EventData::kDecisionCorrected:
      return CheckCorrection(form::PlanOf(*v1::AterkravDecided::descriptor()),
                             event.decision_corrected());
    case v1::EventData::kTablePublished:
      return CheckTablePublished(event.table_published());
    case v1::EventData::kRedacted:
      return CheckRedactedTexts(event.redacted().texter());
    case v1::EventData::kRedactionRequested:
      return CheckRedactedTexts(event.redaction_requested().texter());
    case v1::EventData::kReceived:
    case v1::EventData::kEpochOpened:
    case v1::EventData::kVerksamhetRegistered:
    case v1::EventData::kKommunAssigned:
    case v1::EventData::kUtforareRegistered:
    case v1::EventData::kVerksamhetSucceeded:
    case v1::EventData::kAppropriationSet:
    case v1::EventData::kGrantRateSet:
    case v1::EventData::kOwnCostBooked:
    case v1::EventData::kMoneyReturned:
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
    case v1::EventData::kDecisionChanged:
    case v1::EventData::kAppealLodged:
    case v1::EventData::kAppealDecided:
    case v1::EventData::kAterkravClosed:
    case v1::EventData::kConflictResolved:
    case v1::EventData::kBristReported:
    case v1::EventData::kBristGrouped:
    case v1::EventData::kBristEscalated:
    case v1::EventData::kBristPrioritised:
    case v1::EventData::kActionReported:
    case v1::EventData::kFeedbackRequested:
    case v1::EventData::kFeedbackGiven:
    case v1::EventData::kGoodExampleShared:
    case v1::EventData::PAYLOAD_NOT_SET:
      break;  // Nothing beyond what the annotations say (shape.cc).
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
