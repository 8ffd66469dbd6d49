#include "tests/clients/cli/filled_message.h"

#include "google/protobuf/descriptor.h"

namespace liggare::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kDepthMax = 8;
constexpr int kElements = 2;
constexpr char kNextPage[] = "next_page";
constexpr char kBytes[] = "0123456789abcdef";  // As many as an id has.

bool IsChosen(const FieldDescriptor& field, int variant) {
  const auto* oneof = field.real_containing_oneof();
  return oneof == nullptr || oneof->field(variant % oneof->field_count()) == &field;
}

void FillMessage(const Filling& filling, int depth, Message& message);

// Sets the field, or adds one element to it.
void FillOnce(const Filling& filling, const FieldDescriptor& field, int depth, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const auto put = [&](auto set, auto add, const auto& value) {
    if (field.is_repeated()) {
      (reflection.*add)(&message, &field, value);
    } else {
      (reflection.*set)(&message, &field, value);
    }
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&Reflection::SetString, &Reflection::AddString,
                 field.type() == FieldDescriptor::TYPE_BYTES ? std::string(kBytes) : filling.text);
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&Reflection::SetInt32, &Reflection::AddInt32, 1);
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&Reflection::SetInt64, &Reflection::AddInt64, 1);
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32, 1u);
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&Reflection::SetUInt64, &Reflection::AddUInt64, 1u);
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, filling.variant % 2 == 0);
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(
          &Reflection::SetEnumValue, &Reflection::AddEnumValue,
          field.enum_type()->value(filling.variant % field.enum_type()->value_count())->number());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return FillMessage(filling, depth + 1,
                         field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                             : *reflection.MutableMessage(&message, &field));
    default:  // No message has a number with a fraction.
      return;
  }
}

void FillMessage(const Filling& filling, int depth, Message& message) {
  if (depth > kDepthMax) return;
  const auto& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.name() == kNextPage || !IsChosen(field, filling.variant)) continue;
    const int times = field.is_repeated() ? kElements : 1;
    for (int n = 0; n < times; ++n) FillOnce(filling, field, depth, message);
  }
}

}  // namespace

void Fill(const Filling& filling, Message& message) { FillMessage(filling, 0, message); }

}  // namespace liggare::testing
