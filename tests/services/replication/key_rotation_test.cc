// Keys that change, and keys that are revoked, while sessions stand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "eventstore/note/checkpoint.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kVarmland[] = "se/17/varmland";

// Three tiers, connected, each of which holds something of the others.
class KeyRotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    se_.Enrol("se");
    se_.Enrol("se/17");
    county_.Enrol(kVarmland);
    se_.Serve();
    county_.Serve();
    county_.Dial(se_);
    varmland_.Dial(county_);
    varmland_.Record(3);
    ASSERT_TRUE(Eventually([&] { return se_.HoldsAllOf(varmland_) && county_.HoldsAllOf(se_); }));
  }
  // Waits until the node knows of the key, then signs with it.
  void Follow(NodeUnderTest& node) {
    const note::SigningKey key = KeyOf(node.path(), 1);
    ASSERT_TRUE(Eventually([&] { return *node.keys->KeyFor(node.path()) == key.verifier(); }));
    Use(node);
  }
  static void Use(NodeUnderTest& node) {
    node.sequencer->ChangeKey(std::make_shared<const note::SigningKey>(KeyOf(node.path(), 1)));
  }
  // Whether the newest checkpoint of the whole log that `at` holds is cosigned so.
  static bool IsCosignedWith(NodeUnderTest& at, const std::string& log,
                             const note::SigningKey& key) {
    auto latest = at.log->LatestCheckpoint(log);
    auto note = note::ParseNote(latest.ok() && *latest ? **latest : "");
    auto checkpoint = note::ParseCheckpoint(note.ok() ? note->text : "");
    return checkpoint.ok() && checkpoint->size == at.SizeOf(log) &&
           note::VerifyCosignature(*note, key.verifier()).ok();
  }
  static std::vector<Problem> ProblemsOf(NodeUnderTest& parent) {
    return parent.node->Children().at(0).problems;
  }

  TestHost host_;
  NodeUnderTest se_{host_, "se"};
  NodeUnderTest county_{host_, "se/17"};
  NodeUnderTest varmland_{host_, kVarmland};
};

TEST_F(KeyRotationTest, AVerksamhetsNewKeyIsFollowedByEveryTier) {
  county_.ChangeKey(kVarmland, KeyOf(kVarmland), KeyOf(kVarmland, 1));
  Follow(varmland_);
  varmland_.Record(2);
  EXPECT_TRUE(Eventually([&] {
    return se_.HoldsAllOf(varmland_) && varmland_.IsCosigned(varmland_.own(), "se/17") &&
           varmland_.IsCosigned(varmland_.own(), "se");
  }));
}

TEST_F(KeyRotationTest, ACountysNewKeySignsCosignsAndIsBelievedBelow) {
  se_.ChangeKey("se/17", KeyOf("se/17"), KeyOf("se/17", 1));
  Follow(county_);
  county_.Record(1);
  varmland_.Record(1);
  EXPECT_TRUE(Eventually([&] {
    return se_.HoldsAllOf(county_) && se_.HoldsAllOf(varmland_) &&
           IsCosignedWith(varmland_, varmland_.own(), KeyOf("se/17", 1));
  }));
}

TEST_F(KeyRotationTest, TheNationsNewKeyIsFollowedByThoseWhoPinTheOldOne) {
  se_.ChangeKey("se", KeyOf("se"), KeyOf("se", 1));
  Use(se_);  // Before anybody below can know of it.
  se_.Record(2);
  EXPECT_TRUE(Eventually([&] { return county_.HoldsAllOf(se_); }));
  EXPECT_TRUE(
      Eventually([&] { return *varmland_.keys->KeyFor("se") == KeyOf("se", 1).verifier(); }));
  varmland_.Record(1);
  EXPECT_TRUE(
      Eventually([&] { return IsCosignedWith(varmland_, varmland_.own(), KeyOf("se", 1)); }));
}

TEST_F(KeyRotationTest, ACountyThatWasAwayFollowsTheNation) {
  county_.HangUp();
  se_.Record(2);
  se_.ChangeKey("se", KeyOf("se"), KeyOf("se", 1));
  Use(se_);
  se_.Record(2);
  county_.Dial(se_);
  EXPECT_TRUE(Eventually([&] { return county_.HoldsAllOf(se_); }));
}

TEST_F(KeyRotationTest, WhatANewKeySignsWaitsForItsEnrolmentAndEndsNoSession) {
  Use(varmland_);
  varmland_.Record(1);
  EXPECT_TRUE(Eventually([&] {
    return ::testing::Value(ProblemsOf(county_),
                            Contains(::testing::Field(
                                &Problem::text, HasSubstr("the key of its node is not enrolled"))));
  }));
  EXPECT_TRUE(varmland_.node->ParentStatus()->connected);
  EXPECT_FALSE(county_.HoldsAllOf(varmland_));
  county_.ChangeKey(kVarmland, KeyOf(kVarmland), KeyOf(kVarmland, 1));
  EXPECT_TRUE(Eventually([&] { return se_.HoldsAllOf(varmland_); }));
}

TEST_F(KeyRotationTest, WhoseKeyIsRevokedIsRefusedUntilAnotherKeyAnswersForIt) {
  const uint64_t size = varmland_.SizeOf(varmland_.own());
  county_.RevokeKey(kVarmland, KeyOf(kVarmland), {varmland_.own(), size});
  varmland_.Record(1);
  EXPECT_TRUE(Eventually([&] {
    return ::testing::Value(county_.node->Children().at(0).last_error, HasSubstr("A stolen key"));
  }));
  EXPECT_EQ(county_.SizeOf(varmland_.own()), size);
  EXPECT_FALSE(county_.log->Find(varmland_.own())->frozen);
  Use(varmland_);
  county_.EnrolKey(kVarmland, KeyOf(kVarmland, 1));
  EXPECT_TRUE(Eventually([&] { return se_.HoldsAllOf(varmland_); }));
}

TEST_F(KeyRotationTest, WhatWasTakenFromARevokedKeyGoesNoFurtherUntilItIsSignedAnew) {
  county_.HangUp();
  const uint64_t before = se_.SizeOf(varmland_.own());
  varmland_.Record(2);
  ASSERT_TRUE(Eventually([&] { return county_.HoldsAllOf(varmland_); }));
  county_.RevokeKey(kVarmland, KeyOf(kVarmland), {varmland_.own(), before});
  county_.Dial(se_);
  ASSERT_TRUE(Eventually([&] { return se_.HoldsAllOf(county_); }));
  EXPECT_EQ(se_.SizeOf(varmland_.own()), before);
  county_.EnrolKey(kVarmland, KeyOf(kVarmland, 1));
  Follow(varmland_);
  varmland_.Record(1);
  EXPECT_TRUE(Eventually([&] { return se_.HoldsAllOf(varmland_); }));
}

}  // namespace
}  // namespace liggare::replication
