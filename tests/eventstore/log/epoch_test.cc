// A directory whose own log is of a later epoch, and the earlier ones beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/care/fsck.h"
#include "liggare/v1/entry.pb.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using testing::KeyOf;
using testing::kStartMs;
using testing::kTrustDomain;
using testing::MakeEventId;
using testing::MakeSubmission;
using testing::MemoryDatabase;
using testing::TestNode;

// A county with a verksamhet below it; its parent holds both logs. Then the county's
// disk is lost.
class EpochTest : public ::testing::Test {
 protected:
  EpochTest() {
    child_.RecordSome(3);
    EXPECT_TRUE(lost_.CopyFrom(child_, "se/17/a@1").status.ok());
    EXPECT_TRUE(lost_.RecordOne(MakeSubmission(MakeEventId(7), "bidrag/x")).ok());
    EXPECT_TRUE(parent_.CopyFrom(lost_, "se/17/a@1").status.ok());
    EXPECT_TRUE(parent_.CopyFrom(lost_, "se/17@1").status.ok());
    // The directory begins with the second epoch; TestNode takes it up from there.
    EXPECT_TRUE(EventLog::Open(restored_db_,
                               {.trust_domain = kTrustDomain, .path = "se/17", .first_epoch = 2})
                    .ok());
    restored_ = std::make_unique<TestNode>(restored_db_, "se/17");
  }

  MemoryDatabase child_db_;
  MemoryDatabase lost_db_;
  MemoryDatabase parent_db_;
  MemoryDatabase restored_db_;
  TestNode child_{child_db_, "se/17/a"};
  TestNode lost_{lost_db_, "se/17"};
  TestNode parent_{parent_db_, "se"};
  std::unique_ptr<TestNode> restored_;
};

TEST_F(EpochTest, OwnLogIsThatOfTheLatestEpoch) {
  EXPECT_EQ(restored_->log().own_log(), "se/17@2");
  ASSERT_TRUE(restored_->CopyFrom(parent_, "se/17@1").status.ok());
  EXPECT_EQ(restored_->log().own_log(), "se/17@2");
  TestNode again(restored_db_, "se/17");
  EXPECT_EQ(again.log().own_log(), "se/17@2");
  EXPECT_EQ(again.log().LatestEpoch("se/17"), "se/17@2");
  EXPECT_EQ(again.log().LatestEpoch("se/17/a"), std::nullopt);
}

TEST_F(EpochTest, EarlierEpochComesBackByteForByteAndIsNotCosigned) {
  const auto stored = restored_->CopyFrom(parent_, "se/17@1");
  ASSERT_TRUE(stored.status.ok()) << stored.status;
  EXPECT_EQ(stored.result.held.root, lost_.log().Find("se/17@1")->root);
  const auto note = note::ParseNote(stored.result.cosigned_checkpoint);
  ASSERT_TRUE(note.ok());
  EXPECT_TRUE(note::VerifyCosignature(*note, KeyOf("se").verifier()).ok());
  EXPECT_TRUE(absl::IsNotFound(note::VerifyCosignature(*note, KeyOf("se/17").verifier()).status()));
}

TEST_F(EpochTest, WhatItKnewComesBackAndFsckAgrees) {
  ASSERT_TRUE(restored_->CopyFrom(parent_, "se/17@1").status.ok());
  const FsckReport before = Fsck(restored_db_, {});
  EXPECT_TRUE(before.ok()) << "a log that has not come back is no damage: "
                           << FindingText(before.findings.at(0));
  ASSERT_TRUE(restored_->CopyFrom(parent_, "se/17/a@1").status.ok());
  const FsckReport after = Fsck(restored_db_, {});
  EXPECT_TRUE(after.ok()) << FindingText(after.findings.at(0));
  EXPECT_EQ(after.logs, 3u);
  // In the new epoch the county knows what came back, since it came back.
  const uint64_t own = restored_->log().Find("se/17@2")->size;
  EXPECT_EQ(*restored_->log().KnownSize("se/17/a@1", own), 3u);
  EXPECT_EQ(*restored_->log().KnownSize("se/17/a@1", 0), 0u);
}

TEST_F(EpochTest, IdOfAnEarlierEpochIsADuplicate) {
  ASSERT_TRUE(restored_->CopyFrom(parent_, "se/17@1").status.ok());
  TestNode reopened(restored_db_, "se/17");
  const auto again = reopened.RecordOne(MakeSubmission(MakeEventId(7), "bidrag/x"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->log, "se/17@1");
  EXPECT_EQ(again->index, 1u);
  const auto other = reopened.RecordOne(MakeSubmission(MakeEventId(7), "bidrag/y"));
  EXPECT_FALSE(other.ok());
}

TEST_F(EpochTest, EventRecordedAgainNamesItsOldPlace) {
  Submission submission = MakeSubmission(MakeEventId(8), "bidrag/x");
  submission.earlier = EarlierPlace{{"se/17@1", 5}, 99, kStartMs - 1};
  const auto recorded = restored_->RecordOne(std::move(submission));
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  v1::Event entry;
  ASSERT_TRUE(entry.ParseFromString(*restored_->log().Read("se/17@2", recorded->index)));
  EXPECT_EQ(entry.earlier().log(), "se/17@1");
  EXPECT_EQ(entry.earlier().index(), 5u);
  EXPECT_EQ(entry.earlier().clock(), 99u);
  EXPECT_EQ(entry.earlier().recorded_at_ms(), kStartMs - 1);
  std::string twice = entry.SerializeAsString();
  EXPECT_TRUE(ParseEntryHeader(twice).ok());
  // Twice, it would be two entries to two readers.
  v1::Event more;
  *more.mutable_earlier() = entry.earlier();
  twice += more.SerializeAsString();
  EXPECT_FALSE(ParseEntryHeader(twice).ok());
  EXPECT_TRUE(Fsck(restored_db_, {}).ok());
}

// What the first entry of an epoch says: the epoch before, as this node holds it.
Submission MakeEpochOpened(TestNode& holder, const std::string& log) {
  v1::EntryData data;
  data.set_event_id(MakeEventId(9));
  data.set_subject("node/se/17");
  v1::LogState& previous = *data.mutable_epoch_opened()->mutable_previous();
  const auto held = holder.log().Find(log);
  previous.set_log(log);
  previous.set_size(held->size);
  previous.set_root(std::string(merkle::HashBytes(held->root)));
  Submission submission;
  submission.data = data.SerializeAsString();
  submission.principal = "se/17";
  return submission;
}

TEST_F(EpochTest, EpochIsStoredWhereTheOneBeforeWasLeftAndEndsIt) {
  ASSERT_TRUE(restored_->RecordOne(MakeEpochOpened(parent_, "se/17@1")).ok());
  ASSERT_TRUE(lost_.RecordOne(MakeSubmission(MakeEventId(10), "bidrag/x")).ok());
  const auto stored = parent_.CopyFrom(*restored_, "se/17@2");
  ASSERT_TRUE(stored.status.ok()) << stored.status;
  const auto late = parent_.CopyFrom(lost_, "se/17@1");
  EXPECT_TRUE(absl::IsAborted(late.status)) << late.status;
  EXPECT_THAT(std::string(late.status.message()), ::testing::HasSubstr("se/17@1 is over"));
  EXPECT_EQ(parent_.log().Find("se/17@1")->size, 2u);
}

// A chunk from before the loss may be stored while the restored node connects.
TEST_F(EpochTest, EpochIsNotStoredBesideALongerOneBefore) {
  ASSERT_TRUE(restored_->RecordOne(MakeEpochOpened(parent_, "se/17@1")).ok());
  ASSERT_TRUE(lost_.RecordOne(MakeSubmission(MakeEventId(10), "bidrag/x")).ok());
  ASSERT_TRUE(parent_.CopyFrom(lost_, "se/17@1").status.ok());
  const auto refused = parent_.CopyFrom(*restored_, "se/17@2");
  EXPECT_TRUE(absl::IsAborted(refused.status)) << refused.status;
  EXPECT_FALSE(parent_.log().Find("se/17@2"));
}

// As many entries of the epoch before, and others.
TEST_F(EpochTest, EpochIsNotStoredAfterOtherEntriesThanItContinues) {
  MemoryDatabase forked_db;
  TestNode forked(forked_db, "se/17");
  for (const uint64_t id : {20, 21}) {
    ASSERT_TRUE(forked.RecordOne(MakeSubmission(MakeEventId(id), "bidrag/x")).ok());
  }
  ASSERT_EQ(forked.log().Find("se/17@1")->size, parent_.log().Find("se/17@1")->size);
  ASSERT_TRUE(restored_->RecordOne(MakeEpochOpened(forked, "se/17@1")).ok());
  const auto refused = parent_.CopyFrom(*restored_, "se/17@2");
  EXPECT_TRUE(absl::IsAborted(refused.status)) << refused.status;
  EXPECT_FALSE(parent_.log().Find("se/17@2"));
}

TEST_F(EpochTest, EpochIsNotStoredBeforeTheOneBeforeOrBesideAnother) {
  ASSERT_TRUE(restored_->RecordOne(MakeEpochOpened(parent_, "se/17@1")).ok());
  MemoryDatabase other_db;
  TestNode other(other_db, "se");
  EXPECT_TRUE(absl::IsAborted(other.CopyFrom(*restored_, "se/17@2").status));
  ASSERT_TRUE(other.CopyFrom(parent_, "se/17@1").status.ok());
  ASSERT_TRUE(other.CopyFrom(*restored_, "se/17@2").status.ok());

  MemoryDatabase third_db;
  ASSERT_TRUE(
      EventLog::Open(third_db, {.trust_domain = kTrustDomain, .path = "se/17", .first_epoch = 3})
          .ok());
  TestNode third(third_db, "se/17");
  ASSERT_TRUE(third.RecordOne(MakeEpochOpened(parent_, "se/17@1")).ok());
  EXPECT_TRUE(absl::IsAborted(other.CopyFrom(third, "se/17@3").status));
}

TEST_F(EpochTest, MissingKnownRowOfAnEarlierEpochIsFound) {
  ASSERT_TRUE(restored_->CopyFrom(parent_, "se/17@1").status.ok());
  const auto cursor = restored_db_.NewCursor(Family::kKnown);
  size_t rows = 0;
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    Batch batch;
    batch.Delete(Family::kKnown, cursor->key());
    const std::string value(cursor->value());
    ASSERT_TRUE(restored_db_.Write(batch, Durability::kSynced).ok());
    EXPECT_FALSE(Fsck(restored_db_, {}).ok());
    Batch back;
    back.Put(Family::kKnown, cursor->key(), value);
    ASSERT_TRUE(restored_db_.Write(back, Durability::kSynced).ok());
    ++rows;
  }
  EXPECT_EQ(rows, 2u);  // Of the first epoch's Received, and of the second's.
  EXPECT_TRUE(Fsck(restored_db_, {}).ok());
}

}  // namespace
}  // namespace liggare::log
