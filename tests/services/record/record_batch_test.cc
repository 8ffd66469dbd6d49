// When a node records nothing at all, and says why.
#include "services/record/record_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>

#include "eventstore/note/key.h"
#include "services/record/event_judge.h"
#include "services/work/strand.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/sample_events.h"

namespace liggare::record {
namespace {

using ::liggare::testing::kVerksamhet;
using ::liggare::testing::Registered;
using ::liggare::testing::SubmissionOf;

class RecordBatchTest : public ::testing::Test {
 protected:
  RecordBatchTest()
      : key_(*note::SigningKey::Generate("po.example.se/se/17/varmland")),
        log_(*log::EventLog::Open(database_,
                                  {.trust_domain = "po.example.se", .path = kVerksamhet})),
        judge_(*log_),
        sequencer_(database_, *log_, judge_, key_,
                   log::SequencerEnvironment{
                       .now_ms = [] { return int64_t{1'750'000'000'000}; },
                       .random = [](uint8_t* out, size_t n) { std::fill_n(out, n, 0); }}),
        keys_(*log_, key_.verifier(), key_.verifier()),
        states_(*log_) {}

  hosting::HostedNode Node() {
    return {.path = kVerksamhet,
            .log = *log_,
            .sequencer = sequencer_,
            .keys = keys_,
            .states = states_,
            .verifier = [this] { return key_.verifier(); },
            .parent_status = [] { return std::nullopt; }};
  }

  // The answer to one event.
  v1::RecordResult Record(const hosting::HostedNode& node) {
    Submissions submissions;
    *submissions.Add() = SubmissionOf(Registered(1));
    RecordResults results;
    std::promise<void> done;
    RecordBatch(node, {.principal = "spiffe://po.example.se/se/17/varmland/system/test"},
                std::move(submissions), results, workers_, [&done] { done.set_value(); });
    while (sequencer_.Step()) {
    }
    done.get_future().get();
    EXPECT_EQ(results.size(), 1);
    return results.empty() ? v1::RecordResult() : results[0];
  }

  ::liggare::testing::MemoryDatabase database_;
  note::SigningKey key_;
  std::unique_ptr<log::EventLog> log_;
  EventJudge judge_;
  log::Sequencer sequencer_;
  replication::KeyRegistry keys_;
  state::StateReader states_;
  work::WorkerPool workers_{1};
};

TEST_F(RecordBatchTest, ANodeThatMayRecords) {
  hosting::HostedNode node = Node();
  node.clock_fault = [] { return std::nullopt; };
  node.recording_stopped = [] { return std::nullopt; };
  EXPECT_TRUE(Record(node).has_recorded());
}

TEST_F(RecordBatchTest, AClockTooFarFromTheParentsRecordsNothing) {
  hosting::HostedNode node = Node();
  node.clock_fault = [] { return "its clock is 86400 s ahead of se/17's"; };
  const v1::RecordResult refused = Record(node);
  EXPECT_EQ(refused.error().code(), v1::ERROR_CODE_CLOCK_AHEAD);
  EXPECT_EQ(refused.error().message(),
            "se/17/varmland does not record: its clock is 86400 s ahead of se/17's");
  EXPECT_EQ(log_->Find(log_->own_log())->size, 0u);
}

TEST_F(RecordBatchTest, ANodeThatMustBeRestoredRecordsNothing) {
  hosting::HostedNode node = Node();
  node.recording_stopped = [] { return "Restore needed"; };
  EXPECT_EQ(Record(node).error().code(), v1::ERROR_CODE_READ_ONLY);
}

}  // namespace
}  // namespace liggare::record
