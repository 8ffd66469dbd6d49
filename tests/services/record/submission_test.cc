#include "services/record/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "proto/form/disclosure_text.h"
#include "services/record/record_batch.h"
#include "tests/testing/sample_events.h"

namespace liggare::record {
namespace {

using ::liggare::testing::AddReason;
using ::liggare::testing::Correction;
using ::liggare::testing::kVerksamhet;
using ::liggare::testing::Registered;
using ::liggare::testing::SubmissionOf;

constexpr char kPrincipal[] = "spiffe://po.example.se/se/17/varmland/system/prosona";

v1::Error Refusal(v1::Submission submission, std::string_view path = kVerksamhet) {
  const absl::Status status =
      ParseSubmission(std::move(submission), {.path = path, .principal = kPrincipal}).status();
  if (!status.ok()) return ErrorOf(status);
  ADD_FAILURE() << "was accepted";
  return {};
}

TEST(SubmissionTest, WellFormedSubmissionKeepsItsBytesAndGetsItsPrincipal) {
  const v1::Submission submission = SubmissionOf(Registered(1));
  absl::StatusOr<log::Submission> parsed =
      ParseSubmission(submission, {.path = kVerksamhet, .principal = kPrincipal});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->data, submission.data());
  EXPECT_EQ(parsed->principal, kPrincipal);
  const auto* event = dynamic_cast<const ParsedEventData*>(parsed->parsed.get());
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->event()->subject(), Registered(1).subject());
}

TEST(SubmissionTest, BytesThatAreNoEventAreRefused) {
  v1::Submission submission;
  submission.set_data("\xff\xff\xff");
  EXPECT_EQ(Refusal(submission).code(), v1::ERROR_CODE_MALFORMED);
}

TEST(SubmissionTest, EventWithoutPayloadIsRefused) {
  v1::EventData event = Registered(1);
  event.clear_payload();
  EXPECT_NE(Refusal(SubmissionOf(event)).code(), v1::ERROR_CODE_UNSPECIFIED);
  EXPECT_NE(Refusal(v1::Submission()).code(), v1::ERROR_CODE_UNSPECIFIED);
}

TEST(SubmissionTest, WrongShapeIsNamedByField) {
  v1::EventData event = Registered(1);
  event.mutable_verksamhet_registered()->set_huvudman("17");
  const v1::Error error = Refusal(SubmissionOf(event));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_FIELD);
  EXPECT_EQ(error.field(), "huvudman");
}

TEST(SubmissionTest, TypesThatNodesWriteThemselvesAreRefused) {
  v1::EventData event = Registered(1);
  event.set_subject("node/se/17/varmland");
  event.mutable_received()->set_arrived_at_ms(1);
  EXPECT_EQ(Refusal(SubmissionOf(event)).code(), v1::ERROR_CODE_NOT_AUTHORISED);
  event.mutable_epoch_opened()->mutable_previous()->set_size(1);
  EXPECT_EQ(Refusal(SubmissionOf(event)).code(), v1::ERROR_CODE_NOT_AUTHORISED);
}

TEST(SubmissionTest, WriterWithoutAuthorityIsRefused) {
  EXPECT_EQ(Refusal(SubmissionOf(Registered(1)), "se/17/other").code(),
            v1::ERROR_CODE_NOT_AUTHORISED);
  EXPECT_EQ(Refusal(SubmissionOf(Registered(1)), "se").code(), v1::ERROR_CODE_NOT_AUTHORISED);
}

TEST(SubmissionTest, TooLargeDataIsRefusedByItsLimit) {
  v1::Submission submission;
  submission.set_data(std::string(log::kDataBytesMax + 1, 'x'));
  const v1::Error error = Refusal(submission);
  EXPECT_EQ(error.code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(error.field(), "data");
  EXPECT_THAT(error.expected(), ::testing::HasSubstr("at most 49152 bytes"));
  EXPECT_THAT(error.expected(), ::testing::HasSubstr("several events"));
}

TEST(SubmissionTest, TextOfADisclosureIsBounded) {
  for (const size_t beyond : {0, 1}) {
    v1::EventData event = Correction(1, 3, 4);
    const v1::Disclosure disclosure =
        AddReason(event, std::string(form::kDisclosureTextBytesMax + beyond, 't'));
    v1::Submission submission = SubmissionOf(event);
    *submission.add_disclosures() = disclosure;
    const absl::Status status =
        ParseSubmission(submission, {.path = kVerksamhet, .principal = kPrincipal}).status();
    EXPECT_EQ(status.ok(), beyond == 0) << status;
    if (status.ok()) continue;
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  }
}

TEST(SubmissionTest, DataAtTheLimitIsNotTooLarge) {
  v1::Submission submission;
  submission.set_data(std::string(log::kDataBytesMax, 'x'));
  EXPECT_NE(Refusal(submission).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST(SubmissionTest, SubmissionsOfARequestAreCounted) {
  EXPECT_TRUE(CheckSubmissionCount(1).ok());
  EXPECT_TRUE(CheckSubmissionCount(kSubmissionsMax).ok());
  EXPECT_EQ(ErrorOf(CheckSubmissionCount(0)).code(), v1::ERROR_CODE_MISSING_FIELD);
  EXPECT_EQ(ErrorOf(CheckSubmissionCount(kSubmissionsMax + 1)).code(),
            v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST(SubmissionTest, SignatureOfAnotherLengthIsRefused) {
  v1::Submission submission = SubmissionOf(Registered(1));
  submission.set_sender_signature("short");
  EXPECT_EQ(Refusal(submission).field(), "sender_signature");
}

TEST(SubmissionTest, DisclosureBehindItsCommitmentIsKept) {
  v1::EventData event = Correction(1, 3, 4);
  const v1::Disclosure disclosure = AddReason(event, "räknat fel");
  v1::Submission submission = SubmissionOf(event);
  *submission.add_disclosures() = disclosure;
  absl::StatusOr<log::Submission> parsed =
      ParseSubmission(submission, {.path = kVerksamhet, .principal = kPrincipal});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->disclosures.size(), 1u);
  EXPECT_EQ(parsed->disclosures[0].text, "räknat fel");
  EXPECT_EQ(parsed->disclosures[0].commitment, event.reason().commitment());
}

TEST(SubmissionTest, CommitmentWithoutItsDisclosureIsRefused) {
  v1::EventData event = Correction(1, 3, 4);
  v1::Disclosure disclosure = AddReason(event, "räknat fel");
  v1::Submission submission = SubmissionOf(event);
  EXPECT_EQ(Refusal(submission).code(), v1::ERROR_CODE_DISCLOSURE_MISMATCH);
  disclosure.set_text("något annat");
  *submission.add_disclosures() = disclosure;
  EXPECT_EQ(Refusal(submission).code(), v1::ERROR_CODE_DISCLOSURE_MISMATCH);
}

TEST(SubmissionTest, DisclosureWithoutACommitmentIsRefused) {
  v1::EventData other = Correction(1, 3, 4);
  v1::Submission submission = SubmissionOf(Correction(1, 3, 4));
  *submission.add_disclosures() = AddReason(other, "räknat fel");
  EXPECT_EQ(Refusal(submission).code(), v1::ERROR_CODE_DISCLOSURE_MISMATCH);
}

// Though the commitment is of just that salt.
TEST(SubmissionTest, ASaltOfAnotherLengthIsRefused) {
  for (const size_t bytes : {0, 31, 33}) {
    v1::EventData event = Correction(1, 3, 4);
    v1::Disclosure disclosure = AddReason(event, "räknat fel");
    disclosure.set_salt(std::string(bytes, 's'));
    event.mutable_reason()->set_commitment(log::CommitmentOf(disclosure.salt(), disclosure.text()));
    v1::Submission submission = SubmissionOf(event);
    *submission.add_disclosures() = disclosure;
    EXPECT_EQ(Refusal(submission).code(), v1::ERROR_CODE_DISCLOSURE_MISMATCH) << bytes;
  }
}

TEST(SubmissionTest, WhatTakesAnOperatorIsNotTakenFromASystem) {
  v1::EventData event;
  event.set_event_id(testing::SampleId(7));
  event.set_subject("node/se/17/varmland");
  event.mutable_actor()->set_id("anna");
  const auto key = note::SigningKey::Generate("po.example.se/se/17/varmland");
  ASSERT_TRUE(key.ok());
  event.mutable_node_enrolled()->set_verifier_key(key->verifier().Text());
  event.mutable_node_enrolled()->set_display_name("Värmland");
  event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
  event.mutable_node_enrolled()->set_host("verksamhet");
  const auto code_of = [&](domain::Certificate certificate) {
    const absl::Status status =
        ParseSubmission(SubmissionOf(event),
                        {.path = "se/17", .principal = kPrincipal, .certificate = certificate})
            .status();
    return status.ok() ? v1::ERROR_CODE_UNSPECIFIED : ErrorOf(status).code();
  };
  EXPECT_EQ(code_of(domain::Certificate::kOperator), v1::ERROR_CODE_UNSPECIFIED);
  EXPECT_EQ(code_of(domain::Certificate::kSystem), v1::ERROR_CODE_PERMISSION_DENIED);
}

TEST(SubmissionTest, ShortSaltIsRefused) {
  v1::EventData event = Correction(1, 3, 4);
  v1::Disclosure disclosure = AddReason(event, "räknat fel");
  disclosure.set_salt("short");
  event.mutable_reason()->set_commitment(std::string(32, 'c'));
  v1::Submission submission = SubmissionOf(event);
  *submission.add_disclosures() = disclosure;
  EXPECT_EQ(Refusal(submission).code(), v1::ERROR_CODE_DISCLOSURE_MISMATCH);
}

std::vector<log::DisclosureText> TextsOf(const v1::EventData& event,
                                         const v1::Disclosure& disclosure) {
  return {{event.reason().commitment(), disclosure.salt(), disclosure.text()}};
}

TEST(SameFieldsTest, OtherSaltOfTheSameTextCountsAsEqual) {
  v1::EventData first = Correction(1, 3, 4);
  v1::EventData second = Correction(1, 3, 4);
  const v1::Disclosure first_text = AddReason(first, "räknat fel", 'a');
  const v1::Disclosure second_text = AddReason(second, "räknat fel", 'b');
  EXPECT_TRUE(SameFields(first, TextsOf(first, first_text), second, TextsOf(second, second_text)));
}

TEST(SameFieldsTest, OtherTextDiffersUntilTheFirstIsErased) {
  v1::EventData first = Correction(1, 3, 4);
  v1::EventData second = Correction(1, 3, 4);
  const v1::Disclosure first_text = AddReason(first, "räknat fel");
  const v1::Disclosure second_text = AddReason(second, "läst fel");
  EXPECT_FALSE(SameFields(first, TextsOf(first, first_text), second, TextsOf(second, second_text)));
  EXPECT_TRUE(SameFields(first, {}, second, TextsOf(second, second_text)));
}

TEST(SameFieldsTest, AnyOtherFieldDiffers) {
  EXPECT_TRUE(SameFields(Correction(1, 3, 4), {}, Correction(1, 3, 4), {}));
  EXPECT_FALSE(SameFields(Correction(1, 3, 4), {}, Correction(1, 3, 5), {}));
  v1::EventData with_reason = Correction(1, 3, 4);
  AddReason(with_reason, "räknat fel");
  EXPECT_FALSE(SameFields(Correction(1, 3, 4), {}, with_reason, {}));
}

}  // namespace
}  // namespace liggare::record
