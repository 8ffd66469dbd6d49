#include "eventstore/proof/node_keys.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace liggare::proof {
namespace {

constexpr char kDomain[] = "liggare.test";

note::SigningKey Key(uint8_t seed, const std::string& path = "se/17") {
  std::array<uint8_t, note::kSeedBytes> bytes;
  bytes.fill(seed);
  return *note::SigningKey::FromSeed(std::string(kDomain) + "/" + path, bytes);
}

// The keys of se/17, entry after entry.
class NodeKeysTest : public ::testing::Test {
 protected:
  KeyFault Enrol(const std::string& vkey) {
    v1::EventData data;
    data.mutable_node_enrolled()->set_verifier_key(vkey);
    data.mutable_node_enrolled()->set_display_name("of " + std::to_string(clock_ + 1));
    return Take(data);
  }
  KeyFault Enrol(uint8_t seed) { return Enrol(Key(seed).verifier().Text()); }
  KeyFault Change(uint8_t from, uint8_t to, uint8_t signer) {
    v1::EventData data;
    data.mutable_node_key_changed()->set_verifier_key(Key(to).verifier().Text());
    data.mutable_node_key_changed()->set_old_key_signature(
        Key(signer).Sign(KeyChangeText(Key(from).verifier(), Key(to).verifier())));
    return Take(data);
  }
  KeyFault Change(uint8_t from, uint8_t to) { return Change(from, to, from); }
  KeyFault Revoke(uint8_t seed) {
    v1::EventData data;
    data.mutable_node_key_revoked()->set_verifier_key(Key(seed).verifier().Text());
    data.mutable_node_key_revoked()->set_log(path_ + "@1");
    return Take(data);
  }
  KeyFault Close(int64_t size, uint64_t clock) {
    v1::EventData data;
    data.mutable_node_closed()->set_size(size);
    return Apply({.trust_domain = kDomain, .path = path_, .data = data, .clock = clock}, node_);
  }
  KeyFault Take(const v1::EventData& data) {
    return Apply({.trust_domain = kDomain, .path = path_, .data = data, .clock = ++clock_}, node_);
  }
  std::vector<note::VerifierKey> Keys(const std::vector<uint8_t>& seeds) {
    std::vector<note::VerifierKey> keys;
    for (const uint8_t seed : seeds) keys.push_back(Key(seed).verifier());
    return keys;
  }

  std::string path_ = "se/17";
  uint64_t clock_ = 0;
  NodeKeys node_;
};

TEST_F(NodeKeysTest, EachKeyHandsOverToTheNext) {
  EXPECT_EQ(Change(1, 2), KeyFault::kNothingEnrolled);
  EXPECT_EQ(Enrol(1), KeyFault::kNone);
  EXPECT_EQ(Change(1, 2, 2), KeyFault::kNotSigned);
  EXPECT_EQ(Change(3, 2), KeyFault::kNotSigned);
  EXPECT_EQ(Change(1, 2), KeyFault::kNone);
  EXPECT_EQ(Change(2, 3), KeyFault::kNone);
  EXPECT_EQ(node_.keys, Keys({3, 2, 1}));
}

TEST_F(NodeKeysTest, AnEarlierKeyNeverComesBack) {
  Enrol(1);
  Change(1, 2);
  EXPECT_EQ(Change(2, 1), KeyFault::kHadBefore) << "A to B to A";
  EXPECT_EQ(Change(1, 3), KeyFault::kNotSigned) << "and so not from A to C";
  EXPECT_EQ(Change(2, 3), KeyFault::kNone);
  Revoke(3);
  EXPECT_EQ(Enrol(1), KeyFault::kHadBefore);
  EXPECT_EQ(Enrol(2), KeyFault::kHadBefore);
  EXPECT_EQ(Enrol(3), KeyFault::kHadBefore);
  EXPECT_EQ(node_.keys, Keys({3, 2, 1}));
  EXPECT_EQ(Enrol(4), KeyFault::kNone);
  EXPECT_EQ(node_.keys, Keys({4, 3, 2, 1}));
}

TEST_F(NodeKeysTest, WhatIsSeenTwiceMeansOneThing) {
  Enrol(1);
  Change(1, 2);
  Revoke(2);
  Revoke(2);
  EXPECT_EQ(Change(1, 2), KeyFault::kHadBefore);
  EXPECT_EQ(Enrol(1), KeyFault::kHadBefore);
  EXPECT_EQ(node_.keys, Keys({2, 1}));
  EXPECT_EQ(node_.revocations.size(), 1u);
}

TEST_F(NodeKeysTest, AKeyThatWasRevokedBeforeTheNodeHadItIsNotTaken) {
  Enrol(1);
  Revoke(2);
  EXPECT_EQ(Change(1, 2), KeyFault::kIsRevoked);
  Revoke(1);
  EXPECT_EQ(Enrol(2), KeyFault::kIsRevoked);
  EXPECT_EQ(node_.keys, Keys({1}));
}

TEST_F(NodeKeysTest, ASecondEnrolmentNeedsARevocation) {
  Enrol(1);
  EXPECT_EQ(Enrol(2), KeyFault::kAnotherInUse);
  EXPECT_EQ(node_.display_name, "of 1") << "nothing of it is taken";
  EXPECT_EQ(Enrol(1), KeyFault::kNone);
  EXPECT_EQ(node_.display_name, "of 3") << "the same key describes the node anew";
  Revoke(1);
  EXPECT_EQ(Change(1, 2), KeyFault::kInUseIsRevoked);
  EXPECT_EQ(Enrol(2), KeyFault::kNone);
}

TEST_F(NodeKeysTest, NobodyEnrolsAnotherKeyOfTheNation) {
  path_ = "se";
  EXPECT_EQ(Enrol(Key(1, "se").verifier().Text()), KeyFault::kNone);
  v1::EventData data;
  data.mutable_node_key_revoked()->set_verifier_key(Key(1, "se").verifier().Text());
  Take(data);
  EXPECT_EQ(Enrol(Key(2, "se").verifier().Text()), KeyFault::kAnotherInUse);
  EXPECT_EQ(Close(0, 9), KeyFault::kNone);
  EXPECT_FALSE(node_.closed) << "nor closes it";
}

TEST_F(NodeKeysTest, OtherKeysAreRefused) {
  EXPECT_EQ(Enrol(""), KeyFault::kNotAKey);
  EXPECT_EQ(Enrol(Key(1).verifier().Text() + "x"), KeyFault::kNotAKey);
  EXPECT_EQ(Enrol(Key(1, "se/18").verifier().Text()), KeyFault::kOtherName);
  EXPECT_EQ(Take({}), KeyFault::kNotAboutKeys);
  EXPECT_TRUE(node_.keys.empty());
  EXPECT_FALSE(KeyNamed("liggare.test/se/18", Key(1).verifier().Text()).ok());
  EXPECT_TRUE(KeyNamed("liggare.test/se/17", Key(1).verifier().Text()).ok());
}

TEST_F(NodeKeysTest, OfTwoClosingsTheFirstCountsUntilAnEnrolmentAfterIt) {
  Enrol(1);
  Close(7, 20);
  Close(9, 30);
  EXPECT_EQ(node_.closed->size, 7u);
  Close(5, 10);
  EXPECT_EQ(node_.closed->size, 5u) << "whatever order they are seen in";
  Enrol(1);
  EXPECT_TRUE(node_.closed) << "an enrolment before it opens nothing";
  clock_ = 40;
  Enrol(1);
  EXPECT_FALSE(node_.closed);
}

}  // namespace
}  // namespace liggare::proof
