#include "services/presentation/shown_message.h"

#include "google/protobuf/descriptor.h"
#include "proto/text/shown_text.h"

namespace liggare::presentation {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void ShowField(const FieldDescriptor& field, const Reflection& reflection, Message& message) {
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 0;
  if (field.type() == FieldDescriptor::TYPE_STRING && field.is_repeated()) {
    for (int i = 0; i < count; ++i) {
      reflection.SetRepeatedString(
          &message, &field, i, text::ShownText(reflection.GetRepeatedString(message, &field, i)));
    }
  } else if (field.type() == FieldDescriptor::TYPE_STRING) {
    reflection.SetString(&message, &field, text::ShownText(reflection.GetString(message, &field)));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field.is_repeated()) {
    for (int i = 0; i < count; ++i) {
      ShowTexts(*reflection.MutableRepeatedMessage(&message, &field, i));
    }
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    ShowTexts(*reflection.MutableMessage(&message, &field));
  }
}

}  // namespace

void ShowTexts(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) ShowField(*field, reflection, message);
}

}  // namespace liggare::presentation
