#include "proto/json/message_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "liggare/v1/audit_service.pb.h"
#include "proto/error/error.h"

namespace liggare::json {
namespace {

using ::testing::HasSubstr;

std::string FaultOf(std::string_view json) {
  v1::Receipt receipt;
  const absl::Status status = MessageFromJson(json, receipt);
  EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_MALFORMED) << json;
  return std::string(status.message());
}

TEST(MessageJsonTest, BothSpellingsOfAMemberAreRead) {
  for (const char* json :
       {R"({"receipt_version": 1})", R"({"receiptVersion": 1})", "{\"receipt_version\"\n:1}\n"}) {
    v1::Receipt receipt;
    EXPECT_EQ(MessageFromJson(json, receipt), absl::OkStatus());
    EXPECT_EQ(receipt.receipt_version(), 1U);
  }
}

TEST(MessageJsonTest, ANameThatOccursTwiceIsRefusedWhereverItStands) {
  EXPECT_THAT(FaultOf(R"({"receipt_version": 1, "receipt_version": 1})"), HasSubstr("twice"));
  EXPECT_THAT(FaultOf(R"({"receipt_version": 1, "receiptVersion": 2})"), HasSubstr("twice"));
  EXPECT_THAT(FaultOf(R"({"disclosures": [{"text": "a"}, {"text": "a", "text": "b"}]})"),
              HasSubstr("\"text\" occurs twice"));
}

TEST(MessageJsonTest, WhatProtobufTakesAndJsonIsNotIsRefused) {
  for (const char* json : {R"({'receipt_version': 1})", R"({"receipt_version": 1,})",
                           R"({receipt_version: 1})", R"({"disclosures": [{},]})", "", "[]",
                           R"({"receipt_version": 1} {})", R"({"receipt_version": 1}x)"}) {
    FaultOf(json);
  }
  FaultOf(std::string_view("{}\0{}", 5));
}

TEST(MessageJsonTest, WhatIsNotUtf8IsSaidByItsFirstByte) {
  EXPECT_THAT(FaultOf("{\"disclosures\": [{\"text\": \"M\xF6te\"}]}"),
              HasSubstr("not UTF-8 from byte 29"));
  EXPECT_THAT(FaultOf("\xFF{"), HasSubstr("not UTF-8 from byte 1"));
}

TEST(MessageJsonTest, WideTextAndNoTextAreNamed) {
  for (const std::string_view wide :
       {std::string_view("\xFF\xFE{\0}\0", 6), std::string_view("{\0}\0", 4)}) {
    EXPECT_THAT(FaultOf(wide), HasSubstr("it is UTF-16 or UTF-32, not UTF-8"));
  }
  EXPECT_THAT(FaultOf(""), HasSubstr("it is empty"));
  EXPECT_THAT(FaultOf("\uFEFF"), HasSubstr("it is empty"));
}

TEST(MessageJsonTest, AByteOrderMarkBeforeItIsPassedOver) {
  v1::Receipt receipt;
  EXPECT_TRUE(MessageFromJson("\uFEFF{\"receipt_version\": 1}", receipt).ok());
  EXPECT_EQ(receipt.receipt_version(), 1u);
  EXPECT_FALSE(MessageFromJson("{\"receipt_version\": 1}\uFEFF", receipt).ok());
}

TEST(MessageJsonTest, AMemberThatTheMessageDoesNotKnowIsRefused) {
  EXPECT_THAT(FaultOf(R"({"nonsense": 1})"), HasSubstr("nonsense"));
}

}  // namespace
}  // namespace liggare::json
