// Two operators must send the same.
#include "services/record/operator_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "eventstore/log/bytes/commitment.h"
#include "proto/error/error.h"

namespace liggare::record {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAnna[] = "spiffe://po.example.se/se/operator/anna";
constexpr char kBo[] = "spiffe://po.example.se/se/operator/bo";

class OperatorAgreementTest : public ::testing::Test {
 protected:
  // That the key of se/17 is revoked from `size` on; under an id of its own each time.
  static std::shared_ptr<v1::EventData> Revocation(int64_t size, const std::string& actor = "a") {
    static uint8_t ids = 0;
    auto event = std::make_shared<v1::EventData>();
    event->set_event_id(std::string(15, 'i') + static_cast<char>(++ids));
    event->set_subject("node/se/17");
    event->mutable_actor()->set_id(actor);
    event->mutable_node_key_revoked()->set_log("se/17@1");
    event->mutable_node_key_revoked()->set_size(size);
    return event;
  }
  absl::StatusOr<std::string> Send(const std::string& by, int64_t size) {
    return agreement_.Agree(Revocation(size, by), {}, by);
  }
  static void ExpectWaits(const absl::StatusOr<std::string>& answer, const std::string& first) {
    const v1::Error error = ErrorOf(answer.status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_PREREQUISITE_MISSING) << answer.status();
    EXPECT_THAT(error.message(), HasSubstr(first + " is the first"));
    EXPECT_THAT(error.expected(), HasSubstr("another operator of se"));
  }

  int64_t now_ms_ = 1'750'000'000'000;
  OperatorAgreement agreement_{"se", [this] { return now_ms_; }};
};

TEST_F(OperatorAgreementTest, TheSecondOfTwoRecordsAndBothAreAttested) {
  ExpectWaits(Send(kAnna, 7), kAnna);
  EXPECT_THAT(agreement_.Waiting(), SizeIs(1));
  EXPECT_THAT(agreement_.Waiting().front(), HasSubstr("node_key_revoked about node/se/17"));
  const auto principal = Send(kBo, 7);
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(*principal, std::string(kAnna) + " " + kBo);
  EXPECT_THAT(agreement_.Waiting(), IsEmpty());
  ExpectWaits(Send(kBo, 7), kBo);  // Used up.
}

TEST_F(OperatorAgreementTest, TheSameOperatorTwiceIsNotTwo) {
  ExpectWaits(Send(kAnna, 7), kAnna);
  ExpectWaits(Send(kAnna, 7), kAnna);
  EXPECT_THAT(agreement_.Waiting(), SizeIs(1));
}

TEST_F(OperatorAgreementTest, AnotherContentOrSubjectIsNotTheSame) {
  ExpectWaits(Send(kAnna, 7), kAnna);
  ExpectWaits(Send(kBo, 8), kBo);
  auto other = Revocation(7);
  other->set_subject("node/se/18");
  ExpectWaits(agreement_.Agree(other, {}, kBo), kBo);
  auto reason = Revocation(7);
  reason->set_reason_code("stulen");
  ExpectWaits(agreement_.Agree(reason, {}, kBo), kBo);
  EXPECT_TRUE(Send(kBo, 7).ok());
}

TEST_F(OperatorAgreementTest, ReasonsInWordsAreComparedAsTexts) {
  const auto with_text = [](const std::string& salt, const std::string& text) {
    auto event = Revocation(7);
    const std::string commitment = log::CommitmentOf(salt, text);
    event->mutable_reason()->set_commitment(commitment);
    return std::pair(event, std::vector<log::DisclosureText>{{commitment, salt, text}});
  };
  const std::string salt(32, 's');
  const auto first = with_text(salt, "stulen dator");
  const auto other = with_text(std::string(32, 't'), "annat");
  const auto same = with_text(std::string(32, 'u'), "stulen dator");
  ExpectWaits(agreement_.Agree(first.first, first.second, kAnna), kAnna);
  ExpectWaits(agreement_.Agree(other.first, other.second, kBo), kBo);
  EXPECT_TRUE(agreement_.Agree(same.first, same.second, kBo).ok());
}

TEST_F(OperatorAgreementTest, WhatWaitsIsForgottenAfterADay) {
  ExpectWaits(Send(kAnna, 7), kAnna);
  now_ms_ += OperatorAgreement::kProposalMaxMs - 1;
  EXPECT_THAT(agreement_.Waiting(), SizeIs(1));
  ExpectWaits(Send(kAnna, 7), kAnna);  // Does not begin anew.
  now_ms_ += 1;
  EXPECT_THAT(agreement_.Waiting(), IsEmpty());
  ExpectWaits(Send(kBo, 7), kBo);
}

TEST_F(OperatorAgreementTest, OneOperatorFillsNobodyElsesPlace) {
  ExpectWaits(Send(kAnna, -1), kAnna);
  for (size_t i = 0; i <= OperatorAgreement::kProposalsPerOperatorMax; ++i) {
    ExpectWaits(Send(kBo, static_cast<int64_t>(i)), kBo);
  }
  EXPECT_THAT(agreement_.Waiting(), SizeIs(1 + OperatorAgreement::kProposalsPerOperatorMax));
  EXPECT_TRUE(Send(kBo, -1).ok());     // Anna's is still there,
  ExpectWaits(Send(kAnna, 0), kAnna);  // and Bo's oldest has gone.
}

TEST_F(OperatorAgreementTest, OperatorsWhoWaitAreBounded) {
  const auto name = [](size_t i) { return std::string(kAnna) + std::to_string(i); };
  for (size_t i = 0; i < OperatorAgreement::kProposersMax; ++i) {
    ExpectWaits(Send(name(i), static_cast<int64_t>(i)), name(i));
  }
  const auto above = Send(kBo, 1000);
  EXPECT_EQ(ErrorOf(above.status()).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_TRUE(Send(kBo, 3).ok());
}

}  // namespace
}  // namespace liggare::record
