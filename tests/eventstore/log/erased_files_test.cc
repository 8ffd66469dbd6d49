// That the bytes of an erased text leave the files: tables and write-ahead logs, in use
// and after reopening, and wherever a crash came in between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "eventstore/log/care/fsck.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "rocksdb/env.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/fault_file_system.h"
#include "tests/testing/scratch_directory.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeDisclosure;
using testing::MakeErasure;
using testing::MakeEventId;
using testing::MakeSubmissionWithText;
using testing::SimulatedDisk;
using testing::TestNode;

constexpr char kSubject[] = "brist/se/17/a/1";
constexpr char kPath[] = "se/17/a";
constexpr char kErased[] = "this text is about a person and is to be erased";
// Of the operations at which the machine may stop, every so many are tried.
constexpr uint64_t kStep = 5;
constexpr char kKept[] = "this text is about a person and is to be kept";

std::vector<std::string> FilesWith(const std::string& directory, std::string_view text) {
  std::vector<std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    if (bytes.find(text) != std::string::npos) files.push_back(file.path().filename());
  }
  return files;
}

std::vector<std::string> FilesWith(const SimulatedDisk& disk, std::string_view text) {
  std::vector<std::string> files;
  for (const std::string& path : disk.Paths()) {
    if (disk.Contents(path).find(text) != std::string::npos) files.push_back(path);
  }
  return files;
}

// A purge that never comes: the process is killed before it.
class KilledBeforePurge : public Database {
 public:
  explicit KilledBeforePurge(Database& database) : database_(database) {}
  absl::Status Write(const Batch& batch, Durability durability) override {
    return database_.Write(batch, durability);
  }
  absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                 std::string_view key) const override {
    return database_.Get(family, key);
  }
  std::unique_ptr<Cursor> NewCursor(Family family) const override {
    return database_.NewCursor(family);
  }
  absl::Status Purge(Family) override { return absl::UnavailableError("killed"); }

 private:
  Database& database_;
};

class ErasedFilesTest : public ::testing::Test {
 protected:
  ErasedFilesTest() { Open(); }

  void Open() {
    node_.reset();
    database_.reset();
    auto database = RocksDatabase::Open(data_, shared_, {.create_if_missing = true});
    ASSERT_TRUE(database.ok()) << database.status();
    database_ = *std::move(database);
    node_ = std::make_unique<TestNode>(*database_, kPath);
  }
  static void RecordText(TestNode& node, uint64_t id, std::string_view text) {
    ASSERT_TRUE(
        node.RecordOne(MakeSubmissionWithText(MakeEventId(id), kSubject, MakeDisclosure(text)))
            .ok());
  }
  static void Erase(TestNode& node, uint64_t id, std::string_view text = kErased) {
    const auto recorded =
        node.RecordOne(MakeErasure(MakeEventId(id), kSubject, {MakeDisclosure(text).commitment}));
    ASSERT_TRUE(recorded.ok()) << recorded.status();
  }
  void ExpectErased() {
    EXPECT_THAT(FilesWith(data_, kErased), IsEmpty());
    EXPECT_FALSE(FilesWith(data_, kKept).empty());
    EXPECT_TRUE(node_->sequencer().erased_in_files().ok()) << node_->sequencer().erased_in_files();
    for (const FsckFinding& finding : Fsck(*database_, {}).findings) {
      ADD_FAILURE() << FindingText(finding);
    }
  }

  testing::ScratchDirectory scratch_;
  const std::string data_ = scratch_ / "data";
  SharedResources shared_;
  std::unique_ptr<RocksDatabase> database_;
  std::unique_ptr<TestNode> node_;
};

TEST_F(ErasedFilesTest, TextLeavesTheWriteAheadLog) {
  RecordText(*node_, 1, kErased);
  RecordText(*node_, 2, kKept);
  ASSERT_FALSE(FilesWith(data_, kErased).empty());
  Erase(*node_, 3);
  ExpectErased();
  Open();
  ExpectErased();
}

// Each erasure is carried out for itself, also after one that was.
TEST_F(ErasedFilesTest, TheTextOfEveryLaterErasureLeavesTheFiles) {
  RecordText(*node_, 1, kErased);
  RecordText(*node_, 2, kKept);
  Erase(*node_, 3);
  ExpectErased();
  const std::vector<std::string> later = {"a second text about a person",
                                          "a third text about a person"};
  for (uint64_t i = 0; i < later.size(); ++i) {
    RecordText(*node_, 10 * i + 11, later[i]);
    if (i == 1) {
      ASSERT_TRUE(database_->Flush().ok());
    }
    ASSERT_FALSE(FilesWith(data_, later[i]).empty());
    Erase(*node_, 10 * i + 12, later[i]);
    EXPECT_THAT(FilesWith(data_, later[i]), IsEmpty());
    ExpectErased();
  }
  Open();
  for (const std::string& text : later) EXPECT_THAT(FilesWith(data_, text), IsEmpty());
}

// What is owed after a restart is owed whatever was erased before it.
TEST_F(ErasedFilesTest, KilledBeforeTheSecondPurgeItIsDoneAtTheNextOpening) {
  constexpr char kSecond[] = "a second text about a person";
  RecordText(*node_, 1, kErased);
  RecordText(*node_, 2, kKept);
  Erase(*node_, 3);
  node_.reset();
  {
    KilledBeforePurge killed(*database_);
    TestNode node(killed, kPath);
    RecordText(node, 4, kSecond);
    Erase(node, 5, kSecond);
    EXPECT_FALSE(node.sequencer().erased_in_files().ok());
  }
  ASSERT_FALSE(FilesWith(data_, kSecond).empty());
  Open();
  EXPECT_THAT(FilesWith(data_, kSecond), IsEmpty());
  ExpectErased();
}

TEST_F(ErasedFilesTest, TextLeavesTablesOfEveryLevel) {
  for (uint64_t round = 0; round < 6; ++round) {
    RecordText(*node_, 10 * round + 1, round == 0 ? kErased : kKept + std::to_string(round));
    RecordText(*node_, 10 * round + 2, "text " + std::to_string(round));
    node_->RecordSome(20);
    ASSERT_TRUE(database_->Flush().ok());
    // Into the lowest level.
    if (round == 3) {
      ASSERT_TRUE(database_->Purge(Family::kDisclosures).ok());
    }
  }
  RecordText(*node_, 100, kErased);  // Written over, too.
  ASSERT_GE(FilesWith(data_, kErased).size(), 2u);
  Erase(*node_, 101);
  ExpectErased();
  node_->RecordSome(50);
  ASSERT_TRUE(database_->Flush().ok());
  Open();
  ExpectErased();
}

TEST_F(ErasedFilesTest, KilledBeforeThePurgeItIsDoneAtTheNextOpening) {
  node_.reset();
  {
    KilledBeforePurge killed(*database_);
    TestNode node(killed, kPath);
    RecordText(node, 1, kErased);
    RecordText(node, 2, kKept);
    Erase(node, 3);
    EXPECT_FALSE(node.sequencer().erased_in_files().ok());
  }
  ASSERT_FALSE(FilesWith(data_, kErased).empty());
  Open();
  ExpectErased();
}

TEST_F(ErasedFilesTest, TableThatACursorReadsGoesWhenItIsDone) {
  RecordText(*node_, 1, kErased);
  RecordText(*node_, 2, kKept);
  ASSERT_TRUE(database_->Flush().ok());
  auto cursor = database_->NewCursor(Family::kDisclosures);
  cursor->Seek("");
  Erase(*node_, 3);
  EXPECT_THAT(node_->sequencer().erased_in_files().message(), HasSubstr("still in use"));
  EXPECT_TRUE(node_->sequencer().health().ok());
  EXPECT_FALSE(FilesWith(data_, kErased).empty());
  cursor.reset();
  node_->sequencer().PurgeErased();
  node_->sequencer().Step();
  ExpectErased();
}

TEST_F(ErasedFilesTest, WhereverTheMachineStopsTheNextOpeningFinishesIt) {
  const uint32_t seed = testing::TestSeed();
  SCOPED_TRACE(testing::HowToRepeat(seed));
  int erased_before_crash = 0;
  int owed_at_restart = 0;
  bool finished = false;
  uint64_t crash_at = 1 + seed % kStep;
  for (uint64_t round = 0; !finished && round < 200; ++round, crash_at += kStep) {
    SCOPED_TRACE("stopped at operation " + std::to_string(crash_at));
    SimulatedDisk disk(seed + crash_at);
    const auto env = testing::MakeFaultEnv(disk);
    SharedResources shared({}, env.get());
    ASSERT_TRUE(disk.MakeDirectory("/var", false).ok());
    ASSERT_TRUE(disk.SyncDirectory("/").ok());
    {
      auto database = RocksDatabase::Open("/var/node", shared, {.create_if_missing = true});
      ASSERT_TRUE(database.ok()) << database.status();
      TestNode node(**database, kPath);
      RecordText(node, 1, kErased);
      RecordText(node, 2, kKept);
      disk.CrashAt(crash_at);
      const auto recorded = node.RecordOne(
          MakeErasure(MakeEventId(3), kSubject, {MakeDisclosure(kErased).commitment}));
      if (recorded.ok()) ++erased_before_crash;
      finished = !disk.crashed();
    }
    disk.Restart(round % 2 == 0 ? SimulatedDisk::End::kKilled : SimulatedDisk::End::kPowerLoss);
    if (!FilesWith(disk, kErased).empty()) ++owed_at_restart;
    auto database = RocksDatabase::Open("/var/node", shared, {});
    ASSERT_TRUE(database.ok()) << database.status();
    TestNode node(**database, kPath);
    if (node.log().Find(node.log().own_log())->size == 3) {
      EXPECT_THAT(FilesWith(disk, kErased), IsEmpty());
    }
    EXPECT_FALSE(FilesWith(disk, kKept).empty());
    EXPECT_TRUE(Fsck(**database, {}).ok());
  }
  EXPECT_TRUE(finished);
  EXPECT_GT(erased_before_crash, 0);
  EXPECT_GT(owed_at_restart, 0);
}

}  // namespace
}  // namespace liggare::log
