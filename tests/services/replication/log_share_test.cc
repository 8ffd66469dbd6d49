#include "services/replication/session/log_share.h"

#include <gtest/gtest.h>

#include <functional>

#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

class LogShareTest : public ::testing::Test {
 protected:
  // How many of `name(0)`, `name(1)`, ... have room, at most `most`.
  size_t Fill(const std::function<std::string(size_t)>& name, size_t most = 10'000) {
    size_t taken = 0;
    for (size_t i = 0; i < most; ++i) {
      const std::string log = name(i);
      if (!HasRoom(log, held_)) break;
      held_.insert(log);
      ++taken;
    }
    return taken;
  }
  static std::function<std::string(size_t)> Below(const std::string& path) {
    return [path](size_t i) { return path + "/n" + std::to_string(i) + "@1"; };
  }
  std::set<std::string, std::less<>> held_;
};

TEST_F(LogShareTest, TheVerksamhetIsTheFirstThreeSegments) {
  EXPECT_EQ(VerksamhetOf("se@1"), "se");
  EXPECT_EQ(VerksamhetOf("se/17@1"), "se/17");
  EXPECT_EQ(VerksamhetOf("se/17/a@12"), "se/17/a");
  EXPECT_EQ(VerksamhetOf("se/17/a/b/c@1"), "se/17/a");
}

TEST_F(LogShareTest, LogsBelowAVerksamhetAreLimited) {
  EXPECT_EQ(Fill(Below("se/17/a")), kChildLogsMax);
  // Whatever depth they are at, and whatever epoch.
  EXPECT_FALSE(HasRoom("se/17/a/n0/b@1", held_));
  EXPECT_FALSE(HasRoom("se/17/a/n0@2", held_));
}

TEST_F(LogShareTest, OwnLogsOfAVerksamhetAndThoseOfItsNeighboursAlwaysHaveRoom) {
  Fill(Below("se/17/a"));
  for (const char* log :
       {"se/17/a@1", "se/17/a@2", "se/17/b@1", "se/17/b/x@1", "se/17@2", "se@9", "se/17/a-b/x@1"}) {
    EXPECT_TRUE(HasRoom(log, held_)) << log;
  }
}

TEST_F(LogShareTest, DepthDoesNotMultiply) {
  held_.insert("se/17/a/x@1");
  size_t taken = 1;
  for (int i = 0; i < 40; ++i) {
    taken += Fill(Below("se/17/a/x/y" + std::to_string(i)), 20);
    taken += Fill(Below("se/17/a/x/y" + std::to_string(i) + "/z/u"), 20);
  }
  EXPECT_LE(taken, kChildLogsMax);
}

TEST_F(LogShareTest, OneThatFloodsLeavesRoomForThoseBesideItAtEveryDepth) {
  for (const char* parent : {"se/17/a", "se/17/a/b", "se/17/a/b/c", "se/17/a/b/c/d"}) {
    held_.clear();
    for (const char* log : {"se/17/a/b@1", "se/17/a/b/c@1", "se/17/a/b/c/d@1"}) held_.insert(log);
    const std::string evil = std::string(parent) + "/evil";
    EXPECT_GT(Fill([&](size_t i) {
                return i < 100 ? evil + "@" + std::to_string(i + 1)
                               : evil + "/n" + std::to_string(i) + "@1";
              }),
              4u);
    EXPECT_TRUE(HasRoom(std::string(parent) + "/honest@1", held_)) << parent;
    EXPECT_TRUE(HasRoom(std::string(parent) + "@2", held_)) << parent;
  }
}

TEST_F(LogShareTest, ANodeThatWasRestoredAHundredTimesHasRoomForItsEpochs) {
  EXPECT_EQ(
      Fill([](size_t i) { return "se/01/stockholm/city@" + std::to_string(i + 1); }, kEpochMax),
      kEpochMax);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Fill(
                  [i](size_t epoch) {
                    return "se/01/stockholm/n" + std::to_string(i) + "@" +
                           std::to_string(epoch + 1);
                  },
                  5),
              5u)
        << i;
  }
}

}  // namespace
}  // namespace liggare::replication
