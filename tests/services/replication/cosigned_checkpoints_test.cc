// How far a cosignature is looked for.
#include "services/replication/chunks/cosigned_checkpoints.h"

#include <gtest/gtest.h>

#include "eventstore/note/checkpoint.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::replication {
namespace {

using testing::KeyOfNode;
using testing::kTrustDomain;
using testing::kVarmland;
using testing::ManualClock;
using testing::Registered;
using testing::TestNode;

class CosignedCheckpointsTest : public ::testing::Test {
 protected:
  CosignedCheckpointsTest() {
    EnrolledNode county;
    county.keys = {KeyOfNode("se/17").verifier()};
    county.entry_count = 1;
    keys_.Learn("se/17", county);
  }
  // Cosignatures that the county gives after that second count for nothing.
  void RevokeTheCountysKey(uint64_t cosigned_until_s) {
    EnrolledNode county;
    county.keys = {KeyOfNode("se/17").verifier()};
    county.entry_count = 2;
    county.revocations = {{.key = KeyOfNode("se/17").verifier(),
                           .log = "se/17@1",
                           .size = 0,
                           .cosigned_until_s = cosigned_until_s}};
    keys_.Learn("se/17", county);
  }
  // Stores the checkpoint of so many entries; the county's cosignature is on it if asked for.
  void StoreCheckpoint(uint64_t size, bool cosigned, uint64_t time_s = 1) {
    auto checkpoint = varmland_.sequencer().OwnCheckpoint(size);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    if (cosigned) {
      checkpoint->note.signatures.push_back(
          note::Cosign(KeyOfNode("se/17"), checkpoint->note.text, time_s));
    }
    varmland_.sequencer().SaveCheckpoint(log_, *checkpoint);
    while (varmland_.sequencer().Step()) {
    }
  }
  bool IsFound(uint64_t index) {
    const auto found = FirstCosigned(keys_, {.log = log_, .index = index}, {"se/17"});
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() && found->contains("se/17");
  }

  ManualClock clock_;
  TestNode varmland_{std::string(kVarmland), clock_};
  const std::string log_ = varmland_.log().own_log();
  KeyRegistry keys_{varmland_.log(), KeyOfNode("se").verifier(), varmland_.key().verifier()};
};

TEST_F(CosignedCheckpointsTest, AsManyCheckpointsAsTheLimitAreLookedAtAndNoMore) {
  for (uint64_t size = 1; size <= kCheckpointsSearchedMax + 1; ++size) {
    varmland_.Record(Registered(std::string(kVarmland) + "/" + std::to_string(size)));
    StoreCheckpoint(size, /*cosigned=*/size == kCheckpointsSearchedMax + 1);
  }
  EXPECT_TRUE(IsFound(1));
  EXPECT_FALSE(IsFound(0));
}

// A receipt is built on one that stands, though a later one was given too.
TEST_F(CosignedCheckpointsTest, ACosignatureOfARevokedKeyCountsUpToItsTime) {
  varmland_.Record(Registered(kVarmland));
  StoreCheckpoint(1, /*cosigned=*/true, /*time_s=*/1'000);
  RevokeTheCountysKey(999);
  EXPECT_FALSE(IsFound(0));
  RevokeTheCountysKey(1'000);
  EXPECT_TRUE(IsFound(0));
}

}  // namespace
}  // namespace liggare::replication
