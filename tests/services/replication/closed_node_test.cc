// What a node that its parent has closed may still do: nothing beyond its end, at any
// tier; and that all from before stands, and goes on when it is enrolled again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "services/replication/chunks/enrolment_chain.h"
#include "tests/services/replication/raw_peer.h"

namespace liggare::replication {
namespace {

using ::testing::HasSubstr;

constexpr char kChild[] = "se/17/a";
constexpr char kLog[] = "se/17/a@1";

class ClosedNodeTest : public ::testing::Test {
 protected:
  ClosedNodeTest() : se_(host_, "se"), county_(host_, "se/17") {
    se_.Enrol("se");
    se_.Enrol("se/17");
    se_.Serve();
    county_.Enrol(kChild);
    county_.Serve();
    county_.Dial(se_);
  }
  // A child that speaks its own program.
  std::unique_ptr<RawPeer> Greeted() {
    auto peer = std::make_unique<RawPeer>(kChild, county_.port());
    peer->SendHello(kChild, "se/17");
    EXPECT_TRUE(peer->Await(v1::Frame::kFrontier));
    peer->SendFrontier();
    return peer;
  }
  // Entries [first, end) of the child's log.
  static v1::Frame Chunk(uint64_t first, uint64_t end) {
    std::vector<std::string> entries;
    for (uint64_t i = 0; i < end; ++i) entries.push_back(EntryOf(kLog, i, kClock + i));
    v1::Frame frame = ChunkOf(kLog, entries, KeyOf(kChild));
    frame.mutable_chunk()->mutable_entries()->DeleteSubrange(0, static_cast<int>(first));
    frame.mutable_chunk()->set_first_index(first);
    return frame;
  }
  // The county takes the first entries, and closes the child with so many.
  void TakeAndClose(uint64_t taken, uint64_t size) {
    auto peer = Greeted();
    peer->Send(Chunk(0, taken));
    ASSERT_TRUE(peer->Await(v1::Frame::kAcknowledged));
    county_.CloseNode(kChild, size);
  }
  // The refusal that this gets.
  v1::Error RefusalOf(v1::Frame frame) {
    auto peer = Greeted();
    peer->Send(std::move(frame));
    const auto answer = peer->Await(v1::Frame::kExpected);
    EXPECT_TRUE(answer);
    return answer ? answer->expected().refusal() : v1::Error();
  }

  TestHost host_;
  NodeUnderTest se_;
  NodeUnderTest county_;
};

TEST_F(ClosedNodeTest, NothingBeyondItsEndIsTakenOrCountersigned) {
  TakeAndClose(2, 2);
  const v1::Error refused = RefusalOf(Chunk(2, 3));
  EXPECT_EQ(refused.code(), v1::ERROR_CODE_READ_ONLY);
  EXPECT_THAT(refused.message(),
              HasSubstr("se/17/a was closed by se/17 with 2 entries of se/17/a@1"));
  EXPECT_EQ(county_.SizeOf(kLog), 2u);
  EXPECT_FALSE(county_.log->Find(kLog)->frozen);
  EXPECT_TRUE(Eventually([&] { return se_.IsCosigned(kLog, "se"); })) << "what came before goes on";
}

TEST_F(ClosedNodeTest, AChunkAcrossItsEndIsRefusedAndOneUpToItTaken) {
  TakeAndClose(1, 3);
  EXPECT_EQ(RefusalOf(Chunk(1, 4)).code(), v1::ERROR_CODE_READ_ONLY);
  EXPECT_EQ(county_.SizeOf(kLog), 1u);
  auto peer = Greeted();
  peer->Send(Chunk(1, 3));
  const auto taken = peer->Await(v1::Frame::kAcknowledged);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->acknowledged().state().size(), 3u);
  EXPECT_EQ(RefusalOf(Chunk(3, 4)).code(), v1::ERROR_CODE_READ_ONLY);
}

TEST_F(ClosedNodeTest, ALaterEpochIsRefused) {
  TakeAndClose(2, 2);
  v1::EventData data;
  data.set_event_id(std::string(16, 'e'));
  data.set_subject("node/se/17/a");
  v1::LogState& previous = *data.mutable_epoch_opened()->mutable_previous();
  previous.set_log(kLog);
  previous.set_size(2);
  previous.set_root(std::string(merkle::HashBytes(county_.RootOf(kLog))));
  v1::Event event;
  event.set_format_version(1);
  event.set_log("se/17/a@2");
  event.set_clock(kClock + 10);
  event.set_recorded_at_ms(kNowMs);
  event.set_principal(kChild);
  event.set_data(data.SerializeAsString());
  const v1::Error refused =
      RefusalOf(ChunkOf("se/17/a@2", {event.SerializeAsString()}, KeyOf(kChild)));
  EXPECT_EQ(refused.code(), v1::ERROR_CODE_READ_ONLY);
  EXPECT_EQ(county_.SizeOf("se/17/a@2"), 0u);
}

TEST_F(ClosedNodeTest, BothEndsOfItsSessionSayIt) {
  NodeUnderTest child(host_, kChild);
  child.Record(2);
  child.Dial(county_);
  ASSERT_TRUE(Eventually([&] { return county_.SizeOf(kLog) == 2; }));
  county_.CloseNode(kChild, 2);
  const auto says_it = [](const std::vector<Problem>& problems) {
    return std::ranges::any_of(problems, [](const Problem& problem) {
      return problem.text.find("se/17/a was closed by se/17 with 2 entries") != std::string::npos;
    });
  };
  EXPECT_TRUE(Eventually([&] { return says_it(child.node->ParentStatus()->problems); }));
  EXPECT_TRUE(Eventually([&] { return says_it(county_.node->Children().at(0).problems); }));
  const std::vector<Alarm> alarms = county_.node->Alarms();
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].log, kLog);
  EXPECT_THAT(alarms[0].message, HasSubstr("its process still connects"));
}

// What it recorded before it knew waits; enrolled again, it goes on in the same log.
TEST_F(ClosedNodeTest, EnrolledAgainItGoesOnWhereItEnded) {
  NodeUnderTest child(host_, kChild);
  child.Record(2);
  child.Dial(county_);
  ASSERT_TRUE(Eventually([&] { return county_.SizeOf(kLog) == 2; }));
  county_.CloseNode(kChild, 2);
  const auto is_closed = [&] { return child.keys->Find(kChild)->closed.has_value(); };
  ASSERT_TRUE(Eventually(is_closed));
  child.node->SetClosed("closed.");
  child.Record(3);
  // A county that is greeted again takes nothing of it, and is sent nothing.
  child.HangUp();
  child.Dial(county_);
  ASSERT_TRUE(Eventually([&] { return child.node->ParentStatus()->connected; }));
  EXPECT_EQ(child.node->ParentStatus()->lag_entries, 0u);
  EXPECT_EQ(county_.SizeOf(kLog), 2u);
  EXPECT_EQ(county_.SizeOf("se/17/a@2"), 0u);

  county_.Enrol(kChild);
  ASSERT_TRUE(Eventually([&] { return !is_closed(); }));
  child.node->SetClosed(std::nullopt);
  EXPECT_TRUE(Eventually([&] { return county_.HoldsAllOf(child) && se_.HoldsAllOf(child); }));
}

TEST_F(ClosedNodeTest, AClosedNodeStoresNothing) {
  NodeUnderTest child(host_, kChild);
  child.node->SetClosed("se/17/a was closed.");
  child.Dial(county_);
  county_.RecordAbout(kChild, "en text");
  EXPECT_TRUE(Eventually([&] {
    const std::vector<Problem> problems = child.node->ParentStatus()->problems;
    return std::ranges::any_of(problems, [](const Problem& problem) {
      return problem.text.find("stores nothing: se/17/a was closed") != std::string::npos;
    });
  }));
  EXPECT_EQ(child.SizeOf("se/17@1"), 0u);
}

// A closing with less than is held: what lies here stays and is told; it goes no further.
TEST_F(ClosedNodeTest, WhatWasTakenBeyondItsEndStaysHereAndHasAnAlarm) {
  county_.HangUp();
  TakeAndClose(3, 1);
  EXPECT_EQ(county_.SizeOf(kLog), 3u);
  std::vector<Alarm> alarms;
  ASSERT_TRUE(Eventually([&] {
    alarms = county_.node->Alarms();
    return alarms.size() == 1;
  }));
  EXPECT_EQ(alarms[0].log, kLog);
  EXPECT_THAT(alarms[0].message, HasSubstr("2 entries of this log"));
  EXPECT_EQ(RefusalOf(Chunk(3, 4)).code(), v1::ERROR_CODE_READ_ONLY);
  // What it has already been answered for, it is answered for again.
  auto peer = Greeted();
  peer->Send(Chunk(0, 3));
  EXPECT_TRUE(peer->Await(v1::Frame::kAcknowledged));
  county_.Dial(se_);
  EXPECT_TRUE(Eventually([&] { return se_.HoldsAllOf(county_) && se_.SizeOf(kLog) == 1; }));
  EXPECT_TRUE(Eventually([&] { return county_.node->ParentStatus()->lag_entries == 0; }));
}

TEST_F(ClosedNodeTest, NobodyClosesTheNationAndOfTwoClosingsTheFirstCounts) {
  se_.CloseNode("se", 1);
  EXPECT_FALSE(se_.keys->Find("se")->closed.has_value());
  county_.CloseNode(kChild, 5);
  county_.CloseNode(kChild, 9);
  EXPECT_EQ(county_.keys->SizeBeforeClosing(kLog, 100), 5u);
  EXPECT_EQ(county_.keys->SizeBeforeClosing("se/17/a@2", 100), 0u);
  EXPECT_EQ(county_.keys->SizeBeforeClosing("se/17@1", 100), 100u);
  county_.Enrol(kChild);
  EXPECT_EQ(county_.keys->SizeBeforeClosing(kLog, 100), 100u);
}

TEST_F(ClosedNodeTest, AChainLeadsPastAClosingAndNotThroughEntriesBeyondIt) {
  county_.CloseNode(kChild, 0);
  ASSERT_TRUE(Eventually([&] { return se_.HoldsAllOf(county_); }));
  const auto chain = [&] {
    return BuildEnrolmentChain(*county_.log, *county_.sequencer, *county_.keys, kChild);
  };
  auto nodes = VerifyEnrolmentChain(*chain(), kTrustDomain, KeyOf("se").verifier());
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  EXPECT_TRUE(nodes->at(kChild).closed.has_value());
  se_.CloseNode("se/17", 1);
  ASSERT_TRUE(Eventually([&] { return county_.HoldsAllOf(se_); }));
  nodes = VerifyEnrolmentChain(*chain(), kTrustDomain, KeyOf("se").verifier());
  ASSERT_FALSE(nodes.ok());
  EXPECT_THAT(std::string(nodes.status().message()), HasSubstr("se/17 was closed by se with 1"));
}

}  // namespace
}  // namespace liggare::replication
