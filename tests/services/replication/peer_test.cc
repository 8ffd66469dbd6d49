// What a parent does with a peer that speaks gRPC and not the truth.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/bytes/clock.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "liggare/v1/event.pb.h"
#include "proto/error/error.h"
#include "services/replication/session/limits.h"
#include "services/rpc/call/status.h"
#include "tests/services/replication/node_under_test.h"
#include "tests/services/replication/raw_peer.h"

namespace liggare::replication {
namespace {

class PeerTest : public ::testing::Test {
 protected:
  PeerTest() : se_(std::make_unique<NodeUnderTest>(host_, "se")) {
    se_->Enrol("se");
    se_->Enrol("se/17");
    se_->Serve();
  }
  // A peer whose session is live.
  std::unique_ptr<RawPeer> Greeted() {
    auto peer = std::make_unique<RawPeer>("se/17", se_->port());
    peer->SendHello("se/17", "se");
    EXPECT_TRUE(peer->Await(v1::Frame::kFrontier));
    peer->SendFrontier();
    return peer;
  }

  TestHost host_;
  std::unique_ptr<NodeUnderTest> se_;
};

TEST_F(PeerTest, OnlyADirectChildMayReplicate) {
  for (const char* stranger : {"se", "se/17/varmland", "se/17/system/x"}) {
    RawPeer peer(stranger, se_->port());
    peer.SendHello(stranger, "se");
    EXPECT_EQ(peer.End(), v1::ERROR_CODE_PERMISSION_DENIED) << stranger;
  }
}

TEST_F(PeerTest, AHelloInAnothersNameIsRefused) {
  RawPeer peer("se/17", se_->port());
  peer.SendHello("se/18", "se");
  const v1::Error error = peer.EndError();
  EXPECT_EQ(error.code(), v1::ERROR_CODE_PERMISSION_DENIED);
  EXPECT_EQ(error.message(), "The hello is from se/18, the certificate of se/17.");
}

TEST_F(PeerTest, ANodeThatIsNotHostedIsUnknown) {
  RawPeer peer("se/17/varmland", se_->port());
  peer.SendHello("se/17/varmland", "se/17");
  EXPECT_EQ(peer.End(), v1::ERROR_CODE_UNKNOWN_NODE);
}

TEST_F(PeerTest, WithoutACertificateNothingIsSaid) {
  RawPeer peer("", se_->port());
  peer.SendHello("se/17", "se");
  EXPECT_NE(peer.End(), v1::ERROR_CODE_UNKNOWN_NODE);
}

TEST_F(PeerTest, TheFirstFrameMustBeAHello) {
  RawPeer peer("se/17", se_->port());
  peer.SendFrontier();
  EXPECT_EQ(peer.End(), v1::ERROR_CODE_MALFORMED);
}

// Keeps what is to run later, with its delay.
class HeldTimer : public work::Timer {
 public:
  void After(int64_t delay_ms, std::function<void()> closure) override {
    std::lock_guard lock(mutex_);
    held_.emplace_back(delay_ms, std::move(closure));
    changed_.notify_all();
  }
  int64_t SteadyMs() override { return 0; }
  // Runs those of that delay; waits until there are so many.
  void Run(int64_t delay_ms, size_t count) {
    std::unique_lock lock(mutex_);
    const auto is_due = [&](const auto& held) { return held.first == delay_ms; };
    const auto enough = [&] {
      return std::ranges::count_if(held_, is_due) >= static_cast<int64_t>(count);
    };
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), enough));
    auto held = std::exchange(held_, {});
    lock.unlock();
    for (const auto& closure : held) {
      if (is_due(closure)) closure.second();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<int64_t, std::function<void()>>> held_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(PeerTest, AStreamThatSaysNoHelloInTimeIsEndedAndOneThatDidGoesOn) {
  HeldTimer timer;
  se_->StopServer();
  se_->Serve(&timer);
  const auto greeted = Greeted();
  RawPeer silent("se/18", se_->port());
  timer.Run(kHelloMaxMs, 2);
  EXPECT_EQ(silent.End(), v1::ERROR_CODE_DEADLINE_EXCEEDED);
  greeted->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17")));
  EXPECT_TRUE(greeted->Await(v1::Frame::kAcknowledged));
}

TEST_F(PeerTest, AnotherVersionOfTheProtocolIsRefused) {
  RawPeer peer("se/17", se_->port());
  v1::Frame frame;
  frame.mutable_hello()->set_protocol_version(2);
  frame.mutable_hello()->set_path("se/17");
  frame.mutable_hello()->set_to("se");
  peer.Send(std::move(frame));
  EXPECT_EQ(peer.End(), v1::ERROR_CODE_INVALID_FIELD);
}

TEST_F(PeerTest, AGoodChunkIsStoredAndCosigned) {
  auto peer = Greeted();
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17")));
  std::optional<v1::Frame> answer = peer->Await(v1::Frame::kAcknowledged);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->acknowledged().state().size(), 1u);
  auto note = note::ParseNote(answer->acknowledged().cosigned_checkpoint());
  ASSERT_TRUE(note.ok());
  EXPECT_TRUE(note::VerifyCosignature(*note, KeyOf("se").verifier()).ok());
}

// A node that must be restored takes nothing in meanwhile, and says so.
TEST_F(PeerTest, ANodeThatHasStoppedRecordingStoresNothing) {
  auto peer = Greeted();
  se_->node->StopRecording("se@1", "it must be restored", "");
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17")));
  const std::optional<v1::Frame> answer = peer->Await(v1::Frame::kExpected);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->expected().refusal().code(), v1::ERROR_CODE_READ_ONLY);
  EXPECT_EQ(se_->SizeOf("se/17@1"), 0u);
}

TEST_F(PeerTest, ARepeatedChunkGetsTheFirstCosignatureAgain) {
  auto peer = Greeted();
  const v1::Frame chunk = ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17"));
  peer->Send(chunk);
  std::optional<v1::Frame> first = peer->Await(v1::Frame::kAcknowledged);
  peer->Send(chunk);
  std::optional<v1::Frame> again = peer->Await(v1::Frame::kAcknowledged);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->acknowledged().cosigned_checkpoint(),
            again->acknowledged().cosigned_checkpoint());
}

TEST_F(PeerTest, AChangedByteBlamesThePeerAndFreezesNothing) {
  auto peer = Greeted();
  v1::Frame chunk = ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17"));
  chunk.mutable_chunk()->mutable_entries(0)->back() ^= 1;
  peer->Send(std::move(chunk));
  EXPECT_EQ(peer->End(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_EQ(se_->SizeOf("se/17@1"), 0u);
  for (const Alarm& alarm : se_->node->Alarms()) EXPECT_EQ(alarm.log, "") << alarm.message;
}

TEST_F(PeerTest, ASignatureThatIsNotTheKeysBlamesThePeer) {
  auto peer = Greeted();
  v1::Frame chunk =
      ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17", /*variant=*/1));
  note::Note note = *note::ParseNote(chunk.chunk().checkpoint());
  note.signatures[0].key_id = KeyOf("se/17").verifier().key_id();
  chunk.mutable_chunk()->set_checkpoint(note.Encode());
  peer->Send(std::move(chunk));
  EXPECT_EQ(peer->End(), v1::ERROR_CODE_VERIFICATION_FAILED);
}

TEST_F(PeerTest, ASignatureInNobodysNameBlamesThePeer) {
  auto peer = Greeted();
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/18")));
  EXPECT_EQ(peer->End(), v1::ERROR_CODE_VERIFICATION_FAILED);
}

TEST_F(PeerTest, ASignedEntryThatNamesAnotherLogFreezesItsLog) {
  auto peer = Greeted();
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/18@1", 0, kClock)}, KeyOf("se/17")));
  std::optional<v1::Frame> answer = peer->Await(v1::Frame::kExpected);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->expected().refusal().code(), v1::ERROR_CODE_FORKED);
  ASSERT_TRUE(Eventually([&] { return se_->node->Alarms().size() == 1; }));
  EXPECT_EQ(se_->node->Alarms()[0].log, "se/17@1");
  EXPECT_TRUE(std::filesystem::exists(se_->node->Alarms()[0].evidence_file));
  EXPECT_EQ(se_->SizeOf("se/17@1"), 0u);
}

TEST_F(PeerTest, TwoRootsForOneSizeFreezeTheLog) {
  auto peer = Greeted();
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17")));
  ASSERT_TRUE(peer->Await(v1::Frame::kAcknowledged));
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock + 1)}, KeyOf("se/17")));
  std::optional<v1::Frame> answer = peer->Await(v1::Frame::kExpected);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->expected().refusal().code(), v1::ERROR_CODE_FORKED);
  EXPECT_TRUE(Eventually([&] { return se_->log->Find("se/17@1")->frozen; }));
  EXPECT_EQ(se_->SizeOf("se/17@1"), 1u);
}

TEST_F(PeerTest, AGapIsAnsweredWithWhatIsExpected) {
  auto peer = Greeted();
  v1::Frame chunk = ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17"));
  chunk.mutable_chunk()->set_first_index(7);
  peer->Send(std::move(chunk));
  std::optional<v1::Frame> answer = peer->Await(v1::Frame::kExpected);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->expected().state().size(), 0u);
}

TEST_F(PeerTest, AnEntryFarAheadOfTheClockIsHeldBack) {
  auto peer = Greeted();
  const uint64_t ahead = static_cast<uint64_t>(kNowMs + log::kClockAheadMaxMs + 20'000) << 16;
  peer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, ahead)}, KeyOf("se/17")));
  ASSERT_TRUE(Eventually([&] {
    auto children = se_->node->Children();
    return !children.empty() && !children[0].problems.empty();
  }));
  EXPECT_EQ(se_->SizeOf("se/17@1"), 0u);
  host_.now_ms += 25'000;
  EXPECT_TRUE(Eventually([&] { return se_->SizeOf("se/17@1") == 1; }));
}

TEST_F(PeerTest, ANewerSessionTakesThePlaceOfTheOlder) {
  auto older = Greeted();
  auto newer = Greeted();
  EXPECT_TRUE(older->Await(v1::Frame::kGoodbye));
  newer->Send(ChunkOf("se/17@1", {EntryOf("se/17@1", 0, kClock)}, KeyOf("se/17")));
  EXPECT_TRUE(newer->Await(v1::Frame::kAcknowledged));
}

TEST_F(PeerTest, StoppingTheNodeSaysGoodbye) {
  auto peer = Greeted();
  ASSERT_TRUE(Eventually([&] { return !se_->node->Children().empty(); }));
  se_->node->Stop();
  std::optional<v1::Frame> last = peer->Await(v1::Frame::kGoodbye);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->goodbye().error().code(), v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_EQ(peer->End(), v1::ERROR_CODE_UNAVAILABLE);
}

}  // namespace
}  // namespace liggare::replication
