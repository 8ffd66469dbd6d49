// The real database: the same as the memory model, kept across openings, and
// honest about what is wrong with it.
#include "eventstore/log/database/rocksdb_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "eventstore/log/care/fsck.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/scratch_directory.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

using ::testing::HasSubstr;
using testing::MemoryDatabase;
using testing::ScratchDirectory;
using testing::TestNode;

class RocksDatabaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<RocksDatabase> Open(const std::string& path, bool create = true) {
    auto database = RocksDatabase::Open(path, shared_, {.create_if_missing = create});
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }

  // Flips one byte in the middle of `bytes`, wherever a file holds them. How many
  // times they were found.
  int FlipOnDisk(const std::string& bytes) {
    int found = 0;
    for (const auto& file : std::filesystem::directory_iterator(path_)) {
      std::ifstream in(file.path(), std::ios::binary);
      std::string contents((std::istreambuf_iterator<char>(in)), {});
      const size_t at = contents.find(bytes);
      if (at == std::string::npos) continue;
      contents[at + bytes.size() / 2] ^= 1;
      std::ofstream(file.path(), std::ios::binary) << contents;
      ++found;
    }
    return found;
  }

  bool Names(const FsckReport& report, std::string_view log, uint64_t index) {
    for (const FsckFinding& finding : report.findings) {
      if (finding.log == log && finding.index == index) return true;
    }
    return false;
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "node";
  SharedResources shared_;
};

TEST_F(RocksDatabaseTest, MissingDatabaseIsMadeOnlyWhenAsked) {
  const auto missing = RocksDatabase::Open(path_, shared_, {});
  EXPECT_TRUE(absl::IsNotFound(missing.status())) << missing.status();
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr(path_));
  EXPECT_FALSE(RocksDatabase::OpenForInspection(path_, shared_).ok());
  Open(path_);
  Open(path_, false);
}

TEST_F(RocksDatabaseTest, DatabaseInUseIsSaidToBe) {
  const auto database = Open(path_);
  const auto again = RocksDatabase::Open(path_, shared_, {});
  EXPECT_TRUE(absl::IsFailedPrecondition(again.status())) << again.status();
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("in use"));
  const auto inspection = RocksDatabase::OpenForInspection(path_, shared_);
  EXPECT_TRUE(absl::IsFailedPrecondition(inspection.status())) << inspection.status();
}

TEST_F(RocksDatabaseTest, DirectoryThatCannotBeWrittenIsAnErrorWithItsPath) {
  const std::string file = scratch_.Write("file", "x");
  const auto database = RocksDatabase::Open(file + "/node", shared_, {.create_if_missing = true});
  EXPECT_FALSE(database.ok());
  EXPECT_THAT(std::string(database.status().message()), HasSubstr(file));
}

TEST_F(RocksDatabaseTest, EqualsTheMemoryModel) {
  const uint32_t seed = testing::TestSeed();
  SCOPED_TRACE(testing::HowToRepeat(seed));
  std::mt19937 random(seed);
  const auto random_key = [&] { return std::string(random() % 3 + 21, 'a' + random() % 26); };
  auto rocks = Open(path_);
  MemoryDatabase memory;
  for (int round = 0; round < 200; ++round) {
    Batch batch;
    for (uint32_t n = random() % 20; n > 0; --n) {
      const Family family = kFamilies[random() % kFamilyCount];
      if (random() % 4 == 0) {
        batch.Delete(family, random_key());
      } else {
        batch.Put(family, random_key(), std::to_string(random()));
      }
    }
    const Durability durability = random() % 2 == 0 ? Durability::kSynced : Durability::kBuffered;
    ASSERT_TRUE(rocks->Write(batch, durability).ok());
    ASSERT_TRUE(memory.Write(batch, durability).ok());
    if (round % 50 == 25) {
      ASSERT_TRUE(rocks->Flush().ok());
    }
    if (round % 50 == 49) {
      rocks.reset();
      rocks = Open(path_, false);
    }
    const Family family = kFamilies[random() % kFamilyCount];
    const std::string key = random_key();
    EXPECT_EQ(*rocks->Get(family, key), *memory.Get(family, key));
    const auto a = rocks->NewCursor(family);
    const auto b = memory.NewCursor(family);
    for (int step = 0; step < 30; ++step) {
      const uint32_t move = random() % 4;
      if (move == 0 || !b->Valid()) {
        const std::string target = random_key();
        const bool back = random() % 2 == 0;
        back ? a->SeekForPrev(target) : a->Seek(target);
        back ? b->SeekForPrev(target) : b->Seek(target);
      } else if (move == 1) {
        a->Prev();
        b->Prev();
      } else {
        a->Next();
        b->Next();
      }
      ASSERT_EQ(a->Valid(), b->Valid());
      if (!b->Valid()) continue;
      EXPECT_EQ(a->key(), b->key());
      EXPECT_EQ(a->value(), b->value());
    }
  }
}

TEST_F(RocksDatabaseTest, NodeIsTheSameAfterReopening) {
  merkle::Hash root;
  for (const bool flush : {false, true, false}) {
    auto database = Open(path_);
    TestNode node(*database, "se/17");
    node.now_ms += 1000 * node.log().boot_count();
    if (node.log().boot_count() > 1) {
      EXPECT_EQ(node.log().Find("se/17@1")->root, root);
    }
    for (uint64_t i = 0; i < 300; ++i) {
      const uint64_t id = node.log().boot_count() * 1000 + i;
      ASSERT_TRUE(node.RecordOne(testing::MakeSubmission(testing::MakeEventId(id), "s")).ok());
    }
    root = node.log().Find("se/17@1")->root;
    if (flush) {
      ASSERT_TRUE(database->Flush().ok());
    }
  }
  auto database = Open(path_);
  TestNode node(*database, "se/17");
  EXPECT_EQ(node.log().Find("se/17@1")->size, 900u);
  EXPECT_EQ(node.log().Find("se/17@1")->root, root);
  EXPECT_GT(database->FileBytes(), 0u);
}

TEST_F(RocksDatabaseTest, KilledProcessLosesNothingThatWasAnswered) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer can't follow a fork that starts threads";
#endif
  int answered[2];
  ASSERT_EQ(pipe(answered), 0);
  const pid_t child = fork();
  if (child == 0) {
    SharedResources shared;
    auto database = RocksDatabase::Open(path_, shared, {.create_if_missing = true});
    TestNode node(**database, "se/17");
    for (uint32_t i = 0; i < 50; ++i) {
      node.RecordSome(1);
      if (write(answered[1], &i, sizeof(i)) != sizeof(i)) _exit(1);
    }
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  close(answered[1]);
  uint32_t last = 0;
  for (uint32_t i = 0; read(answered[0], &i, sizeof(i)) == sizeof(i);) last = i;
  close(answered[0]);
  auto database = Open(path_, false);
  TestNode node(*database, "se/17");
  EXPECT_EQ(node.log().Find("se/17@1")->size, last + 1u);
}

TEST_F(RocksDatabaseTest, FsckNamesTheEntryWhoseByteChangedInAFile) {
  std::string entry;
  {
    auto database = Open(path_);
    TestNode node(*database, "se/17");
    node.RecordSome(300);
    entry = *node.log().Read("se/17@1", 123);
    ASSERT_TRUE(database->Flush().ok());
  }
  EXPECT_TRUE(FsckDirectory(path_, shared_, {})->ok());
  ASSERT_GE(FlipOnDisk(entry), 1);
  const auto report = FsckDirectory(path_, shared_, {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(Names(*report, "se/17@1", 123));
  EXPECT_THAT(FindingText(report->findings.back()), HasSubstr("files"));
}

TEST_F(RocksDatabaseTest, FsckNamesTheEntryWhoseByteChangedInTheWriteAheadLog) {
  std::string entry;
  {
    auto database = Open(path_);
    TestNode node(*database, "se/17");
    node.RecordSome(300);
    entry = *node.log().Read("se/17@1", 123);
  }
  EXPECT_TRUE(FsckDirectory(path_, shared_, {})->ok());
  ASSERT_EQ(FlipOnDisk(entry), 1);
  EXPECT_TRUE(absl::IsDataLoss(RocksDatabase::Open(path_, shared_, {}).status()));
  const auto report = FsckDirectory(path_, shared_, {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(Names(*report, "se/17@1", 123));
}

TEST_F(RocksDatabaseTest, TornEndOfTheWriteAheadLogIsDropped) {
  {
    auto database = Open(path_);
    TestNode node(*database, "se/17");
    node.RecordSome(10);
  }
  for (const auto& file : std::filesystem::directory_iterator(path_)) {
    if (file.path().extension() != ".log") continue;
    std::filesystem::resize_file(file.path(), file.file_size() - 5);
  }
  auto database = Open(path_, false);
  TestNode node(*database, "se/17");
  EXPECT_EQ(node.log().Find("se/17@1")->size, 9u);
}

}  // namespace
}  // namespace liggare::log
