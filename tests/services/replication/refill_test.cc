// What a node tells one that is restored from it, in several answers.
#include "services/replication/drive/refill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "services/replication/session/limits.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

v1::GetHoldingsResponse Answer(const std::vector<std::string>& logs, bool more) {
  v1::GetHoldingsResponse answer;
  for (const std::string& log : logs) {
    Extent extent;
    extent.log = log;
    extent.size = 1;
    *answer.add_logs() = ToProto(extent);
  }
  answer.set_more(more);
  return answer;
}

TEST(RefillTest, HoldingsGoOnAfterALog) {
  TestHost host;
  NodeUnderTest se(host, "se");
  se.Enrol("se/17");
  se.Serve();
  NodeUnderTest county(host, "se/17");
  county.Record(1);
  county.Dial(se);
  ASSERT_TRUE(Eventually([&] { return se.HoldsAllOf(county); }));
  const SessionEnds ends{Side::kParent, "se", "se/17"};
  v1::GetHoldingsRequest request;
  const auto names = [&] {
    std::vector<std::string> logs;
    const auto answer = HoldingsFor(se.node->parts(), ends, request);
    for (const v1::LogState& state : answer->logs()) logs.push_back(state.log());
    EXPECT_FALSE(answer->more());
    EXPECT_EQ(answer->has_enrolment(), request.after().empty());
    return logs;
  };
  EXPECT_THAT(names(), ElementsAre("se/17@1", "se@1"));
  request.set_after("se/17@1");
  EXPECT_THAT(names(), ElementsAre("se@1"));
  request.set_after("se@1");
  EXPECT_THAT(names(), ElementsAre());
}

// A county's child is given its own log back and what lies above it in full; of its
// sibling's, and of logs that are shown in part, nothing.
TEST(RefillTest, ALogThatDoesNotFlowIsGivenToNobody) {
  constexpr char kVarmland[] = "se/17/varmland";
  constexpr char kKarlstad[] = "se/17/karlstad";
  TestHost host;
  NodeUnderTest se(host, "se");
  se.Enrol("se");
  se.Enrol("se/17");
  se.Serve();
  NodeUnderTest county(host, "se/17");
  county.Enrol(kVarmland);
  county.Enrol(kKarlstad);
  county.Serve();
  NodeUnderTest varmland(host, kVarmland);
  NodeUnderTest karlstad(host, kKarlstad);
  varmland.Record(1);
  karlstad.Record(1);
  county.Dial(se);
  varmland.Dial(county);
  karlstad.Dial(county);
  ASSERT_TRUE(Eventually(
      [&] { return county.SizeOf(varmland.own()) == 1 && county.SizeOf(karlstad.own()) == 1; }));
  const SessionEnds ends{Side::kParent, "se/17", kVarmland};
  const auto code_of = [&](const std::string& log) {
    v1::GetChunkRequest request;
    request.set_log(log);
    request.set_end_index(1);
    const auto chunk = ChunkFor(county.node->parts(), ends, request);
    return chunk.ok() ? v1::ERROR_CODE_UNSPECIFIED : ErrorOf(chunk.status()).code();
  };
  EXPECT_EQ(code_of("se/17/varmland@1"), v1::ERROR_CODE_UNSPECIFIED);
  for (const char* log : {"se/17/karlstad@1", "se/17@1", "se@1", "se/18/x@1"}) {
    EXPECT_EQ(code_of(log), v1::ERROR_CODE_PERMISSION_DENIED) << log;
  }
  EXPECT_EQ(code_of("se/17/varmland@2"), v1::ERROR_CODE_NOT_FOUND);
  const auto held = HoldingsFor(county.node->parts(), ends, v1::GetHoldingsRequest());
  ASSERT_TRUE(held.ok()) << held.status();
  ASSERT_EQ(held->logs_size(), 1);
  EXPECT_EQ(held->logs(0).log(), "se/17/varmland@1");
}

TEST(RefillTest, AnswersAreAskedForUntilThereIsNoMore) {
  std::vector<std::string> asked;
  auto all = AskForHoldings("se", [&](const v1::GetHoldingsRequest& request) {
    EXPECT_EQ(request.node(), "se");
    asked.push_back(request.after());
    v1::GetHoldingsResponse answer =
        asked.size() == 1 ? Answer({"se/17/a@1", "se/17@1"}, true) : Answer({"se@1"}, false);
    if (asked.size() == 1) answer.mutable_enrolment()->add_links();
    return absl::StatusOr<v1::GetHoldingsResponse>(answer);
  });
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(asked, ElementsAre("", "se/17@1"));
  EXPECT_THAT(all->logs, SizeIs(3));
  EXPECT_EQ(all->enrolment.links_size(), 1);
}

TEST(RefillTest, APeerCannotKeepARestoreGoingForEver) {
  const auto code_of = [](const std::function<v1::GetHoldingsResponse(size_t)>& answer) {
    size_t asked = 0;
    const auto all = AskForHoldings("se", [&](const v1::GetHoldingsRequest&) {
      return absl::StatusOr<v1::GetHoldingsResponse>(answer(asked++));
    });
    return all.ok() ? v1::ERROR_CODE_UNSPECIFIED : ErrorOf(all.status()).code();
  };
  EXPECT_EQ(code_of([](size_t) { return Answer({}, true); }), v1::ERROR_CODE_MALFORMED);
  EXPECT_EQ(code_of([](size_t) { return Answer({"se@1"}, true); }), v1::ERROR_CODE_MALFORMED);
  EXPECT_EQ(code_of([](size_t) {
              return Answer({"se@1", "se/17@1"}, false);
            }),
            v1::ERROR_CODE_MALFORMED);
  EXPECT_EQ(code_of([](size_t asked) {
              std::vector<std::string> logs;
              for (size_t i = 0; i < kFrontierPageLogsMax; ++i) {
                logs.push_back("se/17/n" + std::to_string(1'000'000 + asked * 10'000 + i) + "@1");
              }
              return Answer(logs, true);
            }),
            v1::ERROR_CODE_LIMIT_EXCEEDED);
}

}  // namespace
}  // namespace liggare::replication
