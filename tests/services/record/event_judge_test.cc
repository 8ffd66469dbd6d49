#include "services/record/event_judge.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "services/domain/state/fold_entry.h"
#include "services/record/submission.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/sample_events.h"

namespace liggare::record {
namespace {

using ::liggare::testing::Correction;
using ::liggare::testing::kOmbudField;
using ::liggare::testing::kReportSubject;
using ::liggare::testing::kVerksamhet;
using ::liggare::testing::Registered;
using ::liggare::testing::Report;
using ::liggare::testing::SubmissionOf;

constexpr char kLog[] = "se/17/varmland@1";

// A verksamhet's log with its judge and sequencer, stepped by hand.
class EventJudgeTest : public ::testing::Test {
 protected:
  EventJudgeTest()
      : key_(*note::SigningKey::Generate("po.example.se/se/17/varmland")),
        log_(*log::EventLog::Open(database_,
                                  {.trust_domain = "po.example.se", .path = kVerksamhet})),
        judge_(std::make_unique<EventJudge>(*log_)),
        sequencer_(std::make_unique<log::Sequencer>(
            database_, *log_, *judge_, key_,
            log::SequencerEnvironment{
                .now_ms = [this] { return now_ms_ += 1000; },
                .random = [](uint8_t* out, size_t n) { std::fill_n(out, n, 0); }})) {}

  using Outcomes = std::vector<absl::StatusOr<log::Recorded>>;

  // Records the events in one commit.
  Outcomes Record(const std::vector<v1::EventData>& events) {
    std::vector<log::Submission> submissions;
    for (const v1::EventData& event : events) {
      submissions.push_back(
          *ParseSubmission(SubmissionOf(event), {.path = kVerksamhet, .principal = "p"}));
    }
    Outcomes outcomes;
    sequencer_->Record(std::move(submissions),
                       [&](Outcomes answers) { outcomes = std::move(answers); });
    while (outcomes.empty()) {
      if (!sequencer_->Step()) break;
    }
    return outcomes;
  }

  static v1::ErrorCode CodeOf(const absl::StatusOr<log::Recorded>& outcome) {
    return outcome.ok() ? v1::ERROR_CODE_UNSPECIFIED : ErrorOf(outcome.status()).code();
  }

  v1::Event EntryAt(uint64_t index) {
    v1::Event event;
    EXPECT_TRUE(event.ParseFromString(*log_->Read(kLog, index)));
    return event;
  }

  testing::MemoryDatabase database_;
  int64_t now_ms_ = 1'700'000'000'000;
  note::SigningKey key_;
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<EventJudge> judge_;
  std::unique_ptr<log::Sequencer> sequencer_;
};

TEST_F(EventJudgeTest, PrerequisiteInTheSameCommitIsEnough) {
  const Outcomes outcomes = Record({Report(1, 3), Registered(2), Report(3, 3)});
  EXPECT_EQ(CodeOf(outcomes[0]), v1::ERROR_CODE_PREREQUISITE_MISSING);
  EXPECT_TRUE(outcomes[1].ok()) << outcomes[1].status();
  EXPECT_TRUE(outcomes[2].ok()) << outcomes[2].status();
  EXPECT_EQ(log_->Find(kLog)->size, 2u);
}

TEST_F(EventJudgeTest, CorrectionsInOneCommitSeeEachOther) {
  const Outcomes outcomes = Record(
      {Registered(1), Report(2, 3), Correction(3, 3, 4), Correction(4, 3, 5), Correction(5, 4, 5)});
  EXPECT_TRUE(outcomes[2].ok()) << outcomes[2].status();
  EXPECT_EQ(CodeOf(outcomes[3]), v1::ERROR_CODE_OLD_VALUE_DIFFERS);
  EXPECT_TRUE(outcomes[4].ok()) << outcomes[4].status();
}

TEST_F(EventJudgeTest, CorrectionsInLaterCommitsSeeEarlierOnes) {
  Record({Registered(1)});
  Record({Report(2, 3)});
  EXPECT_TRUE(Record({Correction(3, 3, 4)})[0].ok());
  EXPECT_EQ(CodeOf(Record({Correction(4, 3, 5)})[0]), v1::ERROR_CODE_OLD_VALUE_DIFFERS);
  EXPECT_TRUE(Record({Correction(5, 4, 5)})[0].ok());
}

TEST_F(EventJudgeTest, BasisIsTheLastEntryOfTheSubject) {
  Record({Registered(1), Report(2, 3), Correction(3, 3, 4)});
  EXPECT_EQ(EntryAt(1).basis_size(), 0);
  ASSERT_EQ(EntryAt(2).basis_size(), 1);
  EXPECT_EQ(EntryAt(2).basis(0).log(), kLog);
  EXPECT_EQ(EntryAt(2).basis(0).index(), 1u);
}

TEST_F(EventJudgeTest, SubjectThatHasMovedIsRefused) {
  Record({Registered(1), Report(2, 3), Correction(3, 3, 4)});
  v1::EventData late = Correction(4, 4, 6);
  v1::Basis& expected = *late.add_expected();
  expected.set_log(kLog);
  expected.set_index(1);
  EXPECT_EQ(CodeOf(Record({late})[0]), v1::ERROR_CODE_SUBJECT_MOVED);
  late.mutable_expected(0)->set_index(2);
  EXPECT_TRUE(Record({late})[0].ok());
}

TEST_F(EventJudgeTest, SameIdWithTheSameFieldsGetsTheFirstAnswer) {
  Record({Registered(1)});
  const Outcomes again = Record({Registered(1)});
  ASSERT_TRUE(again[0].ok());
  EXPECT_TRUE(again[0]->duplicate);
  EXPECT_EQ(again[0]->index, 0u);
  v1::EventData other = Registered(1);
  other.mutable_verksamhet_registered()->set_namn("Annat");
  EXPECT_EQ(CodeOf(Record({other})[0]), v1::ERROR_CODE_ALREADY_EXISTS);
}

TEST_F(EventJudgeTest, StateIsTheSameAfterReopening) {
  Record({Registered(1), Report(2, 3), Correction(3, 3, 4)});
  EventJudge reopened(*log_);
  SequencedStates states(*log_);
  const auto state = states.StateOf(kReportSubject);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ((*state)->Number(kOmbudField), 4);
}

// SequencedStates without room for more than one state gives the same answers.
TEST_F(EventJudgeTest, SmallCacheChangesNothing) {
  SequencedStates states(*log_, /*kept_weight_max=*/1);
  uint64_t index = 0;
  for (const v1::EventData& event : {Registered(1), Report(2, 3), Correction(3, 3, 4)}) {
    v1::Event entry;
    entry.set_log(kLog);
    entry.set_index(index);
    entry.set_clock(1000 + index);
    entry.set_data(event.SerializeAsString());
    const std::string bytes = entry.SerializeAsString();
    ASSERT_TRUE(states.StateOf(event.subject()).ok());
    states.Add(*domain::ParseFoldEntry(bytes), bytes);
    ++index;
  }
  EXPECT_TRUE((*states.StateOf(std::string("verksamhet/") + kVerksamhet))->Has("namn"));
  EXPECT_EQ((*states.StateOf(kReportSubject))->Number(kOmbudField), 4);
  EXPECT_EQ(states.ListSubjects("rapport/")->size(), 1u);
}

TEST_F(EventJudgeTest, ForeignEntryOfTheSameCommitIsSeen) {
  Record({Registered(1), Report(2, 3)});
  SequencedStates states(*log_);
  ASSERT_EQ((*states.StateOf(kReportSubject))->Number(kOmbudField), 3);
  v1::Event entry;
  entry.set_log("se/17@1");
  entry.set_index(0);
  entry.set_clock(uint64_t{1'800'000'000'000} << 16);
  v1::Basis& basis = *entry.add_basis();
  basis.set_log(kLog);
  basis.set_index(1);
  entry.set_data(Correction(3, 3, 9).SerializeAsString());
  states.AddForeign({.clock = entry.clock(), .log = "se/17@1", .index = 0}, kReportSubject,
                    entry.SerializeAsString());
  EXPECT_EQ((*states.StateOf(kReportSubject))->Number(kOmbudField), 9);
  EXPECT_EQ((*states.StateOf(kReportSubject))->positions.at("se/17@1"), 0u);
}

}  // namespace
}  // namespace liggare::record
