// A child that enrols nodes without end and sends a log for each: it fills its own share,
// and nobody else's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "proto/error/error.h"
#include "services/replication/chunks/log_shares.h"
#include "services/replication/session/limits.h"
#include "tests/services/replication/node_under_test.h"
#include "tests/services/replication/raw_peer.h"

namespace liggare::replication {
namespace {

using ::testing::HasSubstr;

constexpr char kEvil[] = "se/17/evil";
constexpr char kHonest[] = "se/17/honest";
constexpr size_t kFlood = kChildLogsMax + 100;

std::string NodeBelow(size_t i) { return std::string(kEvil) + "/n" + std::to_string(i); }

class ShareTest : public ::testing::Test {
 protected:
  ShareTest() : se_(std::make_unique<NodeUnderTest>(host_, "se")) {
    se_->Enrol("se");
    se_->Enrol("se/17");
    se_->Serve();
    county_ = std::make_unique<NodeUnderTest>(host_, "se/17");
    county_->Enrol(kEvil);
    county_->Enrol(kHonest);
    county_->Serve();
    county_->Dial(*se_);
  }
  // Its own log, with which it enrols the others.
  void SendEnrolments() {
    NodeUnderTest evil(host_, kEvil);
    for (size_t i = 0; i < kFlood; ++i) evil.Enrol(NodeBelow(i));
    evil.Dial(*county_);
    ASSERT_TRUE(Eventually([&] { return county_->HoldsAllOf(evil); }));
  }
  std::unique_ptr<RawPeer> Greeted() {
    auto peer = std::make_unique<RawPeer>(kEvil, county_->port());
    peer->SendHello(kEvil, "se/17");
    EXPECT_TRUE(peer->Await(v1::Frame::kFrontier));
    peer->SendFrontier();
    return peer;
  }
  // A log of each; how many were taken. The others must be refused.
  size_t SendLogs() {
    const std::unique_ptr<RawPeer> peer = Greeted();
    size_t taken = 0;
    for (size_t i = 0; i < kFlood; ++i) {
      const std::string log = NodeBelow(i) + "@1";
      peer->Send(ChunkOf(log, {EntryOf(log, 0, kClock)}, KeyOf(NodeBelow(i))));
      const std::optional<v1::Frame> answer = peer->AwaitAnswer(log);
      if (!answer) break;
      if (answer->has_acknowledged()) {
        ++taken;
        continue;
      }
      EXPECT_EQ(answer->expected().refusal().code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
      EXPECT_THAT(answer->expected().refusal().message(), HasSubstr(log));
    }
    return taken;
  }
  size_t HeldBelowEvil(const NodeUnderTest& node) const {
    return static_cast<size_t>(std::ranges::count_if(node.log->Logs(), [](const auto& held) {
      return held.name.starts_with(std::string(kEvil) + "/");
    }));
  }
  // That the county's own log and its honest child's new entries reach the nation.
  void ExpectOthersGoOn() {
    NodeUnderTest honest(host_, kHonest, std::move(honest_database_));
    honest.Record(3);
    honest.Dial(*county_);
    county_->Record(2);
    EXPECT_TRUE(Eventually([&] { return se_->HoldsAllOf(honest) && se_->HoldsAllOf(*county_); }));
    EXPECT_TRUE(Eventually([&] { return honest.IsCosigned(honest.own(), "se"); }));
    EXPECT_EQ(county_->node->recording_stopped(), std::nullopt);
    EXPECT_EQ(honest.node->recording_stopped(), std::nullopt);
    honest_database_ = honest.Shut();
  }

  TestHost host_;
  std::unique_ptr<NodeUnderTest> se_;
  std::unique_ptr<NodeUnderTest> county_;
  std::unique_ptr<liggare::testing::MemoryDatabase> honest_database_;
};

TEST_F(ShareTest, AFloodOfLogsFillsOneShareAndBothEndsAreTold) {
  SendEnrolments();
  EXPECT_EQ(SendLogs(), kChildLogsMax);
  EXPECT_EQ(HeldBelowEvil(*county_), kChildLogsMax);
  const auto said = [&] {
    for (const Alarm& alarm : county_->node->Alarms()) {
      if (alarm.message.find(kEvil) != std::string::npos &&
          alarm.message.find("LIMIT_EXCEEDED") != std::string::npos) {
        return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(Eventually(said));
  ExpectOthersGoOn();
  EXPECT_TRUE(Eventually([&] { return HeldBelowEvil(*se_) == kChildLogsMax; }));
}

TEST_F(ShareTest, AfterARestartTheCountyIsNotReadOnlyAndItsLogIsCarried) {
  SendEnrolments();
  SendLogs();
  ASSERT_TRUE(Eventually([&] { return se_->HoldsAllOf(*county_); }));
  for (int restart = 0; restart < 2; ++restart) {
    auto database = county_->Shut();
    county_ = std::make_unique<NodeUnderTest>(host_, "se/17", std::move(database));
    county_->Serve();
    county_->Dial(*se_);
    ExpectOthersGoOn();
    // Nor is there more room than before.
    EXPECT_EQ(SendLogs(), 0u + kChildLogsMax) << "those that are held are acknowledged again";
    EXPECT_EQ(HeldBelowEvil(*county_), kChildLogsMax);
  }
}

TEST_F(ShareTest, SessionsThatTakeEachOthersPlaceShareOneShare) {
  LogShares shares(*county_->log);
  std::set<std::string, std::less<>> first;
  for (size_t i = 0; i < kFlood; ++i) {
    const std::string log = NodeBelow(i) + "@1";
    if (shares.Take(log)) first.insert(log);
  }
  EXPECT_EQ(first.size(), kChildLogsMax);
  // Another session, while nothing of the first is stored yet.
  EXPECT_FALSE(shares.Take("se/17/evil/other@1"));
  EXPECT_TRUE(shares.Take(*first.begin()));
  EXPECT_TRUE(shares.Take("se/17/honest/x@1"));
  EXPECT_TRUE(shares.Take("se/17/evil@2"));
  shares.Stored(*first.rbegin());
  shares.Release(first);
  // The second session still has one of them, and one is held.
  for (size_t i = 0; i < kChildLogsMax - 2; ++i) {
    EXPECT_TRUE(shares.Take("se/17/evil/m" + std::to_string(i) + "@1")) << i;
  }
  EXPECT_FALSE(shares.Take("se/17/evil/other@1"));
}

TEST_F(ShareTest, NodesEnrolledBeyondTheLimitHaveNoKeyAtAnyTier) {
  NodeUnderTest evil(host_, kEvil);
  for (size_t i = 0; i <= domain::kEnrolledNodesMax; ++i) evil.Enrol(NodeBelow(i));
  evil.Enrol(NodeBelow(0));  // Again: it is none more.
  evil.Dial(*county_);
  ASSERT_TRUE(Eventually([&] { return county_->HoldsAllOf(evil) && se_->HoldsAllOf(evil); }));
  const std::string last = NodeBelow(domain::kEnrolledNodesMax - 1);
  const std::string beyond = NodeBelow(domain::kEnrolledNodesMax);
  for (const NodeUnderTest* node : {&evil, county_.get(), se_.get()}) {
    EXPECT_TRUE(node->keys->KeyFor(last).ok()) << node->path();
    EXPECT_TRUE(absl::IsNotFound(node->keys->KeyFor(beyond).status())) << node->path();
    // Whichever is asked for first.
    const KeyRegistry other(*node->log, KeyOf("se").verifier(), node->key.verifier());
    EXPECT_FALSE(other.KeyFor(beyond).ok());
    EXPECT_TRUE(other.KeyFor(last).ok());
  }
  const std::unique_ptr<RawPeer> peer = Greeted();
  for (const std::string& path : {beyond, last}) {
    peer->Send(ChunkOf(path + "@1", {EntryOf(path + "@1", 0, kClock)}, KeyOf(path)));
  }
  EXPECT_TRUE(peer->AwaitAnswer(last + "@1"));
  EXPECT_EQ(county_->SizeOf(last + "@1"), 1u);
  EXPECT_EQ(county_->SizeOf(beyond + "@1"), 0u);
}

TEST_F(ShareTest, WhatOthersWriteAboutANodeEnrolsNothingAndCountsForNothing) {
  NodeUnderTest evil(host_, kEvil);
  for (size_t i = 0; i <= domain::kEnrolledNodesMax; ++i) {
    evil.Enrol("se/17/m" + std::to_string(i));  // In the county's name.
  }
  evil.Dial(*county_);
  ASSERT_TRUE(Eventually([&] { return county_->HoldsAllOf(evil) && se_->HoldsAllOf(evil); }));
  EXPECT_FALSE(se_->keys->KeyFor("se/17/m0").ok());
  county_->Enrol("se/17/later");
  EXPECT_TRUE(county_->keys->KeyFor("se/17/later").ok());
  EXPECT_TRUE(Eventually([&] { return se_->keys->KeyFor("se/17/later").ok(); }));
}

TEST_F(ShareTest, EntriesAboutOneNodesKeysAreLimited) {
  for (size_t i = 0; i < state::kKeyEntriesMax + 10; ++i) county_->Enrol(kHonest);
  EXPECT_EQ(county_->keys->Find(kHonest)->places.size(), state::kKeyEntriesMax);
  EXPECT_TRUE(county_->keys->KeyFor(kHonest).ok());
}

}  // namespace
}  // namespace liggare::replication
