#include "services/domain/form/shape.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "proto/error/error.h"
#include "proto/form/nearest.h"
#include "proto/form/plan.h"
#include "proto/form/uuid.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/form/assignments.h"
#include "services/domain/form/form_version.h"
#include "services/domain/form/payload_shape.h"
#include "services/domain/form/text_form.h"
#include "services/domain/law/authority.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/place/table_id.h"

namespace liggare::domain {
namespace {

using form::FieldKind;
using form::FieldPlan;
using form::MessagePlan;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kReasonCodeNumber = v1::EventData::kReasonCodeFieldNumber;

// Where the check is: a chain of fields up to the payload, on the stack. The
// path is written out only for an error.
struct Place {
  const Place* above = nullptr;
  const FieldPlan* field = nullptr;
  const Message* element = nullptr;  // Of a repeated field: the element.
  uint32_t form_version = 0;         // At the beginning of the chain.
  bool passes_over_unknown = false;  // There as well.

  uint32_t FormVersion() const { return above == nullptr ? form_version : above->FormVersion(); }
  bool PassesOverUnknown() const {
    return above == nullptr ? passes_over_unknown : above->PassesOverUnknown();
  }

  std::string Path() const {
    std::string path = above == nullptr ? "" : above->Path();
    if (field == nullptr) return path;
    if (!path.empty()) path += '.';
    path += field->name;
    if (element != nullptr) AppendKeys(*element, *field->message, path);
    return path;
  }
};

absl::Status Fault(v1::ErrorCode code, const Place& place, std::string message,
                   std::string expected) {
  return MakeError(
      code,
      {.message = std::move(message), .field = place.Path(), .expected = std::move(expected)});
}

absl::Status Invalid(const Place& place, std::string message, std::string expected) {
  return Fault(v1::ERROR_CODE_INVALID_FIELD, place, std::move(message), std::move(expected));
}

absl::Status CheckMessage(const Message& message, const MessagePlan& plan, const Place& place);

absl::Status CheckUnknownFields(const Message& message, const MessagePlan& plan,
                                const Place& place) {
  const auto& unknown = plan.reflection->GetUnknownFields(message);
  if (unknown.empty() || place.PassesOverUnknown()) return absl::OkStatus();
  return Fault(v1::ERROR_CODE_UNKNOWN_FIELD, place,
               "field number " + std::to_string(unknown.field(0).number()) + " is not known here",
               form::NamesLike("", plan.FieldNames()));
}

absl::Status CheckInteger(int64_t number, const FieldPlan& field, const Place& place) {
  if (field.unit == v1::UNIT_UNSPECIFIED) return absl::OkStatus();
  if (number < 0) return Invalid(place, std::to_string(number) + " is negative", "0 or more");
  if (number > kFigureMax) {
    return Invalid(place, std::to_string(number) + " is too large",
                   "at most " + std::to_string(kFigureMax));
  }
  return absl::OkStatus();
}

absl::Status CheckString(const std::string& text, const FieldPlan& field, const Place& place) {
  if (HoldsPersonnummer(field.form, text)) {
    return Invalid(place, kPersonnummerFound, kPersonnummerExpected);
  }
  if (HasForm(field.form, text)) return absl::OkStatus();
  constexpr size_t kQuotedBytesMax = 100;
  const std::string quoted = text.size() <= kQuotedBytesMax ? "\"" + text + "\"" : "the text";
  return Invalid(place, quoted + " has not the right form", DescriptionOf(field.form));
}

// A field that is present and single.
absl::Status CheckSingle(const Message& message, const FieldPlan& field, const Place& place) {
  const Reflection* reflection = field.reflection;
  std::string scratch;
  switch (field.kind) {
    case FieldKind::kInteger:
      return CheckInteger(reflection->GetInt64(message, field.descriptor), field, place);
    case FieldKind::kString:
      return CheckString(reflection->GetStringReference(message, field.descriptor, &scratch), field,
                         place);
    case FieldKind::kBytes:
      if (reflection->GetStringReference(message, field.descriptor, &scratch).size() <=
          kBytesFieldMax) {
        return absl::OkStatus();
      }
      return Fault(v1::ERROR_CODE_LIMIT_EXCEEDED, place, "too many bytes",
                   "at most " + std::to_string(kBytesFieldMax) + " bytes");
    case FieldKind::kEnum: {
      const int number = reflection->GetEnumValue(message, field.descriptor);
      if (field.enumeration->TokenOf(number) != nullptr) return absl::OkStatus();
      return Invalid(place, "there is no value " + std::to_string(number),
                     "one of " + field.enumeration->AllTokens());
    }
    case FieldKind::kText:
      if (static_cast<const v1::Text&>(reflection->GetMessage(message, field.descriptor))
              .commitment()
              .size() == kCommitmentBytes) {
        return absl::OkStatus();
      }
      return Invalid(place, "the commitment has the wrong length",
                     std::to_string(kCommitmentBytes) + " bytes");
    case FieldKind::kValue:
      if (HasValue(FromProto(
              static_cast<const v1::Value&>(reflection->GetMessage(message, field.descriptor))))) {
        return absl::OkStatus();
      }
      return Invalid(place, "the value is empty", "a number, a text or a flag, or no field at all");
    case FieldKind::kMessage:
      return CheckMessage(reflection->GetMessage(message, field.descriptor), *field.message, place);
    case FieldKind::kFlag:
    case FieldKind::kUnsigned:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status CheckElements(const Message& message, const FieldPlan& field, const Place& above) {
  const Reflection* reflection = field.reflection;
  const int count = reflection->FieldSize(message, field.descriptor);
  if (static_cast<size_t>(count) > kElementsMax) {
    return Fault(v1::ERROR_CODE_LIMIT_EXCEEDED, {&above, &field},
                 std::to_string(count) + " elements",
                 "at most " + std::to_string(kElementsMax) + " elements");
  }
  absl::flat_hash_set<std::string> keys;
  for (int i = 0; i < count; ++i) {
    const Message& element = reflection->GetRepeatedMessage(message, field.descriptor, i);
    const Place place{&above, &field, &element};
    absl::Status status = CheckMessage(element, *field.message, place);
    if (!status.ok()) return status;
    std::string key;
    AppendKeys(element, *field.message, key);
    if (!key.empty() && !keys.insert(std::move(key)).second) {
      return Invalid(place, "the key occurs twice", "each key once");
    }
  }
  return absl::OkStatus();
}

// Whether the field may be looked at: integers without presence always, as 0.
bool IsGiven(const Message& message, const FieldPlan& field) {
  return form::IsPresent(message, field) ||
         (field.kind == FieldKind::kInteger && !field.has_presence && !field.repeated);
}

absl::Status CheckMissing(const FieldPlan& field, const Place& place) {
  const bool is_required_since =
      field.required_from > 0 && place.FormVersion() >= field.required_from;
  if (!field.required && !is_required_since) return absl::OkStatus();
  std::string expected = "a value";
  if (field.kind == FieldKind::kEnum) expected = "one of " + field.enumeration->AllTokens();
  if (field.kind == FieldKind::kString) expected = DescriptionOf(field.form);
  if (field.unit != v1::UNIT_UNSPECIFIED) expected = "a whole number, 0 or more";
  if (field.repeated) expected = "at least one element";
  return Fault(v1::ERROR_CODE_MISSING_FIELD, place, field.name + " is missing",
               std::move(expected));
}

// A first and a last day: not the other way round.
absl::Status CheckInterval(const Message& message, const MessagePlan& plan, const Place& place) {
  const FieldPlan* from = plan.Find("from");
  const FieldPlan* to = plan.Find("to");
  if (from == nullptr || to == nullptr || to->form != v1::TEXT_FORM_DATE) return absl::OkStatus();
  const Reflection* reflection = plan.reflection;
  const std::string first = reflection->GetString(message, from->descriptor);
  const std::string last = reflection->GetString(message, to->descriptor);
  if (last.empty() || first <= last) return absl::OkStatus();  // ISO dates sort as text.
  return Invalid({&place, to}, "the last day, " + last + ", is before the first, " + first,
                 first + " or later");
}

absl::Status CheckMessage(const Message& message, const MessagePlan& plan, const Place& place) {
  absl::Status status = CheckUnknownFields(message, plan, place);
  if (!status.ok()) return status;
  for (const FieldPlan& field : plan.fields) {
    if (!IsGiven(message, field)) {
      status = CheckMissing(field, {&place, &field});
    } else if (field.repeated) {
      status = CheckElements(message, field, place);
    } else {
      status = CheckSingle(message, field, {&place, &field});
    }
    if (!status.ok()) return status;
  }
  return CheckInterval(message, plan, place);
}

absl::Status HeaderFault(v1::ErrorCode code, std::string field, std::string message,
                         std::string expected) {
  return MakeError(
      code,
      {.message = std::move(message), .field = std::move(field), .expected = std::move(expected)});
}

absl::Status CheckPayloadPresent(const v1::EventData& event) {
  if (form::TypeOf(event) != nullptr) return absl::OkStatus();
  const int number = form::TypeNumberOf(event);
  if (number == 0) {
    return HeaderFault(v1::ERROR_CODE_MISSING_FIELD, "payload", "the event has no payload",
                       "one payload");
  }
  return HeaderFault(v1::ERROR_CODE_UNKNOWN_TYPE, "payload",
                     "event type " + std::to_string(number) + " is not known here",
                     "a type that this version knows");
}

absl::Status CheckExpectedPositions(const v1::EventData& event) {
  if (static_cast<size_t>(event.expected_size()) > kExpectedMax) {
    return HeaderFault(v1::ERROR_CODE_LIMIT_EXCEEDED, "expected", "too many positions",
                       "at most " + std::to_string(kExpectedMax));
  }
  std::set<std::string_view> logs;
  for (const v1::Basis& position : event.expected()) {
    if (absl::StatusOr<name::LogName> name = name::ParseLogName(position.log()); !name.ok()) {
      v1::Error error = ErrorOf(name.status());
      error.set_field("expected.log");
      return MakeError(std::move(error));
    }
    if (!logs.insert(position.log()).second) {
      return HeaderFault(v1::ERROR_CODE_INVALID_FIELD, "expected.log",
                         position.log() + " occurs twice", "each log once");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckEventId(const v1::EventData& event) {
  if (event.event_id().empty()) {
    return HeaderFault(v1::ERROR_CODE_MISSING_FIELD, "event_id", "the event has no id",
                       "a UUIDv7, 16 bytes");
  }
  if (form::IsUuid7(event.event_id())) return absl::OkStatus();
  return HeaderFault(v1::ERROR_CODE_INVALID_FIELD, "event_id", "the id is not a UUIDv7",
                     "a UUIDv7 (RFC 9562), 16 bytes");
}

absl::Status CheckKnownForm(const v1::EventData& event) {
  if (event.form_version() <= kFormVersionMax) return absl::OkStatus();
  return HeaderFault(v1::ERROR_CODE_UNKNOWN_TYPE, "form_version",
                     "form version " + std::to_string(event.form_version()) + " is not known here",
                     "at most " + std::to_string(kFormVersionMax));
}

const MessagePlan& HeaderPlan() {
  static const MessagePlan& plan = form::PlanOf(*v1::EventData::descriptor());
  return plan;
}

// Who acted and why.
absl::Status CheckAccount(const v1::EventData& event, const Place& root) {
  for (const FieldPlan& field : HeaderPlan().fields) {
    const int number = field.descriptor->number();
    const bool is_plain = number == v1::EventData::kActorFieldNumber ||
                          number == kReasonCodeNumber ||
                          number == v1::EventData::kReasonFieldNumber;
    if (!is_plain || !form::IsPresent(event, field)) continue;
    absl::Status status = CheckSingle(event, field, {&root, &field});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckHeader(const v1::EventData& event) {
  absl::Status status = CheckEventId(event);
  if (!status.ok()) return status;
  status = CheckKnownForm(event);
  if (!status.ok()) return status;
  const Place root;
  status = CheckAccount(event, root);
  if (!status.ok()) return status;
  status = CheckUnknownFields(event, HeaderPlan(), root);
  return status.ok() ? CheckExpectedPositions(event) : status;
}

uint32_t StatedFormVersion(const v1::EventData& event) {
  return std::max<uint32_t>(1, event.form_version());
}

absl::Status CheckFormVersion(const v1::EventData& event, const Subject& subject) {
  const uint32_t wanted = FormVersionOf(form::TypeNumberOf(event), subject.year);
  if (StatedFormVersion(event) == wanted) return absl::OkStatus();
  const std::string year = subject.year == 0 ? "" : " for " + std::to_string(subject.year);
  return HeaderFault(v1::ERROR_CODE_INVALID_FIELD, "form_version",
                     form::TypeOf(event)->name + " has not form version " +
                         std::to_string(StatedFormVersion(event)) + year,
                     std::to_string(wanted));
}

// Verksamheter stand below one of the 21 län.
absl::Status CheckVerksamhetPath(const v1::EventData& event, const Subject& subject) {
  const bool is_below_lan = name::DepthOf(subject.path) >= 3 &&
                            name::ParentOf(name::CountyPathOf(subject.path)) == name::kNationPath &&
                            FindLan(name::LanskodOf(subject.path)) != nullptr;
  if (is_below_lan) return absl::OkStatus();
  return HeaderFault(v1::ERROR_CODE_INVALID_SUBJECT, "subject",
                     "\"" + event.subject() + "\" is not about a verksamhet below a län",
                     "se/<länskod>/<verksamhet> at the end");
}

absl::Status CheckSubject(const v1::EventData& event, const Subject& subject) {
  const int type = form::TypeNumberOf(event);
  if (!IsAbout(type, subject.kind)) {
    return HeaderFault(
        v1::ERROR_CODE_INVALID_SUBJECT, "subject",
        form::FindEventType(type)->name + " is not about \"" + event.subject() + "\"",
        KindsText(type));
  }
  if (subject.kind == SubjectKind::kVerksamhet || subject.kind == SubjectKind::kRapport) {
    return CheckVerksamhetPath(event, subject);
  }
  if (subject.kind == SubjectKind::kTabell &&
      std::ranges::find(kTableIds, subject.code) == kTableIds.end()) {
    return HeaderFault(v1::ERROR_CODE_INVALID_SUBJECT, "subject",
                       "there is no table \"" + std::string(subject.code) + "\"",
                       form::NamesLike("", {kTableIds.begin(), kTableIds.end()}));
  }
  return absl::OkStatus();
}

// The subject, and the payload about it.
absl::Status CheckContent(const v1::EventData& event, bool passes_over_unknown) {
  absl::StatusOr<Subject> subject = ParseSubject(event.subject());
  if (!subject.ok()) return subject.status();
  absl::Status status = CheckSubject(event, *subject);
  if (!status.ok()) return status;
  status = CheckFormVersion(event, *subject);
  if (!status.ok()) return status;
  const form::EventType& type = *form::TypeOf(event);
  status = CheckMessage(
      form::PayloadOf(event, type), *type.plan,
      Place{.form_version = StatedFormVersion(event), .passes_over_unknown = passes_over_unknown});
  return status.ok() ? CheckPayloadShape(event, *subject) : status;
}

}  // namespace

absl::Status CheckShape(const v1::EventData& event) {
  absl::Status status = CheckPayloadPresent(event);
  if (!status.ok()) return status;
  status = CheckHeader(event);
  return status.ok() ? CheckContent(event, /*passes_over_unknown=*/false) : status;
}

absl::Status CheckFoldedShape(const v1::EventData& event) {
  absl::Status status = CheckPayloadPresent(event);
  if (!status.ok()) return status;
  status = CheckKnownForm(event);
  if (!status.ok()) return status;
  status = CheckAccount(event, Place{.passes_over_unknown = true});
  return status.ok() ? CheckContent(event, /*passes_over_unknown=*/true) : status;
}

}  // namespace liggare::domain
