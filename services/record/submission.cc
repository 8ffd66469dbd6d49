#include "services/record/submission.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <map>
#include <string>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/log/bytes/entry.h"
#include "proto/error/error.h"
#include "proto/form/disclosure_text.h"
#include "proto/form/plan.h"
#include "services/domain/form/shape.h"
#include "services/domain/law/authority.h"

namespace liggare::record {
namespace {

constexpr size_t kSaltBytes = 32;
constexpr size_t kSenderSignatureBytes = 64;
// Types from here on are recorded on somebody's request; those below are written
// by nodes themselves.
constexpr int kFirstSubmittedType = 110;

absl::Status Mismatch(std::string message, std::string expected) {
  return MakeError(
      v1::ERROR_CODE_DISCLOSURE_MISMATCH,
      {.message = std::move(message), .field = "disclosures", .expected = std::move(expected)});
}

absl::Status CheckSizes(const v1::Submission& submission) {
  if (absl::Status size = log::CheckDataBytes(submission.data().size()); !size.ok()) return size;
  const size_t signature_bytes = submission.sender_signature().size();
  if (signature_bytes != 0 && signature_bytes != kSenderSignatureBytes) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = "the signature has " + std::to_string(signature_bytes) + " bytes",
                      .field = "sender_signature",
                      .expected = "64 bytes of Ed25519 over data, or none"});
  }
  return absl::OkStatus();
}

absl::Status CheckDisclosure(const v1::Disclosure& disclosure) {
  if (disclosure.salt().size() != kSaltBytes) {
    return Mismatch("a salt has " + std::to_string(disclosure.salt().size()) + " bytes",
                    "32 random bytes, fresh for every text");
  }
  if (disclosure.text().size() > form::kDisclosureTextBytesMax) {
    return MakeError(
        v1::ERROR_CODE_LIMIT_EXCEEDED,
        {.message = "a text has " + std::to_string(disclosure.text().size()) + " bytes",
         .field = "disclosures",
         .expected = "at most " + std::to_string(form::kDisclosureTextBytesMax) + " bytes"});
  }
  return absl::OkStatus();
}

const std::string* TextOf(const std::string& commitment,
                          const std::vector<log::DisclosureText>& texts) {
  const auto found = std::find_if(texts.begin(), texts.end(), [&](const log::DisclosureText& text) {
    return text.commitment == commitment;
  });
  return found == texts.end() ? nullptr : &found->text;
}

// Empties every commitment, so that the rest can be compared.
void ClearCommitments(google::protobuf::Message& message) {
  if (message.GetDescriptor() == v1::Text::descriptor()) {
    message.Clear();
    return;
  }
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      ClearCommitments(*reflection.MutableMessage(&message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      ClearCommitments(*reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
}

}  // namespace

absl::StatusOr<log::Submission> ParseSubmission(v1::Submission submission, const Writer& writer) {
  if (absl::Status status = CheckSizes(submission); !status.ok()) return status;
  auto event = std::make_shared<v1::EventData>();
  if (!event->ParseFromString(submission.data())) {
    return MakeError(v1::ERROR_CODE_MALFORMED, {.message = "the bytes are not an EventData",
                                                .field = "data",
                                                .expected = "a serialised liggare.v1.EventData"});
  }
  const int type = form::TypeNumberOf(*event);
  if (type >= form::kFirstPayloadField && type < kFirstSubmittedType) {
    return MakeError(
        v1::ERROR_CODE_NOT_AUTHORISED,
        {.message = "events of type " + std::to_string(type) + " are written by nodes themselves",
         .field = "payload"});
  }
  if (absl::Status status = domain::CheckShape(*event); !status.ok()) return status;
  if (absl::Status status = domain::AuthoriseWriter(type, writer.path, event->subject());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = domain::AuthoriseCertificate(type, writer.certificate, writer.path);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<std::vector<log::DisclosureText>> texts =
      MatchDisclosures(*event, std::move(*submission.mutable_disclosures()));
  if (!texts.ok()) return texts.status();

  log::Submission parsed;
  parsed.data = std::move(*submission.mutable_data());
  parsed.sender_signature = std::move(*submission.mutable_sender_signature());
  parsed.principal = std::string(writer.principal);
  parsed.disclosures = *std::move(texts);
  parsed.parsed = std::make_unique<ParsedEventData>(std::move(event));
  return parsed;
}

absl::StatusOr<std::vector<log::DisclosureText>> MatchDisclosures(
    const v1::EventData& event, google::protobuf::RepeatedPtrField<v1::Disclosure> disclosures) {
  std::vector<log::DisclosureText> texts;
  const std::vector<std::string> commitments = form::CommitmentsOf(event);
  if (static_cast<size_t>(disclosures.size()) > commitments.size()) {
    return Mismatch(
        "there are " + std::to_string(disclosures.size()) + " disclosures",
        "one for each of the event's " + std::to_string(commitments.size()) + " commitments");
  }
  for (v1::Disclosure& disclosure : disclosures) {
    if (absl::Status status = CheckDisclosure(disclosure); !status.ok()) return status;
    std::string commitment = log::CommitmentOf(disclosure.salt(), disclosure.text());
    if (std::find(commitments.begin(), commitments.end(), commitment) == commitments.end()) {
      return Mismatch("a disclosure matches none of the event's commitments",
                      "the salt and text that HMAC-SHA256 turns into the commitment");
    }
    texts.push_back({.commitment = std::move(commitment),
                     .salt = std::move(*disclosure.mutable_salt()),
                     .text = std::move(*disclosure.mutable_text())});
  }
  for (const std::string& commitment : commitments) {
    if (TextOf(commitment, texts) != nullptr) continue;
    return Mismatch("a commitment has no disclosure",
                    "the salt and text of every commitment, beside the data");
  }
  return texts;
}

bool SameFields(const v1::EventData& first, const std::vector<log::DisclosureText>& first_texts,
                const v1::EventData& second, const std::vector<log::DisclosureText>& second_texts) {
  const std::vector<std::string> first_commitments = form::CommitmentsOf(first);
  const std::vector<std::string> second_commitments = form::CommitmentsOf(second);
  if (first_commitments.size() != second_commitments.size()) return false;
  for (size_t i = 0; i < first_commitments.size(); ++i) {
    const std::string* first_text = TextOf(first_commitments[i], first_texts);
    const std::string* second_text = TextOf(second_commitments[i], second_texts);
    if (first_text != nullptr && second_text != nullptr && *first_text != *second_text) {
      return false;
    }
  }
  v1::EventData first_rest = first;
  v1::EventData second_rest = second;
  ClearCommitments(first_rest);
  ClearCommitments(second_rest);
  return google::protobuf::util::MessageDifferencer::Equals(first_rest, second_rest);
}

}  // namespace liggare::record
