// A verksamhet that holds thousands of logs and sends them all, against the sessions of
// every tier: what the others have to say goes up all the same.
#include <gtest/gtest.h>

#include <string>

#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/session/limits.h"
#include "tests/services/replication/simulation.h"

namespace liggare::replication {
namespace {

constexpr char kEvil[] = "se/17/evil";
constexpr int kFlood = static_cast<int>(kChildLogsMax) + 30;

class HostileShareTest : public ::testing::Test {
 protected:
  HostileShareTest() {
    for (const char* path : {"se", "se/17", kEvil, "se/17/b"}) simulation_.AddNode(path);
    simulation_.Enrol("se", "se/17");
    for (const char* path : {kEvil, "se/17/b"}) {
      simulation_.Enrol("se", path);
      simulation_.Enrol("se/17", path);
    }
    simulation_.Record("se/17", {.count = 3});
    simulation_.Record("se/17/b", {.count = 3});
    simulation_.Record(kEvil, {.count = 1});
  }
  void ConnectAll() {
    for (const char* path : {"se/17", kEvil, "se/17/b"}) simulation_.Connect(path);
    ASSERT_TRUE(simulation_.RunUntilIdle());
  }
  size_t HeldBelowEvil(const std::string& at) const {
    size_t count = 0;
    for (const auto& [name, log] : simulation_.LogsOf(at)) {
      const std::string_view path = name::PathOfLog(name);
      count += path != kEvil && name::IsAtOrBelow(path, kEvil) && log.size() > 0;
    }
    return count;
  }
  uint64_t SizeAt(const std::string& at, const std::string& log) const {
    const SimulatedLog* found = simulation_.Find(at, log);
    return found == nullptr ? 0 : found->size();
  }
  // The newest log of the node, here and at the nation.
  void ExpectCarried(const std::string& log, const std::string& by) {
    EXPECT_GT(SizeAt(by, log), 0u) << log;
    EXPECT_EQ(SizeAt("se", log), SizeAt(by, log)) << log;
    EXPECT_TRUE(simulation_.recording(by)) << simulation_.Show(by);
  }

  Simulation simulation_;
};

TEST_F(HostileShareTest, OnlyItsShareIsTakenAndTheOthersGoOn) {
  simulation_.Flood(kEvil, {.count = kFlood});
  ConnectAll();
  EXPECT_EQ(HeldBelowEvil("se/17"), kChildLogsMax);
  EXPECT_EQ(HeldBelowEvil("se"), kChildLogsMax);
  simulation_.Record("se/17/b", {.count = 2});
  simulation_.Record("se/17", {.count = 2});
  ASSERT_TRUE(simulation_.RunUntilIdle());
  ExpectCarried("se/17@1", "se/17");
  ExpectCarried("se/17/b@1", "se/17/b");
  EXPECT_NE(simulation_.Show("se/17").find("LIMIT_EXCEEDED"), std::string::npos);
  EXPECT_NE(simulation_.Show(kEvil).find("LIMIT_EXCEEDED"), std::string::npos);
}

TEST_F(HostileShareTest, ARestartOfTheCountyChangesNothing) {
  simulation_.Flood(kEvil, {.count = kFlood});
  ConnectAll();
  for (int restart = 0; restart < 3; ++restart) {
    simulation_.Flood(kEvil, {.prefix = "r" + std::to_string(restart) + "-", .count = 20});
    simulation_.Record("se/17", {.count = 1});
    ConnectAll();
    ExpectCarried("se/17@1", "se/17");
  }
  EXPECT_EQ(HeldBelowEvil("se/17"), kChildLogsMax);
}

TEST_F(HostileShareTest, ARestoredCountysNewEpochReachesTheNation) {
  simulation_.Flood(kEvil, {.count = kFlood});
  ConnectAll();
  simulation_.Record("se/17", {.count = 4});
  simulation_.Restore("se/17", {});
  ConnectAll();
  ExpectCarried("se/17@2", "se/17");
  simulation_.Record("se/17", {.count = 1});
  simulation_.Record("se/17/b", {.count = 1});
  ASSERT_TRUE(simulation_.RunUntilIdle());
  ExpectCarried("se/17@2", "se/17");
  ExpectCarried("se/17/b@1", "se/17/b");
}

TEST_F(HostileShareTest, ARestoredVerksamhetIsTakenThoughItsNeighbourFloods) {
  simulation_.Flood(kEvil, {.count = kFlood});
  ConnectAll();
  simulation_.Restore("se/17/b", {});
  ConnectAll();
  ExpectCarried("se/17/b@2", "se/17/b");
  // And the one that floods has its own, too.
  simulation_.Restore(kEvil, {});
  ConnectAll();
  ExpectCarried(std::string(kEvil) + "@2", kEvil);
}

}  // namespace
}  // namespace liggare::replication
