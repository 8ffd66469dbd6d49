// What one node's sequencer does, stepped over the memory model.
#include "eventstore/log/write/sequencer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

using ::testing::ElementsAre;
using testing::MakeDisclosure;
using testing::MakeEventId;
using testing::MakeSubmission;
using testing::MakeSubmissionWithText;
using testing::MemoryDatabase;
using testing::TestNode;

constexpr char kSubject[] = "verksamhet/se/17/a";

std::vector<Submission> Several(std::initializer_list<uint64_t> ids) {
  std::vector<Submission> submissions;
  for (const uint64_t id : ids) submissions.push_back(MakeSubmission(MakeEventId(id), kSubject));
  return submissions;
}

class SequencerTest : public ::testing::Test {
 protected:
  v1::ErrorCode CodeOf(const absl::Status& status) { return ErrorOf(status).code(); }

  MemoryDatabase database_;
  TestNode node_{database_, "se/17/a"};
};

TEST_F(SequencerTest, RecordedEntryCarriesTheSendersBytesAndTheNodesWords) {
  const Submission submission = MakeSubmission(MakeEventId(1), kSubject);
  const std::string data = submission.data;
  node_.judge.basis = {{.log = "se/17@1", .index = 7}};
  const auto recorded = node_.RecordOne(MakeSubmission(MakeEventId(1), kSubject));
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(*node_.log().Read("se/17/a@1", 0)));
  EXPECT_EQ(event.format_version(), 1u);
  EXPECT_EQ(event.log(), "se/17/a@1");
  EXPECT_EQ(event.index(), 0u);
  EXPECT_EQ(event.clock(), recorded->clock);
  EXPECT_EQ(event.clock() >> 16, static_cast<uint64_t>(testing::kStartMs));
  EXPECT_EQ(event.recorded_at_ms(), testing::kStartMs);
  EXPECT_EQ(event.principal(), "spiffe://liggare.test/client");
  EXPECT_EQ(event.data(), data);
  ASSERT_EQ(event.basis_size(), 1);
  EXPECT_EQ(event.basis(0).index(), 7u);
}

TEST_F(SequencerTest, QueuedCommandsShareOneSyncedWrite) {
  const uint64_t before = database_.synced_writes();
  int answered = 0;
  for (uint64_t id = 1; id <= 10; ++id) {
    node_.sequencer().Record(Several({id}), [&](auto results) { answered += results[0].ok(); });
  }
  EXPECT_TRUE(node_.sequencer().Step());
  EXPECT_EQ(answered, 10);
  EXPECT_EQ(database_.synced_writes(), before + 1);
  EXPECT_FALSE(node_.sequencer().Step());
}

TEST_F(SequencerTest, NothingIsVisibleBeforeTheSync) {
  node_.sequencer().Record(Several({1}), [&](auto) {
    EXPECT_EQ(node_.log().Find("se/17/a@1")->size, 1u);  // By the time of the answer it is.
  });
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, 0u);
  node_.sequencer().Step();
}

TEST_F(SequencerTest, RefusedSubmissionLeavesTheOthersAndTheLogAlone) {
  auto submissions = Several({1, 2});
  submissions[0].data = "not a message";
  const auto answers = node_.Record(std::move(submissions));
  EXPECT_EQ(CodeOf(answers[0].status()), v1::ERROR_CODE_MALFORMED);
  ASSERT_TRUE(answers[1].ok());
  EXPECT_EQ(answers[1]->index, 0u);
}

TEST_F(SequencerTest, NothingIsWrittenWhenAllIsRefused) {
  const uint64_t before = database_.writes();
  node_.judge.refusal = MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                                  {.message = "no", .field = "", .expected = ""});
  const auto answer = node_.RecordOne(MakeSubmission(MakeEventId(1), kSubject));
  EXPECT_EQ(CodeOf(answer.status()), v1::ERROR_CODE_PREREQUISITE_MISSING);
  EXPECT_EQ(database_.writes(), before);
}

TEST_F(SequencerTest, TooLargeEventIsRefused) {
  const auto at_limit =
      node_.RecordOne(MakeSubmission(MakeEventId(1), kSubject, kDataBytesMax - 64));
  EXPECT_TRUE(at_limit.ok()) << at_limit.status();
  const auto above = node_.RecordOne(MakeSubmission(MakeEventId(2), kSubject, kDataBytesMax));
  EXPECT_EQ(CodeOf(above.status()), v1::ERROR_CODE_LIMIT_EXCEEDED);
  Submission signed_by_a_book = MakeSubmission(MakeEventId(3), kSubject);
  signed_by_a_book.sender_signature = std::string(kEntryBytesMax, 's');
  const auto signature = node_.RecordOne(std::move(signed_by_a_book));
  EXPECT_EQ(CodeOf(signature.status()), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, 1u);
}

TEST_F(SequencerTest, ReceivedFromASenderIsRefused) {
  v1::EntryData data;
  data.set_event_id(MakeEventId(1));
  data.set_subject("node/se/17/a");
  data.mutable_received()->set_arrived_at_ms(1);
  Submission submission;
  submission.data = data.SerializeAsString();
  EXPECT_EQ(CodeOf(node_.RecordOne(std::move(submission)).status()), v1::ERROR_CODE_NOT_AUTHORISED);
}

TEST_F(SequencerTest, SameBytesAgainGetTheFirstAnswer) {
  const auto first = node_.RecordOne(MakeSubmission(MakeEventId(5), kSubject));
  node_.now_ms += 1000;
  const uint64_t before = database_.writes();
  const auto again = node_.RecordOne(MakeSubmission(MakeEventId(5), kSubject));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->index, first->index);
  EXPECT_EQ(again->clock, first->clock);
  EXPECT_EQ(again->recorded_at_ms, first->recorded_at_ms);
  EXPECT_EQ(database_.writes(), before);
}

TEST_F(SequencerTest, SameBytesTwiceInOneCommitAreOneEntry) {
  auto submissions = Several({5, 5, 4, 5, 4});
  const auto answers = node_.Record(std::move(submissions));
  std::vector<uint64_t> indexes;
  std::vector<bool> duplicates;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    indexes.push_back(answer->index);
    duplicates.push_back(answer->duplicate);
  }
  EXPECT_THAT(indexes, ElementsAre(0, 0, 1, 0, 1));
  EXPECT_THAT(duplicates, ElementsAre(false, true, false, true, true));
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, 2u);
}

TEST_F(SequencerTest, SameIdWithOtherFieldsIsRefusedNamingTheEntry) {
  node_.RecordSome(3);
  ASSERT_TRUE(node_.RecordOne(MakeSubmission(MakeEventId(5), kSubject)).ok());
  for (const bool same_commit : {false, true}) {
    std::vector<Submission> submissions;
    if (same_commit) submissions.push_back(MakeSubmission(MakeEventId(5), kSubject));
    submissions.push_back(MakeSubmission(MakeEventId(5), "verksamhet/se/17/b"));
    const auto answers = node_.Record(std::move(submissions));
    const v1::Error error = ErrorOf(answers.back().status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_ALREADY_EXISTS);
    EXPECT_EQ(error.existing().log(), "se/17/a@1");
    EXPECT_EQ(error.existing().index(), 3u);
  }
}

TEST_F(SequencerTest, JudgeDecidesWhetherOtherBytesSayTheSame) {
  const DisclosureText text = MakeDisclosure("hemligt");
  ASSERT_TRUE(node_.RecordOne(MakeSubmissionWithText(MakeEventId(5), kSubject, text)).ok());
  node_.judge.same_fields = true;
  const auto again = node_.RecordOne(MakeSubmission(MakeEventId(5), "verksamhet/other"));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(node_.judge.stored_texts, 1u);
}

TEST_F(SequencerTest, DuplicateIsKnownAfterReopening) {
  ASSERT_TRUE(node_.RecordOne(MakeSubmission(MakeEventId(9), kSubject)).ok());
  ASSERT_TRUE(node_.RecordOne(MakeSubmission(MakeEventId(8), kSubject)).ok());
  TestNode reopened(database_, "se/17/a");
  const auto again = reopened.RecordOne(MakeSubmission(MakeEventId(8), kSubject));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->index, 1u);
}

TEST_F(SequencerTest, DuplicateIsKnownHoweverLongAgoItsFirstCame) {
  const uint32_t seed = testing::TestSeed();
  SCOPED_TRACE(testing::HowToRepeat(seed));
  std::mt19937_64 random(seed);
  std::vector<uint64_t> ids(5 * kQueueCommandsMax);  // More than are kept in memory.
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = 1000 * (i + 1) + random() % 5000;
  std::vector<Submission> some;
  for (const uint64_t id : ids) {
    some.push_back(MakeSubmission(MakeEventId(id), kSubject));
    if (some.size() == kQueueCommandsMax) node_.Record(std::exchange(some, {}));
  }
  const uint64_t size = node_.log().Find("se/17/a@1")->size;
  for (int i = 0; i < 300; ++i) {
    const uint64_t id = ids[random() % ids.size()];
    some.push_back(MakeSubmission(MakeEventId(id), kSubject));
  }
  for (const auto& answer : node_.Record(std::move(some))) {
    ASSERT_TRUE(answer.ok());
    EXPECT_TRUE(answer->duplicate);
  }
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, size);
}

TEST_F(SequencerTest, ClockRisesThoughTheWallClockStandsOrGoesBack) {
  const auto first = node_.RecordOne(MakeSubmission(MakeEventId(1), kSubject));
  const auto second = node_.RecordOne(MakeSubmission(MakeEventId(2), kSubject));
  node_.now_ms -= 60'000;
  const auto third = node_.RecordOne(MakeSubmission(MakeEventId(3), kSubject));
  EXPECT_EQ(second->clock, first->clock + 1);
  EXPECT_EQ(third->clock, second->clock + 1);
  EXPECT_EQ(third->recorded_at_ms, testing::kStartMs - 60'000);
}

TEST_F(SequencerTest, TextsAreStoredBesideTheirEntry) {
  const DisclosureText text = MakeDisclosure("hemligt");
  node_.RecordSome(1);
  ASSERT_TRUE(node_.RecordOne(MakeSubmissionWithText(MakeEventId(5), kSubject, text)).ok());
  const auto stored = node_.log().Disclosure(text.commitment);
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_EQ((*stored)->text, "hemligt");
  EXPECT_EQ((*stored)->salt, text.salt);
  EXPECT_TRUE(node_.log().DisclosuresOf("se/17/a@1", 0, 1)->empty());
  EXPECT_EQ(node_.log().DisclosuresOf("se/17/a@1", 1, 2)->size(), 1u);
  EXPECT_FALSE((*node_.log().Disclosure(std::string(32, 'x'))).has_value());
}

TEST_F(SequencerTest, FailedWriteClosesTheNodeAndShowsNothing) {
  node_.RecordSome(1);
  database_.FailWrites(absl::UnavailableError("disk full"));
  const auto failed = node_.Record(Several({1, 2}));
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(CodeOf(failed[0].status()), v1::ERROR_CODE_READ_ONLY);
  EXPECT_EQ(CodeOf(failed[1].status()), v1::ERROR_CODE_READ_ONLY);
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, 1u);
  EXPECT_THAT(std::string(node_.sequencer().health().message()), ::testing::HasSubstr("disk full"));
  database_.FailWrites(absl::OkStatus());  // A failed fsync is never retried.
  EXPECT_EQ(CodeOf(node_.RecordOne(MakeSubmission(MakeEventId(3), kSubject)).status()),
            v1::ERROR_CODE_READ_ONLY);
  EXPECT_TRUE(node_.log().Read("se/17/a@1", 0).ok());
  TestNode reopened(database_, "se/17/a");
  EXPECT_TRUE(reopened.RecordOne(MakeSubmission(MakeEventId(3), kSubject)).ok());
}

TEST_F(SequencerTest, FullQueueAnswersAtOnceAndRecoversWhenDrained) {
  std::vector<Submission> many;
  for (uint64_t id = 0; id < kQueueCommandsMax; ++id) {
    many.push_back(MakeSubmission(MakeEventId(id + 1), kSubject));
  }
  size_t recorded = 0;
  node_.sequencer().Record(std::move(many), [&](auto results) {
    for (const auto& result : results) recorded += result.ok();
  });
  absl::Status refused;
  node_.sequencer().Record(Several({1}), [&](auto results) { refused = results[0].status(); });
  EXPECT_EQ(CodeOf(refused), v1::ERROR_CODE_UNAVAILABLE);
  node_.sequencer().Step();
  EXPECT_EQ(recorded, kQueueCommandsMax);
  EXPECT_TRUE(node_.RecordOne(MakeSubmission(MakeEventId(kQueueCommandsMax + 1), kSubject)).ok());
}

TEST_F(SequencerTest, CommitTakesNoMoreThanItsLimit) {
  for (uint64_t id = 0; id < kCommitEntriesMax + 1; ++id) {
    node_.sequencer().Record(Several({id + 1}), [](auto) {});
  }
  EXPECT_TRUE(node_.sequencer().Step());
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, kCommitEntriesMax);
  EXPECT_TRUE(node_.sequencer().Step());
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, kCommitEntriesMax + 1);
}

TEST_F(SequencerTest, StopFinishesWhatIsQueuedAndRefusesWhatComesLater) {
  bool recorded = false;
  node_.sequencer().Record(Several({1}), [&](auto results) { recorded = results[0].ok(); });
  node_.sequencer().Stop();
  EXPECT_TRUE(recorded);
  absl::Status refused;
  node_.sequencer().Record(Several({2}), [&](auto results) { refused = results[0].status(); });
  EXPECT_EQ(CodeOf(refused), v1::ERROR_CODE_UNAVAILABLE);
}

TEST_F(SequencerTest, SavedNotesLastAndAreNotSynced) {
  const uint64_t synced = database_.synced_writes();
  node_.sequencer().SaveNote("frontier/se", "one");
  node_.sequencer().SaveNote("frontier/se", "two");
  node_.sequencer().Step();
  EXPECT_EQ(*node_.log().SavedNote("frontier/se"), "two");
  EXPECT_EQ(*node_.log().SavedNote("frontier/se/17"), std::nullopt);
  EXPECT_EQ(database_.synced_writes(), synced);
}

TEST_F(SequencerTest, OwnCheckpointIsOfTheDurableLog) {
  node_.RecordSome(3);
  const auto whole = node_.sequencer().OwnCheckpoint();
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(whole->checkpoint.origin, "liggare.test/se/17/a@1");
  EXPECT_EQ(whole->checkpoint.size, 3u);
  EXPECT_EQ(whole->checkpoint.root, node_.log().Find("se/17/a@1")->root);
  EXPECT_TRUE(note::VerifyNote(whole->note, testing::KeyOf("se/17/a").verifier()).ok());
  const auto earlier = node_.sequencer().OwnCheckpoint(2);
  ASSERT_TRUE(earlier.ok());
  EXPECT_EQ(earlier->checkpoint.root, *node_.log().RootAt("se/17/a@1", 2));
  EXPECT_TRUE(absl::IsOutOfRange(node_.sequencer().OwnCheckpoint(4).status()));
}

TEST_F(SequencerTest, ThreadAnswersWithoutBeingStepped) {
  node_.sequencer().Start();
  std::mutex mutex;
  std::condition_variable changed;
  size_t answered = 0;
  for (uint64_t id = 1; id <= 100; ++id) {
    node_.sequencer().Record(Several({id}), [&](auto) {
      const std::lock_guard lock(mutex);
      ++answered;
      changed.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return answered == 100; });
  lock.unlock();
  node_.sequencer().Stop();
  EXPECT_EQ(node_.log().Find("se/17/a@1")->size, 100u);
}

}  // namespace
}  // namespace liggare::log
