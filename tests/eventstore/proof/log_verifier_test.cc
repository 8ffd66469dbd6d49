#include "eventstore/proof/log_verifier.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/error/error.h"
#include "tests/eventstore/proof/fake_logs.h"

namespace liggare::proof {
namespace {

using testing::FakeLog;
using testing::MakeData;

class LogVerifierTest : public ::testing::Test {
 protected:
  LogVerifierTest() : nation_("se", 1), county_("se/17", 2) {
    nation_.Enrol(nation_);
    nation_.Enrol(county_);
    county_.Add(MakeData("ansokan/2024/1780", 1));
    county_.Add(MakeData("ansokan/2024/1780", 2));
  }

  KeyChain Chain() const { return *KeyChain::FromNationalKey(nation_.key().verifier().Text()); }

  static absl::Status AddAll(const FakeLog& log, LogVerifier& verifier) {
    for (const std::string& entry : log.entries()) {
      if (auto status = verifier.Add(entry); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  static std::string Where(const absl::Status& status) { return ErrorOf(status).field(); }

  FakeLog nation_, county_;
};

TEST_F(LogVerifierTest, VerifiedLogTeachesTheKeysThatItEnrols) {
  KeyChain chain = Chain();
  LogVerifier nation("se@1");
  ASSERT_TRUE(AddAll(nation_, nation).ok());
  ASSERT_EQ(chain.Find("se/17"), nullptr);
  ASSERT_TRUE(nation.Check(nation_.Checkpoint(2), chain).ok());
  ASSERT_NE(chain.Find("se/17"), nullptr);

  LogVerifier county("se/17@1");
  ASSERT_TRUE(AddAll(county_, county).ok());
  const auto cosigned = county.Check(county_.Checkpoint(2, {{&nation_.key(), 7}}), chain);
  ASSERT_TRUE(cosigned.ok()) << cosigned.status();
  ASSERT_EQ(cosigned->size(), 1u);
  EXPECT_EQ(cosigned->front().path, "se");
  EXPECT_EQ(cosigned->front().time_s, 7u);
}

TEST_F(LogVerifierTest, AWithheldEntryHasItsPlaceInTheTreeAndIsCounted) {
  KeyChain chain = Chain();
  LogVerifier nation("se@1");
  ASSERT_TRUE(AddAll(nation_, nation).ok());
  ASSERT_TRUE(nation.Check(nation_.Checkpoint(2), chain).ok());
  std::string leaf(merkle::HashBytes(merkle::LeafHash(county_.entries()[0])));
  LogVerifier county("se/17@1");
  ASSERT_TRUE(county.Add(leaf).ok());
  ASSERT_TRUE(county.Add(county_.entries()[1]).ok());
  EXPECT_EQ(county.withheld(), 1u);
  EXPECT_TRUE(county.Check(county_.Checkpoint(2), chain).ok());

  leaf.back() = static_cast<char>(leaf.back() ^ 1);
  LogVerifier changed("se/17@1");
  ASSERT_TRUE(changed.Add(leaf).ok());
  ASSERT_TRUE(changed.Add(county_.entries()[1]).ok());
  EXPECT_FALSE(changed.Check(county_.Checkpoint(2), chain).ok());
}

TEST_F(LogVerifierTest, ChangedByteIsSeenAtTheCheckpoint) {
  KeyChain chain = Chain();
  LogVerifier verifier("se@1");
  std::string changed = nation_.entries()[1];
  changed.back() = static_cast<char>(changed.back() ^ 1);
  ASSERT_TRUE(verifier.Add(nation_.entries()[0]).ok());
  ASSERT_TRUE(verifier.Add(changed).ok());
  const auto checked = verifier.Check(nation_.Checkpoint(2), chain);
  EXPECT_EQ(ErrorOf(checked.status()).code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_EQ(Where(checked.status()), "se@1");
  EXPECT_EQ(chain.Find("se/17"), nullptr) << "a key was taken from a log that does not verify";
}

TEST_F(LogVerifierTest, EntryOutOfItsPlaceIsNamed) {
  LogVerifier verifier("se@1");
  EXPECT_EQ(Where(verifier.Add(nation_.entries()[1])), "se@1#0");
  ASSERT_TRUE(verifier.Add(nation_.entries()[0]).ok());
  EXPECT_EQ(Where(verifier.Add(county_.entries()[1])), "se@1#1");
  EXPECT_EQ(Where(verifier.Add("\xff")), "se@1#1");
}

TEST_F(LogVerifierTest, ClockThatDoesNotRiseIsNamed) {
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(county_.entries()[1]));
  v1::Event first;
  ASSERT_TRUE(first.ParseFromString(county_.entries()[0]));
  event.set_clock(first.clock());
  LogVerifier verifier("se/17@1");
  ASSERT_TRUE(verifier.Add(county_.entries()[0]).ok());
  EXPECT_EQ(Where(verifier.Add(event.SerializeAsString())), "se/17@1#1");
}

TEST_F(LogVerifierTest, CheckpointOfAnotherSizeOrKeyIsRefused) {
  KeyChain chain = Chain();
  LogVerifier verifier("se@1");
  ASSERT_TRUE(AddAll(nation_, verifier).ok());
  EXPECT_FALSE(verifier.Check(nation_.Checkpoint(1), chain).ok());
  FakeLog impostor("se", 66);
  impostor.AddBytes(nation_.entries()[0]);
  impostor.AddBytes(nation_.entries()[1]);
  EXPECT_FALSE(verifier.Check(impostor.Checkpoint(2), chain).ok());
  EXPECT_TRUE(verifier.Check(nation_.Checkpoint(2), chain).ok());
}

TEST_F(LogVerifierTest, LogOfANodeThatNobodyEnrolledIsRefused) {
  KeyChain chain = Chain();
  LogVerifier verifier("se/17@1");
  ASSERT_TRUE(AddAll(county_, verifier).ok());
  EXPECT_EQ(Where(verifier.Check(county_.Checkpoint(2), chain).status()), "se/17@1");
}

TEST_F(LogVerifierTest, ANationThatHasChangedItsKeyIsFollowedFromTheOldOne) {
  KeyChain chain = Chain();
  const note::SigningKey second = testing::MakeKey("se", 9);
  nation_.ChangeKey("se", nation_.key(), second);
  nation_.set_key(testing::MakeKey("se", 9));
  LogVerifier verifier("se@1");
  ASSERT_TRUE(AddAll(nation_, verifier).ok());
  const auto checked = verifier.Check(nation_.Checkpoint(3), chain);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(chain.Find("se")->keys.front(), second.verifier());
}

TEST_F(LogVerifierTest, AKeyThatTheNationHasNotHandedOverToSignsNothing) {
  KeyChain chain = Chain();
  const note::SigningKey thief = testing::MakeKey("se", 9);
  nation_.ChangeKey("se", thief, thief);
  nation_.set_key(testing::MakeKey("se", 9));
  LogVerifier verifier("se@1");
  ASSERT_TRUE(AddAll(nation_, verifier).ok());
  EXPECT_EQ(Where(verifier.Check(nation_.Checkpoint(3), chain).status()), "se@1#2");
  EXPECT_EQ(chain.Find("se")->keys.size(), 1u);
}

// A running node is asked for the enrolments first, and its logs hold them again.
TEST_F(LogVerifierTest, EntriesAboutKeysThatAreSeenAgainChangeNothing) {
  nation_.RevokeKey("se/17", county_.key(), 1);
  KeyChain chain = Chain();
  for (int time = 0; time < 2; ++time) {
    LogVerifier nation("se@1");
    ASSERT_TRUE(AddAll(nation_, nation).ok());
    const auto checked = nation.Check(nation_.Checkpoint(3), chain);
    ASSERT_TRUE(checked.ok()) << checked.status();
  }
  EXPECT_EQ(chain.Find("se/17")->keys.size(), 1u);
  EXPECT_EQ(chain.Find("se/17")->revocations.size(), 1u);
}

TEST_F(LogVerifierTest, WhatARevokedKeySignsVerifiesUpToTheSizeAndNotBeyond) {
  nation_.RevokeKey("se/17", county_.key(), 1);
  KeyChain chain = Chain();
  LogVerifier nation("se@1");
  ASSERT_TRUE(AddAll(nation_, nation).ok());
  ASSERT_TRUE(nation.Check(nation_.Checkpoint(3), chain).ok());
  LogVerifier below("se/17@1");
  ASSERT_TRUE(below.Add(county_.entries()[0]).ok());
  EXPECT_TRUE(below.Check(county_.Checkpoint(1), chain).ok());
  ASSERT_TRUE(below.Add(county_.entries()[1]).ok());
  const absl::Status beyond = below.Check(county_.Checkpoint(2), chain).status();
  EXPECT_NE(ErrorOf(beyond).message().find("is revoked"), std::string::npos) << beyond;
}

TEST_F(LogVerifierTest, AnotherKeyIsEnrolledOnlyWhereTheFirstIsRevoked) {
  const FakeLog successor("se/17", 7);
  const auto verify = [&] {
    KeyChain chain = Chain();
    LogVerifier nation("se@1");
    EXPECT_TRUE(AddAll(nation_, nation).ok());
    return nation.Check(nation_.Checkpoint(nation_.size()), chain).status();
  };
  nation_.RevokeKey("se/17", county_.key(), 1);
  nation_.Enrol(successor);
  EXPECT_TRUE(verify().ok()) << verify();
}

TEST_F(LogVerifierTest, ASecondEnrolmentWithoutARevocationIsRefused) {
  KeyChain chain = Chain();
  nation_.Enrol(FakeLog("se/17", 7));
  LogVerifier nation("se@1");
  ASSERT_TRUE(AddAll(nation_, nation).ok());
  EXPECT_EQ(Where(nation.Check(nation_.Checkpoint(3), chain).status()), "se@1#2");
}

}  // namespace
}  // namespace liggare::proof
