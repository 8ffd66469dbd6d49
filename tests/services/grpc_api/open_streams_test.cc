#include "services/grpc_api/open_streams.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "proto/error/error.h"

namespace liggare::grpc_api {
namespace {

class CountedCall : public Drainable {
 public:
  void Drain() override { ++drained; }
  int drained = 0;
};

TEST(OpenStreamsTest, NoMoreAreOpenThanTheLimit) {
  OpenStreams streams;
  std::deque<CountedCall> calls(kStreamsMax + 1);
  for (size_t i = 0; i < kStreamsMax; ++i) {
    ASSERT_TRUE(streams.Add(calls[i], std::to_string(i)).ok()) << i;
  }
  const absl::Status refused = streams.Add(calls.back(), "one more");
  EXPECT_EQ(ErrorOf(refused).code(), v1::ERROR_CODE_UNAVAILABLE);
  streams.Remove(calls.back());  // Does nothing.
  EXPECT_FALSE(streams.Add(calls.back(), "one more").ok());
  streams.Remove(calls.front());
  EXPECT_TRUE(streams.Add(calls.back(), "one more").ok());
}

TEST(OpenStreamsTest, OneCallerLeavesRoomForOthers) {
  OpenStreams streams;
  std::deque<CountedCall> calls(kStreamsMax);
  size_t open = 0;
  while (streams.Add(calls[open], "flood").ok()) ++open;
  EXPECT_EQ(open, kStreamsMax / 2);
  CountedCall other;
  EXPECT_TRUE(streams.Add(other, "other").ok());
}

TEST(OpenStreamsTest, EveryOpenCallIsDrainedAndThoseThatComeLater) {
  OpenStreams streams;
  CountedCall open;
  CountedCall closed;
  CountedCall later;
  ASSERT_TRUE(streams.Add(open, "a").ok());
  ASSERT_TRUE(streams.Add(closed, "a").ok());
  streams.Remove(closed);
  streams.DrainAll();
  ASSERT_TRUE(streams.Add(later, "a").ok());
  EXPECT_EQ(open.drained, 1);
  EXPECT_EQ(closed.drained, 0);
  EXPECT_EQ(later.drained, 1);
}

}  // namespace
}  // namespace liggare::grpc_api
