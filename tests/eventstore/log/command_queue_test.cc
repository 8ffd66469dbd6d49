// What of the queue goes into one commit.
#include "eventstore/log/write/command_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace liggare::log {
namespace {

class CommandQueueTest : public ::testing::Test {
 protected:
  void Add(Command command) { EXPECT_EQ(queue_.Add(command), absl::OkStatus()); }
  // A command that counts as so many bytes.
  void AddBytes(size_t bytes) { Add(SaveNoteCommand{"k", std::string(bytes - 1, 'v'), {}}); }
  void AddChunk() {
    StoreCommand store;
    store.chunk.chunk.entries.emplace_back("e");
    Add(std::move(store));
  }

  CommandQueue queue_;
};

TEST_F(CommandQueueTest, CommitTakesAsManyBytesAsItsLimitAndNoMore) {
  AddBytes(kCommitBytesMax - 10);
  AddBytes(10);
  EXPECT_EQ(queue_.Take().size(), 2u);
  AddBytes(kCommitBytesMax - 10);
  AddBytes(11);
  EXPECT_EQ(queue_.Take().size(), 1u);
  EXPECT_EQ(queue_.Take().size(), 1u);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(CommandQueueTest, WhatIsLargerThanACommitIsOneByItself) {
  AddBytes(kCommitBytesMax + 1);
  AddBytes(1);
  EXPECT_EQ(queue_.Take().size(), 1u);
  EXPECT_EQ(queue_.Take().size(), 1u);
}

TEST_F(CommandQueueTest, CommitTakesAsManyForeignLogsAsItsLimitAndNoMore) {
  for (size_t i = 0; i < kCommitLogsMax + 1; ++i) AddChunk();
  EXPECT_EQ(queue_.Take().size(), kCommitLogsMax);
  EXPECT_EQ(queue_.Take().size(), 1u);
  EXPECT_TRUE(queue_.empty());
}

}  // namespace
}  // namespace liggare::log
