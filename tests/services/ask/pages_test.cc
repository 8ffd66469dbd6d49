// Answers that an outsider may lengthen come in pages, and the pages joined are the whole
// answer, at one moment.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "eventstore/log/bytes/commitment.h"
#include "google/protobuf/util/message_differencer.h"
#include "proto/error/error.h"
#include "services/ask/node_queries.h"
#include "services/ask/page.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::ask {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::Corrected;
using testing::kKvinnor;
using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::ManualClock;
using testing::Registered;
using testing::Submitted;
using testing::TestNode;

constexpr size_t kSmallPage = 2'000;
constexpr int kBrister = 60;

v1::EventData Brist(int number) {
  v1::EventData event;
  event.set_subject("brist/se/17/varmland/" + std::to_string(number));
  v1::BristReported& brist = *event.mutable_brist_reported();
  brist.set_niva(v1::BRIST_NIVA_CENTRAL);
  brist.set_omrade(v1::BRIST_OMRADE_FORSAKRINGSKASSAN);
  brist.set_rubrik("Bara digitalt " + std::to_string(number));
  brist.mutable_beskrivning()->set_commitment(std::string(32, 'c'));
  brist.set_observed_on("2024-03-01");
  return event;
}

class PagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    node_.Record(Registered(kVarmland));
    node_.Record(Submitted(kVarmlandRapport, 10, 20));
    for (int i = 0; i < 40; ++i) node_.Record(Corrected(kVarmlandRapport, kKvinnor, 11 + i));
    for (int i = 1; i <= kBrister; ++i) node_.Record(Brist(i));
  }

  // All pages joined; how many they were stands in pages_.
  template <typename Request, typename Response>
  Response Join(
      absl::StatusOr<Response> (NodeQueries::*ask)(const Request&) const, Request request,
      const std::function<void()>& between = [] {}) {
    Response all;
    pages_ = 0;
    do {
      const absl::StatusOr<Response> page = (paged_.*ask)(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->ByteSizeLong(), 2 * kSmallPage + 1'000);
      all.clear_next_page();
      all.MergeFrom(*page);
      request.set_page(all.next_page());
      ++pages_;
      between();
    } while (!request.page().empty() && pages_ < 1'000);
    return all;
  }
  template <typename Request, typename Response>
  void ExpectJoined(absl::StatusOr<Response> (NodeQueries::*ask)(const Request&) const,
                    const Request& request, int pages_min) {
    const absl::StatusOr<Response> whole = (whole_.*ask)(request);
    ASSERT_TRUE(whole.ok()) << whole.status();
    EXPECT_TRUE(whole->next_page().empty());
    const Response joined = Join(ask, request);
    EXPECT_GE(pages_, pages_min);
    EXPECT_TRUE(MessageDifferencer::Equals(joined, *whole)) << whole->GetTypeName();
  }

  ManualClock clock_;
  TestNode node_{std::string(kVarmland), clock_};
  const NodeQueries::Clock now_ms_ = [this] { return clock_.now_ms; };
  NodeQueries whole_{node_.log(), node_.states(), now_ms_};
  NodeQueries paged_{node_.log(), node_.states(), now_ms_, domain::kSmallestCountDefault,
                     kSmallPage};
  int pages_ = 0;
};

// A tree may have many logs, and the frontier of a digest names each.
TEST_F(PagesTest, TheFrontierOfADigestComesInPagesToo) {
  constexpr int kLogs = 80;
  for (int i = 0; i < kLogs; ++i) {
    TestNode below(std::string(kVarmland) + "/n" + std::to_string(i), clock_);
    below.Record(Registered(kVarmland));
    node_.Receive(below, below.log().own_log());
  }
  ExpectJoined(&NodeQueries::GetStateDigest, v1::GetStateDigestRequest(), 2);
}

TEST_F(PagesTest, PagesJoinedAreTheWholeAnswer) {
  v1::GetHistoryRequest history;
  history.set_subject(std::string(kVarmlandRapport));
  ExpectJoined(&NodeQueries::GetHistory, history, 3);
  v1::ListBristerRequest brister;
  ExpectJoined(&NodeQueries::ListBrister, brister, 3);
  v1::GetStateDigestRequest digest;
  digest.set_with_subjects(true);
  ExpectJoined(&NodeQueries::GetStateDigest, digest, 2);
  v1::GetTableRequest table;
  table.set_table("klienter");
  table.set_year(2024);
  ExpectJoined(&NodeQueries::GetTable, table, 1);
  v1::ListDutiesRequest duties;
  duties.set_year(2024);
  ExpectJoined(&NodeQueries::ListDuties, duties, 1);
  v1::ListFindingsRequest findings;
  findings.set_year(2024);
  ExpectJoined(&NodeQueries::ListFindings, findings, 1);
}

TEST_F(PagesTest, StateOfManyFieldsComesInPagesWithItsTexts) {
  const std::string subject = "brist/se/17/varmland/1";
  for (int i = 0; i < 40; ++i) {
    v1::EventData event;
    event.set_subject(subject);
    event.set_event_id(testing::NextEventId());
    v1::ActionReported& action = *event.mutable_action_reported();
    log::DisclosureText text = {.commitment = "", .salt = std::string(32, 's'), .text = ""};
    text.text = "åtgärd " + std::to_string(i) + std::string(300, 'x');
    text.commitment = log::CommitmentOf(text.salt, text.text);
    action.mutable_atgard()->set_commitment(text.commitment);
    action.set_vem("kommunen");
    action.set_done_on("2024-04-01");
    action.set_avhjalpt(false);
    node_.Record(event, {text});
  }
  v1::GetStateRequest request;
  request.set_subject(subject);
  ExpectJoined(&NodeQueries::GetState, request, 6);
  EXPECT_EQ(whole_.GetState(request)->texts_size(), 40);
}

TEST_F(PagesTest, AllPagesAreOfTheMomentOfTheFirst) {
  v1::GetHistoryRequest request;
  request.set_subject(std::string(kVarmlandRapport));
  const auto whole = whole_.GetHistory(request);
  ASSERT_TRUE(whole.ok());
  int value = 1'000;
  const v1::GetHistoryResponse joined = Join(&NodeQueries::GetHistory, request, [&] {
    node_.Record(Corrected(kVarmlandRapport, kKvinnor, ++value));
  });
  EXPECT_GE(pages_, 3);
  EXPECT_EQ(joined.changes_size(), whole->changes_size());
  v1::ListBristerRequest brister;
  int number = kBrister;
  const v1::ListBristerResponse listed =
      Join(&NodeQueries::ListBrister, brister, [&] { node_.Record(Brist(++number)); });
  EXPECT_EQ(listed.brister_size(), kBrister);
}

TEST_F(PagesTest, OneElementIsAlwaysGiven) {
  NodeQueries narrow(node_.log(), node_.states(), now_ms_, domain::kSmallestCountDefault, 1);
  v1::ListBristerRequest request;
  int pages = 0;
  do {
    const auto page = narrow.ListBrister(request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->brister_size(), 1);
    request.set_page(page->next_page());
    ++pages;
  } while (!request.page().empty() && pages < 1'000);
  EXPECT_EQ(pages, kBrister);
}

TEST_F(PagesTest, WhatIsNoPageIsRefused) {
  for (const char* page : {"x", "1", "1.", ".1", "1.2.3", "-1.2", "99999999999999999999.1"}) {
    v1::ListBristerRequest request;
    request.set_page(page);
    const auto answer = paged_.ListBrister(request);
    ASSERT_FALSE(answer.ok()) << page;
    EXPECT_EQ(ErrorOf(answer.status()).field(), "page") << page;
  }
  // A moment that has not come.
  v1::ListBristerRequest request;
  request.set_page("1000000.1");
  EXPECT_FALSE(paged_.ListBrister(request).ok());
}

TEST(CutListsTest, ListsAreCutInTheirOrderAndMessagesAreDescended) {
  v1::GetStateResponse answer;
  for (int i = 0; i < 3; ++i) {
    answer.mutable_state()->add_fields()->set_path("f" + std::to_string(i));
    answer.mutable_state()->add_positions()->set_log("p" + std::to_string(i));
    answer.add_texts()->set_text("t" + std::to_string(i));
  }
  answer.mutable_state()->set_subject("anslag/2024");
  v1::GetStateResponse page = answer;
  const Cut cut = CutLists(page, 2, {.bytes = SIZE_MAX, .elements = 3});
  EXPECT_EQ(cut.kept, 3u);
  EXPECT_TRUE(cut.more);
  ASSERT_EQ(page.state().fields_size(), 1);
  EXPECT_EQ(page.state().fields(0).path(), "f2");
  ASSERT_EQ(page.state().positions_size(), 2);
  EXPECT_EQ(page.state().positions(1).log(), "p1");
  EXPECT_EQ(page.texts_size(), 0);
  EXPECT_EQ(page.state().subject(), "anslag/2024");
  page = answer;
  EXPECT_FALSE(CutLists(page, 5, {}).more);
  EXPECT_EQ(page.state().positions_size(), 1);
  EXPECT_EQ(page.texts_size(), 3);
  page = answer;
  EXPECT_EQ(CutLists(page, 100, {}).kept, 0u);
}

}  // namespace
}  // namespace liggare::ask
