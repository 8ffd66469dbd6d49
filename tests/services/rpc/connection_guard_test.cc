#include "services/rpc/guard/connection_guard.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/rpc/call/channel.h"
#include "tests/testing/http2_client.h"

namespace liggare::rpc {
namespace {

using namespace liggare::testing;  // NOLINT: the frames.

constexpr int64_t kNowMs = 1'000'000;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

std::string Open(uint32_t stream, uint8_t flags = 0) {
  return Frame(kFrameHeaders, kFlagEndHeaders | flags, stream, "headers");
}
std::string Reset(uint32_t stream) { return Frame(kFrameResetStream, 0, stream, Number(8)); }

std::shared_ptr<PeerAccount> NewAccount(
    const std::shared_ptr<SharedBytes>& incomplete = std::make_shared<SharedBytes>(),
    const std::string& peer = "peer") {
  return std::make_shared<PeerAccount>(peer, incomplete);
}

// The beginning of a gRPC message of so many bytes.
std::string MessagePrefix(uint32_t bytes) { return std::string(1, '\0') + Number(bytes); }

class ConnectionGuardTest : public ::testing::Test {
 protected:
  ConnectionGuardTest() { EXPECT_TRUE(Takes(std::string(kPreface))); }
  bool Takes(const std::string& bytes) { return guard_.Received(bytes, now_ms_).ok(); }
  void Send(const std::string& bytes) { guard_.Sent(bytes, now_ms_); }
  // How many of these it takes, up to `most`.
  int64_t Taken(const std::string& bytes, int64_t most = 1'000'000) {
    int64_t count = 0;
    while (count < most && Takes(bytes)) ++count;
    return count;
  }

  int64_t now_ms_ = kNowMs;
  std::shared_ptr<PeerAccount> account_ = NewAccount();
  ConnectionGuard guard_{account_};
};

TEST_F(ConnectionGuardTest, FramesAreFoundHoweverTheyAreCut) {
  // If one byte were lost, a payload would be read as a frame, and END_HEADERS missed.
  std::string bytes;
  for (uint32_t i = 0; i < 50; ++i) {
    bytes += Frame(kFrameHeaders, 0, 2 * i + 1, std::string(i, '\x09')) +
             Frame(kFrameContinuation, kFlagEndHeaders, 2 * i + 1, std::string(i, '\x01')) +
             Frame(kFrameData, kFlagEndStream, 2 * i + 1, std::string(300, '\0'));
  }
  for (size_t piece = 1; piece < 40; ++piece) {
    ConnectionGuard guard(NewAccount());
    const std::string all = std::string(kPreface) + bytes;
    for (size_t at = 0; at < all.size(); at += piece) {
      ASSERT_TRUE(guard.Received(all.substr(at, piece), kNowMs).ok()) << piece << " at " << at;
    }
    EXPECT_FALSE(guard.Received(Frame(kFrameContinuation, 0, 1), kNowMs).ok());
  }
}

TEST_F(ConnectionGuardTest, HeaderBlockHasALimitOfBytesHoweverTheyAreSent) {
  const std::string half(kHeaderBlockBytesMax / 2, 'h');
  EXPECT_TRUE(Takes(Frame(kFrameHeaders, 0, 1, half) +
                    Frame(kFrameContinuation, kFlagEndHeaders, 1, half)));
  EXPECT_TRUE(Takes(Frame(kFrameHeaders, 0, 3, half) + Frame(kFrameContinuation, 0, 3, half)));
  EXPECT_FALSE(Takes(Frame(kFrameContinuation, kFlagEndHeaders, 3, "h")));
}

TEST_F(ConnectionGuardTest, OneFrameOfHeadersThatIsTooLongIsRefusedByItsFirstBytes) {
  const std::string frame =
      Frame(kFrameHeaders, kFlagEndHeaders, 1, std::string(kHeaderBlockBytesMax + 1, 'h'));
  EXPECT_TRUE(Takes(frame.substr(0, 8)));
  EXPECT_FALSE(Takes(frame.substr(8, 1)));
}

TEST_F(ConnectionGuardTest, HeaderBlockHasALimitOfFrames) {
  ASSERT_TRUE(Takes(Frame(kFrameHeaders, 0, 1)));
  EXPECT_EQ(Taken(Frame(kFrameContinuation, 0, 1)), kHeaderBlockFramesMax - 1);
}

TEST_F(ConnectionGuardTest, WithinAHeaderBlockNothingElseComes) {
  ASSERT_TRUE(Takes(Frame(kFrameHeaders, 0, 1)));
  EXPECT_FALSE(Takes(Frame(kFramePing, 0, 0, "12345678")));
}

TEST_F(ConnectionGuardTest, BytesOfHeadersASecondHaveALimit) {
  const std::string block(kHeaderBlockBytesMax, 'h');
  int64_t bytes = 0;
  for (uint32_t stream = 1; bytes < 2 * kHeaderBytesPerSecondMax; stream += 2) {
    if (!Takes(Frame(kFrameHeaders, kFlagEndHeaders, stream, block))) break;
    Send(Frame(kFrameHeaders, kFlagEndStream | kFlagEndHeaders, stream));
    bytes += kHeaderBlockBytesMax;
  }
  EXPECT_EQ(bytes, kHeaderBytesPerSecondMax);
}

TEST_F(ConnectionGuardTest, StreamsAreResetSoOftenAndNoMoreAndAgainLater) {
  const auto resets = [&] {  // Of a connection that is closed at the one too many.
    ConnectionGuard guard(account_);
    EXPECT_TRUE(guard.Received(kPreface, now_ms_).ok());
    int64_t count = 0;
    for (uint32_t stream = 1; guard.Received(Open(stream) + Reset(stream), now_ms_).ok();) {
      stream += 2;
      ++count;
    }
    return count;
  };
  EXPECT_EQ(resets(), kResetsAtOnceMax);
  EXPECT_EQ(resets(), 0);
  now_ms_ += 1'000;
  EXPECT_EQ(resets(), kResetsPerSecondMax);
}

TEST_F(ConnectionGuardTest, ResetsOfTheServerCountAsWell) {
  for (uint32_t stream = 1; stream < 2 * kResetsAtOnceMax; stream += 2) {
    ASSERT_TRUE(Takes(Open(stream)));
    Send(Reset(stream));
  }
  EXPECT_TRUE(Takes(Open(100'001)));
  Send(Reset(100'001));
  EXPECT_FALSE(Takes(Open(100'003)));
}

TEST_F(ConnectionGuardTest, WhoComesBackFindsTheAccountAsItWasLeft) {
  for (uint32_t stream = 1; Takes(Open(stream) + Reset(stream)); stream += 2) {
  }
  ConnectionGuard again(account_);
  EXPECT_TRUE(again.Received(std::string(kPreface) + Open(1), now_ms_).ok());
  EXPECT_FALSE(again.Received(Reset(1), now_ms_).ok());
}

TEST_F(ConnectionGuardTest, CallsThatAreAnsweredMayBeMoreThanAMachineAnswers) {
  static_assert(kStreamsPerSecondMax >= 4 * 8'000);
  for (uint32_t i = 0; i < 5 * kStreamsPerSecondMax; ++i) {
    if (i % kStreamsPerSecondMax == 0) now_ms_ += 1'000;
    const uint32_t stream = 2 * i + 1;
    ASSERT_TRUE(Takes(Open(stream) + Frame(kFrameData, 0, stream, "message") +
                      Frame(kFrameData, kFlagEndStream, stream)))
        << i;
    Send(Frame(kFrameHeaders, kFlagEndHeaders, stream) + Frame(kFrameData, 0, stream, "answer") +
         Frame(kFrameHeaders, kFlagEndHeaders | kFlagEndStream, stream));
    ASSERT_TRUE(Takes(Frame(kFrameWindowUpdate, 0, 0, Number(6)))) << i;
  }
}

TEST_F(ConnectionGuardTest, StreamsASecondHaveALimit) {
  uint32_t stream = 1;
  for (; Takes(Open(stream, kFlagEndStream)); stream += 2) {
    Send(Frame(kFrameHeaders, kFlagEndHeaders | kFlagEndStream, stream));
  }
  EXPECT_EQ(stream / 2, kStreamsPerSecondMax);
}

TEST_F(ConnectionGuardTest, StreamsThatStayOpenHaveALimitOfTheConnectionAndOfTheCertificate) {
  static_assert(kStreamsOfConnectionMax > kConcurrentStreamsMax);
  std::vector<std::unique_ptr<ConnectionGuard>> guards;
  size_t open = 0;
  for (size_t count = 1; count > 0; open += count) {
    guards.push_back(std::make_unique<ConnectionGuard>(account_));
    ASSERT_TRUE(guards.back()->Received(kPreface, now_ms_).ok());
    count = 0;
    while (guards.back()->Received(Open(2 * count + 1), now_ms_).ok()) ++count;
    EXPECT_LE(count, kStreamsOfConnectionMax);
  }
  EXPECT_EQ(open, kStreamsOfOneMax);
  guards.front() = nullptr;  // It is closed, and its streams with it.
  ConnectionGuard next(account_);
  EXPECT_TRUE(next.Received(std::string(kPreface) + Open(1), now_ms_).ok());
}

TEST_F(ConnectionGuardTest, FramesThatCarryNothingHaveALimit) {
  const std::string block = "headers";
  for (const std::string& frame :
       {Frame(kFrameSettings, 0, 0), Frame(kFrameSettings, kFlagAck, 0),
        Frame(kFramePing, 0, 0, "12345678"), Frame(kFramePriority, 0, 1, "12345"),
        Frame(kFrameGoAway, 0, 0, "12345678"), Frame(kFrameData, 0, 1),
        Frame(kFrameData, 0, 1, "of no stream"), Frame(kFrameWindowUpdate, 0, 0, Number(1)),
        Frame(0xee, 0, 0)}) {
    ConnectionGuard guard(NewAccount());
    ASSERT_TRUE(guard.Received(kPreface, now_ms_).ok());
    int64_t count = 0;
    while (count < 100'000 && guard.Received(frame, now_ms_).ok()) ++count;
    EXPECT_EQ(count, kControlFramesAtOnceMax) << int{frame[3]};
  }
}

TEST_F(ConnectionGuardTest, LongFrameThatCarriesNothingCountsForMany) {
  const std::string frame = Frame(0xee, 0, 0, std::string(kControlFrameBytes * 63, 'u'));
  EXPECT_EQ(Taken(frame), kControlFramesAtOnceMax / 64);
}

TEST_F(ConnectionGuardTest, SmallFramesThatBecomeNoMessageHaveALimit) {
  ASSERT_TRUE(Takes(Open(1) + Frame(kFrameData, 0, 1, MessagePrefix(100'000'000))));
  EXPECT_EQ(Taken(Frame(kFrameData, 0, 1, std::string(kControlFrameBytes - 1, 'm'))),
            kSmallFramesOfMessageMax - 1 + kControlFramesAtOnceMax);
}

TEST_F(ConnectionGuardTest, LongerFramesOfAMessageHaveNone) {
  const int64_t count = 2 * kControlFramesAtOnceMax;
  ASSERT_TRUE(Takes(Open(1) + Frame(kFrameData, 0, 1, MessagePrefix(100'000'000))));
  EXPECT_EQ(Taken(Frame(kFrameData, 0, 1, std::string(kControlFrameBytes, 'm')), count), count);
}

TEST_F(ConnectionGuardTest, SmallFramesOfMessagesThatEndHaveNone) {
  static_assert(kSmallFramesOfMessageMax == 4);
  const std::string message = Frame(kFrameData, 0, 1, MessagePrefix(3)) +
                              Frame(kFrameData, 0, 1, "a") + Frame(kFrameData, 0, 1, "b") +
                              Frame(kFrameData, 0, 1, "c");
  const int64_t count = 2 * kControlFramesAtOnceMax;
  ASSERT_TRUE(Takes(Open(1)));
  EXPECT_EQ(Taken(message, count), count);
}

TEST_F(ConnectionGuardTest, WhoReadsMayTellItsWindowForEachFrame) {
  ASSERT_TRUE(Takes(Open(1)));
  for (int64_t i = 0; i < 2 * kControlFramesAtOnceMax; ++i) {
    Send(Frame(kFrameData, 0, 1, "entries"));
    ASSERT_TRUE(Takes(Frame(kFrameWindowUpdate, 0, 1, Number(7)) +
                      Frame(kFrameWindowUpdate, 0, 0, Number(7))));
    if (i % 1'000 == 0) now_ms_ += 100;
  }
}

TEST_F(ConnectionGuardTest, RecordsAndMessagesOfTlsHaveALimit) {
  EXPECT_TRUE(guard_.ReceivedRecords(kFramesPerSecondMax - 1, 0, now_ms_).ok());
  EXPECT_FALSE(guard_.ReceivedRecords(2, 0, now_ms_).ok());
  now_ms_ += 1'000;
  EXPECT_TRUE(guard_.ReceivedRecords(0, kControlFramesAtOnceMax, now_ms_).ok());
  EXPECT_FALSE(guard_.ReceivedRecords(0, 1, now_ms_).ok());
}

TEST_F(ConnectionGuardTest, MessagesThatAreNotCompleteHaveAShareOfTheBytes) {
  constexpr uint32_t kMessage = 8 * 1024 * 1024;
  const std::string part(16'384, 'm');
  const auto shared = std::make_shared<SharedBytes>();
  // How much of messages that never end it may send, 8 MiB less a byte a stream.
  const auto sent = [&](ConnectionGuard& guard) {
    EXPECT_TRUE(guard.Received(kPreface, now_ms_).ok());
    size_t bytes = 0;
    for (uint32_t stream = 1; bytes < 2 * kIncompleteBytesMax; stream += 2) {
      if (!guard
               .Received(Open(stream) + Frame(kFrameData, 0, stream, MessagePrefix(kMessage + 1)),
                         now_ms_)
               .ok()) {
        return bytes;
      }
      for (size_t i = 0; i < kMessage / part.size(); ++i, bytes += part.size()) {
        if (!guard.Received(Frame(kFrameData, 0, stream, part), now_ms_).ok()) return bytes;
      }
    }
    return bytes;
  };
  {
    ConnectionGuard flood(NewAccount(shared, "flood"));
    EXPECT_NEAR(static_cast<double>(sent(flood)), kIncompleteBytesMax / 2, 1e6);
    ConnectionGuard again(NewAccount(shared, "flood"));
    EXPECT_LE(sent(again), kMessage);  // The one that was refused gave back what had come of it.
    ConnectionGuard other(NewAccount(shared, "other"));
    EXPECT_GT(sent(other), kIncompleteBytesMax / 5);
  }
  ConnectionGuard after(NewAccount(shared, "flood"));  // Those are gone, and all is given back.
  EXPECT_NEAR(static_cast<double>(sent(after)), kIncompleteBytesMax / 2, 1e6);
}

TEST_F(ConnectionGuardTest, MessagesThatAreCompleteTakeNothing) {
  const std::string message = MessagePrefix(100'000) + std::string(100'000, 'm');
  ASSERT_TRUE(Takes(Open(1)));
  for (size_t bytes = 0; bytes < kIncompleteBytesMax + message.size(); bytes += message.size()) {
    for (size_t at = 0; at < message.size(); at += 16'000) {
      ASSERT_TRUE(Takes(Frame(kFrameData, 0, 1, message.substr(at, 16'000)))) << bytes;
    }
    if (bytes % (100 * message.size()) == 0) now_ms_ += 1'000;
  }
}

TEST(GrpcMessagesTest, WhatIsNotCompleteIsCountedHoweverItIsCut) {
  const std::string two =
      MessagePrefix(3) + "abc" + MessagePrefix(0) + MessagePrefix(300) + std::string(299, 'm');
  for (size_t piece = 1; piece < 20; ++piece) {
    GrpcMessages messages;
    for (size_t at = 0; at < two.size(); at += piece) messages.Read(two.substr(at, piece));
    EXPECT_EQ(messages.incomplete_bytes(), 5u + 299u) << piece;
    EXPECT_TRUE(messages.Read("m"));
    EXPECT_EQ(messages.incomplete_bytes(), 0u);
  }
}

TEST(GrpcMessagesTest, TheEndOfAMessageIsTold) {
  GrpcMessages messages;
  EXPECT_FALSE(messages.Read(MessagePrefix(3) + "ab"));
  EXPECT_TRUE(messages.Read("c"));
  EXPECT_TRUE(messages.Read(MessagePrefix(0)));
  EXPECT_TRUE(messages.Read(MessagePrefix(1) + "a" + MessagePrefix(1)));
  EXPECT_FALSE(messages.Read(""));
}

TEST(TokenBucketTest, ItFillsByItsRateUpToItsSize) {
  TokenBucket bucket(/*per_second=*/10, /*at_once=*/5);
  EXPECT_TRUE(bucket.Take(5, kNowMs));
  EXPECT_FALSE(bucket.Take(1, kNowMs + 99));
  EXPECT_TRUE(bucket.Take(1, kNowMs + 100));
  EXPECT_FALSE(bucket.IsFull(kNowMs + 599));
  EXPECT_TRUE(bucket.IsFull(kNowMs + 600));
  EXPECT_FALSE(bucket.Take(6, kNowMs + 1'000'000'000));
  EXPECT_TRUE(bucket.Take(5, kNowMs));  // A clock that went back takes nothing away.
  EXPECT_FALSE(bucket.Take(1, kNowMs));
}

TEST(PeerAccountsTest, AnAccountIsKeptAsLongAsItIsInUseOrNotFresh) {
  PeerAccounts accounts;
  const std::shared_ptr<PeerAccount> held = accounts.Of("held", kNowMs);
  ASSERT_TRUE(accounts.Of("spent", kNowMs)->Spend(Spending::kReset, kResetsAtOnceMax, kNowMs));
  for (size_t i = 0; i < 2 * kAccountsMax; ++i) accounts.Of(std::to_string(i), kNowMs);
  EXPECT_EQ(accounts.Of("held", kNowMs), held);
  EXPECT_FALSE(accounts.Of("spent", kNowMs)->Spend(Spending::kReset, 1, kNowMs));
  EXPECT_LE(accounts.size(), kAccountsMax);
}

}  // namespace
}  // namespace liggare::rpc
