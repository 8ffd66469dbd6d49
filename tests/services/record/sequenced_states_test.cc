#include "services/record/sequenced_states.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/domain/state/fold_entry.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/sample_events.h"

namespace liggare::record {
namespace {

using ::liggare::testing::kVerksamhet;
using ::liggare::testing::Registered;

// Is there as long as the state is kept, and no longer.
using Kept = std::weak_ptr<const domain::State>;

constexpr size_t kEmptyWeight = 8;  // What a state without fields and events counts for.

size_t WeightOf(const Kept& kept) {
  const std::shared_ptr<const domain::State> state = kept.lock();
  return kEmptyWeight + state->fields.size() + state->points.size();
}

// Subjects whose entries wait in a commit.
class SequencedStatesTest : public ::testing::Test {
 protected:
  // Adds an event of subject number `subject`.
  void Add(uint64_t subject) { AddEvent(Reported(next_index_, SubjectOf(subject))); }
  void AddEvent(const v1::EventData& event) {
    const std::string bytes = EntryOf(log_->own_log(), event);
    states_.Add(*domain::ParseFoldEntry(bytes), bytes);
  }
  // Of another log.
  void AddForeign(const std::string& log, const v1::EventData& event) {
    const std::string bytes = EntryOf(log, event);
    states_.AddForeign({.clock = 1, .log = log, .index = 0}, event.subject(), bytes);
  }
  std::string EntryOf(const std::string& log, const v1::EventData& event) {
    v1::Event entry;
    entry.set_format_version(1);
    entry.set_recorded_at_ms(1'000);
    entry.set_principal(kVerksamhet);
    entry.set_log(log);
    entry.set_index(next_index_);
    entry.set_clock(1'000 + next_index_);
    entry.set_data(event.SerializeAsString());
    ++next_index_;
    return entry.SerializeAsString();
  }
  v1::EventData Enrolment(const std::string& path) {
    v1::EventData event = Registered(next_index_, path);
    event.set_subject("node/" + path);
    event.mutable_node_enrolled()->set_verifier_key("key");
    return event;
  }
  bool FewerThan(size_t most) { return *states_.EnrolsFewerThan(most); }
  Kept Use(uint64_t subject) { return *states_.StateOf(SubjectOf(subject)); }

 private:
  // One of those that the node may write about, of which there are many.
  static std::string SubjectOf(uint64_t subject) {
    return "brist/" + std::string(kVerksamhet) + "/" + std::to_string(subject + 1);
  }
  static v1::EventData Reported(uint64_t id, const std::string& subject) {
    v1::EventData event;
    event.set_event_id(testing::SampleId(id));
    event.set_subject(subject);
    v1::BristReported& brist = *event.mutable_brist_reported();
    brist.set_niva(v1::BRIST_NIVA_LOKAL);
    brist.set_omrade(v1::BRIST_OMRADE_FORSAKRINGSKASSAN);
    brist.set_rubrik("Köer");
    brist.mutable_beskrivning()->set_commitment(std::string(32, 'b'));
    brist.set_observed_on("2023-11-01");
    return event;
  }

  testing::MemoryDatabase database_;
  std::unique_ptr<log::EventLog> log_ =
      *log::EventLog::Open(database_, {.trust_domain = "po.example.se", .path = kVerksamhet});
  SequencedStates states_{*log_};
  uint64_t next_index_ = 0;
};

TEST_F(SequencedStatesTest, NodesEnrolledInTheCommitThatIsBeingBuiltCount) {
  const std::string below = std::string(kVerksamhet) + "/n";
  EXPECT_TRUE(FewerThan(1));
  for (int i = 0; i < 3; ++i) AddEvent(Enrolment(below + std::to_string(i)));
  AddEvent(Enrolment(below + "0"));         // Again.
  AddEvent(Enrolment(below + "0/deeper"));  // Not its to enrol.
  EXPECT_FALSE(FewerThan(3));
  EXPECT_TRUE(FewerThan(4));
}

TEST_F(SequencedStatesTest, WhatOthersWriteAboutNodesBelowThisOneDoesNotCount) {
  const std::string below = std::string(kVerksamhet) + "/n";
  for (int i = 0; i < 10; ++i) AddForeign("se/17/evil@1", Enrolment(below + std::to_string(i)));
  AddEvent(Enrolment(below + "0"));
  EXPECT_FALSE(FewerThan(1));
  EXPECT_TRUE(FewerThan(2));
}

TEST_F(SequencedStatesTest, TheLeastUsedGoesWhenAllWeighOneMoreThanTheLimit) {
  std::vector<Kept> kept;
  size_t weight = 0;
  while (kept.empty() || weight + WeightOf(kept.back()) <= SequencedStates::kKeptWeightMax) {
    Add(kept.size());
    kept.push_back(Use(kept.size()));
    weight += WeightOf(kept.back());
  }
  Use(0);
  const uint64_t last = kept.size() - 1;
  for (; weight < SequencedStates::kKeptWeightMax; ++weight) Add(last);
  for (const Kept& state : kept) ASSERT_FALSE(state.expired());

  Add(last);
  EXPECT_TRUE(kept[1].expired());
  for (const uint64_t other : {uint64_t{0}, uint64_t{2}, last}) {
    EXPECT_FALSE(kept[other].expired()) << other;
  }
}

}  // namespace
}  // namespace liggare::record
