// Reading what a node holds, and opening it again.
#include "eventstore/log/read/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/merkle/verify.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MakeEventId;
using testing::MakeSubmission;
using testing::MemoryDatabase;
using testing::TestNode;

class EventLogTest : public ::testing::Test {
 protected:
  std::vector<std::string> Scan(TestNode& node, std::string_view subject,
                                const std::optional<SubjectKey>& after = {}, size_t max = 1000) {
    std::vector<std::string> seen;
    const absl::Status status =
        node.log().ScanSubject(subject, after, [&](const SubjectEntry& entry) {
          seen.push_back(entry.key.log + " " + std::to_string(entry.key.index));
          return seen.size() < max;
        });
    EXPECT_TRUE(status.ok()) << status;
    return seen;
  }

  std::vector<std::string> Subjects(std::string_view prefix, std::string_view after = "") {
    std::vector<std::string> seen;
    std::vector<std::string> entries;
    const absl::Status status = node_.log().ScanSubjects(
        prefix, after, [&](std::string_view subject, const LogIndex& entry) {
          seen.emplace_back(subject);
          entries.push_back(entry.log + " " + std::to_string(entry.index));
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    for (size_t i = 0; i < seen.size(); ++i) {
      EXPECT_EQ(Scan(node_, seen[i], {}, 1), std::vector<std::string>{entries[i]}) << seen[i];
    }
    return seen;
  }

  MemoryDatabase database_;
  TestNode node_{database_, "se/17"};
};

// Looks on when rows are written and not yet shown.
class WatchedDatabase : public Database {
 public:
  explicit WatchedDatabase(Database& database) : database_(database) {}
  std::function<void()> when_written;

  absl::Status Write(const Batch& batch, Durability durability) override {
    absl::Status written = database_.Write(batch, durability);
    if (when_written) when_written();
    return written;
  }
  absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                 std::string_view key) const override {
    return database_.Get(family, key);
  }
  std::unique_ptr<Cursor> NewCursor(Family family) const override {
    return database_.NewCursor(family);
  }
  absl::Status Purge(Family family) override { return database_.Purge(family); }

 private:
  Database& database_;
};

// Its first row is of an entry that is being committed; a later one is there already.
TEST_F(EventLogTest, ASubjectIsListedThoughItsFirstRowIsNotVisibleYet) {
  MemoryDatabase child_database;
  TestNode child(child_database, "se/17/a");
  ASSERT_TRUE(child.RecordOne(MakeSubmission(MakeEventId(1), "rapport/x")).ok());
  MemoryDatabase county_database;
  WatchedDatabase watched(county_database);
  TestNode county(watched, "se/17");
  county.now_ms += 1'000'000;
  ASSERT_TRUE(county.RecordOne(MakeSubmission(MakeEventId(2), "rapport/x")).ok());
  int looks = 0;
  watched.when_written = [&] {
    ++looks;
    std::vector<std::string> seen;
    const absl::Status status = county.log().ScanSubjects(
        "rapport/", "", [&](std::string_view subject, const LogIndex& entry) {
          seen.push_back(std::string(subject) + " " + entry.log);
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    if (!county.log().Find("se/17/a@1") || county.log().Find("se/17/a@1")->size == 0) {
      EXPECT_EQ(seen, std::vector<std::string>{"rapport/x se/17@1"});
    }
  };
  ASSERT_TRUE(county.CopyFrom(child, "se/17/a@1").status.ok());
  EXPECT_GT(looks, 0);
  watched.when_written = nullptr;
}

TEST_F(EventLogTest, FreshDirectoryHasOneEmptyLog) {
  const auto logs = node_.log().Logs();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0].name, "se/17@1");
  EXPECT_EQ(logs[0].size, 0u);
  EXPECT_EQ(logs[0].root, merkle::EmptyRoot());
  EXPECT_EQ(node_.log().own_log(), "se/17@1");
  EXPECT_EQ(node_.log().instance_id().size(), 16u);
  EXPECT_EQ(node_.log().boot_count(), 1u);
  EXPECT_TRUE(absl::IsNotFound(node_.log().Read("se/17@1", 0).status()));
  EXPECT_TRUE(absl::IsNotFound(node_.log().Read("se/18@1", 0).status()));
}

TEST_F(EventLogTest, RangesRespectTheirLimits) {
  node_.RecordSome(10);
  const size_t entry_bytes = node_.log().Read("se/17@1", 0)->size();
  const auto read = [&](uint64_t first, EventLog::RangeLimits limits) {
    return node_.log().ReadRange("se/17@1", first, limits)->entries.size();
  };
  EXPECT_EQ(read(0, {}), 10u);
  EXPECT_EQ(read(7, {}), 3u);
  EXPECT_EQ(read(10, {}), 0u);
  EXPECT_EQ(read(UINT64_MAX, {}), 0u);
  EXPECT_EQ(read(2, {.end_index = 5}), 3u);
  EXPECT_EQ(read(2, {.end_index = 2}), 0u);
  EXPECT_EQ(read(0, {.bytes_max = 3 * entry_bytes + 5}), 3u);
  EXPECT_EQ(read(0, {.bytes_max = 1}), 1u);
}

TEST_F(EventLogTest, SubjectIsInTheOrderOfClockThenLogName) {
  // Numbers are given out as logs come: z before b, though b's name is less. All
  // record at one clock.
  MemoryDatabase z_db, b_db;
  TestNode z(z_db, "se/17/z"), b(b_db, "se/17/b");
  for (TestNode* child : {&z, &b}) child->RecordSome(2, "shared");
  ASSERT_TRUE(node_.CopyFrom(z, "se/17/z@1").status.ok());
  ASSERT_TRUE(node_.CopyFrom(b, "se/17/b@1").status.ok());
  EXPECT_THAT(Scan(node_, "shared"),
              ElementsAre("se/17/b@1 0", "se/17/z@1 0", "se/17/b@1 1", "se/17/z@1 1"));
  EXPECT_THAT(Scan(node_, "shared", {}, 2), ElementsAre("se/17/b@1 0", "se/17/z@1 0"));
  const uint64_t first_clock = static_cast<uint64_t>(testing::kStartMs) << 16;
  EXPECT_THAT(Scan(node_, "shared", SubjectKey{first_clock, "se/17/b@1", 0}),
              ElementsAre("se/17/z@1 0", "se/17/b@1 1", "se/17/z@1 1"));
  EXPECT_THAT(Scan(node_, "shared", SubjectKey{first_clock, "se/17/z@1", 0}),
              ElementsAre("se/17/b@1 1", "se/17/z@1 1"));
  EXPECT_THAT(Scan(node_, "share"), ElementsAre());
}

TEST_F(EventLogTest, SubjectsAreListedOnceInByteOrder) {
  for (const char* subject : {"b/1", "a", "a/b", "a/b", "a-c", "a"}) node_.RecordSome(1, subject);
  EXPECT_THAT(Subjects(""), ElementsAre("a", "a-c", "a/b", "b/1"));
  EXPECT_THAT(Subjects("a/"), ElementsAre("a/b"));
  EXPECT_THAT(Subjects("", "a"), ElementsAre("a-c", "a/b", "b/1"));
  EXPECT_THAT(Subjects("", "a-"), ElementsAre("a-c", "a/b", "b/1"));
  EXPECT_THAT(Subjects("a", "a/b"), ElementsAre());
  EXPECT_THAT(Subjects("b", "a"), ElementsAre("b/1"));
}

TEST_F(EventLogTest, EventIsFoundInEveryLogThatHoldsIt) {
  MemoryDatabase child_db;
  TestNode child(child_db, "se/17/a");
  ASSERT_TRUE(child.RecordOne(MakeSubmission(MakeEventId(5), "s")).ok());
  ASSERT_TRUE(node_.CopyFrom(child, "se/17/a@1").status.ok());
  ASSERT_TRUE(node_.RecordOne(MakeSubmission(MakeEventId(5), "s")).ok());
  const auto places = node_.log().FindEvent(MakeEventId(5));
  ASSERT_TRUE(places.ok());
  EXPECT_THAT(*places, ElementsAre(LogIndex{"se/17@1", 1}, LogIndex{"se/17/a@1", 0}));
  EXPECT_TRUE(node_.log().FindEvent(MakeEventId(4))->empty());
}

TEST_F(EventLogTest, ProofsVerifyAgainstTheRoots) {
  node_.RecordSome(300);
  for (const uint64_t size : {1u, 255u, 256u, 257u, 300u}) {
    const merkle::Hash root = *node_.log().RootAt("se/17@1", size);
    const uint64_t index = size / 2;
    const merkle::Hash leaf = merkle::LeafHash(*node_.log().Read("se/17@1", index));
    const auto proof = node_.log().InclusionProof("se/17@1", index, size);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(merkle::VerifyInclusion(leaf, index, size, *proof, root).ok());
    const auto consistency = node_.log().ConsistencyProof("se/17@1", size, 300);
    EXPECT_TRUE(merkle::VerifyConsistency(
                    {.size = size, .root = root},
                    {.size = 300, .root = *node_.log().RootAt("se/17@1", 300)}, *consistency)
                    .ok());
  }
  EXPECT_FALSE(node_.log().RootAt("se/17@1", 301).ok());
  EXPECT_FALSE(node_.log().RootAt("se/18@1", 0).ok());
}

TEST_F(EventLogTest, ReopenedLogIsTheSame) {
  MemoryDatabase child_db;
  TestNode child(child_db, "se/17/a");
  child.RecordSome(700);
  ASSERT_TRUE(node_.CopyFrom(child, "se/17/a@1").status.ok());
  node_.RecordSome(300);
  TestNode reopened(database_, "se/17");
  EXPECT_EQ(reopened.log().boot_count(), 2u);
  EXPECT_EQ(reopened.log().instance_id(), node_.log().instance_id());
  const auto before = node_.log().Logs();
  const auto after = reopened.log().Logs();
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].name, after[i].name);
    EXPECT_EQ(before[i].size, after[i].size);
    EXPECT_EQ(before[i].root, after[i].root);
    EXPECT_EQ(before[i].last_clock, after[i].last_clock);
    for (int level = 0; level < 3; ++level) {
      EXPECT_EQ(node_.log().TreeOf(before[i].name).OpenTile(level),
                reopened.log().TreeOf(before[i].name).OpenTile(level));
    }
  }
}

TEST_F(EventLogTest, CrashLosesNothingThatWasAnswered) {
  node_.RecordSome(5);
  node_.sequencer().SaveNote("k", "v");  // Buffered only.
  node_.sequencer().Step();
  const auto left = database_.AfterCrash();
  TestNode reopened(*left, "se/17");
  EXPECT_EQ(reopened.log().Find("se/17@1")->size, 5u);
  EXPECT_EQ(*reopened.log().SavedNote("k"), std::nullopt);
}

TEST_F(EventLogTest, DirectoryOfAnotherNodeIsRefused) {
  const auto other =
      EventLog::Open(database_, {.trust_domain = testing::kTrustDomain, .path = "se/18"});
  EXPECT_TRUE(absl::IsFailedPrecondition(other.status()));
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("se/17"));
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("se/18"));
  const auto domain = EventLog::Open(database_, {.trust_domain = "other.test", .path = "se/17"});
  EXPECT_TRUE(absl::IsFailedPrecondition(domain.status()));
  EXPECT_THAT(std::string(domain.status().message()), HasSubstr("other.test"));
}

TEST_F(EventLogTest, NewerFormatIsRefused) {
  database_.Overwrite(Family::kMeta, keys::kFormatVersionKey, keys::EncodeInteger(3));
  const auto opened =
      EventLog::Open(database_, {.trust_domain = testing::kTrustDomain, .path = "se/17"});
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status()));
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("format version 3"));
}

TEST_F(EventLogTest, DirectoryOfTheFirstFormatGetsItsSealsWhenOpened) {
  node_.RecordSome(3);
  for (const auto& [key, value] : database_.Contents(Family::kMeta)) {
    if (keys::IsSealKey(key)) database_.Erase(Family::kMeta, key);
  }
  database_.Overwrite(Family::kMeta, keys::kFormatVersionKey, keys::EncodeInteger(1));
  EXPECT_TRUE(Fsck(database_, {}).ok());
  const auto opened =
      EventLog::Open(database_, {.trust_domain = testing::kTrustDomain, .path = "se/17"});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(**database_.Get(Family::kMeta, keys::kFormatVersionKey), keys::EncodeInteger(2));
  EXPECT_TRUE(Fsck(database_, {}).ok());
}

TEST_F(EventLogTest, DamageIsRefusedAndNamed) {
  node_.RecordSome(3);
  const keys::EventKey key = {.log = keys::kFirstLogNumber, .index = 1};
  std::string entry = *node_.log().Read("se/17@1", 1);
  entry.back() ^= 1;
  database_.Overwrite(Family::kEvents, keys::Encode(key), entry);
  const auto opened =
      EventLog::Open(database_, {.trust_domain = testing::kTrustDomain, .path = "se/17"});
  EXPECT_TRUE(absl::IsDataLoss(opened.status()));
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("se/17@1: entry 1"));
}

TEST_F(EventLogTest, ReadOnlyOpeningWritesNothingAndNeedsNoName) {
  node_.RecordSome(1);
  const uint64_t writes = database_.writes();
  const auto opened =
      EventLog::Open(database_, {.trust_domain = "", .path = "", .read_only = true});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ((*opened)->path(), "se/17");
  EXPECT_EQ((*opened)->boot_count(), 1u);
  EXPECT_EQ(database_.writes(), writes);
  MemoryDatabase empty;
  EXPECT_TRUE(absl::IsNotFound(
      EventLog::Open(empty, {.trust_domain = "", .path = "", .read_only = true}).status()));
}

TEST_F(EventLogTest, SubscriberSeesEveryEntryOnceInOrderWhileCommitsGoOn) {
  constexpr uint64_t kEntries = 500;
  constexpr uint64_t kFrom = 3;
  node_.RecordSome(5);
  std::mutex mutex;
  std::condition_variable changed;
  uint64_t durable = node_.log().Find("se/17@1")->size;
  const auto subscription = node_.log().OnCommit([&](const std::vector<HeldLog>& advanced) {
    const std::lock_guard lock(mutex);
    durable = advanced.at(0).size;
    changed.notify_one();
  });
  std::vector<uint64_t> seen;
  std::thread reader([&] {
    for (uint64_t next = kFrom; next < kEntries;) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return durable > next; });
      }
      const auto range = node_.log().ReadRange("se/17@1", next, {.bytes_max = 1000});
      for (const std::string& entry : range->entries) {
        seen.push_back(ParseEntryHeader(entry)->index);
        ++next;
      }
    }
  });
  node_.sequencer().Start();
  for (uint64_t id = 5; id < kEntries; ++id) {
    std::vector<Submission> one;
    one.push_back(MakeSubmission(MakeEventId(id + 1), "s"));
    node_.sequencer().Record(std::move(one), [](auto results) { ASSERT_TRUE(results[0].ok()); });
  }
  reader.join();
  node_.sequencer().Stop();
  ASSERT_EQ(seen.size(), kEntries - kFrom);
  for (uint64_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], kFrom + i);
}

TEST_F(EventLogTest, EndedSubscriptionIsNotCalledAndMayEndItself) {
  int calls = 0;
  auto subscription = node_.log().OnCommit([&](const auto&) { ++calls; });
  int calls_of_itself = 0;
  std::unique_ptr<EventLog::Subscription> itself;
  itself = node_.log().OnCommit([&](const auto&) {
    ++calls_of_itself;
    itself.reset();
  });
  node_.RecordSome(1);
  subscription.reset();
  node_.RecordSome(1);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(calls_of_itself, 1);
}

TEST_F(EventLogTest, CommitWithoutEntriesIsNotAnnounced) {
  int calls = 0;
  const auto subscription = node_.log().OnCommit([&](const auto&) { ++calls; });
  node_.sequencer().SaveNote("k", "v");
  node_.sequencer().Step();
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace liggare::log
