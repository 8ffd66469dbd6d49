#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "proto/error/error.h"
#include "proto/form/disclosure_text.h"
#include "proto/form/nearest.h"
#include "proto/form/plan.h"
#include "proto/form/uuid.h"
#include "proto/json/event_json.h"
#include "proto/json/json_value.h"

namespace liggare::json {
namespace {

using form::EventType;
using form::FieldKind;
using form::FieldPlan;
using form::MessagePlan;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Kind = JsonValue::Kind;

constexpr std::string_view kIdMember = "id";
constexpr std::string_view kNodeMember = "node";
constexpr std::string_view kIdField = "event_id";

absl::Status Invalid(std::string field, const JsonValue& value, std::string expected) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD, {.message = "this is " + value.Description(),
                                                  .field = std::move(field),
                                                  .expected = std::move(expected)});
}

absl::Status Duplicate(std::string field) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD, {.message = "the name occurs twice",
                                                  .field = std::move(field),
                                                  .expected = "each name once"});
}

std::string Join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

// Reads one line; collects the disclosures on the way.
class Reader {
 public:
  explicit Reader(const SaltSource& salts) : salts_(salts) {}

  absl::StatusOr<ParsedEvent> ReadEvent(const JsonValue& root);

 private:
  absl::Status ReadMember(const std::string& name, const JsonValue& value);
  absl::Status ReadId(const JsonValue& value);
  absl::Status ReadPayload(const EventType& type, const JsonValue& value);
  absl::Status CheckComplete() const;

  absl::Status ReadMessage(const JsonValue& value, const MessagePlan& plan, const std::string& path,
                           Message& message);
  absl::Status ReadField(const JsonValue& value, const FieldPlan& field, const std::string& path,
                         Message& message);
  absl::Status ReadElements(const JsonValue& value, const FieldPlan& field, const std::string& path,
                            Message& message);
  absl::Status ReadSingle(const JsonValue& value, const FieldPlan& field, const std::string& path,
                          Message& message);
  absl::Status ReadText(const JsonValue& value, const std::string& path, v1::Text& text);

  const SaltSource& salts_;
  ParsedEvent event_;
  const EventType* type_ = nullptr;
};

// The names that may stand at the top of a line.
std::vector<std::string_view> TopNames() {
  std::vector<std::string_view> names = {kIdMember, kNodeMember};
  for (const FieldPlan& field : form::PlanOf(*v1::EventData::descriptor()).fields) {
    if (field.name != kIdField) names.push_back(field.name);
  }
  return names;
}

std::vector<std::string_view> TypeNames() {
  std::vector<std::string_view> names;
  for (const EventType& type : form::EventTypes()) names.push_back(type.name);
  return names;
}

const FieldPlan* HeaderField(std::string_view name) {
  if (name == kIdField) return nullptr;
  const FieldPlan* field = form::PlanOf(*v1::EventData::descriptor()).Find(name);
  if (field == nullptr || field->descriptor->number() >= form::kFirstPayloadField) return nullptr;
  return field;
}

// A member that is neither of the envelope nor an event type. Where the line has
// no payload, an object was most likely meant as one.
absl::Status UnknownTopName(const JsonValue& root, const std::string& name,
                            const JsonValue& value) {
  const bool has_payload = std::any_of(root.members.begin(), root.members.end(), [](auto& member) {
    return form::FindEventType(std::string_view(member.first)) != nullptr;
  });
  if (!has_payload && value.kind == Kind::kObject) {
    return MakeError(v1::ERROR_CODE_UNKNOWN_TYPE,
                     {.message = "there is no event type \"" + name + "\"",
                      .field = name,
                      .expected = form::NamesLike(name, TypeNames())});
  }
  return MakeError(v1::ERROR_CODE_UNKNOWN_FIELD,
                   {.message = "an event has no member \"" + name + "\"",
                    .field = name,
                    .expected = form::NamesLike(name, TopNames())});
}

absl::StatusOr<ParsedEvent> Reader::ReadEvent(const JsonValue& root) {
  if (root.kind != Kind::kObject) {
    return MakeError(v1::ERROR_CODE_MALFORMED,
                     {.message = "this is " + root.Description(), .expected = "one JSON object"});
  }
  std::set<std::string_view> seen;
  for (const auto& [name, value] : root.members) {
    if (!seen.insert(name).second) return Duplicate(name);
    const bool known = name == kIdMember || name == kNodeMember || HeaderField(name) != nullptr ||
                       form::FindEventType(std::string_view(name)) != nullptr;
    if (!known) return UnknownTopName(root, name, value);
    if (absl::Status status = ReadMember(name, value); !status.ok()) return status;
  }
  if (absl::Status status = CheckComplete(); !status.ok()) return status;
  return std::move(event_);
}

absl::Status Reader::ReadMember(const std::string& name, const JsonValue& value) {
  if (name == kIdMember) return ReadId(value);
  if (name == kNodeMember) {
    if (value.kind != Kind::kText) return Invalid(name, value, "the path of a node");
    event_.node = value.text;
    return absl::OkStatus();
  }
  if (const FieldPlan* field = HeaderField(name)) {
    return ReadField(value, *field, name, event_.data);
  }
  return ReadPayload(*form::FindEventType(std::string_view(name)), value);
}

absl::Status Reader::ReadId(const JsonValue& value) {
  std::optional<std::string> id;
  if (value.kind == Kind::kText) id = form::UuidBytes(value.text);
  if (!id.has_value()) {
    return Invalid(std::string(kIdMember), value,
                   "a UUID as text, such as 0190163d-8694-739b-aea5-966c26f8ad91");
  }
  event_.data.set_event_id(*std::move(id));
  return absl::OkStatus();
}

absl::Status Reader::ReadPayload(const EventType& type, const JsonValue& value) {
  if (type_ != nullptr) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = "the event has two payloads, " + type_->name + " and " + type.name,
                      .field = type.name,
                      .expected = "one payload"});
  }
  type_ = &type;
  const Reflection* reflection = event_.data.GetReflection();
  Message* payload = reflection->MutableMessage(&event_.data, type.field->descriptor);
  return ReadMessage(value, *type.plan, type.name, *payload);
}

absl::Status Reader::CheckComplete() const {
  const auto missing = [](std::string_view field, std::string expected) {
    return MakeError(v1::ERROR_CODE_MISSING_FIELD,
                     {.message = "the event has no " + std::string(field),
                      .field = std::string(field),
                      .expected = std::move(expected)});
  };
  if (event_.data.event_id().empty()) return missing(kIdMember, "a UUIDv7 as text");
  if (event_.data.subject().empty()) {
    return missing("subject", "what the event is about, such as rapport/2024/se/17/varmland");
  }
  if (type_ == nullptr) {
    return missing("payload",
                   "one member named by an event type: " + form::NamesLike("", TypeNames()));
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadMessage(const JsonValue& value, const MessagePlan& plan,
                                 const std::string& path, Message& message) {
  if (value.kind != Kind::kObject) return Invalid(path, value, "an object");
  std::set<std::string_view> seen;
  for (const auto& [name, member] : value.members) {
    const std::string member_path = Join(path, name);
    if (!seen.insert(name).second) return Duplicate(member_path);
    const FieldPlan* field = plan.Find(name);
    if (field == nullptr) {
      return MakeError(v1::ERROR_CODE_UNKNOWN_FIELD,
                       {.message = "there is no field \"" + name + "\" here",
                        .field = member_path,
                        .expected = form::NamesLike(name, plan.FieldNames())});
    }
    if (absl::Status s = ReadField(member, *field, member_path, message); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadField(const JsonValue& value, const FieldPlan& field,
                               const std::string& path, Message& message) {
  return field.repeated ? ReadElements(value, field, path, message)
                        : ReadSingle(value, field, path, message);
}

// Every repeated field of a form holds messages.
absl::Status Reader::ReadElements(const JsonValue& value, const FieldPlan& field,
                                  const std::string& path, Message& message) {
  if (value.kind != Kind::kArray) return Invalid(path, value, "an array");
  for (size_t i = 0; i < value.elements.size(); ++i) {
    Message* element = message.GetReflection()->AddMessage(&message, field.descriptor);
    const std::string element_path = path + "[" + std::to_string(i) + "]";
    absl::Status status = ReadMessage(value.elements[i], *field.message, element_path, *element);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadInteger(const JsonValue& value, const FieldPlan& field, const std::string& path,
                         Message& message) {
  if (value.kind != Kind::kNumber || !value.integer.has_value()) {
    return Invalid(path, value, "a whole number of at most 64 bits, without a decimal point");
  }
  const Reflection* reflection = message.GetReflection();
  if (field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    reflection->SetInt64(&message, field.descriptor, *value.integer);
    return absl::OkStatus();
  }
  if (*value.integer > std::numeric_limits<int32_t>::max() ||
      *value.integer < std::numeric_limits<int32_t>::min()) {
    return Invalid(path, value, "a whole number of at most 32 bits");
  }
  reflection->SetInt32(&message, field.descriptor, static_cast<int32_t>(*value.integer));
  return absl::OkStatus();
}

absl::Status ReadUnsigned(const JsonValue& value, const FieldPlan& field, const std::string& path,
                          Message& message) {
  const bool is_short = field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_UINT32;
  const uint64_t max =
      is_short ? std::numeric_limits<uint32_t>::max() : std::numeric_limits<uint64_t>::max();
  if (value.kind != Kind::kNumber || !value.unsigned_integer.has_value() ||
      *value.unsigned_integer > max) {
    return Invalid(path, value, "a whole number from 0 to " + std::to_string(max));
  }
  const Reflection* reflection = message.GetReflection();
  if (is_short) {
    reflection->SetUInt32(&message, field.descriptor,
                          static_cast<uint32_t>(*value.unsigned_integer));
  } else {
    reflection->SetUInt64(&message, field.descriptor, *value.unsigned_integer);
  }
  return absl::OkStatus();
}

absl::Status ReadEnum(const JsonValue& value, const FieldPlan& field, const std::string& path,
                      Message& message) {
  std::optional<int> number;
  if (value.kind == Kind::kText) number = field.enumeration->NumberOf(value.text);
  if (!number.has_value()) {
    return Invalid(path, value, "one of " + field.enumeration->AllTokens());
  }
  message.GetReflection()->SetEnumValue(&message, field.descriptor, *number);
  return absl::OkStatus();
}

absl::Status ReadBytes(const JsonValue& value, const FieldPlan& field, const std::string& path,
                       Message& message) {
  std::string bytes;
  if (value.kind != Kind::kText ||
      !absl::Base64Unescape(absl::string_view(value.text.data(), value.text.size()), &bytes)) {
    return Invalid(path, value, "bytes in base64");
  }
  message.GetReflection()->SetString(&message, field.descriptor, std::move(bytes));
  return absl::OkStatus();
}

absl::Status ReadValue(const JsonValue& value, const std::string& path, v1::Value& out) {
  if (value.kind == Kind::kText) {
    out.set_text(value.text);
  } else if (value.kind == Kind::kFlag) {
    out.set_flag(value.flag);
  } else if (value.kind == Kind::kNumber && value.integer.has_value()) {
    out.set_number(*value.integer);
  } else {
    return Invalid(path, value, "a whole number, a text, true or false");
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadText(const JsonValue& value, const std::string& path, v1::Text& text) {
  if (value.kind == Kind::kObject) {
    return ReadMessage(value, form::PlanOf(*v1::Text::descriptor()), path, text);
  }
  if (value.kind != Kind::kText) return Invalid(path, value, "a text");
  if (value.text.size() > form::kDisclosureTextBytesMax) {
    return MakeError(
        v1::ERROR_CODE_LIMIT_EXCEEDED,
        {.message = "the text is " + std::to_string(value.text.size()) + " bytes",
         .field = path,
         .expected = "at most " + std::to_string(form::kDisclosureTextBytesMax) + " bytes"});
  }
  v1::Disclosure disclosure;
  disclosure.set_salt(salts_());
  disclosure.set_text(value.text);
  text.set_commitment(Commit(disclosure.salt(), disclosure.text()));
  event_.disclosures.push_back(std::move(disclosure));
  return absl::OkStatus();
}

absl::Status Reader::ReadSingle(const JsonValue& value, const FieldPlan& field,
                                const std::string& path, Message& message) {
  const Reflection* reflection = message.GetReflection();
  switch (field.kind) {
    case FieldKind::kInteger:
      return ReadInteger(value, field, path, message);
    case FieldKind::kUnsigned:
      return ReadUnsigned(value, field, path, message);
    case FieldKind::kEnum:
      return ReadEnum(value, field, path, message);
    case FieldKind::kBytes:
      return ReadBytes(value, field, path, message);
    case FieldKind::kFlag:
      if (value.kind != Kind::kFlag) return Invalid(path, value, "true or false");
      reflection->SetBool(&message, field.descriptor, value.flag);
      return absl::OkStatus();
    case FieldKind::kString:
      if (value.kind != Kind::kText) return Invalid(path, value, "a text");
      reflection->SetString(&message, field.descriptor, value.text);
      return absl::OkStatus();
    case FieldKind::kText:
      return ReadText(
          value, path,
          static_cast<v1::Text&>(*reflection->MutableMessage(&message, field.descriptor)));
    case FieldKind::kValue:
      return ReadValue(
          value, path,
          static_cast<v1::Value&>(*reflection->MutableMessage(&message, field.descriptor)));
    case FieldKind::kMessage:
      return ReadMessage(value, *field.message, path,
                         *reflection->MutableMessage(&message, field.descriptor));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckEventJsonBytes(uint64_t bytes) {
  if (bytes <= kEventJsonBytesMax) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_LIMIT_EXCEEDED,
      {.message = "the line is " + std::to_string(bytes) + " bytes",
       .expected = "at most " + std::to_string(kEventJsonBytesMax) + " bytes per event"});
}

absl::StatusOr<ParsedEvent> EventFromJson(std::string_view line, const SaltSource& salts) {
  if (absl::Status status = CheckEventJsonBytes(line.size()); !status.ok()) return status;
  absl::StatusOr<JsonValue> root = ParseJson(line);
  if (!root.ok()) return root.status();
  return Reader(salts).ReadEvent(*root);
}

}  // namespace liggare::json
