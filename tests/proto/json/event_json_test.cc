#include "proto/json/event_json.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "proto/form/disclosure_text.h"
#include "proto/form/uuid.h"

namespace liggare::json {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr char kHead[] =
    R"({"id": "01901640-0000-7000-8000-000000000001", "subject": "rapport/2024/se/17/varmland", )";

SaltSource FixedSalts() {
  return [] { return std::string(kSaltBytes, 's'); };
}

absl::StatusOr<ParsedEvent> Parse(const std::string& rest) {
  return EventFromJson(kHead + rest + "}", FixedSalts());
}

// The error of a line that is refused; UNSPECIFIED if it was accepted.
v1::Error Refusal(const std::string& rest) {
  const auto parsed = Parse(rest);
  return parsed.ok() ? v1::Error() : ErrorOf(parsed.status());
}

TEST(EventJsonTest, AReportIsRead) {
  const auto parsed = Parse(
      R"("node": "se/17/varmland", "actor": {"id": "anna", "role": "ombud"},
         "expected": [{"log": "se/17/varmland@1", "index": 4}], "reason_code": "rattelse",
         "form_version": 1,
         "report_submitted": {"ombud": {"personer": 0, "heltid_hundredths": 750},
           "klienter": [{"kon": "kvinna", "alder": "30-49", "antal": 41}]})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->node, "se/17/varmland");
  EXPECT_EQ(form::UuidText(parsed->data.event_id()), "01901640-0000-7000-8000-000000000001");
  EXPECT_EQ(parsed->data.expected(0).index(), 4u);
  const v1::ReportSubmitted& report = parsed->data.report_submitted();
  EXPECT_TRUE(report.ombud().has_personer());
  EXPECT_EQ(report.ombud().heltid_hundredths(), 750);
  EXPECT_EQ(report.klienter(0).kon(), v1::KON_KVINNA);
  EXPECT_EQ(report.klienter(0).alder(), v1::ALDER_30_49);
  EXPECT_TRUE(parsed->disclosures.empty());
}

TEST(EventJsonTest, TextsBecomeCommitmentsWithDisclosures) {
  const auto parsed =
      Parse(R"("reason": "Åsa ringde", "aterkrav_decided": {"motivering": "Skäl"})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->disclosures.size(), 2u);
  EXPECT_EQ(parsed->disclosures[0].text(), "Åsa ringde");
  EXPECT_EQ(parsed->data.reason().commitment(), Commit(std::string(32, 's'), "Åsa ringde"));
  EXPECT_EQ(parsed->data.aterkrav_decided().motivering().commitment(),
            Commit(std::string(32, 's'), "Skäl"));
  EXPECT_EQ(parsed->data.SerializeAsString().find("ringde"), std::string::npos);
}

TEST(EventJsonTest, ValuesAreNumbersTextsOrFlags) {
  const auto parsed = Parse(R"("report_corrected": {"path": "x", "old": 41, "new": "fyra"})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->data.report_corrected().old().number(), 41);
  EXPECT_EQ(parsed->data.report_corrected().new_().text(), "fyra");
  EXPECT_TRUE(Parse(R"("report_corrected": {"new": true})")->data.report_corrected().new_().flag());
}

TEST(EventJsonTest, WhatIsPrintedIsReadBackTheSame) {
  const auto parsed = Parse(
      R"("actor": {"id": "a\"å", "organisationsnummer": "202100-5489"}, "reason": "därför",
         "node_key_changed": {"verifier_key": "k", "old_key_signature": "AAEC/w=="})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const std::string line = EventToJson(parsed->data, parsed->disclosures);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto again = EventFromJson(line, FixedSalts());
  ASSERT_TRUE(again.ok()) << again.status() << line;
  EXPECT_TRUE(MessageDifferencer::Equals(parsed->data, again->data)) << line;
}

TEST(EventJsonTest, WithoutItsDisclosureATextIsShownAsItsCommitment) {
  const auto parsed = Parse(R"("reason": "hemligt", "grant_paid": {"amount_ore": 1})");
  const std::string line = EventToJson(parsed->data);
  EXPECT_EQ(line.find("hemligt"), std::string::npos);
  EXPECT_NE(line.find(R"("reason":{"commitment":)"), std::string::npos) << line;
  const auto again = EventFromJson(line, FixedSalts());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(MessageDifferencer::Equals(parsed->data, again->data));
  EXPECT_TRUE(again->disclosures.empty());
}

TEST(EventJsonTest, FieldsOfANewerVersionAreShownAsUnknown) {
  v1::EventData event;
  event.set_event_id(std::string(16, 'x'));
  event.mutable_grant_paid()->set_amount_ore(5);
  auto* payload = event.mutable_grant_paid();
  payload->GetReflection()->MutableUnknownFields(payload)->AddVarint(77, 1);
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(999, "later");
  const std::string line = EventToJson(event);
  EXPECT_NE(line.find(R"("unknown":{"fields":[77])"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("unknown":{"fields":[999])"), std::string::npos) << line;
}

TEST(EventJsonTest, UnknownFieldIsNamedWithItsPathAndTheRightNames) {
  const v1::Error error =
      Refusal(R"("report_submitted": {"klienter": [{}, {}, {"kon": "man", "antall": 3}]})");
  EXPECT_EQ(error.code(), v1::ERROR_CODE_UNKNOWN_FIELD);
  EXPECT_EQ(error.field(), "report_submitted.klienter[2].antall");
  EXPECT_EQ(error.expected(), "kon, alder, antal");
}

TEST(EventJsonTest, UnknownMemberOfTheEnvelopeIsNamed) {
  const v1::Error error = Refusal(R"("reson_code": "x", "grant_paid": {"amount_ore": 1})");
  EXPECT_EQ(error.code(), v1::ERROR_CODE_UNKNOWN_FIELD);
  EXPECT_EQ(error.field(), "reson_code");
  EXPECT_THAT(error.expected(), testing::HasSubstr("reason_code"));
}

TEST(EventJsonTest, UnknownTypeIsNamedWithTheNearest) {
  const v1::Error error = Refusal(R"("report_submited": {})");
  EXPECT_EQ(error.code(), v1::ERROR_CODE_UNKNOWN_TYPE);
  EXPECT_EQ(error.field(), "report_submited");
  EXPECT_THAT(error.expected(), testing::HasSubstr("report_submitted"));
}

TEST(EventJsonTest, WrongTokenIsRefusedWithTheTokens) {
  const v1::Error error = Refusal(R"("report_submitted": {"klienter": [{"kon": "pojke"}]})");
  EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_FIELD);
  EXPECT_EQ(error.field(), "report_submitted.klienter[0].kon");
  EXPECT_EQ(error.expected(), "one of man, kvinna, annan");
  EXPECT_THAT(error.message(), testing::HasSubstr("pojke"));
}

TEST(EventJsonTest, OnlyWholeNumbersOf64BitsAreNumbers) {
  for (const char* number : {"1.5", "1.0", "1e2", "9223372036854775808", "-9223372036854775809",
                             "\"1\"", "true", "null", "[]", "{}"}) {
    const v1::Error error = Refusal(std::string(R"("grant_paid": {"amount_ore": )") + number + "}");
    EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_FIELD) << number;
    EXPECT_EQ(error.field(), "grant_paid.amount_ore") << number;
  }
  EXPECT_EQ(
      Parse(R"("grant_paid": {"amount_ore": 9223372036854775807})")->data.grant_paid().amount_ore(),
      INT64_MAX);
  // That it is negative is for the shape check to say, with the form's path.
  EXPECT_EQ(Parse(R"("grant_paid": {"amount_ore": -1})")->data.grant_paid().amount_ore(), -1);
}

TEST(EventJsonTest, UnsignedNumbersAreNotNegative) {
  EXPECT_EQ(Refusal(R"("form_version": -1, "grant_paid": {})").field(), "form_version");
  EXPECT_EQ(Refusal(R"("form_version": 4294967296, "grant_paid": {})").field(), "form_version");
  EXPECT_EQ(Refusal(R"("expected": [{"log": "a@1", "index": -1}], "grant_paid": {})").field(),
            "expected[0].index");
}

TEST(EventJsonTest, WrongKindsAreNamed) {
  EXPECT_EQ(Refusal(R"("grant_paid": 5)").field(), "grant_paid");
  EXPECT_EQ(Refusal(R"("actor": "anna", "grant_paid": {})").field(), "actor");
  EXPECT_EQ(Refusal(R"("report_submitted": {"klienter": {}})").field(),
            "report_submitted.klienter");
  EXPECT_EQ(Refusal(R"("report_submitted": {"klienter": [7]})").field(),
            "report_submitted.klienter[0]");
  EXPECT_EQ(Refusal(R"("kommun_assigned": {"redovisar_ekonomi": "ja"})").field(),
            "kommun_assigned.redovisar_ekonomi");
  EXPECT_EQ(Refusal(R"("node_closed": {"root": "***"})").field(), "node_closed.root");
  EXPECT_EQ(Refusal(R"("reason": 5, "grant_paid": {})").field(), "reason");
  EXPECT_EQ(Refusal(R"("node": 5, "grant_paid": {})").field(), "node");
}

TEST(EventJsonTest, DuplicateNamesAreRefused) {
  EXPECT_EQ(Refusal(R"("grant_paid": {"amount_ore": 1, "amount_ore": 1})").field(),
            "grant_paid.amount_ore");
  EXPECT_EQ(Refusal(R"("subject": "x", "grant_paid": {})").field(), "subject");
}

TEST(EventJsonTest, TwoPayloadsAreRefused) {
  const v1::Error error = Refusal(R"("grant_paid": {}, "funds_paid": {})");
  EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_FIELD);
  EXPECT_EQ(error.field(), "funds_paid");
}

TEST(EventJsonTest, MissingPartsOfTheEnvelopeAreNamed) {
  const auto missing = [](const char* line) {
    return ErrorOf(EventFromJson(line, FixedSalts()).status());
  };
  EXPECT_EQ(missing(R"({"subject": "x", "grant_paid": {}})").field(), "id");
  EXPECT_EQ(missing(R"({"id": "01901640-0000-7000-8000-000000000001", "grant_paid": {}})").field(),
            "subject");
  const v1::Error error =
      missing(R"({"id": "01901640-0000-7000-8000-000000000001", "subject": "x"})");
  EXPECT_EQ(error.code(), v1::ERROR_CODE_MISSING_FIELD);
  EXPECT_EQ(error.field(), "payload");
}

TEST(EventJsonTest, BadIdIsRefused) {
  const auto parsed =
      EventFromJson(R"({"id": "12", "subject": "x", "grant_paid": {}})", FixedSalts());
  EXPECT_EQ(ErrorOf(parsed.status()).field(), "id");
}

TEST(EventJsonTest, WhatIsNotJsonIsRefusedWithItsPlace) {
  for (const char* line : {"", "{", "[]", "{\"id\": }", "{} x", "{\"a\": \"\xff\"}", "NaN"}) {
    const auto parsed = EventFromJson(line, FixedSalts());
    ASSERT_FALSE(parsed.ok()) << line;
    EXPECT_EQ(ErrorOf(parsed.status()).code(), v1::ERROR_CODE_MALFORMED) << line;
  }
  EXPECT_THAT(std::string(EventFromJson("{\"id\": }", FixedSalts()).status().message()),
              testing::HasSubstr("byte 8"));
}

TEST(EventJsonTest, WhatIsAtALimitIsRead) {
  // The event's own object is one level.
  const std::string deep =
      std::string(kJsonDepthMax - 1, '[') + std::string(kJsonDepthMax - 1, ']');
  EXPECT_NE(Refusal("\"grant_paid\": " + deep).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(Refusal("\"grant_paid\": [" + deep + "]").code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  const auto line_of = [](size_t bytes) { return "{" + std::string(bytes - 2, ' ') + "}"; };
  const auto code_of = [&](size_t bytes) {
    return ErrorOf(EventFromJson(line_of(bytes), FixedSalts()).status()).code();
  };
  EXPECT_NE(code_of(kEventJsonBytesMax), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(code_of(kEventJsonBytesMax + 1), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_NE(Refusal("\"reason\": \"" + std::string(form::kDisclosureTextBytesMax, 'a') +
                    "\", \"grant_paid\": {}")
                .code(),
            v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST(EventJsonTest, LimitsAreNamed) {
  const std::string deep =
      std::string(kJsonDepthMax + 1, '[') + std::string(kJsonDepthMax + 1, ']');
  const v1::Error too_deep = Refusal("\"grant_paid\": " + deep);
  EXPECT_EQ(too_deep.code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_THAT(too_deep.expected(), testing::HasSubstr("16"));
  const v1::Error too_long =
      Refusal("\"reason_code\": \"" + std::string(kEventJsonBytesMax, 'a') + "\"");
  EXPECT_EQ(too_long.code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  const v1::Error long_text =
      Refusal("\"reason\": \"" + std::string(form::kDisclosureTextBytesMax + 1, 'a') +
              "\", \"grant_paid\": {}");
  EXPECT_EQ(long_text.code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(long_text.field(), "reason");
}

TEST(EventJsonTest, NothingAfterANulByteIsLost) {
  const std::string event = std::string(kHead) + R"("grant_rate_set": {"rate_ore": 1}})";
  ASSERT_TRUE(EventFromJson(event, FixedSalts()).ok());
  for (const std::string& line : {event + std::string(1, '\0') + event,
                                  std::string(1, '\0') + event, event + std::string(1, '\0')}) {
    const auto parsed = EventFromJson(line, FixedSalts());
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(ErrorOf(parsed.status()).code(), v1::ERROR_CODE_MALFORMED);
    EXPECT_NE(parsed.status().message().find("NUL"), absl::string_view::npos);
  }
}

}  // namespace
}  // namespace liggare::json
