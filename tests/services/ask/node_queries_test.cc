#include "services/ask/node_queries.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "eventstore/note/checkpoint.h"
#include "proto/error/error.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::ask {
namespace {

using testing::Corrected;
using testing::kKvinnor;
using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::ManualClock;
using testing::Registered;
using testing::Submitted;
using testing::TestNode;

v1::Error ErrorIn(const absl::Status& status) {
  EXPECT_FALSE(status.ok());
  return status.ok() ? v1::Error() : ErrorOf(status);
}

class NodeQueriesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    varmland_.Record(Registered(kVarmland));
    varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
    county_.Receive(varmland_, varmland_.log().own_log());
  }

  ManualClock clock_;
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
  const NodeQueries::Clock now_ms_ = [this] { return clock_.now_ms; };
  NodeQueries at_county_{county_.log(), county_.states(), now_ms_};
};

TEST_F(NodeQueriesTest, StateIsThatOfTheSubjectNowOrThen) {
  v1::GetStateRequest request;
  request.set_subject(std::string(kVarmlandRapport));
  const uint64_t before = county_.own_size();
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  county_.Receive(varmland_, varmland_.log().own_log());
  auto now = at_county_.GetState(request);
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->state().event_count(), 2u);
  request.mutable_moment()->set_known_by("se/17");
  request.mutable_moment()->set_at_index(before);
  auto then = at_county_.GetState(request);
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ(then->state().event_count(), 1u);
}

TEST_F(NodeQueriesTest, SubjectWithoutEntriesIsNotFoundAndItsNeighboursAreNamed) {
  v1::GetStateRequest request;
  request.set_subject("rapport/2024/se/17/arvika");
  const v1::Error error = ErrorIn(at_county_.GetState(request).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_NOT_FOUND);
  EXPECT_EQ(error.expected(), "one of rapport/2024/se/17/varmland");
  v1::GetHistoryRequest history;
  history.set_subject("bidrag/2024/1780");
  EXPECT_EQ(ErrorIn(at_county_.GetHistory(history).status()).code(), v1::ERROR_CODE_NOT_FOUND);
}

TEST_F(NodeQueriesTest, SubjectThatHasNotComeAtThatMomentIsNotFound) {
  v1::GetStateRequest request;
  request.set_subject(std::string(kVarmlandRapport));
  request.mutable_moment()->set_known_by("se/17");
  EXPECT_EQ(ErrorIn(at_county_.GetState(request).status()).code(), v1::ERROR_CODE_NOT_FOUND);
}

TEST_F(NodeQueriesTest, MalformedSubjectIsRefused) {
  v1::GetStateRequest request;
  request.set_subject("rapporter/2024");
  EXPECT_EQ(ErrorIn(at_county_.GetState(request).status()).code(), v1::ERROR_CODE_INVALID_SUBJECT);
  request.clear_subject();
  EXPECT_EQ(ErrorIn(at_county_.GetState(request).status()).code(), v1::ERROR_CODE_INVALID_SUBJECT);
}

TEST_F(NodeQueriesTest, HistoryGivesTheChangesUnderThePrefix) {
  v1::GetHistoryRequest request;
  request.set_subject(std::string(kVarmlandRapport));
  request.set_path_prefix("klienter");
  const auto history = at_county_.GetHistory(request);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->changes_size(), 2);
}

TEST_F(NodeQueriesTest, TableIsOfTheNodeOrANodeBelow) {
  v1::GetTableRequest request;
  request.set_table("klienter");
  request.set_year(2024);
  const auto of_node = at_county_.GetTable(request);
  ASSERT_TRUE(of_node.ok()) << of_node.status();
  request.set_scope(std::string(kVarmland));
  const auto of_verksamhet = at_county_.GetTable(request);
  ASSERT_TRUE(of_verksamhet.ok()) << of_verksamhet.status();
  EXPECT_EQ(of_node->rows_size(), of_verksamhet->rows_size());
}

TEST_F(NodeQueriesTest, ScopeOutsideTheSubtreeIsNotFound) {
  for (const char* scope : {"se", "se/10", "se/17/arvika", "se/1", "x"}) {
    v1::GetTableRequest table;
    table.set_table("klienter");
    table.set_year(2024);
    table.set_scope(scope);
    const v1::Error error = ErrorIn(at_county_.GetTable(table).status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_NOT_FOUND) << scope;
    EXPECT_EQ(error.field(), "scope");
    EXPECT_EQ(error.expected(), "one of se/17 se/17/varmland");
    v1::ListFindingsRequest findings;
    findings.set_year(2024);
    findings.set_scope(scope);
    EXPECT_EQ(ErrorIn(at_county_.ListFindings(findings).status()).field(), "scope");
    v1::ListDutiesRequest duties;
    duties.set_year(2024);
    duties.set_scope(scope);
    EXPECT_EQ(ErrorIn(at_county_.ListDuties(duties).status()).field(), "scope");
  }
}

TEST_F(NodeQueriesTest, UnknownTableIsNotFoundAndTheTablesAreNamed) {
  v1::GetTableRequest request;
  request.set_table("klienterna");
  request.set_year(2024);
  const v1::Error error = ErrorIn(at_county_.GetTable(request).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_NOT_FOUND);
  EXPECT_NE(error.expected().find("klienter"), std::string::npos);
}

// 2025-01-15T22:59:59Z: the last second of the last day in Stockholm.
constexpr int64_t kLastSecondMs = 1'736'981'999'000;

TEST_F(NodeQueriesTest, AReportCameWhenTheCountyReceivedIt) {
  const std::string karlstad = "se/17/karlstad";
  clock_.now_ms = kLastSecondMs - 60'000;
  TestNode late(karlstad, clock_);
  late.Record(Registered(karlstad));
  late.Record(Submitted("rapport/2024/se/17/karlstad", 1, 2));
  clock_.now_ms = kLastSecondMs + 1'000;
  county_.Receive(late, late.log().own_log());
  // What comes later says nothing of what was there.
  clock_.now_ms += 86'400'000;
  late.Record(Corrected("rapport/2024/se/17/karlstad", kKvinnor, 3));
  county_.Receive(late, late.log().own_log());

  v1::ListDutiesRequest request;
  request.set_year(2024);
  const auto duties = at_county_.ListDuties(request);
  ASSERT_TRUE(duties.ok()) << duties.status();
  EXPECT_EQ(duties->on(), "2025-01-17");
  ASSERT_EQ(duties->duties_size(), 3);
  EXPECT_EQ(duties->duties(0).vem(), karlstad);
  EXPECT_EQ(duties->duties(0).status(), v1::DUTY_STATUS_LATE);
  EXPECT_EQ(duties->duties(0).days(), 1u);
  EXPECT_EQ(duties->duties(0).received_at_ms(), kLastSecondMs + 1'000);
  EXPECT_EQ(duties->duties(0).received_on(), "2025-01-16");
  EXPECT_EQ(duties->duties(1).vem(), kVarmland);
  EXPECT_EQ(duties->duties(1).status(), v1::DUTY_STATUS_IN_TIME);
  EXPECT_EQ(duties->duties(2).vem(), "se/17");
}

TEST_F(NodeQueriesTest, TheNationReadsTheReceiptFromTheCountysLog) {
  TestNode nation("se", clock_);
  const NodeQueries at_nation(nation.log(), nation.states(), now_ms_);
  clock_.now_ms += 1'000;
  nation.Receive(varmland_, varmland_.log().own_log());
  v1::ListDutiesRequest request;
  request.set_year(2024);
  request.set_scope(std::string(kVarmland));
  EXPECT_EQ(at_nation.ListDuties(request)->duties(0).status(), v1::DUTY_STATUS_NOT_RECEIVED);
  nation.Receive(county_, county_.log().own_log());
  const auto duties = at_nation.ListDuties(request);
  ASSERT_TRUE(duties.ok()) << duties.status();
  EXPECT_EQ(duties->duties(0).status(), v1::DUTY_STATUS_IN_TIME);
  EXPECT_EQ(duties->duties(0).received_at_ms(), clock_.now_ms - 1'000);
}

// Below the counties the county's Received is not held; its cosignature is.
TEST_F(NodeQueriesTest, WhatTheCountyHasCosignedIsKnownToHaveComeThere) {
  replication::KeyRegistry keys(varmland_.log(), testing::KeyOfNode("se").verifier(),
                                varmland_.key().verifier());
  replication::EnrolledNode county;
  county.keys = {testing::KeyOfNode("se/17").verifier()};
  county.entry_count = 1;
  keys.Learn("se/17", county);
  const NodeQueries at_varmland(varmland_.log(), varmland_.states(), now_ms_,
                                domain::kSmallestCountDefault, kPageBytesMax, &keys);
  v1::ListDutiesRequest request;
  request.set_year(2024);
  const auto report = [&] { return at_varmland.ListDuties(request)->duties(0); };
  EXPECT_EQ(report().status(), v1::DUTY_STATUS_NOT_RECEIVED);
  const auto store = [&](uint64_t size, const note::SigningKey& key, int64_t time_s) {
    auto checkpoint = varmland_.sequencer().OwnCheckpoint(size);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    checkpoint->note.signatures.push_back(note::Cosign(key, checkpoint->note.text, time_s));
    varmland_.sequencer().SaveCheckpoint(varmland_.log().own_log(), *checkpoint);
    while (varmland_.sequencer().Step()) {
    }
  };
  store(2, testing::KeyOfNode("se/01"), kLastSecondMs / 1000);  // Another's says nothing.
  EXPECT_EQ(report().status(), v1::DUTY_STATUS_NOT_RECEIVED);
  store(1, testing::KeyOfNode("se/17"), kLastSecondMs / 1000 - 9);  // Before the report.
  EXPECT_EQ(report().status(), v1::DUTY_STATUS_NOT_RECEIVED);
  store(2, testing::KeyOfNode("se/17"), kLastSecondMs / 1000);
  EXPECT_EQ(report().status(), v1::DUTY_STATUS_IN_TIME);
  EXPECT_EQ(report().received_at_ms(), kLastSecondMs);
  request.mutable_moment()->set_known_by(std::string(kVarmland));
  request.mutable_moment()->set_at_index(varmland_.own_size());
  EXPECT_EQ(report().status(), v1::DUTY_STATUS_NOT_RECEIVED);
}

TEST_F(NodeQueriesTest, DutiesAreAnsweredAsTheyWereKnown) {
  v1::ListDutiesRequest request;
  request.set_year(2024);
  request.set_scope(std::string(kVarmland));
  request.set_on("2025-02-01");
  request.mutable_moment()->set_known_by("se/17");
  EXPECT_EQ(ErrorIn(at_county_.ListDuties(request).status()).field(), "scope");
  request.mutable_moment()->set_at_index(county_.own_size());
  ASSERT_EQ(at_county_.ListDuties(request)->duties_size(), 1);
  request.clear_moment();
  request.set_on("2025-02-30");
  EXPECT_EQ(ErrorIn(at_county_.ListDuties(request).status()).field(), "on");
}

v1::EventData About(const std::string& subject) {
  v1::EventData event;
  event.set_subject(subject);
  return event;
}

TEST_F(NodeQueriesTest, BristerAreListedWithWhatIsOverdue) {
  const std::string subject = "brist/se/17/varmland/1";
  v1::EventData brist = About(subject);
  brist.mutable_brist_reported()->set_niva(v1::BRIST_NIVA_LOKAL);
  brist.mutable_brist_reported()->set_omrade(v1::BRIST_OMRADE_FORSAKRINGSKASSAN);
  brist.mutable_brist_reported()->set_rubrik("Köer");
  brist.mutable_brist_reported()->mutable_beskrivning()->set_commitment(std::string(32, 'b'));
  brist.mutable_brist_reported()->mutable_konsekvens()->set_commitment(std::string(32, 'k'));
  brist.mutable_brist_reported()->set_observed_on("2023-11-01");
  varmland_.Record(brist);
  v1::EventData asked = About(subject);
  asked.mutable_feedback_requested()->set_av_vem("FK");
  asked.mutable_feedback_requested()->set_due_on("2023-11-10");
  varmland_.Record(asked);
  county_.Receive(varmland_, varmland_.log().own_log());
  v1::ListBristerRequest request;
  request.set_on("2023-11-15");
  request.set_open_only(true);
  const auto brister = at_county_.ListBrister(request);
  ASSERT_TRUE(brister.ok()) << brister.status();
  ASSERT_EQ(brister->brister_size(), 1);
  EXPECT_EQ(brister->brister(0).aterkoppling(0).days(), 5u);
  request.set_year(2024);
  EXPECT_EQ(at_county_.ListBrister(request)->brister_size(), 0);
  request.set_scope("se/10");
  EXPECT_EQ(ErrorIn(at_county_.ListBrister(request).status()).field(), "scope");
}

TEST_F(NodeQueriesTest, ExamplesHaveTheirTextWhereItIsHeld) {
  const log::DisclosureText text{.commitment = std::string(32, 'c'),
                                 .salt = std::string(32, 's'),
                                 .text = "Drop-in varje torsdag."};
  for (const bool is_held : {false, true}) {
    v1::EventData event = About(std::string("exempel/se/17/varmland/") + (is_held ? "2" : "1"));
    event.mutable_good_example_shared()->set_rubrik("Drop-in");
    event.mutable_good_example_shared()->mutable_beskrivning()->set_commitment(
        is_held ? text.commitment : std::string(32, 'd'));
    if (is_held) {
      varmland_.Record(event, {text});
    } else {
      varmland_.Record(event);
    }
  }
  county_.Receive(varmland_, varmland_.log().own_log());
  const auto examples = at_county_.ListExamples(v1::ListExamplesRequest());
  ASSERT_TRUE(examples.ok()) << examples.status();
  ASSERT_EQ(examples->examples_size(), 2);
  EXPECT_EQ(examples->examples(0).beskrivning(), "");
  EXPECT_EQ(examples->examples(1).beskrivning(), text.text);
  EXPECT_EQ(examples->examples(1).namn(), "PO se/17/varmland");
}

TEST_F(NodeQueriesTest, SubjectsAreListedByPages) {
  std::vector<std::string> seen;
  v1::ListSubjectsRequest request;
  request.set_subjects_max(1);
  for (;;) {
    const auto page = at_county_.ListSubjects(request);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->subjects_size() == 0) break;
    ASSERT_EQ(page->subjects_size(), 1);
    seen.push_back(page->subjects(0));
    request.set_after(page->subjects(0));
  }
  const std::vector<std::string> expected = {"node/se/17", std::string(kVarmlandRapport),
                                             "verksamhet/se/17/varmland"};
  EXPECT_EQ(seen, expected);
  request.set_subjects_max(kSubjectsMax);
  EXPECT_TRUE(at_county_.ListSubjects(request).ok());
  request.set_subjects_max(kSubjectsMax + 1);
  EXPECT_EQ(ErrorIn(at_county_.ListSubjects(request).status()).code(),
            v1::ERROR_CODE_LIMIT_EXCEEDED);
}

}  // namespace
}  // namespace liggare::ask
