#include <unordered_map>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "proto/form/plan.h"
#include "proto/form/uuid.h"
#include "proto/json/event_json.h"

namespace liggare::json {
namespace {

using form::FieldKind;
using form::FieldPlan;
using form::MessagePlan;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

// The texts by their commitment.
using Texts = std::unordered_map<std::string, std::string>;

Json MessageJson(const Message& message, const MessagePlan& plan, const Texts& texts);

std::string Base64(const std::string& bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

Json IntegerJson(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection->GetUInt64(message, field);
    default:
      return reflection->GetInt64(message, field);
  }
}

Json ValueJson(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kNumber:
      return value.number();
    case v1::Value::kText:
      return value.text();
    case v1::Value::kFlag:
      return value.flag();
    case v1::Value::KIND_NOT_SET:
      return Json();
  }
  return Json();
}

Json TextJson(const v1::Text& text, const Texts& texts) {
  if (auto it = texts.find(text.commitment()); it != texts.end()) return it->second;
  return Json{{"commitment", Base64(text.commitment())}};
}

Json EnumJson(const Message& message, const FieldPlan& field) {
  const int number = message.GetReflection()->GetEnumValue(message, field.descriptor);
  const std::string* token = field.enumeration->TokenOf(number);
  return token != nullptr ? Json(*token) : Json(number);
}

Json SingleJson(const Message& message, const FieldPlan& field, const Texts& texts) {
  const Reflection* reflection = message.GetReflection();
  switch (field.kind) {
    case FieldKind::kInteger:
    case FieldKind::kUnsigned:
      return IntegerJson(message, field.descriptor);
    case FieldKind::kFlag:
      return reflection->GetBool(message, field.descriptor);
    case FieldKind::kString:
      return reflection->GetString(message, field.descriptor);
    case FieldKind::kBytes:
      return Base64(reflection->GetString(message, field.descriptor));
    case FieldKind::kEnum:
      return EnumJson(message, field);
    case FieldKind::kText:
      return TextJson(
          static_cast<const v1::Text&>(reflection->GetMessage(message, field.descriptor)), texts);
    case FieldKind::kValue:
      return ValueJson(
          static_cast<const v1::Value&>(reflection->GetMessage(message, field.descriptor)));
    case FieldKind::kMessage:
      return MessageJson(reflection->GetMessage(message, field.descriptor), *field.message, texts);
  }
  return Json();
}

Json ElementsJson(const Message& message, const FieldPlan& field, const Texts& texts) {
  const Reflection* reflection = message.GetReflection();
  Json elements = Json::array();
  for (int i = 0; i < reflection->FieldSize(message, field.descriptor); ++i) {
    elements.push_back(MessageJson(reflection->GetRepeatedMessage(message, field.descriptor, i),
                                   *field.message, texts));
  }
  return elements;
}

// What a newer version wrote and this one does not know.
void AddUnknown(const Message& message, Json& object) {
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  if (unknown.empty()) return;
  Json numbers = Json::array();
  for (int i = 0; i < unknown.field_count(); ++i) numbers.push_back(unknown.field(i).number());
  std::string bytes;
  unknown.SerializeToString(&bytes);
  object["unknown"] = Json{{"fields", std::move(numbers)}, {"bytes", Base64(bytes)}};
}

Json MessageJson(const Message& message, const MessagePlan& plan, const Texts& texts) {
  Json object = Json::object();
  for (const FieldPlan& field : plan.fields) {
    if (!form::IsPresent(message, field)) continue;
    if (message.GetDescriptor() == v1::EventData::descriptor() && field.name == "event_id") {
      continue;  // Shown as "id".
    }
    object[field.name] =
        field.repeated ? ElementsJson(message, field, texts) : SingleJson(message, field, texts);
  }
  AddUnknown(message, object);
  return object;
}

}  // namespace

std::string EventToJson(const v1::EventData& event,
                        const std::vector<v1::Disclosure>& disclosures) {
  Texts texts;
  for (const v1::Disclosure& disclosure : disclosures) {
    texts[Commit(disclosure.salt(), disclosure.text())] = disclosure.text();
  }
  Json line = Json::object();
  line["id"] = event.event_id().size() == form::kUuidBytes ? form::UuidText(event.event_id())
                                                           : Base64(event.event_id());
  line.update(MessageJson(event, form::PlanOf(*v1::EventData::descriptor()), texts));
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace liggare::json
