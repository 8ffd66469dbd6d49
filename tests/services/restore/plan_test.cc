// The steps of a restore over logs in memory: whom it believes, and what it takes.
#include "services/restore/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/log/bytes/commitment.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "services/replication/chunks/chunk_source.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "services/replication/session/limits.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::restore {
namespace {

using replication::Extent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::KeyOfNode;
using testing::kTrustDomain;
using testing::kVarmland;
using testing::ManualClock;
using testing::MemoryDatabase;
using testing::Registered;
using testing::TestNode;

constexpr char kFirstEpoch[] = "se/17/varmland@1";
constexpr char kSecondEpoch[] = "se/17/varmland@2";

v1::EventData Enrolled(std::string_view path) {
  v1::EventData event;
  event.set_subject("node/" + std::string(path));
  event.mutable_node_enrolled()->set_verifier_key(KeyOfNode(path).verifier().Text());
  event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
  return event;
}

// The parent of se/17, which holds what a TestNode holds, and of the logs that this one
// lacks, what another does: a store of its own would refuse some of that.
class NodePeer : public Peer {
 public:
  explicit NodePeer(TestNode& node, TestNode* other = nullptr) : node_(node), other_(other) {
    const auto chain =
        replication::BuildEnrolmentChain(node.log(), node.sequencer(), keys_, "se/17");
    EXPECT_TRUE(chain.ok()) << chain.status();
    if (chain.ok()) enrolment_ = *chain;
  }
  std::string name() const override { return node_.path(); }
  absl::StatusOr<std::vector<Extent>> Holdings() override {
    std::vector<Extent> held;
    for (const log::HeldLog& log : node_.log().Logs()) {
      held.push_back({log.name, log.size, log.root});
    }
    if (other_ == nullptr) return held;
    for (const log::HeldLog& log : other_->log().Logs()) {
      if (!node_.log().Find(log.name)) held.push_back({log.name, log.size, log.root});
    }
    return held;
  }
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range range) override {
    const replication::ChunkSource own(node_.log(), node_.sequencer(), keys_);
    const auto source =
        other_ == nullptr || node_.log().Find(log) ? own : replication::ChunkSource(other_->log());
    auto reading = source.Read({.log = log,
                                .first_index = range.first,
                                .end_index = range.end,
                                .bytes_max = replication::kChunkBytesMax});
    if (!reading.ok()) return reading.status();
    return std::move(reading->chunk);
  }
  const v1::EnrolmentChain& enrolment() const override { return enrolment_; }

 private:
  TestNode& node_;
  TestNode* const other_;
  const replication::KeyRegistry keys_{node_.log(), KeyOfNode("se").verifier(),
                                       node_.key().verifier()};
  v1::EnrolmentChain enrolment_;
};

// At which the log that is restored grows by one entry after it was first asked.
class GrowingPeer : public NodePeer {
 public:
  GrowingPeer(TestNode& node, std::string growing) : NodePeer(node), growing_(std::move(growing)) {}
  absl::StatusOr<std::vector<Extent>> Holdings() override {
    auto held = NodePeer::Holdings();
    if (asked_++ == 0 || !held.ok()) return held;
    for (Extent& extent : *held) {
      if (extent.log == growing_) ++extent.size;
    }
    return held;
  }

 private:
  const std::string growing_;
  int asked_ = 0;
};

// One that says that it holds one log and gives nothing.
class NamingPeer : public Peer {
 public:
  explicit NamingPeer(std::string log) : log_(std::move(log)) {}
  std::string name() const override { return "se"; }
  absl::StatusOr<std::vector<Extent>> Holdings() override {
    return std::vector<Extent>{{log_, 1, {}}};
  }
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string&, Range) override { return v1::Chunk(); }
  const v1::EnrolmentChain& enrolment() const override { return enrolment_; }

 private:
  const std::string log_;
  const v1::EnrolmentChain enrolment_;
};

// se/17 is restored. Its child has two epochs; who holds how much of the first is the
// test's.
class PlanTest : public ::testing::Test {
 protected:
  PlanTest() {
    nation_.Record(Enrolled("se"));
    nation_.Record(Enrolled("se/17"));
    county_.Receive(nation_, "se@1");
    county_.Record(Enrolled(kVarmland));
    nation_.Receive(county_, "se/17@1");
    for (int i = 0; i < 3; ++i) first_epoch_.Record(Registered(kVarmland));
  }

  // A later epoch of the child's, which continues so many entries of the first.
  TestNode& EpochAfter(uint64_t size, uint32_t epoch = 2) {
    return EpochOf(first_epoch_, size, epoch);
  }
  TestNode& EpochOf(TestNode& first, uint64_t size, uint32_t epoch) {
    const note::SigningKey key = KeyOfNode(kVarmland);
    const NodeParts parts{std::string(kVarmland), std::string(kTrustDomain), key, national_,
                          environment_};
    MemoryDatabase& database = epoch_databases_.emplace_back();
    auto begun = RestoredLog::Open(database, epoch, parts);
    EXPECT_TRUE(begun.ok()) << begun.status();
    const Extent previous{kFirstEpoch, size, *first.log().RootAt(kFirstEpoch, size)};
    EXPECT_EQ((*begun)->OpenEpoch(previous), absl::OkStatus());
    begun->reset();
    return epochs_.emplace_back(std::string(kVarmland), clock_, database);
  }

  absl::StatusOr<RestoreReport> Restore(Peer& peer, uint32_t epoch_above = 0) {
    Plan::Parts parts{.node = node_,
                      .epoch_above = epoch_above,
                      .peers = {&peer},
                      .lost = lost_.get(),
                      .make_database = [this]() -> absl::StatusOr<log::Database*> {
                        made_ = true;
                        return &restored_;
                      }};
    return Plan(std::move(parts)).Run();
  }
  absl::StatusOr<RestoreReport> RestoreFromTheNation() {
    NodePeer peer(nation_);
    return Restore(peer);
  }
  // From one that holds so much of the first epoch, and beside it a second one that
  // continues two entries.
  absl::StatusOr<RestoreReport> RestoreBesideTheSecondEpoch(uint64_t held) {
    nation_.Receive(first_epoch_, kFirstEpoch, held);
    TestNode other("se", clock_);
    other.Receive(first_epoch_, kFirstEpoch, 2);
    other.Receive(EpochAfter(2), kSecondEpoch);
    NodePeer peer(nation_, &other);
    return Restore(peer);
  }
  // The county's disk as it is now is the lost one.
  void LoseTheCounty() {
    auto lost = LostDirectory::Over(county_database_->AfterCrash(), "lost", "se/17");
    ASSERT_TRUE(lost.ok()) << lost.status();
    lost_ = *std::move(lost);
  }
  // How much of a log came back.
  static uint64_t SizeIn(const RestoreReport& report, const std::string& log) {
    for (const TakenLog& taken : report.logs) {
      if (taken.log == log) return taken.size;
    }
    return 0;
  }
  v1::ErrorCode EpochFault(const std::string& held, uint32_t epoch_above) {
    NamingPeer peer(held);
    return ErrorOf(Restore(peer, epoch_above).status()).code();
  }

  ManualClock clock_;
  TestNode nation_{"se", clock_};
  std::unique_ptr<MemoryDatabase> county_database_ = std::make_unique<MemoryDatabase>();
  TestNode county_{"se/17", clock_, *county_database_};
  TestNode first_epoch_{std::string(kVarmland), clock_};
  std::deque<MemoryDatabase> epoch_databases_;
  std::deque<TestNode> epochs_;  // On those.

  const note::SigningKey key_ = KeyOfNode("se/17");
  const note::VerifierKey national_ = KeyOfNode("se").verifier();
  const log::SequencerEnvironment environment_ = {
      [this] { return clock_.now_ms; },
      [](uint8_t* out, size_t n) {
        const std::string id = testing::NextEventId();
        for (size_t i = 0; i < n; ++i) {
          out[i] = static_cast<uint8_t>(id[id.size() - 1 - i % id.size()]);
        }
      }};
  const NodeParts node_{"se/17", std::string(kTrustDomain), key_, national_, environment_};
  MemoryDatabase restored_;
  bool made_ = false;
  std::unique_ptr<LostDirectory> lost_;
};

TEST_F(PlanTest, NewEpochIsTakenAfterExactlyWhatItContinues) {
  nation_.Receive(first_epoch_, kFirstEpoch, 2);
  nation_.Receive(EpochAfter(2), kSecondEpoch);
  const auto report = RestoreFromTheNation();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->own_log, "se/17@2");
  EXPECT_EQ(SizeIn(*report, kFirstEpoch), 2u);
  EXPECT_EQ(SizeIn(*report, kSecondEpoch), 1u);
}

TEST_F(PlanTest, NewEpochAfterMoreThanItContinuesIsRefused) {
  const v1::Error error = ErrorOf(RestoreBesideTheSecondEpoch(3).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_THAT(error.message(), HasSubstr("se/17/varmland@2 continues se/17/varmland@1 at 2"));
  EXPECT_THAT(error.message(), HasSubstr("3 entries of that came back"));
}

TEST_F(PlanTest, NewEpochAfterLessThanItContinuesIsRefused) {
  EXPECT_EQ(ErrorOf(RestoreBesideTheSecondEpoch(1).status()).code(),
            v1::ERROR_CODE_VERIFICATION_FAILED);
}

// As many entries, and others.
TEST_F(PlanTest, NewEpochAfterOtherEntriesThanCameBackIsRefused) {
  nation_.Receive(first_epoch_, kFirstEpoch, 2);
  TestNode forked(std::string(kVarmland), clock_);
  for (int i = 0; i < 2; ++i) forked.Record(Registered(kVarmland));
  TestNode other("se", clock_);
  other.Receive(forked, kFirstEpoch);
  other.Receive(EpochOf(forked, 2, /*epoch=*/2), kSecondEpoch);
  NodePeer peer(nation_, &other);
  const v1::Error error = ErrorOf(Restore(peer).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_THAT(error.message(), HasSubstr("2 entries of that came back"));
}

// A copy of the node that is alive shows itself by a single entry.
TEST_F(PlanTest, OwnLogThatGrowsByOneEntryMeanwhileIsRefused) {
  GrowingPeer peer(nation_, "se/17@1");
  const v1::Error error = ErrorOf(Restore(peer).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_THAT(error.message(), HasSubstr("se/17@1 grows at se during the restore"));
}

// What the lost disk alone has of others' logs is a gift: what does not fit is left.
TEST_F(PlanTest, NewEpochOfTheLostDiskIsTakenWhereItFits) {
  county_.Receive(first_epoch_, kFirstEpoch, 2);
  county_.Receive(EpochAfter(2), kSecondEpoch);
  nation_.Receive(first_epoch_, kFirstEpoch, 2);
  LoseTheCounty();
  const auto report = RestoreFromTheNation();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(SizeIn(*report, kSecondEpoch), 1u);
  EXPECT_THAT(report->unreadable, ElementsAre());
}

TEST_F(PlanTest, NewEpochOfTheLostDiskBesideALongerOldOneIsLeftAndNamed) {
  county_.Receive(first_epoch_, kFirstEpoch, 2);
  county_.Receive(EpochAfter(2), kSecondEpoch);
  nation_.Receive(first_epoch_, kFirstEpoch, 3);
  LoseTheCounty();
  const auto report = RestoreFromTheNation();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(SizeIn(*report, kFirstEpoch), 3u);
  EXPECT_EQ(SizeIn(*report, kSecondEpoch), 0u);
  EXPECT_THAT(report->unreadable, ElementsAre(HasSubstr("se/17/varmland@2 continues")));
}

TEST_F(PlanTest, OfTwoEpochsThatContinueOneTheFirstThatIsTakenStands) {
  county_.Receive(first_epoch_, kFirstEpoch, 2);
  county_.Receive(EpochAfter(2), kSecondEpoch);
  nation_.Receive(first_epoch_, kFirstEpoch, 2);
  nation_.Receive(EpochAfter(2, /*epoch=*/3), "se/17/varmland@3");
  LoseTheCounty();
  const auto report = RestoreFromTheNation();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(SizeIn(*report, "se/17/varmland@3"), 1u);
  EXPECT_EQ(SizeIn(*report, kSecondEpoch), 0u);
  EXPECT_THAT(report->unreadable, ElementsAre(HasSubstr("but se/17/varmland@3 is held")));
}

TEST_F(PlanTest, LaterEpochThatNamesNoneBeforeItIsRefused) {
  MemoryDatabase database;
  ASSERT_TRUE(log::EventLog::Open(database, {.trust_domain = std::string(kTrustDomain),
                                             .path = std::string(kVarmland),
                                             .first_epoch = 2})
                  .ok());
  TestNode stray(std::string(kVarmland), clock_, database);
  stray.Record(Registered(kVarmland));
  nation_.Receive(stray, kSecondEpoch);
  const v1::Error error = ErrorOf(RestoreFromTheNation().status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_THAT(error.message(), HasSubstr("names no epoch before it"));
}

TEST_F(PlanTest, EpochsAreBounded) {
  const std::string before = "se/17@" + std::to_string(replication::kEpochMax - 1);
  // It fails later, for this peer gives nothing.
  EXPECT_NE(EpochFault(before, 0), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_TRUE(std::exchange(made_, false));
  const std::string last = "se/17@" + std::to_string(replication::kEpochMax);
  EXPECT_EQ(EpochFault(last, 0), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(EpochFault("se/17@1", replication::kEpochMax), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_FALSE(made_) << "before anything is written";
}

// Its enrolment was in the tail that only the lost disk had.
TEST_F(PlanTest, LogOfANodeThatIsNotEnrolledAnyMoreIsLeftAndNamed) {
  const std::string karlstad = "se/17/karlstad";
  TestNode left(karlstad, clock_);
  left.Record(Registered(karlstad));
  nation_.Receive(left, karlstad + "@1");
  nation_.Receive(first_epoch_, kFirstEpoch);
  const auto report = RestoreFromTheNation();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(SizeIn(*report, kFirstEpoch), 3u);
  const auto named = std::ranges::find(report->logs, karlstad + "@1", &TakenLog::log);
  ASSERT_NE(named, report->logs.end());
  EXPECT_EQ(named->size, 0u);
  EXPECT_EQ(named->unproven, 1u);
  EXPECT_TRUE(named->not_enrolled);
  EXPECT_EQ(std::ranges::count(report->logs, true, &TakenLog::not_enrolled), 1);
}

TEST_F(PlanTest, TextsComeBackWithTheirEntries) {
  const std::string salt(32, 's');
  const std::string text = "Rättat efter samtal.";
  const std::string commitment = log::CommitmentOf(salt, text);
  v1::EventData event = testing::Corrected(testing::kVarmlandRapport, testing::kKvinnor, 4);
  event.mutable_reason()->set_commitment(commitment);
  const log::Recorded recorded =
      county_.Record(std::move(event), {{.commitment = commitment, .salt = salt, .text = text}});
  nation_.Receive(county_, "se/17@1");
  const auto report = RestoreFromTheNation();
  ASSERT_TRUE(report.ok()) << report.status();
  TestNode restored("se/17", clock_, restored_);
  const auto texts = restored.log().DisclosuresOf("se/17@1", recorded.index, recorded.index + 1);
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_EQ(texts->size(), 1u);
  EXPECT_EQ(texts->front().text, text);
}

TEST_F(PlanTest, WithoutAnythingOfTheNodesLogThereIsNothingToRestore) {
  EXPECT_EQ(EpochFault("se@1", 0), v1::ERROR_CODE_NOT_FOUND);
  EXPECT_FALSE(made_);
}

}  // namespace
}  // namespace liggare::restore
