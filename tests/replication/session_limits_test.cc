// What a session takes of its peer, at each limit and one past it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "eventstore/note/note.h"
#include "proto/error/error.h"
#include "services/replication/inbound.h"
#include "services/replication/key_proof.h"
#include "services/replication/limits.h"
#include "services/replication/session.h"

namespace liggare::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kNowMs = 1'700'000'000'000;

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
    session->Start(kNowMs);
    return session;
  }
  static void Greet(Session& session, Side side, uint32_t version = kProtocolVersion) {
    v1::Frame hello;
    hello.mutable_hello()->set_protocol_version(version);
    hello.mutable_hello()->set_path(EndsOf(side).peer);
    hello.mutable_hello()->set_to(EndsOf(side).self);
    hello.mutable_hello()->set_nonce(std::string(kNonceBytes, 'n'));
    session.OnFrame(hello, kNowMs);
  }
  // The peer has proven its key.
  static void Admit(Session& session) {
    v1::Frame proof;
    proof.mutable_key_proof();
    session.OnFrame(proof, kNowMs);
    session.OnProofChecked(KeyVerdict::kProven, "");
    session.OnLogs({{Held("se/17/a@1", 2), 2, false}});
  }
  static std::unique_ptr<Session> LiveSession(Side side) {
    auto session = NewSession(side);
    Greet(*session, side);
    Admit(*session);
    v1::Frame frontier;
    *frontier.mutable_frontier()->add_logs() = ToProto(Held("se/17/a@1", 2));
    session->OnFrame(frontier, kNowMs);
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
  for (size_t i = 0; i < kSessionLogsMax; ++i) {
    session->OnFrame(ChunkAt("se/17/a/" + std::to_string(i) + "@1", 7, 1), kNowMs);
  }
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_UNSPECIFIED);
  // A name that it has brought up before, and one of a log that is held, are no more.
  session->OnFrame(ChunkAt("se/17/a/0@1", 7, 1), kNowMs);
  session->OnFrame(ChunkAt("se/17/a@1", 7, 1), kNowMs);
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_UNSPECIFIED);
  session->OnFrame(ChunkAt("se/17/a/one-more@1", 7, 1), kNowMs);
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST_F(SessionLimitsTest, NamesInAFrontierAreLimited) {
  for (const size_t beyond : {0, 1}) {
    auto session = NewSession(Side::kParent);
    Greet(*session, Side::kParent);
    Admit(*session);
    v1::Frame frontier;
    for (size_t i = 0; i < kSessionLogsMax + beyond; ++i) {
      *frontier.mutable_frontier()->add_logs() =
          ToProto(Held("se/17/a/" + std::to_string(i) + "@1", 1));
    }
    session->OnFrame(frontier, kNowMs);
    EXPECT_EQ(CodeOf(*session),
              beyond == 0 ? v1::ERROR_CODE_UNSPECIFIED : v1::ERROR_CODE_LIMIT_EXCEEDED);
  }
}

TEST_F(SessionLimitsTest, LogsThatCameLastAreNotCarriedAndThatIsSaid) {
  auto session = NewSession(Side::kChild);
  Greet(*session, Side::kChild);
  Admit(*session);
  for (size_t i = 1; i < kSessionLogsMax; ++i) {
    session->OnLogAdvanced({Held("se/17/a/" + std::to_string(i) + "@1", 1), 1, false});
  }
  EXPECT_THAT(session->problems(), ElementsAre());
  session->OnLogAdvanced({Held("se/17/a/last@1", 1), 1, false});
  EXPECT_THAT(session->problems(), ElementsAre(HasSubstr("There are more than 8192 logs")));
  v1::Frame frontier;
  frontier.mutable_frontier();
  session->OnFrame(frontier, kNowMs);
  size_t named = 0;
  while (auto frame = session->TakeFrame()) {
    if (frame->has_frontier()) named = static_cast<size_t>(frame->frontier().logs_size());
  }
  EXPECT_EQ(named, kSessionLogsMax);
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
    session->OnFrame(cosigned, kNowMs);
    EXPECT_EQ(CodeOf(*session), expected);
    session = LiveSession(Side::kChild);
    v1::Frame acknowledged;
    *acknowledged.mutable_acknowledged()->mutable_state() = ToProto(Held("se/17/a@1", 2));
    acknowledged.mutable_acknowledged()->set_cosigned_checkpoint(note);
    session->OnFrame(acknowledged, kNowMs);
    EXPECT_EQ(CodeOf(*session), expected);
  }
}

TEST_F(SessionLimitsTest, ChunksAreLimitedUnlessTheyAreOneEntry) {
  for (const size_t beyond : {0, 1}) {
    auto session = LiveSession(Side::kParent);
    v1::Frame chunk = ChunkAt("se/17/a@1", 2, kChunkBytesMax - 1 + beyond);
    chunk.mutable_chunk()->add_entries("x");
    session->OnFrame(chunk, kNowMs);
    EXPECT_EQ(CodeOf(*session),
              beyond == 0 ? v1::ERROR_CODE_UNSPECIFIED : v1::ERROR_CODE_LIMIT_EXCEEDED);
  }
  auto session = LiveSession(Side::kParent);
  session->OnFrame(ChunkAt("se/17/a@1", 2, kChunkBytesMax + 1), kNowMs);
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_UNSPECIFIED);
}

TEST_F(SessionLimitsTest, EpochsAreLimited) {
  auto session = LiveSession(Side::kParent);
  session->OnFrame(ChunkAt("se/17/a@" + std::to_string(kEpochMax), 0, 1), kNowMs);
  EXPECT_THAT(Refusals(*session), ElementsAre(HasSubstr("names no epoch before it")));
  session->OnFrame(ChunkAt("se/17/a@" + std::to_string(kEpochMax + 1), 0, 1), kNowMs);
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
    session->OnFrame(std::move(chunk), kNowMs);
  }
  EXPECT_GE(bytes, kStoringBytesMax);
  EXPECT_LT(bytes, kStoringBytesMax + kChunkBytesMax + 1024);
  EXPECT_EQ(CodeOf(*session), v1::ERROR_CODE_UNSPECIFIED);
}

TEST_F(SessionLimitsTest, NothingIsReadWhileTooManyFramesWaitForThePeer) {
  auto session = LiveSession(Side::kParent);
  while (session->TakeFrame()) {
  }
  size_t chunks = 0;
  for (; session->WantsFrame(); ++chunks) {  // Each is a gap, and answered.
    session->OnFrame(ChunkAt("se/17/a/" + std::to_string(chunks) + "@1", 7, 1), kNowMs);
  }
  EXPECT_EQ(chunks, kControlFramesMax);
  session->TakeFrame();
  EXPECT_TRUE(session->WantsFrame());
}

TEST_F(SessionLimitsTest, ChunksThatWaitForAKeyAreLimitedAndAskedForAgain) {
  bool enrolled = false;
  Inbound inbound([&enrolled](std::string_view, std::string_view) { return enrolled; });
  const auto arrive = [&inbound](size_t i, size_t bytes) {
    v1::Frame frame = ChunkAt("se/17/a/" + std::to_string(i) + "@1", 0, bytes);
    inbound.Arrived(std::move(*frame.mutable_chunk()), {.latest_ms = kNowMs, .now_ms = kNowMs});
  };
  for (size_t i = 0; i <= kWaitingChunksMax; ++i) arrive(i, 1);
  EXPECT_EQ(inbound.waiting_count(), kWaitingChunksMax);
  enrolled = true;
  inbound.Retry(kNowMs);
  EXPECT_EQ(inbound.waiting_count(), 0u);
  size_t stored = 0;
  size_t asked_for = 0;
  for (const Inbound::Action& action : inbound.TakeActions()) {
    stored += std::holds_alternative<StoreChunk>(action);
    asked_for += std::holds_alternative<Inbound::SendExpected>(action);
  }
  EXPECT_EQ(stored, kWaitingChunksMax);
  EXPECT_EQ(asked_for, 1u);
}

TEST_F(SessionLimitsTest, BytesThatWaitForAKeyAreLimited) {
  Inbound inbound([](std::string_view, std::string_view) { return false; });
  size_t arrived = 0;
  for (size_t i = 0; i < kWaitingChunksMax; ++i) {
    v1::Frame frame = ChunkAt("se/17/a/" + std::to_string(i) + "@1", 0, kChunkBytesMax);
    arrived += frame.chunk().ByteSizeLong();
    inbound.Arrived(std::move(*frame.mutable_chunk()), {.latest_ms = kNowMs, .now_ms = kNowMs});
  }
  EXPECT_GT(arrived, kWaitingBytesMax);
  EXPECT_EQ(inbound.waiting_count(), kWaitingBytesMax / (arrived / kWaitingChunksMax));
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
    session->OnFrame(later, kNowMs);
    v1::Frame heartbeat;
    ASSERT_TRUE(heartbeat.mutable_heartbeat()->ParseFromString("\xca\x3e\x03new"));
    heartbeat.mutable_heartbeat()->set_now_ms(kNowMs + 1'000);
    session->OnFrame(heartbeat, kNowMs);
    EXPECT_TRUE(session->live());
    EXPECT_EQ(session->peer_clock_ahead_ms(), 1'000);
  }
}

}  // namespace
}  // namespace liggare::replication
