#include "services/rpc/tls/peer_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "proto/error/error.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::CertificateSpec;
using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000;
constexpr char kUri[] = "spiffe://po.example.se/se/17/system/test";

std::string Text(const std::string& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class PeerJudgeTest : public ::testing::Test {
 protected:
  std::string Issue(const CertificateSpec& spec) {
    return Text(authority_.Issue("peer", spec).certificate);
  }
  void ExpectRefused(const std::string& pem, const std::string& why) {
    const v1::Error error = ErrorOf(judge_.Judge(pem, kNow).status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_UNAUTHENTICATED);
    EXPECT_THAT(error.message(), HasSubstr(why));
  }

  testing::ScratchDirectory scratch_;
  testing::TestAuthority authority_{scratch_.path()};
  PeerJudge judge_{"po.example.se"};
};

TEST_F(PeerJudgeTest, TheNameIsWhoItIs) {
  const absl::StatusOr<Identity> identity = judge_.Judge(Issue({.uris = {kUri}}), kNow);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->path, "se/17");
  EXPECT_EQ(identity->system, "test");
}

TEST_F(PeerJudgeTest, WhatIsNoCertificateIsRefused) {
  ExpectRefused("", "can't be read");
  ExpectRefused("nonsense", "can't be read");
  ExpectRefused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "can't be read");
}

TEST_F(PeerJudgeTest, ItIsValidFromItsFirstSecondToBeforeItsLast) {
  const auto at = [&](int64_t not_before_s, int64_t not_after_s) {
    return Issue({.uris = {kUri}, .not_before_s = not_before_s, .not_after_s = not_after_s});
  };
  EXPECT_TRUE(judge_.Judge(at(kNow, kNow + 1), kNow).ok());
  ExpectRefused(at(kNow + 1, kNow + 9), "not valid before");
  ExpectRefused(at(kNow - 9, kNow), "expired");
}

TEST_F(PeerJudgeTest, ExactlyOneNameOfTheTrustDomainIsNeeded) {
  ExpectRefused(Issue({}), "0 URI SANs");
  ExpectRefused(Issue({.uris = {kUri, kUri}}), "2 URI SANs");
  ExpectRefused(Issue({.uris = {"spiffe://other.example/se"}}), "trust domain other.example");
}

}  // namespace
}  // namespace liggare::rpc
