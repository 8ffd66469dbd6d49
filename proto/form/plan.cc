#include "proto/form/plan.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace liggare::form {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Owns every plan that was ever asked for. A plan's address never changes.
class PlanRegistry {
 public:
  const MessagePlan& Of(const Descriptor& descriptor) {
    std::lock_guard<std::mutex> lock(mutex_);
    return OfLocked(descriptor);
  }

 private:
  const MessagePlan& OfLocked(const Descriptor& descriptor) {
    std::unique_ptr<MessagePlan>& plan = messages_[&descriptor];
    if (plan != nullptr) return *plan;
    plan = std::make_unique<MessagePlan>();
    MessagePlan& made = *plan;  // `plan` may move while fields are compiled.
    made.descriptor = &descriptor;
    made.reflection = google::protobuf::MessageFactory::generated_factory()
                          ->GetPrototype(&descriptor)
                          ->GetReflection();
    made.collection = descriptor.options().GetExtension(v1::collection);
    made.prefix = descriptor.options().GetExtension(v1::prefix);
    for (int i = 0; i < descriptor.field_count(); ++i) {
      made.fields.push_back(CompileField(*descriptor.field(i)));
      made.fields.back().reflection = made.reflection;
      if (made.fields.back().key) made.keys.push_back(made.fields.size() - 1);
    }
    return made;
  }

  FieldPlan CompileField(const FieldDescriptor& descriptor) {
    FieldPlan field;
    field.descriptor = &descriptor;
    field.name = descriptor.name();
    field.repeated = descriptor.is_repeated();
    field.has_presence = descriptor.has_presence();
    field.key = descriptor.options().GetExtension(v1::key);
    field.required = descriptor.options().GetExtension(v1::required);
    field.required_from = descriptor.options().GetExtension(v1::required_from);
    field.unit = descriptor.options().GetExtension(v1::unit);
    field.form = descriptor.options().GetExtension(v1::form);
    field.kind = KindOf(descriptor);
    if (field.kind == FieldKind::kMessage) field.message = &OfLocked(*descriptor.message_type());
    if (field.kind == FieldKind::kEnum) field.enumeration = &EnumOf(*descriptor.enum_type());
    return field;
  }

  static FieldKind KindOf(const FieldDescriptor& descriptor) {
    switch (descriptor.cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_UINT32:
        return FieldKind::kUnsigned;
      case FieldDescriptor::CPPTYPE_BOOL:
        return FieldKind::kFlag;
      case FieldDescriptor::CPPTYPE_ENUM:
        return FieldKind::kEnum;
      case FieldDescriptor::CPPTYPE_STRING:
        return descriptor.type() == FieldDescriptor::TYPE_BYTES ? FieldKind::kBytes
                                                                : FieldKind::kString;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (descriptor.message_type() == v1::Text::descriptor()) return FieldKind::kText;
        if (descriptor.message_type() == v1::Value::descriptor()) return FieldKind::kValue;
        return FieldKind::kMessage;
      default:
        return FieldKind::kInteger;  // No message has a floating-point field.
    }
  }

  const EnumPlan& EnumOf(const EnumDescriptor& descriptor) {
    std::unique_ptr<EnumPlan>& plan = enums_[&descriptor];
    if (plan != nullptr) return *plan;
    plan = std::make_unique<EnumPlan>();
    for (int i = 0; i < descriptor.value_count(); ++i) {
      const auto& value = *descriptor.value(i);
      if (value.number() == 0) continue;
      plan->tokens.push_back({value.number(), value.options().GetExtension(v1::token)});
    }
    return *plan;
  }

  std::mutex mutex_;
  std::unordered_map<const Descriptor*, std::unique_ptr<MessagePlan>> messages_;
  std::unordered_map<const EnumDescriptor*, std::unique_ptr<EnumPlan>> enums_;
};

std::vector<EventType> CompileEventTypes() {
  std::vector<EventType> types;
  for (const FieldPlan& field : PlanOf(*v1::EventData::descriptor()).fields) {
    if (field.descriptor->number() < kFirstPayloadField) continue;
    types.push_back({field.descriptor->number(), field.name, &field, field.message});
  }
  std::sort(types.begin(), types.end(),
            [](const EventType& a, const EventType& b) { return a.number < b.number; });
  return types;
}

void AddCommitments(const Message& message, const MessagePlan& plan,
                    std::vector<std::string>& out) {
  const auto* reflection = plan.reflection;
  for (const FieldPlan& field : plan.fields) {
    if (field.kind != FieldKind::kText && field.kind != FieldKind::kMessage) continue;
    if (!IsPresent(message, field)) continue;
    if (field.kind == FieldKind::kText) {
      out.push_back(static_cast<const v1::Text&>(reflection->GetMessage(message, field.descriptor))
                        .commitment());
      continue;
    }
    if (!field.repeated) {
      AddCommitments(reflection->GetMessage(message, field.descriptor), *field.message, out);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field.descriptor); ++i) {
      AddCommitments(reflection->GetRepeatedMessage(message, field.descriptor, i), *field.message,
                     out);
    }
  }
}

}  // namespace

const std::string* EnumPlan::TokenOf(int number) const {
  for (const Token& token : tokens) {
    if (token.number == number) return &token.token;
  }
  return nullptr;
}

std::optional<int> EnumPlan::NumberOf(std::string_view token) const {
  for (const Token& known : tokens) {
    if (known.token == token) return known.number;
  }
  return std::nullopt;
}

std::string EnumPlan::AllTokens() const {
  std::string all;
  for (const Token& token : tokens) {
    if (!all.empty()) all += ", ";
    all += token.token;
  }
  return all;
}

const FieldPlan* MessagePlan::Find(std::string_view name) const {
  for (const FieldPlan& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::vector<std::string_view> MessagePlan::FieldNames() const {
  std::vector<std::string_view> names;
  for (const FieldPlan& field : fields) names.push_back(field.name);
  return names;
}

const MessagePlan& PlanOf(const Descriptor& descriptor) {
  static PlanRegistry& registry = *new PlanRegistry;
  return registry.Of(descriptor);
}

const std::vector<EventType>& EventTypes() {
  static const std::vector<EventType>& types = *new std::vector<EventType>(CompileEventTypes());
  return types;
}

const EventType* FindEventType(int number) {
  const auto& types = EventTypes();
  auto it = std::lower_bound(types.begin(), types.end(), number,
                             [](const EventType& type, int n) { return type.number < n; });
  return it != types.end() && it->number == number ? &*it : nullptr;
}

const EventType* FindEventType(std::string_view name) {
  for (const EventType& type : EventTypes()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

const EventType* TypeOf(const v1::EventData& event) {
  if (event.payload_case() == v1::EventData::PAYLOAD_NOT_SET) return nullptr;
  return FindEventType(static_cast<int>(event.payload_case()));
}

int TypeNumberOf(const v1::EventData& event) {
  if (event.payload_case() != v1::EventData::PAYLOAD_NOT_SET) {
    return static_cast<int>(event.payload_case());
  }
  const auto& unknown = event.GetReflection()->GetUnknownFields(event);
  for (int i = 0; i < unknown.field_count(); ++i) {
    if (unknown.field(i).number() >= kFirstPayloadField) return unknown.field(i).number();
  }
  return 0;
}

const Message& PayloadOf(const v1::EventData& event, const EventType& type) {
  return type.field->reflection->GetMessage(event, type.field->descriptor);
}

bool IsPresent(const Message& message, const FieldPlan& field) {
  if (field.repeated) return field.reflection->FieldSize(message, field.descriptor) > 0;
  return field.reflection->HasField(message, field.descriptor);
}

std::vector<std::string> CommitmentsOf(const v1::EventData& event) {
  static const MessagePlan& plan = PlanOf(*v1::EventData::descriptor());
  std::vector<std::string> commitments;
  AddCommitments(event, plan, commitments);
  return commitments;
}

}  // namespace liggare::form
