#include "services/domain/judge/judge_keys.h"

#include <gtest/gtest.h>

#include <array>

#include "eventstore/note/key.h"
#include "eventstore/proof/node_keys.h"
#include "proto/error/error.h"
#include "services/domain/judge/judge.h"
#include "tests/services/domain/world.h"

namespace liggare::domain {
namespace {

note::SigningKey KeyOf(const std::string& path, uint8_t seed) {
  std::array<uint8_t, note::kSeedBytes> bytes;
  bytes.fill(seed);
  return *note::SigningKey::FromSeed("liggare.test/" + path, bytes);
}

// A parent and the keys of its child. The nation is its own.
class JudgeKeysTest : public ::testing::Test {
 protected:
  v1::ErrorCode Enrol(int seed) {
    v1::EventData event = NodeEvent();
    event.mutable_node_enrolled()->set_verifier_key(KeyOf(child_, seed).verifier().Text());
    event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
    return Record(event);
  }
  // `signer` says that the key goes over from `from` to `to`.
  v1::ErrorCode Change(int signer, int from, int to) {
    v1::EventData event = NodeEvent();
    const std::string text =
        proof::KeyChangeText(KeyOf(child_, from).verifier(), KeyOf(child_, to).verifier());
    event.mutable_node_key_changed()->set_verifier_key(KeyOf(child_, to).verifier().Text());
    event.mutable_node_key_changed()->set_old_key_signature(KeyOf(child_, signer).Sign(text));
    return Record(event);
  }
  v1::ErrorCode Revoke(int seed) {
    v1::EventData event = NodeEvent();
    v1::NodeKeyRevoked& revoked = *event.mutable_node_key_revoked();
    revoked.set_verifier_key(KeyOf(child_, seed).verifier().Text());
    revoked.set_log(child_ + "@1");
    revoked.set_size(0);
    return Record(event);
  }
  v1::EventData NodeEvent() {
    v1::EventData event = EventOf("node/" + child_, "node_closed", R"("size": 1, "root": "AA==")");
    event.clear_payload();
    return event;
  }
  v1::ErrorCode Record(const v1::EventData& event) {
    const absl::Status status = world_.Record(parent_, event);
    return status.ok() ? kOk : ErrorOf(status).code();
  }

  static constexpr v1::ErrorCode kOk = v1::ERROR_CODE_UNSPECIFIED;
  static constexpr v1::ErrorCode kMissing = v1::ERROR_CODE_PREREQUISITE_MISSING;
  static constexpr v1::ErrorCode kInvalid = v1::ERROR_CODE_INVALID_FIELD;
  World world_;
  std::string parent_ = "se";
  std::string child_ = "se/17";
};

TEST_F(JudgeKeysTest, ASecondKeyNeedsTheFirstOnesSignature) {
  EXPECT_EQ(Enrol(1), kOk);
  EXPECT_EQ(Enrol(1), kOk) << "the same again describes the node anew";
  EXPECT_EQ(Enrol(2), kMissing);
  EXPECT_EQ(Change(1, 1, 2), kOk);
  EXPECT_EQ(Enrol(1), kInvalid) << "there is no way back";
}

TEST_F(JudgeKeysTest, AnEarlierKeyNeverComesBack) {
  ASSERT_EQ(Enrol(1), kOk);
  ASSERT_EQ(Change(1, 1, 2), kOk);
  EXPECT_EQ(Change(2, 2, 1), kInvalid) << "A to B to A";
  EXPECT_EQ(Change(2, 2, 2), kInvalid) << "to itself";
  EXPECT_EQ(Change(1, 1, 3), kInvalid) << "A is not in use";
  ASSERT_EQ(Change(2, 2, 3), kOk);
  ASSERT_EQ(Revoke(3), kOk);
  EXPECT_EQ(Enrol(1), kInvalid) << "nor by an enrolment";
  EXPECT_EQ(Enrol(4), kOk);
}

TEST_F(JudgeKeysTest, AKeyIsOfTheNodeAndOfItsTrustDomain) {
  const auto enrol = [this](const std::string& vkey) {
    v1::EventData event = NodeEvent();
    event.mutable_node_enrolled()->set_verifier_key(vkey);
    event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
    return Record(event);
  };
  EXPECT_EQ(enrol(KeyOf("se/18", 1).verifier().Text()), kInvalid);
  std::array<uint8_t, note::kSeedBytes> seed = {1};
  EXPECT_EQ(enrol(note::SigningKey::FromSeed("another.test/se/17", seed)->verifier().Text()),
            kInvalid);
  EXPECT_EQ(enrol(KeyOf("se/17", 1).verifier().Text()), kOk);
}

TEST_F(JudgeKeysTest, AKeyChangeIsSignedByTheKeyInUse) {
  EXPECT_EQ(Change(1, 1, 2), kMissing) << "nothing is enrolled";
  ASSERT_EQ(Enrol(1), kOk);
  EXPECT_EQ(Change(2, 1, 2), kInvalid) << "signed by the new key";
  EXPECT_EQ(Change(1, 3, 2), kInvalid) << "from another key";
  ASSERT_EQ(Change(1, 1, 2), kOk);
  EXPECT_EQ(Change(1, 1, 3), kInvalid) << "the old key is not in use any more";
  EXPECT_EQ(Change(2, 2, 3), kOk);
}

TEST_F(JudgeKeysTest, ARevokedKeyHandsOverToNoneAndMakesRoomForAnother) {
  EXPECT_EQ(Revoke(1), kMissing) << "nothing is enrolled";
  ASSERT_EQ(Enrol(1), kOk);
  ASSERT_EQ(Revoke(1), kOk);
  EXPECT_EQ(Change(1, 1, 2), kMissing);
  EXPECT_EQ(Enrol(1), kInvalid) << "a revocation is never taken back";
  EXPECT_EQ(Enrol(2), kOk);
  EXPECT_EQ(Change(2, 2, 1), kInvalid) << "nor so";
  EXPECT_EQ(Change(2, 2, 3), kOk);
}

TEST_F(JudgeKeysTest, TheNationReplacesItsKeyBeforeItRevokesIt) {
  child_ = "se";
  ASSERT_EQ(Enrol(1), kOk);
  EXPECT_EQ(Revoke(1), kMissing);
  ASSERT_EQ(Change(1, 1, 2), kOk);
  EXPECT_EQ(Revoke(1), kOk);
  EXPECT_EQ(Revoke(2), kMissing);
}

TEST_F(JudgeKeysTest, ANodeEnrolsSoManyAndNoMore) {
  parent_ = "se/17/a";
  const auto child = [](size_t i) { return "se/17/a/n" + std::to_string(i); };
  for (size_t i = 0; i < kEnrolledNodesMax; ++i) {
    child_ = child(i);
    ASSERT_EQ(Enrol(1), kOk) << i;
  }
  child_ = child(kEnrolledNodesMax);
  EXPECT_EQ(Enrol(1), v1::ERROR_CODE_LIMIT_EXCEEDED);
  // Closing one makes no room, for its path is never used again.
  child_ = child(0);
  v1::EventData closed = NodeEvent();
  closed.mutable_node_closed();
  world_.Append(parent_, closed, {});
  child_ = child(kEnrolledNodesMax);
  EXPECT_EQ(Enrol(1), v1::ERROR_CODE_LIMIT_EXCEEDED);
  // One that is enrolled is none more, and others have room of their own.
  child_ = child(1);
  EXPECT_EQ(Enrol(1), kOk);
  EXPECT_EQ(Revoke(1), kOk);
  EXPECT_EQ(Enrol(2), kOk);
  parent_ = "se/17";
  child_ = "se/17/b";
  EXPECT_EQ(Enrol(1), kOk);
  parent_ = "se";
  child_ = "se";
  EXPECT_EQ(Enrol(1), kOk);
}

}  // namespace
}  // namespace liggare::domain
