// That a text which an entry orders erased is gone with the commit, does not come back,
// and that nobody can erase what is not of his subject.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/read/purge.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using ::testing::HasSubstr;
using testing::MakeDisclosure;
using testing::MakeErasure;
using testing::MakeEventId;
using testing::MakeSubmissionWithText;
using testing::MemoryDatabase;
using testing::TestNode;

constexpr char kSubject[] = "brist/se/17/a/1";
constexpr char kOther[] = "brist/se/17/a/2";
constexpr char kChild[] = "se/17/a@1";
constexpr char kCounty[] = "se/17@1";

class ErasureTest : public ::testing::Test {
 protected:
  void Record(TestNode& node, Submission submission) {
    const auto recorded = node.RecordOne(std::move(submission));
    ASSERT_TRUE(recorded.ok()) << recorded.status();
  }
  void RecordText(TestNode& node, std::string_view subject, const DisclosureText& text) {
    Record(node, MakeSubmissionWithText(NextId(), subject, text));
  }
  void Erase(TestNode& node, std::string_view subject, const DisclosureText& text) {
    Record(node, MakeErasure(NextId(), subject, {text.commitment}));
  }
  void Copy(TestNode& to, TestNode& from, std::string_view log) {
    const auto stored = to.CopyFrom(from, log);
    ASSERT_TRUE(stored.status.ok()) << stored.status;
  }
  std::string NextId() { return MakeEventId((1ull << 62) + ++ids_); }
  static bool Holds(TestNode& node, const DisclosureText& text) {
    return node.log().Disclosure(text.commitment)->has_value();
  }
  static size_t TextsOf(TestNode& node, std::string_view log) {
    return node.log().DisclosuresOf(log, 0, UINT64_MAX)->size();
  }
  static void ExpectSound(const Database& database) {
    for (const FsckFinding& finding : Fsck(database, {}).findings) {
      ADD_FAILURE() << FindingText(finding);
    }
  }

  uint64_t ids_ = 0;
  MemoryDatabase county_database_;
  MemoryDatabase child_database_;
  TestNode county_{county_database_, "se/17"};
  TestNode child_{child_database_, "se/17/a"};
  const DisclosureText text_ = MakeDisclosure("om Åsa");
  const DisclosureText another_ = MakeDisclosure("om Bo");
};

TEST_F(ErasureTest, ErasedTextIsGoneWithTheCommitAndOthersStay) {
  RecordText(child_, kSubject, text_);
  RecordText(child_, kSubject, another_);
  const uint64_t writes = child_database_.synced_writes();
  Erase(child_, kSubject, text_);
  EXPECT_FALSE(Holds(child_, text_));
  EXPECT_TRUE(Holds(child_, another_));
  EXPECT_EQ(child_database_.Contents(Family::kDisclosures).size(), 1u);
  EXPECT_EQ(child_database_.synced_writes(), writes + 2);  // The commit; that it was purged.
  const auto by = child_.log().ErasedBy(text_.commitment, kSubject, kChild);
  ASSERT_TRUE(by.ok() && by->has_value());
  EXPECT_EQ(**by, (LogIndex{.log = kChild, .index = 2}));
  EXPECT_FALSE(child_.log().ErasedBy(another_.commitment, kSubject, kChild)->has_value());
  ExpectSound(child_database_);
}

TEST_F(ErasureTest, EveryEntryOfTheSubjectLosesIt) {
  RecordText(child_, kSubject, text_);
  RecordText(child_, kSubject, text_);
  Erase(child_, kSubject, text_);
  EXPECT_EQ(TextsOf(child_, kChild), 0u);
  ExpectSound(child_database_);
}

TEST_F(ErasureTest, ItIsErasedOnEveryTierThatHasIt) {
  RecordText(child_, kSubject, text_);
  Copy(county_, child_, kChild);
  ASSERT_TRUE(Holds(county_, text_));
  Erase(child_, kSubject, text_);
  EXPECT_TRUE(Holds(county_, text_));
  Copy(county_, child_, kChild);
  EXPECT_FALSE(Holds(county_, text_));
  EXPECT_EQ(county_database_.purges(), 1u);
  ExpectSound(county_database_);
}

TEST_F(ErasureTest, TheTierAboveErasesItsCopy) {
  RecordText(child_, kSubject, text_);
  Copy(county_, child_, kChild);
  Erase(county_, kSubject, text_);
  EXPECT_FALSE(Holds(county_, text_));
  EXPECT_TRUE(Holds(child_, text_)) << "which has not heard of it";
  ExpectSound(county_database_);
}

TEST_F(ErasureTest, TextOfANodeAboveStaysWhateverANodeBelowOrders) {
  RecordText(county_, kSubject, text_);
  Erase(child_, kSubject, text_);
  Copy(county_, child_, kChild);
  EXPECT_TRUE(Holds(county_, text_));
  EXPECT_EQ(TextsOf(county_, kCounty), 1u);
  EXPECT_FALSE(county_.log().ErasedBy(text_.commitment, kSubject, kCounty)->has_value());
  ExpectSound(county_database_);
  // Nor is it gone where the order came first.
  RecordText(county_, kSubject, another_);
  Erase(child_, kSubject, another_);
  Copy(child_, county_, kCounty);
  EXPECT_TRUE(Holds(child_, another_));
  // The county's own order, though later, is carried out.
  Erase(county_, kSubject, text_);
  EXPECT_FALSE(Holds(county_, text_));
  EXPECT_EQ(county_.log().ErasedBy(text_.commitment, kSubject, kCounty)->value().log, kCounty);
  ExpectSound(county_database_);
}

TEST_F(ErasureTest, CopyOfATextThatANodeBelowErasesStaysWithTheNodeAbove) {
  RecordText(county_, kSubject, text_);
  RecordText(child_, kSubject, text_);
  Copy(county_, child_, kChild);
  Erase(child_, kSubject, text_);
  Copy(county_, child_, kChild);
  EXPECT_TRUE(Holds(county_, text_));
  EXPECT_EQ(TextsOf(county_, kChild), 0u);
  EXPECT_EQ(TextsOf(county_, kCounty), 1u);
  ExpectSound(county_database_);
}

TEST_F(ErasureTest, OrderOfAnEarlierEpochIsThatOfTheNode) {
  EXPECT_EQ(keys::ErasedKeysOf("c", "s", "se/17/a@7"), keys::ErasedKeysOf("c", "s", "se/17/a@1"));
  EXPECT_EQ(keys::ErasedKeysOf("c", "s", "se/17/a@7").size(), 3u);
}

TEST_F(ErasureTest, TextThatComesAfterItsErasureIsNotStored) {
  RecordText(child_, kSubject, text_);
  RecordText(child_, kSubject, another_);
  Erase(county_, kSubject, text_);  // As it came from another tier.
  EXPECT_EQ(county_database_.purges(), 0u) << "nothing was on disk";
  Copy(county_, child_, kChild);
  EXPECT_FALSE(Holds(county_, text_));
  EXPECT_TRUE(Holds(county_, another_));
  RecordText(county_, kSubject, text_);
  EXPECT_FALSE(Holds(county_, text_));
  ExpectSound(county_database_);
}

TEST_F(ErasureTest, TextAndErasureInOneCommitLeaveNothing) {
  RecordText(child_, kSubject, text_);
  Chunk with_text = child_.MakeChunk(kChild, 0, 1);
  Erase(child_, kSubject, text_);
  Chunk chunk = child_.MakeChunk(kChild, 0, 2);
  EXPECT_TRUE(chunk.disclosures.empty());
  chunk.disclosures = with_text.disclosures;  // A child that has not purged sends it again.
  ASSERT_TRUE(county_.Store(chunk).status.ok());
  EXPECT_FALSE(Holds(county_, text_));
  EXPECT_TRUE(county_database_.Contents(Family::kDisclosures).empty());
  std::vector<Submission> batch;
  batch.push_back(MakeErasure(NextId(), kOther, {another_.commitment}));
  batch.push_back(MakeSubmissionWithText(NextId(), kOther, another_));
  for (const auto& recorded : county_.Record(std::move(batch))) EXPECT_TRUE(recorded.ok());
  EXPECT_FALSE(Holds(county_, another_));
  ExpectSound(county_database_);
}

TEST_F(ErasureTest, NobodyErasesAnothersTextByCopyingItsCommitment) {
  RecordText(child_, kSubject, text_);
  Erase(child_, kOther, text_);  // Nothing of this subject holds it.
  EXPECT_TRUE(Holds(child_, text_));
  RecordText(child_, kOther, text_);  // A copy; it is not stored for this subject.
  Erase(child_, kOther, text_);
  EXPECT_TRUE(Holds(child_, text_));
  EXPECT_EQ(child_database_.purges(), 0u);
  ExpectSound(child_database_);
}

TEST_F(ErasureTest, CopyInAnotherSubjectKeepsTheTextForThatOneOnly) {
  RecordText(child_, kSubject, text_);
  RecordText(child_, kOther, text_);
  ASSERT_EQ(TextsOf(child_, kChild), 2u);
  Erase(child_, kSubject, text_);
  EXPECT_TRUE(child_.log().DisclosuresOf(kChild, 0, 1)->empty());
  EXPECT_EQ(child_.log().DisclosuresOf(kChild, 1, 2)->size(), 1u);
  EXPECT_EQ(child_database_.purges(), 0u);
  ExpectSound(child_database_);
  Erase(child_, kOther, text_);
  EXPECT_FALSE(Holds(child_, text_));
  EXPECT_EQ(child_database_.purges(), 1u);
  ExpectSound(child_database_);
}

TEST_F(ErasureTest, UnlawfulErasureIsKeptAndErasesNothing) {
  RecordText(child_, kSubject, text_);
  Copy(county_, child_, kChild);
  county_.judge.unlawful = kChild;
  child_.judge.unlawful = kChild;
  Erase(child_, kSubject, text_);
  Copy(county_, child_, kChild);
  EXPECT_EQ(county_.log().Find(kChild)->size, 2u);
  EXPECT_TRUE(Holds(county_, text_));
  EXPECT_TRUE(Holds(child_, text_));
}

TEST_F(ErasureTest, RetriedSubmissionDoesNotBringItsTextBack) {
  const std::string id = NextId();
  Record(child_, MakeSubmissionWithText(id, kSubject, text_));
  Erase(child_, kSubject, text_);
  child_.judge.same_fields = true;
  const auto again = child_.RecordOne(MakeSubmissionWithText(id, kSubject, text_));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->duplicate);
  EXPECT_FALSE(Holds(child_, text_));
}

TEST_F(ErasureTest, ErasedTwiceIsErasedOnceByTheFirst) {
  RecordText(child_, kSubject, text_);
  Erase(child_, kSubject, text_);
  Erase(child_, kSubject, text_);
  EXPECT_EQ((**child_.log().ErasedBy(text_.commitment, kSubject, kChild)).index, 1u);
  EXPECT_EQ(child_database_.purges(), 1u);
}

TEST_F(ErasureTest, PurgeThatACrashCutOffIsDoneAtTheNextOpening) {
  RecordText(child_, kSubject, text_);
  Erase(child_, kSubject, text_);
  auto after = child_database_.AfterCrash();
  Batch batch;
  batch.Put(Family::kMeta, keys::kPurgedKey, keys::EncodeInteger(0));
  ASSERT_TRUE(after->Write(batch, Durability::kSynced).ok());
  TestNode again(*after, "se/17/a");
  EXPECT_EQ(after->purges(), 1u);
  const auto erasures = ReadErasures(*after);
  ASSERT_TRUE(erasures.ok());
  EXPECT_EQ(erasures->committed, 1u);
  EXPECT_EQ(erasures->purged, 1u);
  TestNode once_more(*after, "se/17/a");
  EXPECT_EQ(after->purges(), 1u) << "nothing is owed";
}

TEST_F(ErasureTest, FilesThatAreInUseArePurgedLater) {
  RecordText(child_, kSubject, text_);
  child_database_.FailPurges(absl::UnavailableError("a backup is being made"));
  Erase(child_, kSubject, text_);
  EXPECT_FALSE(Holds(child_, text_));
  EXPECT_TRUE(child_.sequencer().health().ok());
  EXPECT_THAT(child_.sequencer().erased_in_files().message(), HasSubstr("a backup"));
  child_database_.FailPurges(absl::OkStatus());
  child_.RecordSome(1);
  EXPECT_EQ(child_database_.purges(), 0u) << "too early";
  child_.now_ms += kPurgeAgainMs;
  child_.RecordSome(1);
  EXPECT_EQ(child_database_.purges(), 1u);
  EXPECT_TRUE(child_.sequencer().erased_in_files().ok());
}

TEST_F(ErasureTest, PurgeIsTriedAgainWhenAsked) {
  RecordText(child_, kSubject, text_);
  child_database_.FailPurges(absl::UnavailableError("a backup is being made"));
  Erase(child_, kSubject, text_);
  child_database_.FailPurges(absl::OkStatus());
  child_.sequencer().PurgeErased();
  child_.sequencer().Step();
  EXPECT_EQ(child_database_.purges(), 1u);
  EXPECT_TRUE(child_.sequencer().erased_in_files().ok());
  child_.sequencer().PurgeErased();
  child_.sequencer().Step();
  EXPECT_EQ(child_database_.purges(), 1u) << "nothing is owed";
}

TEST_F(ErasureTest, FsckKnowsErasedFromMissing) {
  RecordText(child_, kSubject, text_);
  RecordText(child_, kSubject, another_);
  Erase(child_, kSubject, text_);
  ExpectSound(child_database_);
  child_database_.Erase(Family::kDisclosures, another_.commitment);
  const FsckReport report = Fsck(child_database_, {});
  EXPECT_EQ(report.texts_erased, 1u);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].index, 1u);
  EXPECT_THAT(FindingText(report.findings[0]), HasSubstr("no entry has erased it"));
}

TEST_F(ErasureTest, FsckFindsAMarkThatNoEntryOfTheSubjectOrdered) {
  RecordText(child_, kSubject, text_);
  Batch batch;
  batch.Put(Family::kMeta,
            keys::Encode(keys::ErasedKey{
                .commitment = text_.commitment, .subject = kOther, .path = "se/17/a"}),
            keys::Encode(keys::ErasedValue{.index = 0, .log = kChild}));
  ASSERT_TRUE(child_database_.Write(batch, Durability::kSynced).ok());
  const FsckReport report = Fsck(child_database_, {});
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_THAT(FindingText(report.findings[0]), HasSubstr("is not of this subject"));
}

}  // namespace
}  // namespace liggare::log
