// Single decisions of a session that no scenario shows.
#include "services/replication/session/session.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

constexpr int64_t kNowMs = 1'700'000'000'000;

Extent Held(const std::string& log, uint64_t size) {
  Extent extent;
  extent.log = log;
  extent.size = size;
  return extent;
}

v1::Frame HelloOf(const std::string& from, const std::string& to) {
  v1::Frame frame;
  frame.mutable_hello()->set_protocol_version(kProtocolVersion);
  frame.mutable_hello()->set_path(from);
  frame.mutable_hello()->set_to(to);
  frame.mutable_hello()->set_nonce(std::string(kNonceBytes, 'n'));
  return frame;
}

// The peer's proof comes, and holds.
void Admit(Session& session) {
  v1::Frame proof;
  proof.mutable_key_proof();
  session.OnFrame(proof, {kNowMs, kNowMs});
  session.OnProofChecked(KeyVerdict::kProven, "");
  session.OnLogs({{Held("se/17/a@1", 2), 2, false}});
}

// The parent's side of a session with se/17/a, which has said hello and proven its key.
class ParentSessionTest : public ::testing::Test {
 protected:
  ParentSessionTest()
      : session_({.ends = {Side::kParent, "se/17", "se/17/a"},
                  .trust_domain = "liggare.test",
                  .nonce = std::string(kNonceBytes, 'p'),
                  .instance_id = "",
                  .boot_count = 1,
                  .format_version = 1,
                  .has_key = [](std::string_view, std::string_view) { return true; }}) {
    session_.Start({kNowMs, kNowMs});
    session_.OnFrame(HelloOf("se/17/a", "se/17"), {kNowMs, kNowMs});
    Admit(session_);
  }
  void GoLive() {
    v1::Frame frontier;
    *frontier.mutable_frontier()->add_logs() = ToProto(Held("se/17/a@1", 2));
    session_.OnFrame(frontier, {kNowMs, kNowMs});
  }
  // The logs whose cosignatures the session has asked for since the last time.
  std::vector<std::string> AskedFor() {
    std::vector<std::string> logs;
    for (const Effect& effect : session_.TakeEffects()) {
      if (const auto* find = std::get_if<FindCosigned>(&effect)) logs.push_back(find->log);
    }
    return logs;
  }
  std::vector<std::string> CosignedFrames() {
    std::vector<std::string> checkpoints;
    while (auto frame = session_.TakeFrame()) {
      if (frame->has_cosigned()) checkpoints.push_back(frame->cosigned().checkpoint());
    }
    return checkpoints;
  }

  Session session_;
};

TEST_F(ParentSessionTest, TheNewestCosignaturesAreFoundWhenTheSessionComesToLife) {
  AskedFor();
  GoLive();
  EXPECT_EQ(AskedFor(), (std::vector<std::string>{"se/17/a@1"}));
}

TEST_F(ParentSessionTest, CosignaturesAreLookedForOfALogThatOnlyTheChildNames) {
  v1::Frame frontier;
  *frontier.mutable_frontier()->add_logs() = ToProto(Held("se/17/a@2", 0));
  session_.OnFrame(frontier, {kNowMs, kNowMs});
  EXPECT_EQ(AskedFor(), (std::vector<std::string>{"se/17/a@2", "se/17/a@1"}));
}

TEST_F(ParentSessionTest, CosignaturesAreFoundAgainWhenTheKeysToVerifyThemComeLate) {
  GoLive();
  AskedFor();
  session_.OnEnrolmentBuilt(v1::EnrolmentChain());
  EXPECT_EQ(AskedFor(), (std::vector<std::string>{"se/17/a@1"}));
}

TEST_F(ParentSessionTest, WhatIsFoundOnTheDiskDoesNotReplaceANewerCosignature) {
  session_.OnCosigned("se/17/a@1", "newer");
  GoLive();
  session_.OnCosignedFound("se/17/a@1", "older");
  EXPECT_EQ(CosignedFrames(), (std::vector<std::string>{"older", "newer"}));
}

// The child's side, which has said hello.
class ChildHelloTest : public ::testing::Test {
 protected:
  ChildHelloTest()
      : session_({.ends = {Side::kChild, "se/17/a", "se/17"},
                  .trust_domain = "liggare.test",
                  .nonce = kOwnNonce,
                  .instance_id = "",
                  .boot_count = 1,
                  .format_version = 1,
                  .has_key = [](std::string_view, std::string_view) { return true; }}) {
    session_.Start({kNowMs, kNowMs});
  }
  void HearHello(const std::string& nonce) {
    v1::Frame hello = HelloOf("se/17", "se/17/a");
    hello.mutable_hello()->set_nonce(nonce);
    session_.OnFrame(hello, {kNowMs, kNowMs});
  }
  void HearProof() {
    v1::Frame proof;
    proof.mutable_key_proof()->set_signature("s");
    session_.OnFrame(proof, {kNowMs, kNowMs});
  }
  // The texts that the session wants judged, and signed, since the last time.
  struct Texts {
    std::vector<std::string> checked, signed_texts;
  };
  Texts Asked() {
    Texts texts;
    for (const Effect& effect : session_.TakeEffects()) {
      if (const auto* check = std::get_if<CheckProof>(&effect))
        texts.checked.push_back(check->text);
      if (const auto* sign = std::get_if<SignProof>(&effect)) {
        texts.signed_texts.push_back(sign->text);
      }
    }
    return texts;
  }
  v1::ErrorCode Ending() const {
    return session_.ending() ? ErrorOf(*session_.ending()).code() : v1::ERROR_CODE_UNSPECIFIED;
  }

  const std::string kOwnNonce = std::string(kNonceBytes, 'o');
  const std::string kPeerNonce = std::string(kNonceBytes, 'n');
  Session session_;
};

TEST_F(ChildHelloTest, NothingIsSignedForAParentThatHasNotProvenItself) {
  HearHello(kPeerNonce);
  EXPECT_TRUE(Asked().signed_texts.empty());
  HearProof();
  const Texts asked = Asked();
  EXPECT_EQ(asked.checked, std::vector{HelloProofText({"liggare.test", "se/17", "se/17/a"},
                                                      {.signer = kPeerNonce, .other = kOwnNonce})});
  EXPECT_TRUE(asked.signed_texts.empty());
  session_.OnProofChecked(KeyVerdict::kProven, "");
  session_.OnLogs({});
  EXPECT_EQ(Asked().signed_texts,
            std::vector{HelloProofText({"liggare.test", "se/17/a", "se/17"},
                                       {.signer = kOwnNonce, .other = kPeerNonce})});
}

TEST_F(ChildHelloTest, AParentWhoseKeyIsNotKnownIsJudgedAgainWhenKeysAreLearned) {
  HearHello(kPeerNonce);
  HearProof();
  EXPECT_EQ(Asked().checked.size(), 1u);
  session_.OnProofChecked(KeyVerdict::kNotKnown, "");
  EXPECT_TRUE(Asked().checked.empty());
  session_.OnTick({kNowMs + kProofMaxMs + 1,
                   kNowMs + kProofMaxMs + 1});  // It has given its proof: that is in time.
  EXPECT_EQ(Ending(), v1::ERROR_CODE_UNSPECIFIED);
  EXPECT_EQ(Asked().checked.size(), 1u);
  session_.OnKeysChanged();
  EXPECT_EQ(Asked().checked.size(), 1u);
  session_.OnProofChecked(KeyVerdict::kRefused, "it is by another key");
  EXPECT_EQ(Ending(), v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(ChildHelloTest, TheOwnNonceIsNotTakenBack) {
  HearHello(kOwnNonce);
  EXPECT_EQ(Ending(), v1::ERROR_CODE_MALFORMED);
}

TEST_F(ChildHelloTest, AParentThatGivesNoProofIsLeft) {
  HearHello(kPeerNonce);
  session_.OnTick({kNowMs + kProofMaxMs, kNowMs + kProofMaxMs});
  EXPECT_EQ(Ending(), v1::ERROR_CODE_UNSPECIFIED);
  session_.OnTick({kNowMs + kProofMaxMs + 1, kNowMs + kProofMaxMs + 1});
  EXPECT_EQ(Ending(), v1::ERROR_CODE_DEADLINE_EXCEEDED);
}

TEST_F(ChildHelloTest, AFrontierBeforeTheProofHasNoPlace) {
  HearHello(kPeerNonce);
  v1::Frame frontier;
  frontier.mutable_frontier();
  session_.OnFrame(frontier, {kNowMs, kNowMs});
  EXPECT_EQ(Ending(), v1::ERROR_CODE_MALFORMED);
}

// On a slow link a chunk takes seconds: the heartbeat must not wait behind others.
TEST(SessionTest, HeartbeatGoesBeforeTheDataThatIsReady) {
  Session session({.ends = {Side::kChild, "se/17/a", "se/17"},
                   .trust_domain = "liggare.test",
                   .nonce = std::string(kNonceBytes, 'c'),
                   .instance_id = "",
                   .boot_count = 1,
                   .format_version = 1,
                   .has_key = [](std::string_view, std::string_view) { return true; }});
  session.Start({kNowMs, kNowMs});
  session.OnFrame(HelloOf("se/17", "se/17/a"), {kNowMs, kNowMs});
  Admit(session);
  v1::Frame frontier;
  frontier.mutable_frontier();
  session.OnFrame(frontier, {kNowMs, kNowMs});
  for (const Effect& effect : session.TakeEffects()) {
    const auto* read = std::get_if<ReadChunk>(&effect);
    if (read == nullptr) continue;
    v1::Chunk chunk;
    chunk.set_log(read->log);
    chunk.add_entries("x");
    session.OnChunkRead(std::move(chunk), read->round, merkle::Hash{});
  }
  session.OnTick({kNowMs + kHeartbeatMs, kNowMs + kHeartbeatMs});
  std::vector<v1::Frame::KindCase> order;
  while (auto frame = session.TakeFrame()) order.push_back(frame->kind_case());
  EXPECT_EQ(order, (std::vector<v1::Frame::KindCase>{v1::Frame::kHello, v1::Frame::kFrontier,
                                                     v1::Frame::kHeartbeat, v1::Frame::kChunk}));
}

// The machine's clock may be set; a session lives by what really passes.
TEST_F(ParentSessionTest, AClockThatIsSetEndsNoSessionAndDelaysNoHeartbeat) {
  GoLive();
  int64_t passed_ms = 0;
  for (const int64_t set_ms :
       {int64_t{-240'000}, int64_t{-86'400'000}, 300 * int64_t{86'400'000}}) {
    passed_ms += kHeartbeatMs;
    session_.OnTick({.wall_ms = kNowMs + set_ms, .steady_ms = kNowMs + passed_ms});
    EXPECT_FALSE(session_.ending().has_value());
    int heartbeats = 0;
    while (auto frame = session_.TakeFrame()) heartbeats += frame->has_heartbeat();
    EXPECT_EQ(heartbeats, 1) << set_ms;
  }
}

TEST_F(ParentSessionTest, ASilentPeerIsLeftThoughTheClockIsSetBack) {
  GoLive();
  session_.OnTick({.wall_ms = kNowMs - 86'400'000, .steady_ms = kNowMs + kSilenceMaxMs});
  EXPECT_FALSE(session_.ending().has_value());
  session_.OnTick({.wall_ms = kNowMs - 86'400'000, .steady_ms = kNowMs + kSilenceMaxMs + 1});
  EXPECT_TRUE(session_.ending().has_value());
}

// What the peer says of itself, in a heartbeat.
class HeldBackTest : public ::testing::Test {
 protected:
  HeldBackTest() {
    session_.Start({kNowMs, kNowMs});
    session_.OnFrame(HelloOf("se/17", "se/17/a"), {kNowMs, kNowMs});
    Admit(session_);
    v1::Frame frontier;
    frontier.mutable_frontier();
    session_.OnFrame(frontier, {kNowMs, kNowMs});
  }
  void Hear(const std::string& log, const std::string& why) {
    v1::HeldBack& held_back = *heartbeat_.mutable_heartbeat()->add_held_back();
    held_back.set_log(log);
    held_back.set_first_index(1);
    held_back.set_until_ms(1'736'845'953'120);
    held_back.mutable_reason()->set_code(v1::ERROR_CODE_CLOCK_AHEAD);
    held_back.mutable_reason()->set_message(why);
    session_.OnFrame(heartbeat_, {kNowMs, kNowMs});
  }

  Session session_{{.ends = {Side::kChild, "se/17/a", "se/17"},
                    .trust_domain = "liggare.test",
                    .nonce = std::string(kNonceBytes, 'c'),
                    .instance_id = "",
                    .boot_count = 1,
                    .format_version = 1,
                    .has_key = [](std::string_view, std::string_view) { return true; }}};
  v1::Frame heartbeat_;
};

TEST_F(HeldBackTest, WhatThePeerHoldsBackIsSaidHereUntilWhenAndWhatToDo) {
  Hear("se/17/a@1", "its clock is ahead");
  ASSERT_EQ(session_.problems().size(), 1u);
  const Problem problem = session_.problems().front();
  EXPECT_EQ(problem.text,
            "se/17 holds back se/17/a@1 from entry 1 on until 2025-01-14T09:12:33Z: CLOCK_AHEAD: "
            "its clock is ahead; 1 entry waits here");
  EXPECT_EQ(problem.log, "se/17/a@1");
  EXPECT_EQ(problem.until_ms, 1'736'845'953'120);
  EXPECT_NE(problem.advice.find("Clocks"), std::string::npos);
  heartbeat_.mutable_heartbeat()->clear_held_back();
  session_.OnFrame(heartbeat_, {kNowMs, kNowMs});
  EXPECT_TRUE(session_.problems().empty());
}

TEST_F(HeldBackTest, OnlyWhatIsSentToThePeerAndAsMuchAsMayBeShown) {
  Hear("se/17@1", "not sent to it");
  Hear("se/17/a@99", "not held");
  EXPECT_TRUE(session_.problems().empty());
  Hear("se/17/a@1", "a\nb" + std::string(kPeerTextBytesMax, 'c'));
  ASSERT_EQ(session_.problems().size(), 1u);
  EXPECT_NE(session_.problems().front().text.find("a\\u000abc"), std::string::npos);
  EXPECT_LT(session_.problems().front().text.size(), kPeerTextBytesMax + 200);
  for (size_t i = 0; i < 2 * kProblemsMax; ++i) Hear("se/17/a@1", "again");
  EXPECT_EQ(session_.problems().size(), kProblemsMax);
}

TEST_F(ParentSessionTest, ASessionIsEndingUntilItsGoodbyeIsTaken) {
  GoLive();
  EXPECT_FALSE(session_.ending().has_value());
  session_.OnTick({kNowMs + kSilenceMaxMs + 1, kNowMs + kSilenceMaxMs + 1});
  ASSERT_TRUE(session_.ending().has_value());
  EXPECT_TRUE(absl::IsUnavailable(*session_.ending()));
  while (session_.TakeFrame()) {
  }
  EXPECT_FALSE(session_.ending().has_value());
  EXPECT_TRUE(session_.ended());
}

}  // namespace
}  // namespace liggare::replication
