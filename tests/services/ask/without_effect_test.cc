// What a member writes about another's subject costs nobody who reads it.
#include "services/ask/without_effect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/error/error.h"
#include "services/ask/node_queries.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::ask {
namespace {

using testing::Corrected;
using testing::kKvinnor;
using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::ManualClock;
using testing::Submitted;
using testing::TestNode;

constexpr int kAttacks = 2'500;
constexpr char kEvilLog[] = "se/17/evil@1";

class WithoutEffectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
    county_.Receive(varmland_, varmland_.log().own_log());
  }

  void Attack(int times = kAttacks) {
    for (int i = 0; i < times; ++i) evil_.Record(Corrected(kVarmlandRapport, kKvinnor, i));
    county_.Receive(evil_, kEvilLog);
  }

  v1::GetStateResponse State() {
    v1::GetStateRequest request;
    request.set_subject(std::string(kVarmlandRapport));
    auto response = at_county_.GetState(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::GetStateResponse();
  }

  std::vector<v1::Disregarded> AllPages() {
    v1::ListWithoutEffectRequest request;
    request.set_subject(std::string(kVarmlandRapport));
    std::vector<v1::Disregarded> all;
    do {
      const auto page = at_county_.ListWithoutEffect(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->entries_size(), static_cast<int>(kAsidePageEntries));
      all.insert(all.end(), page->entries().begin(), page->entries().end());
      request.set_page(page->next_page());
    } while (!request.page().empty());
    return all;
  }

  ManualClock clock_;
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
  TestNode evil_{"se/17/evil", clock_};
  const NodeQueries::Clock now_ms_ = [this] { return clock_.now_ms; };
  NodeQueries at_county_{county_.log(), county_.states(), now_ms_};
};

TEST_F(WithoutEffectTest, StateHasTheFirstOfAStrangerAndTheirNumber) {
  const v1::GetStateResponse before = State();
  Attack();
  const v1::GetStateResponse state = State();
  EXPECT_EQ(state.state().SerializeAsString(), before.state().SerializeAsString());
  ASSERT_EQ(state.without_authority_size(), static_cast<int>(domain::kDisregardedShownMax));
  EXPECT_EQ(state.without_authority(0).event().log(), kEvilLog);
  EXPECT_EQ(state.without_authority(0).event().index(), 0u);
  EXPECT_EQ(state.without_authority(0).code(), "NOT_AUTHORISED");
  ASSERT_EQ(state.without_authority_counts_size(), 1);
  EXPECT_EQ(state.without_authority_counts(0).count(), kAsideCountedMax);
  EXPECT_TRUE(state.without_authority_counts(0).at_least());
  EXPECT_FALSE(state.more_without_authority());
  EXPECT_LT(state.ByteSizeLong(), before.ByteSizeLong() + 2'000);
}

TEST_F(WithoutEffectTest, FewAreCountedExactly) {
  Attack(5);
  const v1::GetStateResponse state = State();
  EXPECT_EQ(state.without_authority_counts(0).count(), 5u);
  EXPECT_FALSE(state.without_authority_counts(0).at_least());
}

TEST_F(WithoutEffectTest, OnlySoManyStrangersAreNamed) {
  for (int i = 0; i < kAsideLogsMax + 3; ++i) {
    TestNode stranger("se/17/evil" + std::to_string(i), clock_);
    stranger.Record(Corrected(kVarmlandRapport, kKvinnor, i));
    county_.Receive(stranger, stranger.log().own_log());
  }
  const v1::GetStateResponse state = State();
  EXPECT_EQ(state.without_authority_counts_size(), kAsideLogsMax);
  EXPECT_TRUE(state.more_without_authority());
  EXPECT_EQ(AllPages().size(), static_cast<size_t>(kAsideLogsMax) + 3);
}

TEST_F(WithoutEffectTest, AllComeInPages) {
  Attack();
  // One of a node that may write about the report, but not this.
  v1::EventData reviewed;
  reviewed.set_subject(std::string(kVarmlandRapport));
  reviewed.mutable_report_reviewed();
  varmland_.Record(reviewed);
  county_.Receive(varmland_, varmland_.log().own_log());
  const std::vector<v1::Disregarded> all = AllPages();
  ASSERT_EQ(all.size(), static_cast<size_t>(kAttacks) + 1);
  for (int i = 0; i < kAttacks; ++i) {
    ASSERT_EQ(all[i].event().log(), kEvilLog);
    ASSERT_EQ(all[i].event().index(), static_cast<uint64_t>(i));
  }
  EXPECT_EQ(all.back().event().type(), "report_reviewed");
  EXPECT_EQ(State().state().without_effect(0).count(), 1u);
}

TEST_F(WithoutEffectTest, OfALawfulWriterTheFirstAreShownAndAllCounted) {
  v1::EventData reviewed;
  reviewed.set_subject(std::string(kVarmlandRapport));
  reviewed.mutable_report_reviewed();
  for (int i = 0; i < kAttacks; ++i) varmland_.Record(reviewed);
  county_.Receive(varmland_, varmland_.log().own_log());
  const v1::GetStateResponse state = State();
  EXPECT_EQ(state.state().disregarded_size(), static_cast<int>(domain::kDisregardedShownMax));
  ASSERT_EQ(state.state().without_effect_size(), 1);
  EXPECT_EQ(state.state().without_effect(0).count(), static_cast<uint64_t>(kAttacks));
  EXPECT_EQ(AllPages().size(), static_cast<size_t>(kAttacks));
}

TEST_F(WithoutEffectTest, SubjectThatStrangersMadeUpIsNone) {
  v1::EventData event = Corrected("rapport/2024/se/17/madeup", kKvinnor, 1);
  evil_.Record(event);
  county_.Receive(evil_, kEvilLog);
  v1::ListSubjectsRequest list;
  list.set_prefix("rapport/");
  const auto subjects = at_county_.ListSubjects(list);
  ASSERT_TRUE(subjects.ok());
  ASSERT_EQ(subjects->subjects_size(), 1);
  EXPECT_EQ(subjects->subjects(0), kVarmlandRapport);
  // Who asks for it is told why it is empty.
  v1::GetStateRequest request;
  request.set_subject("rapport/2024/se/17/madeup");
  const auto state = at_county_.GetState(request);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->state().event_count(), 0u);
  EXPECT_EQ(state->without_authority_size(), 1);
}

TEST_F(WithoutEffectTest, MomentBeforeThemKnowsNothingOfThem) {
  const uint64_t before = county_.own_size();
  Attack(5);
  v1::GetStateRequest request;
  request.set_subject(std::string(kVarmlandRapport));
  request.mutable_moment()->set_known_by("se/17");
  request.mutable_moment()->set_at_index(before);
  EXPECT_EQ(at_county_.GetState(request)->without_authority_size(), 0);
  v1::ListWithoutEffectRequest list;
  list.set_subject(std::string(kVarmlandRapport));
  *list.mutable_moment() = request.moment();
  const auto page = at_county_.ListWithoutEffect(list);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->entries_size(), 0);
}

TEST_F(WithoutEffectTest, WhatIsNoPageIsRefused) {
  for (const char* page : {"x", "1", "1.", ".1", "1.2.x", "1.2.se/17/evil", "-1.2"}) {
    v1::ListWithoutEffectRequest request;
    request.set_subject(std::string(kVarmlandRapport));
    request.set_page(page);
    const auto answer = at_county_.ListWithoutEffect(request);
    ASSERT_FALSE(answer.ok()) << page;
    EXPECT_EQ(ErrorOf(answer.status()).field(), "page") << page;
  }
}

}  // namespace
}  // namespace liggare::ask
