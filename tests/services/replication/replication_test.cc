// Sessions over gRPC between nodes with real logs.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "eventstore/log/bytes/entry.h"
#include "liggare/v1/event.pb.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

constexpr char kVarmland[] = "se/17/varmland";

class ReplicationTest : public ::testing::Test {
 protected:
  std::unique_ptr<NodeUnderTest> NewNode(
      const std::string& path, std::unique_ptr<liggare::testing::MemoryDatabase> database = {}) {
    return std::make_unique<NodeUnderTest>(host_, path, std::move(database));
  }
  // The nation, which has enrolled itself and county 17.
  std::unique_ptr<NodeUnderTest> NewNation() {
    auto se = NewNode("se");
    se->Enrol("se");
    se->Enrol("se/17");
    se->Serve();
    return se;
  }

  TestHost host_;
};

TEST_F(ReplicationTest, CountyAndNationHoldAndCosignEachOthersLogs) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  county->Record(3);
  county->Dial(*se);
  EXPECT_TRUE(Eventually([&] {
    return se->HoldsAllOf(*county) && county->HoldsAllOf(*se) &&
           county->IsCosigned(county->own(), "se") && se->IsCosigned(se->own(), "se/17");
  }));
  // The nation's log names, in its own Received, what it got.
  // (The county's own Received, which came last, adds none.)
  EXPECT_GE(*se->log->KnownSize("se/17@1", se->SizeOf("se@1")), 3u);
  EXPECT_TRUE(Eventually([&] { return county->node->ParentStatus()->lag_entries == 0; }));
  EXPECT_TRUE(county->node->ParentStatus()->connected);
}

TEST_F(ReplicationTest, LiveEntriesFollowWithoutDiallingAgain) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  county->Dial(*se);
  for (int i = 0; i < 20; ++i) {
    const uint64_t index = county->Record(1);
    ASSERT_TRUE(Eventually([&] { return se->SizeOf("se/17@1") > index; })) << i;
  }
  EXPECT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));
}

TEST_F(ReplicationTest, EntriesAndCosignaturesPassThroughThreeTiers) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  auto varmland = NewNode(kVarmland);
  county->Enrol(kVarmland);
  county->Serve();
  varmland->Record(5);
  varmland->RecordWithText("en anmärkning");
  county->Dial(*se);
  varmland->Dial(*county);
  EXPECT_TRUE(Eventually([&] {
    return se->HoldsAllOf(*varmland) && varmland->IsCosigned(varmland->own(), "se/17") &&
           varmland->IsCosigned(varmland->own(), "se");
  }));
  // The text behind the commitment travelled along.
  EXPECT_EQ(se->log->DisclosuresOf(varmland->own(), 0, se->SizeOf(varmland->own()))->size(), 1u);
  // The verksamhet holds no log of its ancestors, and yet knows their keys.
  EXPECT_EQ(varmland->SizeOf("se/17@1"), 0u);
  EXPECT_TRUE(Eventually([&] { return varmland->keys->KeyFor("se/17").ok(); }));
  EXPECT_EQ(*varmland->keys->KeyFor("se/17"), KeyOf("se/17").verifier());
}

// A verksamhet that was updated before its county and the nation.
TEST_F(ReplicationTest, EventOfALaterVersionIsStoredAndPassedOnAsItIs) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  auto varmland = NewNode(kVarmland);
  county->Enrol(kVarmland);
  county->Serve();
  const std::string data = varmland->RecordOfLaterVersion();
  varmland->Record(1);  // What comes after it is not stopped.
  county->Dial(*se);
  varmland->Dial(*county);
  ASSERT_TRUE(Eventually(
      [&] { return se->HoldsAllOf(*varmland) && varmland->IsCosigned(varmland->own(), "se"); }));
  for (const NodeUnderTest* node : {county.get(), se.get()}) {
    const absl::StatusOr<std::string> entry = node->log->Read(varmland->own(), 0);
    ASSERT_TRUE(entry.ok()) << entry.status();
    EXPECT_EQ(*entry, *varmland->log->Read(varmland->own(), 0));
    v1::Event event;
    ASSERT_TRUE(event.ParseFromString(*entry));
    EXPECT_EQ(event.data(), data);
  }
  EXPECT_TRUE(se->node->Alarms().empty());
}

// Five minutes are kClockAheadMaxMs.
TEST_F(ReplicationTest, ANodeWhoseClockIsFarFromItsParentsIsToldSo) {
  auto se = NewNation();
  TestHost other;
  for (const int minutes : {4, 6, -6}) {
    other.now_ms = kNowMs + minutes * 60'000;
    auto county = std::make_unique<NodeUnderTest>(other, "se/17");
    EXPECT_FALSE(county->node->clock_fault().has_value());
    county->Dial(*se);
    ASSERT_TRUE(Eventually([&] { return county->node->ParentStatus()->connected; }));
    EXPECT_TRUE(Eventually([&] { return county->node->ParentStatus()->clock_ahead_ms != 0; }));
    const std::optional<std::string> apart = county->node->clock_fault();
    EXPECT_EQ(apart.has_value(), minutes != 4) << minutes;
    const char* wanted = minutes > 0 ? "360 s ahead" : "360 s behind";
    EXPECT_TRUE(!apart || apart->find(wanted) != apart->npos) << *apart;
    // Both ends say it, with what to do.
    const auto says_it = [&](const NodeUnderTest& node) {
      return std::ranges::any_of(node.node->Alarms(), [&](const Alarm& alarm) {
        return alarm.message.find("se/17 does not record: its clock is " + std::string(wanted)) !=
                   std::string::npos &&
               alarm.advice == kClockAdvice;
      });
    };
    EXPECT_EQ(Eventually([&] { return minutes == 4 || says_it(*se); }), true);
    EXPECT_EQ(says_it(*se), minutes != 4);
    EXPECT_EQ(says_it(*county), minutes != 4);
    county->HangUp();
    EXPECT_FALSE(county->node->clock_fault().has_value());
  }
}

TEST_F(ReplicationTest, FourTiersReachTheNation) {
  auto se = NewNode("se");
  se->Enrol("se");
  se->Enrol("se/01");
  se->Serve();
  auto county = NewNode("se/01");
  county->Enrol("se/01/stockholm");
  county->Serve();
  auto city = NewNode("se/01/stockholm");
  city->Enrol("se/01/stockholm/jarva");
  city->Serve();
  auto unit = NewNode("se/01/stockholm/jarva");
  unit->Record(2);
  unit->Dial(*city);
  city->Dial(*county);
  county->Dial(*se);
  EXPECT_TRUE(
      Eventually([&] { return se->HoldsAllOf(*unit) && unit->IsCosigned(unit->own(), "se"); }));
}

TEST_F(ReplicationTest, ANodeThatIsNotEnrolledWaitsUntilItIsEnrolled) {
  auto se = NewNode("se");
  se->Enrol("se");
  se->Serve();
  auto county = NewNode("se/17");
  county->Record(2);
  county->Dial(*se);
  ASSERT_TRUE(Eventually([&] {
    auto children = se->node->Children();
    return !children.empty() && !children[0].problems.empty();
  }));
  ASSERT_TRUE(Eventually([&] { return !county->node->ParentStatus()->problems.empty(); }));
  EXPECT_FALSE(county->node->ParentStatus()->connected);
  EXPECT_FALSE(se->node->Children()[0].connected);
  EXPECT_EQ(se->SizeOf("se/17@1"), 0u);
  // Both ends say it, with the key to compare.
  for (const NodeUnderTest* end : {se.get(), county.get()}) {
    const std::vector<Alarm> alarms = end->node->Alarms();
    ASSERT_EQ(alarms.size(), 1u);
    EXPECT_NE(alarms[0].message.find(KeyOf("se/17").verifier().Text()), std::string::npos);
    EXPECT_NE(alarms[0].message.find("No enrolment of se/17 is held here"), std::string::npos);
    EXPECT_EQ(alarms[0].advice, kNotEnrolledAdvice);
  }
  se->Enrol("se/17");
  EXPECT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));
  EXPECT_TRUE(
      Eventually([&] { return se->node->Alarms().empty() && county->node->Alarms().empty(); }));
}

// Its own clock is 300 days ahead, and nobody says that so much time has passed.
TEST_F(ReplicationTest, ANodeWhoseClockHasJumpedStoresNothingUntilItIsSet) {
  auto se = NewNation();
  constexpr int64_t kDaysMs = int64_t{300} * 24 * 60 * 60 * 1000;
  TestHost other;
  auto county = std::make_unique<NodeUnderTest>(other, "se/17");
  county->Enrol("se/17/varmland");
  county->Serve();
  county->Dial(*se);
  ASSERT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));
  county->HangUp();
  const uint64_t before = county->SizeOf(county->own());
  other.now_ms += kDaysMs;
  auto varmland = NewNode("se/17/varmland");
  varmland->Record(1);
  varmland->Dial(*county);
  EXPECT_TRUE(Eventually([&] {
    return varmland->node->ParentStatus()->last_error.find("CLOCK_AHEAD: se/17 stores nothing") ==
           0;
  }));
  EXPECT_EQ(county->SizeOf(varmland->own()), 0u);
  EXPECT_EQ(county->SizeOf(county->own()), before);
  EXPECT_TRUE(std::ranges::any_of(varmland->node->Alarms(), [](const Alarm& alarm) {
    return alarm.message.find("1 entry waits here: CLOCK_AHEAD") != std::string::npos;
  }));
  other.now_ms -= kDaysMs;
  EXPECT_TRUE(Eventually([&] { return county->HoldsAllOf(*varmland); }));
}

TEST_F(ReplicationTest, ManyEntriesCatchUpInChunks) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  for (int i = 0; i < 20; ++i) county->Record(500, 400);
  county->Dial(*se);
  EXPECT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));
  EXPECT_GE(se->SizeOf("se/17@1"), 10'000u);
}

TEST_F(ReplicationTest, ChildGoesOnWhereItWasWhenTheParentComesBack) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  county->Record(3);
  county->Dial(*se);
  ASSERT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));

  auto database = se->Shut();
  se.reset();
  county->Record(3);
  se = NewNode("se", std::move(database));
  se->Serve();
  county->HangUp();
  county->Dial(*se);
  EXPECT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));
}

TEST_F(ReplicationTest, UplinkDialsUntilTheParentAnswers) {
  auto se = NewNation();
  se->StopServer();
  auto county = NewNode("se/17");
  county->Record(1);
  county->Dial(*se);  // Nobody listens.
  ASSERT_TRUE(Eventually([&] { return !county->node->ParentStatus()->last_error.empty(); }));
  EXPECT_FALSE(county->node->ParentStatus()->connected);
  EXPECT_GT(county->node->ParentStatus()->lag_entries, 0u);
  se->Serve();
  EXPECT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));
}

// Each attempt's channel is the last one in the process, which must not die on a thread of
// gRPC's; and each uplink is stopped in the middle of an attempt.
TEST_F(ReplicationTest, UplinkThatNobodyAnswersIsStoppedAtAnyMoment) {
  auto se = NewNation();
  se->StopServer();
  for (int round = 0; round < 10; ++round) {
    auto county = NewNode("se/17");
    std::atomic<int> attempts = 0;
    const auto dial = [&] {
      ++attempts;
      return ChannelAs("se/17", se->port());
    };
    Uplink uplink(*county->node, {"loopback", dial, [] { return 0.0; }});
    uplink.Start();
    EXPECT_TRUE(Eventually([&] { return attempts >= 200; }));
  }
}

TEST_F(ReplicationTest, AChildThatLostItsDiskStopsRecording) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  county->Record(4);
  county->Dial(*se);
  ASSERT_TRUE(Eventually([&] { return se->HoldsAllOf(*county); }));
  EXPECT_EQ(county->node->recording_stopped(), std::nullopt);
  county.reset();

  auto empty = NewNode("se/17");
  empty->Dial(*se);
  ASSERT_TRUE(Eventually([&] { return empty->node->recording_stopped().has_value(); }));
  EXPECT_NE(empty->node->recording_stopped()->find("Restore needed"), std::string::npos);
  // It remembers, though it is not connected.
  auto database = empty->Shut();
  empty.reset();
  auto again = NewNode("se/17", std::move(database));
  EXPECT_TRUE(again->node->recording_stopped().has_value());
  EXPECT_EQ(se->node->Alarms().size(), 0u);
}

// Two histories of a verksamhet, signed by the same key: the nation has one, the
// county comes with the other.
TEST_F(ReplicationTest, TwoRootsSignedByOneKeyFreezeTheLogOnBothTiers) {
  auto se = NewNation();
  auto county = NewNode("se/17");
  county->Enrol(kVarmland);
  county->Serve();
  auto first = NewNode(kVarmland);
  first->Record(3);
  county->Dial(*se);
  first->Dial(*county);
  ASSERT_TRUE(Eventually([&] { return se->HoldsAllOf(*first); }));
  const merkle::Hash root = se->RootOf("se/17/varmland@1");
  first.reset();
  county.reset();

  // The county begins anew, with the same key, and is told another history.
  auto other_county = NewNode("se/17");
  other_county->Enrol(kVarmland);
  other_county->Serve();
  auto second = NewNode(kVarmland);
  second->Record(3, 50);
  // From before: the county has forgotten what leads to its key.
  EnrolledNode forgotten;
  forgotten.keys = {KeyOf("se/17").verifier()};
  forgotten.entry_count = 1;
  second->keys->Learn("se/17", forgotten);
  second->Dial(*other_county);
  ASSERT_TRUE(Eventually([&] { return other_county->HoldsAllOf(*second); }));
  other_county->Dial(*se);
  EXPECT_TRUE(Eventually([&] {
    return se->log->Find("se/17/varmland@1")->frozen &&
           other_county->log->Find("se/17/varmland@1")->frozen;
  }));
  const std::vector<Alarm> alarms = se->node->Alarms();
  const auto alarm = std::ranges::find(alarms, "se/17/varmland@1", &Alarm::log);
  ASSERT_NE(alarm, alarms.end());
  EXPECT_TRUE(std::filesystem::exists(alarm->evidence_file)) << alarm->evidence_file;
  EXPECT_EQ(se->RootOf("se/17/varmland@1"), root);
  // The nation goes on. The county's own log is another, too: until it has been
  // restored it stores nothing.
  const uint64_t size = other_county->SizeOf(other_county->own());
  se->Record(1);
  EXPECT_TRUE(Eventually([&] { return other_county->node->recording_stopped().has_value(); }));
  EXPECT_EQ(se->node->recording_stopped(), std::nullopt);
  EXPECT_EQ(other_county->SizeOf(other_county->own()), size);
}

TEST_F(ReplicationTest, AlarmsAreReadAgainAfterARestart) {
  auto se = NewNation();
  const std::string directory = se->directory / "evidence";
  se->node->Freeze("se/17@1", "its key has signed two roots at 3",
                   "{\"log\": \"se/17@1\", \"reason\": \"two roots\"}\n");
  ReplicationNode again(ReplicationNode::Parts{*se->log, *se->sequencer, *se->keys, host_.workers,
                                               host_.timer, [] { return kNowMs; }, RandomBytes,
                                               directory});
  ASSERT_EQ(again.Alarms().size(), 1u);
  EXPECT_EQ(again.Alarms()[0].log, "se/17@1");
  EXPECT_EQ(again.Alarms()[0].message, "two roots");
  // What comes again is no news, however it is told.
  again.StopRecording("se/17@1", "Restore needed: se/17@1: two roots",
                      "{\"log\": \"se/17@1\", \"reason\": \"two roots\"}\n");
  EXPECT_EQ(again.Alarms().size(), 1u);
}

}  // namespace
}  // namespace liggare::replication
