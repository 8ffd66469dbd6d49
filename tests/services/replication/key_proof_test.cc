// Who has a node's certificate and not its signing key gets nothing, and disturbs nobody.
#include "services/replication/session/key_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/replication/chunks/key_check.h"
#include "services/replication/session/limits.h"
#include "tests/services/replication/node_under_test.h"
#include "tests/services/replication/raw_peer.h"

namespace liggare::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kCounty[] = "se/17";
constexpr char kVarmland[] = "se/17/varmland";
constexpr int kThief = 7;  // The variant of a key that nobody has enrolled.
constexpr int kAttempts = 43;

class KeyProofTest : public ::testing::Test {
 protected:
  KeyProofTest() {
    se_.Enrol("se");
    se_.Enrol(kCounty);
    se_.Serve();
  }
  // Says hello with the county's certificate and this key, or none.
  std::unique_ptr<RawPeer> Hello(std::optional<note::SigningKey> key) {
    auto peer = std::make_unique<RawPeer>(kCounty, se_.port());
    peer->ProveWith(std::move(key));
    peer->SendHello(kCounty, "se");
    return peer;
  }
  static std::string NonceIn(RawPeer& peer) {
    const std::optional<v1::Frame> hello = peer.Await(v1::Frame::kHello);
    return hello ? hello->hello().nonce() : "";
  }
  // How a session ends in which this is sent for the county's proof.
  v1::ErrorCode EndAfter(const std::function<std::string(RawPeer&, const std::string&)>& text) {
    auto peer = Hello({});
    const std::string nonce = NonceIn(*peer);
    peer->SendProof(KeyOf(kCounty), text(*peer, nonce));
    return peer->End();
  }
  std::string LastErrorOf(const NodeUnderTest& child) {
    return child.node->ParentStatus()->last_error;
  }

  TestHost host_;
  NodeUnderTest se_{host_, "se"};
};

TEST_F(KeyProofTest, AThiefOfTheCertificateIsRefusedWhileTheNodesOwnSessionGoesOn) {
  NodeUnderTest county(host_, kCounty);
  county.Dial(se_);
  for (int i = 0; i < kAttempts; ++i) {
    auto thief = Hello(KeyOf(kCounty, kThief));
    county.Record(1);
    EXPECT_EQ(thief->End(), v1::ERROR_CODE_UNAUTHENTICATED);
    ASSERT_TRUE(Eventually([&] { return se_.HoldsAllOf(county); })) << i;
  }
  EXPECT_EQ(LastErrorOf(county), "");
  EXPECT_TRUE(county.node->ParentStatus()->connected);
  ASSERT_EQ(se_.node->Children().size(), 1u);
  EXPECT_TRUE(se_.node->Children()[0].connected);
  EXPECT_EQ(se_.node->Children()[0].last_error, "");
}

TEST_F(KeyProofTest, AThiefThatStaysDoesNotKeepTheNodeOff) {
  std::vector<std::unique_ptr<RawPeer>> thieves;
  for (size_t i = 0; i < kUnprovenSessionsMax + 3; ++i) thieves.push_back(Hello({}));
  EXPECT_NE(NonceIn(*thieves.back()), "");
  NodeUnderTest county(host_, kCounty);
  county.Record(2);
  county.Dial(se_);
  EXPECT_TRUE(Eventually([&] { return se_.HoldsAllOf(county); }));
  // The oldest had to go; nobody else did.
  EXPECT_EQ(thieves.front()->End(), v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_EQ(LastErrorOf(county), "");
}

TEST_F(KeyProofTest, NothingIsSaidOfLogsBeforeTheProof) {
  se_.RecordWithText("hemligt");
  auto thief = Hello({});
  thief->SendFrontier();
  std::vector<v1::Frame::KindCase> kinds;
  for (const v1::Frame& frame : thief->ReadAll()) kinds.push_back(frame.kind_case());
  EXPECT_EQ(thief->End(), v1::ERROR_CODE_MALFORMED);
  // The chain is what every receipt has. The last may be missing if the call ended first.
  if (kinds.back() == v1::Frame::kGoodbye) kinds.pop_back();
  EXPECT_THAT(kinds, ElementsAre(v1::Frame::kHello, v1::Frame::kEnrolment, v1::Frame::kKeyProof));
  EXPECT_TRUE(se_.node->Children().empty());
}

TEST_F(KeyProofTest, ASessionWithoutAProofEnds) {
  auto thief = Hello({});
  ASSERT_TRUE(thief->Await(v1::Frame::kKeyProof));
  host_.now_ms += kProofMaxMs + 1;
  EXPECT_EQ(thief->End(), v1::ERROR_CODE_DEADLINE_EXCEEDED);
}

TEST_F(KeyProofTest, AProofServesOneSession) {
  auto first = Hello({});
  const std::string old_nonce = NonceIn(*first);
  first->SendProof(KeyOf(kCounty), first->ProofText(old_nonce));
  EXPECT_TRUE(first->Await(v1::Frame::kFrontier));
  auto replay = std::make_unique<RawPeer>(kCounty, se_.port());
  replay->ProveWith({});
  replay->UseNonce(first->nonce());
  replay->SendHello(kCounty, "se");
  EXPECT_NE(NonceIn(*replay), old_nonce);
  replay->SendProof(KeyOf(kCounty), first->ProofText(old_nonce));
  EXPECT_EQ(replay->End(), v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(KeyProofTest, AProofSentBackProvesNothing) {
  auto thief = Hello({});
  const std::optional<v1::Frame> proof = thief->Await(v1::Frame::kKeyProof);
  ASSERT_TRUE(proof);
  thief->Send(*proof);
  EXPECT_EQ(thief->End(), v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(KeyProofTest, AProofIsForThisPairInThisDirectionAndForNothingElse) {
  using Peer = RawPeer;
  EXPECT_EQ(EndAfter([](const Peer& peer, const std::string& nonce) {
              return HelloProofText({kTrustDomain, kCounty, kVarmland}, {peer.nonce(), nonce});
            }),
            v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(EndAfter([](const Peer& peer, const std::string& nonce) {
              return HelloProofText({kTrustDomain, "se", kCounty}, {peer.nonce(), nonce});
            }),
            v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(EndAfter([](const Peer& peer, const std::string& nonce) {
              return HelloProofText({"other.test", kCounty, "se"}, {peer.nonce(), nonce});
            }),
            v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(EndAfter([](const Peer& peer, const std::string& nonce) {
              return HelloProofText({kTrustDomain, kCounty, "se"}, {nonce, peer.nonce()});
            }),
            v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(EndAfter([](const Peer&, const std::string& nonce) {
              return RefillProofText({kTrustDomain, kCounty, "se"}, nonce);
            }),
            v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(EndAfter([](const Peer&, const std::string&) { return std::string(); }),
            v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(KeyProofTest, AProofOutOfPlaceEndsTheSession) {
  auto twice = Hello(KeyOf(kCounty));
  ASSERT_TRUE(twice->Await(v1::Frame::kFrontier));
  twice->SendProof(KeyOf(kCounty), "");
  EXPECT_EQ(twice->End(), v1::ERROR_CODE_MALFORMED);
  auto again = Hello(KeyOf(kCounty));
  ASSERT_TRUE(again->Await(v1::Frame::kFrontier));
  again->SendHello(kCounty, "se");
  EXPECT_EQ(again->End(), v1::ERROR_CODE_MALFORMED);
  auto hello_again = Hello({});
  ASSERT_TRUE(hello_again->Await(v1::Frame::kHello));
  hello_again->SendHello(kCounty, "se");
  EXPECT_EQ(hello_again->End(), v1::ERROR_CODE_MALFORMED);
}

TEST_F(KeyProofTest, ANonceHasItsLength) {
  for (const size_t bytes : {size_t{0}, kNonceBytes - 1, kNonceBytes + 1, size_t{1'000'000}}) {
    RawPeer peer(kCounty, se_.port());
    peer.UseNonce(std::string(bytes, 'n'));
    peer.SendHello(kCounty, "se");
    EXPECT_EQ(peer.End(), v1::ERROR_CODE_MALFORMED) << bytes;
  }
}

TEST_F(KeyProofTest, WhoIsNotEnrolledIsToldSoAndLetInWhenItIs) {
  RawPeer peer("se/18", se_.port());
  peer.ProveWith(KeyOf("se/18"));
  peer.SendHello("se/18", "se");
  const std::optional<v1::Frame> waiting = peer.Await(v1::Frame::kWaiting);
  ASSERT_TRUE(waiting);
  EXPECT_THAT(waiting->waiting().reason().message(), HasSubstr("No enrolment of se/18"));
  ASSERT_TRUE(peer.Await(v1::Frame::kKeyProof));
  se_.Enrol("se/18");
  EXPECT_TRUE(peer.Await(v1::Frame::kFrontier));
}

TEST_F(KeyProofTest, AProofOfAnotherKeyIsRefusedWhenItsNodeIsEnrolled) {
  RawPeer peer("se/18", se_.port());
  peer.ProveWith(KeyOf("se/18", kThief));
  peer.SendHello("se/18", "se");
  ASSERT_TRUE(peer.Await(v1::Frame::kWaiting));
  se_.Enrol("se/18");
  EXPECT_EQ(peer.End(), v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(KeyProofTest, WhoWaitsAndProvesTwiceIsEnded) {
  RawPeer peer("se/18", se_.port());
  peer.SendHello("se/18", "se");
  ASSERT_TRUE(peer.Await(v1::Frame::kKeyProof));
  peer.SendProof(KeyOf("se/18"), "");
  EXPECT_EQ(peer.End(), v1::ERROR_CODE_MALFORMED);
}

TEST_F(KeyProofTest, ARevokedKeyProvesNothing) {
  se_.RevokeKey(kCounty, KeyOf(kCounty), {"se/17@1", 0});
  EXPECT_EQ(Hello(KeyOf(kCounty))->End(), v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(KeyProofTest, ASessionEndsWhenTheKeyThatItProvedIsRevoked) {
  auto peer = Hello(KeyOf(kCounty));
  ASSERT_TRUE(peer->Await(v1::Frame::kFrontier));
  se_.RevokeKey(kCounty, KeyOf(kCounty), {"se/17@1", 0});
  EXPECT_EQ(peer->End(), v1::ERROR_CODE_UNAUTHENTICATED);
}

// A node may learn only in a session that it has another key.
TEST_F(KeyProofTest, AReplacedKeyProvesUntilTheNewOneHasBeenUsed) {
  se_.ChangeKey(kCounty, KeyOf(kCounty), KeyOf(kCounty, 1));
  auto old_key = Hello(KeyOf(kCounty));
  EXPECT_TRUE(old_key->Await(v1::Frame::kFrontier));
  auto new_key = Hello(KeyOf(kCounty, 1));
  EXPECT_TRUE(new_key->Await(v1::Frame::kFrontier));
  EXPECT_EQ(Hello(KeyOf(kCounty))->End(), v1::ERROR_CODE_UNAUTHENTICATED);
  new_key->SendFrontier();
  new_key->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf(kCounty, 1)));
  EXPECT_TRUE(new_key->Await(v1::Frame::kAcknowledged));
}

// After a restart, too.
TEST_F(KeyProofTest, AReplacedKeyProvesNothingOnceTheNewOneHasSigned) {
  const auto judge = [&](const note::SigningKey& key) {
    KeyRegistry fresh(*se_.log, KeyOf("se").verifier(), KeyOf("se").verifier());
    v1::KeyProof proof;
    proof.set_key_id(key.verifier().key_id());
    proof.set_signature(key.Sign("text"));
    return JudgeKeyProof(*se_.log, fresh, kCounty, "text", proof).verdict;
  };
  se_.ChangeKey(kCounty, KeyOf(kCounty), KeyOf(kCounty, 1));
  EXPECT_EQ(judge(KeyOf(kCounty)), KeyVerdict::kProven);
  auto peer = Hello(KeyOf(kCounty, 1));
  ASSERT_TRUE(peer->Await(v1::Frame::kFrontier));
  peer->SendFrontier();
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf(kCounty, 1)));
  ASSERT_TRUE(peer->Await(v1::Frame::kAcknowledged));
  EXPECT_EQ(judge(KeyOf(kCounty)), KeyVerdict::kRefused);
  EXPECT_EQ(judge(KeyOf(kCounty, 1)), KeyVerdict::kProven);
}

TEST_F(KeyProofTest, AParentThatDoesNotHoldItsKeyGetsNothing) {
  se_.sequencer->ChangeKey(std::make_shared<const note::SigningKey>(KeyOf("se", kThief)));
  NodeUnderTest county(host_, kCounty);
  county.Record(2);
  county.Dial(se_);
  EXPECT_TRUE(
      Eventually([&] { return LastErrorOf(county).find("UNAUTHENTICATED") != std::string::npos; }));
  EXPECT_FALSE(county.node->ParentStatus()->connected);
  EXPECT_EQ(se_.SizeOf(county.own()), 0u);
}

// What leads to its key comes through it, from the nation.
TEST_F(KeyProofTest, AChildThatCannotKnowItsParentsKeyWaitsUntilItCan) {
  NodeUnderTest county(host_, kCounty);
  county.Enrol(kVarmland);
  county.Serve();
  NodeUnderTest varmland(host_, kVarmland);
  varmland.Record(2);
  varmland.Dial(county);
  ASSERT_TRUE(Eventually([&] { return !varmland.node->ParentStatus()->problems.empty(); }));
  EXPECT_THAT(varmland.node->ParentStatus()->problems,
              ElementsAre(::testing::Field(&Problem::text, HasSubstr("The parent waits"))));
  EXPECT_FALSE(varmland.node->ParentStatus()->connected);
  EXPECT_EQ(county.SizeOf(varmland.own()), 0u);
  county.Dial(se_);
  EXPECT_TRUE(Eventually([&] { return county.HoldsAllOf(varmland) && se_.HoldsAllOf(varmland); }));
}

}  // namespace
}  // namespace liggare::replication
