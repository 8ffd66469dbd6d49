// Single decisions of a session that no scenario shows.
#include "services/replication/session.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "services/replication/limits.h"

namespace liggare::replication {
namespace {

constexpr int64_t kNowMs = 1'700'000'000'000;

Extent Held(const std::string& log, uint64_t size) {
  Extent extent;
  extent.log = log;
  extent.size = size;
  return extent;
}

// The parent's side of a session with se/17/a, which has said hello.
class ParentSessionTest : public ::testing::Test {
 protected:
  ParentSessionTest()
      : session_({.ends = {Side::kParent, "se/17", "se/17/a"},
                  .instance_id = "",
                  .boot_count = 1,
                  .format_version = 1,
                  .has_key = [](std::string_view, std::string_view) { return true; }}) {
    session_.Start({{Held("se/17/a@1", 2), 2, false}}, kNowMs);
    v1::Frame hello;
    hello.mutable_hello()->set_protocol_version(kProtocolVersion);
    hello.mutable_hello()->set_path("se/17/a");
    hello.mutable_hello()->set_to("se/17");
    session_.OnFrame(hello, kNowMs);
  }
  void GoLive() {
    v1::Frame frontier;
    *frontier.mutable_frontier()->add_logs() = ToProto(Held("se/17/a@1", 2));
    session_.OnFrame(frontier, kNowMs);
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
  session_.OnFrame(frontier, kNowMs);
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

// On a slow link a chunk takes seconds: the heartbeat must not wait behind others.
TEST(SessionTest, HeartbeatGoesBeforeTheDataThatIsReady) {
  Session session({.ends = {Side::kChild, "se/17/a", "se/17"},
                   .instance_id = "",
                   .boot_count = 1,
                   .format_version = 1,
                   .has_key = [](std::string_view, std::string_view) { return true; }});
  session.Start({{Held("se/17/a@1", 2), 2, false}}, kNowMs);
  v1::Frame hello;
  hello.mutable_hello()->set_protocol_version(kProtocolVersion);
  hello.mutable_hello()->set_path("se/17");
  hello.mutable_hello()->set_to("se/17/a");
  session.OnFrame(hello, kNowMs);
  v1::Frame frontier;
  frontier.mutable_frontier();
  session.OnFrame(frontier, kNowMs);
  for (const Effect& effect : session.TakeEffects()) {
    const auto* read = std::get_if<ReadChunk>(&effect);
    if (read == nullptr) continue;
    v1::Chunk chunk;
    chunk.set_log(read->log);
    chunk.add_entries("x");
    session.OnChunkRead(std::move(chunk), read->round, merkle::Hash{});
  }
  session.OnTick(kNowMs + kHeartbeatMs);
  std::vector<v1::Frame::KindCase> order;
  while (auto frame = session.TakeFrame()) order.push_back(frame->kind_case());
  EXPECT_EQ(order, (std::vector<v1::Frame::KindCase>{v1::Frame::kHello, v1::Frame::kFrontier,
                                                     v1::Frame::kHeartbeat, v1::Frame::kChunk}));
}

TEST_F(ParentSessionTest, ASessionIsEndingUntilItsGoodbyeIsTaken) {
  GoLive();
  EXPECT_FALSE(session_.ending().has_value());
  session_.OnTick(kNowMs + kSilenceMaxMs + 1);
  ASSERT_TRUE(session_.ending().has_value());
  EXPECT_TRUE(absl::IsUnavailable(*session_.ending()));
  while (session_.TakeFrame()) {
  }
  EXPECT_FALSE(session_.ending().has_value());
  EXPECT_TRUE(session_.ended());
}

}  // namespace
}  // namespace liggare::replication
