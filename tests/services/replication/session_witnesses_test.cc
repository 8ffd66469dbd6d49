// What a session of the parent's side shows a child of what its siblings have cosigned, and
// from whom a child takes it.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/session.h"

namespace liggare::replication {
namespace {

constexpr int64_t kNowMs = 1'700'000'000'000;
constexpr char kNational[] = "se@1";

Extent Held(const std::string& log, uint64_t size) {
  Extent extent;
  extent.log = log;
  extent.size = size;
  return extent;
}

v1::Frame HelloFrom(const SessionEnds& ends) {
  v1::Frame frame;
  frame.mutable_hello()->set_protocol_version(kProtocolVersion);
  frame.mutable_hello()->set_path(ends.peer);
  frame.mutable_hello()->set_to(ends.self);
  frame.mutable_hello()->set_nonce(std::string(kNonceBytes, 'n'));
  return frame;
}

// A live session, in which the peer holds this much of the national log.
class LiveSession {
 public:
  LiveSession(const SessionEnds& ends, uint64_t peer_holds)
      : session_({.ends = ends,
                  .trust_domain = "liggare.test",
                  .nonce = std::string(kNonceBytes, 'p'),
                  .instance_id = "",
                  .boot_count = 1,
                  .format_version = 1,
                  .has_key = [](std::string_view, std::string_view) { return true; }}) {
    session_.Start({kNowMs, kNowMs});
    session_.OnFrame(HelloFrom(ends), {kNowMs, kNowMs});
    v1::Frame proof;
    proof.mutable_key_proof();
    session_.OnFrame(proof, {kNowMs, kNowMs});
    session_.OnProofChecked(KeyVerdict::kProven, "");
    session_.OnLogs({{Held(kNational, 9), 9, false}});
    v1::Frame frontier;
    *frontier.mutable_frontier()->add_logs() = ToProto(Held(kNational, peer_holds));
    session_.OnFrame(frontier, {kNowMs, kNowMs});
    session_.OnRootCompared(Held(kNational, peer_holds), Held(kNational, peer_holds).root);
    session_.TakeEffects();
    while (session_.TakeFrame()) {
    }
  }

  Session& operator*() { return session_; }
  bool AsksForWitnessed(int64_t now_ms) {
    session_.OnTick({now_ms, now_ms});
    bool asks = false;
    for (const Effect& effect : session_.TakeEffects()) {
      asks |= std::holds_alternative<FindWitnessed>(effect);
    }
    return asks;
  }
  std::vector<std::string> Shown() {
    std::vector<std::string> notes;
    while (auto frame = session_.TakeFrame()) {
      if (frame->has_cosigned()) notes.push_back(frame->cosigned().checkpoint());
    }
    return notes;
  }
  // How a frame that the peer sends is taken: what is to be verified, or the end.
  std::vector<std::string> Hear(const std::string& log) {
    v1::Frame frame;
    frame.mutable_cosigned()->set_log(log);
    frame.mutable_cosigned()->set_checkpoint("note");
    session_.OnFrame(frame, {kNowMs, kNowMs});
    std::vector<std::string> saved;
    for (const Effect& effect : session_.TakeEffects()) {
      if (const auto* save = std::get_if<SaveCosigned>(&effect)) saved.push_back(save->log);
    }
    return saved;
  }

 private:
  Session session_;
};

const SessionEnds kNationsSide = {Side::kParent, "se", "se/17"};
const SessionEnds kCountysSide = {Side::kChild, "se/17", "se"};
using Notes = std::vector<std::string>;

TEST(SessionWitnessesTest, TheNationLooksNowAndThenForWhatWasCosigned) {
  LiveSession nation(kNationsSide, 9);
  EXPECT_TRUE(nation.AsksForWitnessed(kNowMs + 1'000));
  EXPECT_FALSE(nation.AsksForWitnessed(kNowMs + kWitnessMs));
  EXPECT_TRUE(nation.AsksForWitnessed(kNowMs + 1'000 + kWitnessMs));
  LiveSession county(kCountysSide, 9);
  EXPECT_FALSE(county.AsksForWitnessed(kNowMs + 1'000));
}

TEST(SessionWitnessesTest, AChildIsShownWhatItCanCompareOnceAndAgainWhenItChanges) {
  LiveSession nation(kNationsSide, 5);
  (*nation).OnWitnessed(kNational, {{4, "four"}, {5, "five"}, {6, "beyond"}});
  EXPECT_EQ(nation.Shown(), (Notes{"four", "five"}));
  (*nation).OnWitnessed(kNational, {{4, "four"}, {5, "five, by two"}});
  EXPECT_EQ(nation.Shown(), (Notes{"five, by two"}));
  (*nation).OnWitnessed(kNational, {{5, "five, by two"}});
  EXPECT_EQ(nation.Shown(), Notes());
  (*nation).OnWitnessed(kNational, {{4, "four"}});
  EXPECT_EQ(nation.Shown(), (Notes{"four"}));
}

TEST(SessionWitnessesTest, WhatWaitsIsReplacedByWhatIsNewer) {
  LiveSession nation(kNationsSide, 9);
  for (int i = 0; i < 1'000; ++i) {
    (*nation).OnWitnessed(kNational, {{9, "note " + std::to_string(i)}});
  }
  EXPECT_EQ(nation.Shown(), (Notes{"note 999"}));
}

TEST(SessionWitnessesTest, ACountyHearsOfTheNationalLogAndOfItsOwn) {
  EXPECT_EQ(LiveSession(kCountysSide, 9).Hear(kNational), (Notes{kNational}));
  EXPECT_EQ(LiveSession(kCountysSide, 9).Hear("se/17@1"), (Notes{"se/17@1"}));
}

TEST(SessionWitnessesTest, NobodyElseSpeaksOfThem) {
  const std::vector<std::pair<SessionEnds, std::string>> wrong = {
      {kNationsSide, kNational},                        // A county to the nation.
      {kCountysSide, "se/18@1"},                        // Another county's.
      {{Side::kChild, "se/17/a", "se/17"}, "se/17@1"},  // Held in part: nobody cosigns it.
      {{Side::kChild, "se/17/a", "se/17"}, kNational},
  };
  for (const auto& [ends, log] : wrong) {
    SCOPED_TRACE(ends.self + " hears of " + log);
    LiveSession session(ends, 0);
    EXPECT_EQ(session.Hear(log), Notes());
    ASSERT_TRUE((*session).ending().has_value());
    EXPECT_EQ(ErrorOf(*(*session).ending()).code(), v1::ERROR_CODE_PERMISSION_DENIED);
  }
}

}  // namespace
}  // namespace liggare::replication
