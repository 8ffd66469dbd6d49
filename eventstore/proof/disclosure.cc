#include "eventstore/proof/disclosure.h"

#include <utility>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "proto/error/error.h"
#include "proto/json/commitment.h"

namespace liggare::proof {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Collect(const Message& message, const std::string& prefix, std::vector<Commitment>& found);

void CollectOne(const Message& value, const std::string& path, std::vector<Commitment>& found) {
  if (value.GetDescriptor() != v1::Text::descriptor()) return Collect(value, path + ".", found);
  std::string bytes = static_cast<const v1::Text&>(value).commitment();
  if (!bytes.empty()) found.push_back({path, std::move(bytes)});
}

void Collect(const Message& message, const std::string& prefix, std::vector<Commitment>& found) {
  std::vector<const FieldDescriptor*> fields;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const std::string path = prefix + field->name();
    if (!field->is_repeated()) {
      CollectOne(reflection.GetMessage(message, field), path, found);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      CollectOne(reflection.GetRepeatedMessage(message, field, i),
                 path + "[" + std::to_string(i) + "]", found);
    }
  }
}

}  // namespace

std::vector<Commitment> CommitmentsOf(const v1::EventData& data) {
  std::vector<Commitment> found;
  Collect(data, "", found);
  return found;
}

absl::StatusOr<std::vector<DisclosedText>> OpenCommitments(
    const v1::EventData& data,
    const google::protobuf::RepeatedPtrField<v1::Disclosure>& disclosures) {
  const std::vector<Commitment> commitments = CommitmentsOf(data);
  std::vector<DisclosedText> texts;
  for (const Commitment& commitment : commitments) texts.push_back({commitment.field, false, ""});
  for (int i = 0; i < disclosures.size(); ++i) {
    const v1::Disclosure& disclosure = disclosures[i];
    const std::string bytes = json::Commit(disclosure.salt(), disclosure.text());
    bool matched = false;
    for (size_t n = 0; n < commitments.size(); ++n) {
      if (commitments[n].bytes != bytes) continue;
      texts[n] = {commitments[n].field, true, disclosure.text()};
      matched = true;
    }
    if (!matched) {
      return MakeError(v1::ERROR_CODE_DISCLOSURE_MISMATCH,
                       {"the text is behind no commitment of the event",
                        "disclosures[" + std::to_string(i) + "]", "the salt and text as recorded"});
    }
  }
  return texts;
}

}  // namespace liggare::proof
