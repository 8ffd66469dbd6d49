// What a session takes of its peer, at each limit and one past it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "eventstore/log/bytes/clock.h"
#include "eventstore/note/note.h"
#include "proto/error/error.h"
#include "services/replication/session/inbound.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/session.h"

namespace liggare::replication {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int64_t kNowMs = 1'700'000'000'000;

auto Says(const char* words) { return ::testing::Field(&Problem::text, HasSubstr(words)); }

Extent Held(const std::string& log, uint64_t size) {
  Extent extent;
  extent.log = log;
  extent.size = size;
  return extent;
}

// A session of se/17/a with its parent, seen from one side, up to the hello.
class SessionLimitsTest : public ::testing::Test {
 protected:
  static SessionEnds EndsOf(Side side) {
    if (side == Side::kChild) return {side, "se/17/a", "se/17"};
    return {side, "se/17", "se/17/a"};
  }
  static std::unique_ptr<Session> NewSession(Side side) {
    auto session = std::make_unique<Session>(
        Session::Options{.ends = EndsOf(side),
                         .trust_domain = "liggare.test",
                         .nonce = std::string(kNonceBytes, 'o'),
                         .instance_id = "",
                         .boot_count = 1,
                         .format_version = 1,
                         .has_key = [](std::string_view, std::string_view) { return true; }});
    session->Start({kNowMs, kNowMs});
    return session;
  }
  static void Greet(Session& session, Side side, uint32_t version = kProtocolVersion) {
    v1::Frame hello;
    hello.mutable_hello()->set_protocol_version(version);
    hello.mutable_hello()->set_path(EndsOf(side).peer);
    hello.mutable_hello()->set_to(EndsOf(side).self);
    hello.mutable_hello()->set_nonce(std::string(kNonceBytes, 'n'));
    session.OnFrame(hello, {kNowMs, kNowMs});
  }
  // The peer has proven its key.
  static void Admit(Session& session) {
    v1::Frame proof;
    proof.mutable_key_proof();
    session.OnFrame(proof, {kNowMs, kNowMs});
    session.OnProofChecked(KeyVerdict::kProven, "");
    session.OnLogs({{Held("se/17/a@1", 2), 2, false}});
  }
  static std::unique_ptr<Session> ComparingSession(Side side) {
    auto session = NewSession(side);
    Greet(*session, side);
    Admit(*session);
    return session;
  }
  static std::unique_ptr<Session> LiveSession(Side side) {
    auto session = NewSession(side);
    Greet(*session, side);
    Admit(*session);
    v1::Frame frontier;
    *frontier.mutable_frontier()->add_logs() = ToProto(Held("se/17/a@1", 2));
    session->OnFrame(frontier, {kNowMs, kNowMs});
    EXPECT_TRUE(session->live());
    return session;
  }
  static v1::ErrorCode CodeOf(const Session& session) {
    return session.ending() ? ErrorOf(*session.ending()).code() : v1::ERROR_CODE_UNSPECIFIED;
  }
  static v1::Frame ChunkAt(const std::string& log, uint64_t first, size_t bytes) {
    v1::Frame frame;
    frame.mutable_chunk()->set_log(log);
    frame.mutable_chunk()->set_first_index(first);
    frame.mutable_chunk()->add_entries(std::string(bytes, 'x'));
    return frame;
  }
  // The refusals among the frames that the session has to send.
  static std::vector<std::string> Refusals(Session& session) {
    std::vector<std::string> refusals;
    while (auto frame = session.TakeFrame()) {
      if (frame->expected().has_refusal())
        refusals.push_back(frame->expected().refusal().message());
    }
    return refusals;
  }
};

TEST_F(SessionLimitsTest, NamesOfLogsThatAreNotHeldAreLimited) {
  auto session = LiveSession(Side::kParent);
  const auto send = [&session](const std::string& log) {
    session->OnFrame(ChunkAt(log, 7, 1), {kNowMs, kNowMs});
    return Refusals(*session);
  };
  for (size_t i = 0; i < kNamedLogsMax; ++i) {
    ASSERT_THAT(send("se/17/a/" + std::to_string(i) + "@1"), ElementsAre());
  }
  // A name that it has brought up before, and one of a log that is held, are no more.
  EXPECT_THAT(send("se/17/a/0@1"), ElementsAre());
  EXPECT_THAT(send("se/17/a@1"), ElementsAre());
  // Each time, for nothing of it is kept; and the session goes on.
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(send("se/17/a/one-more@1"), ElementsAre(HasSubstr("too many logs")));
  }
  EXPECT_THAT(session->problems(), Contains(Says("2 times one was not taken")));
  EXPECT_TRUE(session->live());
  // The peer's own log is not kept out by those below it.
  EXPECT_THAT(send("se/17/a@3"), ElementsAre());
}

TEST_F(SessionLimitsTest, NamesThatAPeerBringsUpOtherwiseAreLimitedToo) {
  auto session = LiveSession(Side::kChild);
  for (size_t i = 0; i < 2 * kNamedLogsMax; ++i) {
    v1::Frame expected;
    *expected.mutable_expected()->mutable_state() =
        ToProto(Held("se/17/a/" + std::to_string(i) + "@1", 3));
    session->OnFrame(expected, {kNowMs, kNowMs});
    v1::Frame cosigned;
    cosigned.mutable_cosigned()->set_log("se/17/a/" + std::to_string(i) + "@1");
    session->OnFrame(cosigned, {kNowMs, kNowMs});
  }
  size_t saved = 0;
  for (const Effect& effect : session->TakeEffects()) {
    saved += std::holds_alternative<SaveCosigned>(effect);
  }
  EXPECT_EQ(saved, kNamedLogsMax);
  EXPECT_TRUE(session->live());
}

// A frontier of the peer, in pages of at most so many.
void SendPages(Session& session, size_t logs, size_t page_max) {
  for (size_t sent = 0; sent < logs;) {
    v1::Frame frame;
    for (size_t i = 0; i < page_max && sent < logs; ++i, ++sent) {
      *frame.mutable_frontier()->add_logs() =
          ToProto(Held("se/17/a/" + std::to_string(sent) + "@1", 1));
    }
    frame.mutable_frontier()->set_more(sent < logs);
    session.OnFrame(frame, {kNowMs, kNowMs});
  }
}

TEST_F(SessionLimitsTest, NamesInAFrontierAreLimited) {
  for (const size_t beyond : {0, 1}) {
    auto session = ComparingSession(Side::kParent);
    SendPages(*session, kSessionLogsMax + beyond, kFrontierPageLogsMax);
    EXPECT_EQ(CodeOf(*session),
              beyond == 0 ? v1::ERROR_CODE_UNSPECIFIED : v1::ERROR_CODE_LIMIT_EXCEEDED);
    EXPECT_EQ(session->live(), beyond == 0);
  }
}

TEST_F(SessionLimitsTest, NamesInOneFrameOfAFrontierAreLimited) {
  for (const size_t beyond : {0, 1}) {
    auto session = ComparingSession(Side::kParent);
    SendPages(*session, kFrontierPageLogsMax + beyond, kFrontierPageLogsMax + beyond);
    EXPECT_EQ(CodeOf(*session),
              beyond == 0 ? v1::ERROR_CODE_UNSPECIFIED : v1::ERROR_CODE_LIMIT_EXCEEDED);
  }
}

TEST_F(SessionLimitsTest, APartOfAFrontierThatNamesNothingIsRefused) {
  auto session = ComparingSession(Side::kParent);
  v1::Frame frontier;
  frontier.mutable_frontier()->set_more(true);
  session->OnFrame(frontier, {kNowMs, kNowMs});
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_MALFORMED);
}

// The logs in the frontier that the session has to send, and that no page has too many.
std::vector<std::string> FrontierOf(Session& session) {
  std::vector<std::string> names;
  bool more = true;
  while (auto frame = session.TakeFrame()) {
    if (!frame->has_frontier()) continue;
    EXPECT_TRUE(more) << "nothing comes after the last page";
    EXPECT_LE(frame->frontier().logs_size(), static_cast<int>(kFrontierPageLogsMax));
    EXPECT_LT(frame->ByteSizeLong(), 2u << 20);
    for (const v1::LogState& state : frame->frontier().logs()) names.push_back(state.log());
    more = frame->frontier().more();
  }
  EXPECT_FALSE(more);
  return names;
}

// The parent's, upon which a child says its own.
void HearFrontier(Session& session) {
  v1::Frame frontier;
  frontier.mutable_frontier();
  session.OnFrame(frontier, {kNowMs, kNowMs});
}

TEST_F(SessionLimitsTest, AFrontierComesInPages) {
  auto session = ComparingSession(Side::kChild);
  for (size_t i = 0; i < 2 * kFrontierPageLogsMax; ++i) {
    session->OnLogAdvanced({Held("se/17/a/" + std::to_string(i) + "@1", 1), 1, false});
  }
  HearFrontier(*session);
  const std::vector<std::string> names = FrontierOf(*session);
  EXPECT_EQ(names.size(), 2 * kFrontierPageLogsMax + 1);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST_F(SessionLimitsTest, TheOwnLogsAreCarriedHoweverManyOthersThereAre) {
  auto session = ComparingSession(Side::kChild);
  for (size_t i = 0; i < kSessionLogsMax; ++i) {
    session->OnLogAdvanced({Held("se/17/a/" + std::to_string(i) + "@1", 1), 1, false});
  }
  for (const char* last : {"se/17/a@2", "se/17@7", "se/17/a/last@1"}) {
    session->OnLogAdvanced({Held(last, 1), 1, false});
  }
  EXPECT_THAT(session->problems(), ElementsAre(Says("that came last are not carried")));
  HearFrontier(*session);
  const std::vector<std::string> names = FrontierOf(*session);
  EXPECT_LE(names.size(), kSessionLogsMax);
  EXPECT_THAT(names, Contains("se/17/a@1"));
  EXPECT_THAT(names, Contains("se/17/a@2"));
  EXPECT_THAT(names, Contains("se/17@7"));
  EXPECT_THAT(names, Not(Contains("se/17/a/last@1")));
}

TEST_F(SessionLimitsTest, ALogThatIsNotCarriedIsNotTakenForOneThatIsNotHeld) {
  for (const Side side : {Side::kChild, Side::kParent}) {
    auto session = ComparingSession(side);
    for (size_t i = 0; i < kSessionLogsMax; ++i) {
      session->OnLogAdvanced({Held("se/17/a/" + std::to_string(i) + "@1", 1), 1, false});
    }
    session->OnLogAdvanced({Held("se/17/a/last@1", 5), 5, false});
    session->TakeEffects();
    v1::Frame frontier;
    *frontier.mutable_frontier()->add_logs() = ToProto(Held("se/17/a/last@1", 3));
    session->OnFrame(frontier, {kNowMs, kNowMs});
    ASSERT_TRUE(session->live());
    v1::Frame expected;
    *expected.mutable_expected()->mutable_state() = ToProto(Held("se/17/a/last@1", 3));
    session->OnFrame(expected, {kNowMs, kNowMs});
    for (const Effect& effect : session->TakeEffects()) {
      EXPECT_FALSE(std::holds_alternative<CompareRoot>(effect));
      EXPECT_FALSE(std::holds_alternative<StopRecording>(effect));
      EXPECT_FALSE(std::holds_alternative<ProveState>(effect));
    }
    EXPECT_THAT(session->problems(), ElementsAre(Says("that came last are not carried")));
  }
}

TEST_F(SessionLimitsTest, RecordingIsNotAllowedBeforeTheLastPageOfTheFrontier) {
  auto session = ComparingSession(Side::kChild);
  session->OnLogAdvanced({Held("se/17/a@2", 2), 2, false});
  const auto page = [&session](const std::string& log, bool more) {
    v1::Frame frontier;
    *frontier.mutable_frontier()->add_logs() = ToProto(Held(log, 2));
    frontier.mutable_frontier()->set_more(more);
    session->OnFrame(frontier, {kNowMs, kNowMs});
    session->OnRootCompared(Held(log, 2), Held(log, 2).root);
    bool allowed = false;
    for (const Effect& effect : session->TakeEffects()) {
      allowed |= std::holds_alternative<AllowRecording>(effect);
    }
    return allowed;
  };
  EXPECT_FALSE(page("se/17/a@1", true));
  EXPECT_TRUE(page("se/17/a@2", false));
}

TEST_F(SessionLimitsTest, ADisputeOfTheFirstPageIsProvenAfterTheOwnFrontier) {
  auto session = ComparingSession(Side::kChild);
  v1::Frame frontier;
  *frontier.mutable_frontier()->add_logs() = ToProto(Held("se/17/a@1", 1));
  frontier.mutable_frontier()->set_more(true);
  session->OnFrame(frontier, {kNowMs, kNowMs});
  v1::Chunk proof;
  proof.set_log("se/17/a@1");
  session->OnStateProven(Held("se/17/a@1", 1), proof);
  std::vector<v1::Frame::KindCase> sent;
  while (auto frame = session->TakeFrame()) sent.push_back(frame->kind_case());
  EXPECT_THAT(sent, ElementsAre(v1::Frame::kHello, v1::Frame::kFrontier, v1::Frame::kExpected,
                                v1::Frame::kChunk));
}

TEST_F(SessionLimitsTest, ALogThatHasNoRoomIsTurnedAwayAndNothingIsKeptOfIt) {
  size_t asked = 0;
  Session session({.ends = EndsOf(Side::kParent),
                   .trust_domain = "liggare.test",
                   .nonce = std::string(kNonceBytes, 'o'),
                   .instance_id = "",
                   .boot_count = 1,
                   .format_version = 1,
                   .has_key = [](std::string_view, std::string_view) { return true; },
                   .has_room =
                       [&asked](std::string_view) {
                         ++asked;
                         return false;
                       }});
  session.Start({kNowMs, kNowMs});
  Greet(session, Side::kParent);
  Admit(session);
  v1::Frame frontier;
  session.OnFrame((frontier.mutable_frontier(), frontier), {kNowMs, kNowMs});
  Refusals(session);
  session.TakeEffects();
  for (size_t i = 0; i < 2 * kNamedLogsMax; ++i) {
    session.OnFrame(ChunkAt("se/17/a/" + std::to_string(i) + "@1", 0, 1), {kNowMs, kNowMs});
    ASSERT_THAT(Refusals(session), ElementsAre(HasSubstr("no room left in the share")));
  }
  EXPECT_TRUE(session.TakeEffects().empty());
  EXPECT_THAT(session.problems(), ElementsAre(Says("2048 times one was not taken")));
  EXPECT_THAT(session.not_taken(), HasSubstr("the last se/17/a/2047@1"));
  // For the peer's own log, and one that is held, nobody is asked.
  asked = 0;
  session.OnFrame(ChunkAt("se/17/a@1", 2, 1), {kNowMs, kNowMs});
  session.OnFrame(ChunkAt("se/17/a@3", 7, 1), {kNowMs, kNowMs});
  EXPECT_EQ(asked, 0u);
}

TEST_F(SessionLimitsTest, CosignedCheckpointsAreLimited) {
  for (const size_t beyond : {0, 1}) {
    const std::string note(note::kNoteBytesMax + beyond, 'x');
    const v1::ErrorCode expected =
        beyond == 0 ? v1::ERROR_CODE_UNSPECIFIED : v1::ERROR_CODE_LIMIT_EXCEEDED;
    auto session = LiveSession(Side::kChild);
    v1::Frame cosigned;
    cosigned.mutable_cosigned()->set_log("se/17/a@1");
    cosigned.mutable_cosigned()->set_checkpoint(note);
    session->OnFrame(cosigned, {kNowMs, kNowMs});
    EXPECT_EQ(CodeOf(*session), expected);
    session = LiveSession(Side::kChild);
    v1::Frame acknowledged;
    *acknowledged.mutable_acknowledged()->mutable_state() = ToProto(Held("se/17/a@1", 2));
    acknowledged.mutable_acknowledged()->set_cosigned_checkpoint(note);
    session->OnFrame(acknowledged, {kNowMs, kNowMs});
    EXPECT_EQ(CodeOf(*session), expected);
  }
}

TEST_F(SessionLimitsTest, ChunksAreLimited) {
  for (const size_t beyond : {0, 1}) {
    auto session = LiveSession(Side::kParent);
    v1::Frame chunk = ChunkAt("se/17/a@1", 2, kChunkBytesMax - 1 + beyond);
    chunk.mutable_chunk()->add_entries("x");
    session->OnFrame(chunk, {kNowMs, kNowMs});
    EXPECT_EQ(CodeOf(*session),
              beyond == 0 ? v1::ERROR_CODE_UNSPECIFIED : v1::ERROR_CODE_LIMIT_EXCEEDED);
  }
}

TEST_F(SessionLimitsTest, EpochsAreLimited) {
  auto session = LiveSession(Side::kParent);
  session->OnFrame(ChunkAt("se/17/a@" + std::to_string(kEpochMax), 0, 1), {kNowMs, kNowMs});
  EXPECT_THAT(Refusals(*session), ElementsAre(HasSubstr("names no epoch before it")));
  session->OnFrame(ChunkAt("se/17/a@" + std::to_string(kEpochMax + 1), 0, 1), {kNowMs, kNowMs});
  EXPECT_THAT(Refusals(*session), ElementsAre(HasSubstr("at most 100 epochs")));
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_UNSPECIFIED);
}

TEST_F(SessionLimitsTest, NothingIsReadWhileTooMuchIsBeingStored) {
  auto session = LiveSession(Side::kParent);
  size_t bytes = 0;
  uint64_t first = 2;
  while (session->WantsFrame()) {
    v1::Frame chunk = ChunkAt("se/17/a@1", first++, kChunkBytesMax);
    bytes += chunk.chunk().ByteSizeLong();
    session->OnFrame(std::move(chunk), {kNowMs, kNowMs});
  }
  EXPECT_GE(bytes, kStoringBytesMax);
  EXPECT_LT(bytes, kStoringBytesMax + kChunkBytesMax + 1024);
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_UNSPECIFIED);
}

// News of an older size comes late; the log is as long as it was.
TEST_F(SessionLimitsTest, ALogThatIsHeldDoesNotGoBack) {
  auto session = LiveSession(Side::kParent);
  session->OnLogAdvanced({Held("se/17/a@1", 5), 5, false});
  session->OnLogAdvanced({Held("se/17/a@1", 3), 3, false});
  while (session->TakeFrame()) {
  }
  session->OnFrame(ChunkAt("se/17/a@1", 9, 1),
                   {kNowMs, kNowMs});  // A gap, and so the size is told.
  const auto frame = session->TakeFrame();
  ASSERT_TRUE(frame && frame->has_expected());
  EXPECT_EQ(frame->expected().state().size(), 5u);
}

// Nobody answers for what a log that was refused had in store: its room is free again.
TEST_F(SessionLimitsTest, ARefusedLogGivesItsRoomBack) {
  auto session = LiveSession(Side::kParent);
  uint64_t first = 2;
  while (session->WantsFrame()) {
    session->OnFrame(ChunkAt("se/17/a@1", first++, kChunkBytesMax), {kNowMs, kNowMs});
  }
  v1::Error reason;
  reason.set_code(v1::ERROR_CODE_READ_ONLY);
  session->OnStoreRefused("se/17/a@1", reason);
  EXPECT_TRUE(session->WantsFrame());
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_UNSPECIFIED);
}

TEST_F(SessionLimitsTest, NothingIsReadWhileTooManyFramesWaitForThePeer) {
  auto session = LiveSession(Side::kParent);
  while (session->TakeFrame()) {
  }
  size_t chunks = 0;
  for (; session->WantsFrame(); ++chunks) {  // Each is a gap, and answered.
    session->OnFrame(ChunkAt("se/17/a/" + std::to_string(chunks) + "@1", 7, 1), {kNowMs, kNowMs});
  }
  EXPECT_EQ(chunks, kControlFramesMax);
  session->TakeFrame();
  EXPECT_TRUE(session->WantsFrame());
}

// What arrives at a node from a peer se/17, and waits for a key.
class WaitingTest : public SessionLimitsTest {
 protected:
  void Arrive(const std::string& log, size_t bytes, int64_t ahead_ms = 0) {
    v1::Frame frame = ChunkAt(log, 0, bytes);
    inbound_.Arrived(std::move(*frame.mutable_chunk()),
                     {.latest_ms = now_ms_ + ahead_ms, .now = {now_ms_, now_ms_}});
  }
  // What is stored, and what is asked for again.
  std::pair<size_t, size_t> Retry() {
    inbound_.Retry({now_ms_, now_ms_});
    std::pair<size_t, size_t> done;
    for (const Inbound::Action& action : inbound_.TakeActions()) {
      done.first += std::holds_alternative<StoreChunk>(action);
      done.second += std::holds_alternative<Inbound::SendExpected>(action);
    }
    return done;
  }

  bool enrolled_ = false;
  int64_t now_ms_ = kNowMs;
  Inbound inbound_{"se/17", [this](std::string_view, std::string_view) { return enrolled_; }};
};

TEST_F(WaitingTest, ChunksThatWaitForAKeyAreLimitedAndAskedForAgain) {
  for (size_t i = 0; i <= kWaitingChunksMax; ++i) Arrive("se/17/" + std::to_string(i) + "@1", 1);
  EXPECT_EQ(inbound_.waiting_count(), kWaitingChunksMax + 1);
  EXPECT_EQ(inbound_.kept_count(), kWaitingChunksMax);
  enrolled_ = true;
  EXPECT_EQ(Retry(), std::pair(kWaitingChunksMax, size_t{0}));
  now_ms_ += 1'000;
  EXPECT_EQ(Retry(), std::pair(size_t{0}, size_t{1}));
  EXPECT_EQ(inbound_.waiting_count(), 0u);
  EXPECT_EQ(inbound_.kept_count(), 0u);
}

TEST_F(WaitingTest, BytesThatWaitForAKeyAreLimited) {
  size_t arrived = 0;
  for (size_t i = 0; i < kWaitingChunksMax; ++i) {
    Arrive("se/17/" + std::to_string(i) + "@1", kChunkBytesMax);
    arrived += ChunkAt("se/17/" + std::to_string(i) + "@1", 0, kChunkBytesMax).ByteSizeLong();
  }
  EXPECT_GT(arrived, kWaitingBytesMax);
  EXPECT_EQ(inbound_.kept_count(), kWaitingBytesMax / (arrived / kWaitingChunksMax));
}

TEST_F(WaitingTest, ChildrenShareTheRoomForWhatWaits) {
  for (size_t i = 0; i < 2 * kWaitingChunksMax; ++i) {
    Arrive("se/17/evil/" + std::to_string(i) + "@1", 1);
  }
  EXPECT_EQ(inbound_.kept_count(), kWaitingChunksMax / 2);
  Arrive("se/17/honest@2", 1);
  Arrive("se/17@2", 1);
  EXPECT_EQ(inbound_.kept_count(), kWaitingChunksMax / 2 + 2);
}

TEST_F(WaitingTest, ALogWithoutRoomIsNotAskedForUntilItsTurnHasCome) {
  enrolled_ = true;
  constexpr int64_t kAheadMs = log::kClockAheadMaxMs + 100'000;
  for (size_t i = 0; i < kWaitingChunksMax; ++i) {
    Arrive("se/17/evil-" + std::to_string(i) + "@1", 1, kAheadMs);
  }
  Arrive("se/17/honest@1", 1, kAheadMs);
  EXPECT_EQ(inbound_.kept_count(), kWaitingChunksMax);
  // A sender gives a log up that it is asked for too often.
  for (; now_ms_ < kNowMs + 100'000; now_ms_ += 1'000) {
    ASSERT_EQ(Retry(), std::pair(size_t{0}, size_t{0}));
  }
  EXPECT_EQ(Retry(), std::pair(kWaitingChunksMax, size_t{1}));
}

TEST_F(WaitingTest, WhatHasNoRoomIsAskedForLessAndLessOften) {
  for (size_t i = 0; i < kWaitingChunksMax; ++i) Arrive("se/17/" + std::to_string(i) + "@1", 1);
  // The key that signed is not known, but another is: it comes again in vain.
  size_t asked = 0;
  for (int seconds = 0; seconds < 60; ++seconds, now_ms_ += 1'000) {
    Arrive("se/17/rotated@1", 1);
    enrolled_ = true;
    asked += Retry().second;
    enrolled_ = false;
  }
  EXPECT_GT(asked, 0u);
  EXPECT_LT(asked, static_cast<size_t>(kRewindsMax));
}

TEST_F(WaitingTest, ProblemsAreAFewAndACount) {
  for (size_t i = 0; i < 1'000; ++i) Arrive("se/17/" + std::to_string(i) + "@1", 1);
  EXPECT_THAT(inbound_.held_back(), SizeIs(kProblemsMax));
  EXPECT_EQ(inbound_.waiting_count(), 1'000u);
}

TEST_F(SessionLimitsTest, AnotherVersionOfTheProtocolIsRefusedByBothSides) {
  for (const Side side : {Side::kChild, Side::kParent}) {
    for (const uint32_t version : {kProtocolVersion - 1, kProtocolVersion + 1}) {
      auto session = NewSession(side);
      Greet(*session, side, version);
      ASSERT_TRUE(session->ending().has_value());
      EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_INVALID_FIELD);
      EXPECT_THAT(std::string(session->ending()->message()),
                  HasSubstr("speaks version " + std::to_string(version) +
                            " of the protocol, this node version 1"));
    }
  }
}

TEST_F(SessionLimitsTest, FramesAndFieldsOfALaterVersionArePassedOver) {
  for (const Side side : {Side::kChild, Side::kParent}) {
    auto session = LiveSession(side);
    v1::Frame later;
    ASSERT_TRUE(later.ParseFromString("\xca\x3e\x03new"));  // Field 1001.
    EXPECT_EQ(later.kind_case(), v1::Frame::KIND_NOT_SET);
    session->OnFrame(later, {kNowMs, kNowMs});
    v1::Frame heartbeat;
    ASSERT_TRUE(heartbeat.mutable_heartbeat()->ParseFromString("\xca\x3e\x03new"));
    heartbeat.mutable_heartbeat()->set_now_ms(kNowMs + 1'000);
    session->OnFrame(heartbeat, {kNowMs, kNowMs});
    EXPECT_TRUE(session->live());
    EXPECT_EQ(session->peer_clock_ahead_ms(), 1'000);
  }
}

}  // namespace
}  // namespace liggare::replication
