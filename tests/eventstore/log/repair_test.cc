// That what is derived from the entries comes back byte for byte, and that nothing
// else is touched.
#include "eventstore/log/care/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>

#include "eventstore/log/bytes/keys.h"
#include "tests/eventstore/log/complete_node.h"
#include "tests/testing/scratch_directory.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

using testing::CompleteNode;
using ::testing::HasSubstr;
using testing::MemoryDatabase;
using testing::NoteKeyFinder;
using testing::ScratchDirectory;

constexpr Family kDerived[] = {Family::kTiles, Family::kIds, Family::kSubjects, Family::kKnown};
using Contents = std::array<MemoryDatabase::Rows, kFamilyCount>;

Contents ContentsOf(const MemoryDatabase& database) {
  Contents contents;
  for (const Family family : kFamilies) {
    contents[static_cast<size_t>(family)] = database.Contents(family);
  }
  return contents;
}

class RepairTest : public ::testing::Test {
 protected:
  MemoryDatabase& database() { return node_.database(); }

  RepairReport MustRepair() {
    auto report = Repair(database(), options_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : RepairReport();
  }

  static void ExpectSound(const FsckReport& report) {
    for (const FsckFinding& finding : report.findings) ADD_FAILURE() << FindingText(finding);
  }

  std::string Flipped(std::string bytes) {
    char& byte = bytes[random_() % bytes.size()];
    byte = static_cast<char>(byte ^ (1 << random_() % 8));
    return bytes;
  }

  // Changes, moves, adds or removes some row of a derived family.
  void DamageSomething() {
    const Family family = kDerived[random_() % std::size(kDerived)];
    const auto rows = database().Contents(family);
    if (rows.empty()) return;
    const auto row = std::next(rows.begin(), static_cast<long>(random_() % rows.size()));
    const auto [key, value] = *row;
    switch (random_() % 4) {
      case 0:
        database().Overwrite(family, key, Flipped(value));
        break;
      case 1:
        database().Erase(family, key);
        break;
      case 2:
        database().Overwrite(family, Flipped(key), value);
        break;
      default:
        database().Overwrite(family, std::string(random_() % 40 + 1, 'x'), value);
    }
  }

  NoteKeyFinder finder_;
  const FsckOptions options_ = {.trust_domain = testing::kTrustDomain,
                                .keys = &finder_,
                                .may_write_about = testing::MayWriteAbout};
  const uint32_t seed_ = testing::TestSeed();
  std::mt19937 random_{seed_};
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::HowToRepeat(seed_)};
  CompleteNode node_;
};

TEST_F(RepairTest, AnyDamageToDerivedFamiliesIsUndoneByteForByte) {
  const Contents before = ContentsOf(database());
  for (int round = 0; round < 60 && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    for (uint32_t n = random_() % 30 + 1; n > 0; --n) DamageSomething();
    if (round % 10 == 9) {
      for (const auto& [key, value] : database().Contents(kDerived[random_() % 4])) {
        database().Erase(kDerived[random_() % 4], key);
      }
    }
    const RepairReport report = MustRepair();
    ExpectSound(report.after);
    EXPECT_TRUE(ContentsOf(database()) == before);
  }
}

TEST_F(RepairTest, SoundNodeIsNotWrittenTo) {
  const uint64_t writes = database().writes();
  const RepairReport report = MustRepair();
  EXPECT_EQ(report.rows_written + report.rows_removed + report.texts_removed, 0u);
  EXPECT_EQ(database().writes(), writes);
}

TEST_F(RepairTest, CrashInBetweenLeavesWhatCanBeRepairedAgain) {
  const Contents before = ContentsOf(database());
  for (const Family family : kDerived) {
    for (const auto& [key, value] : before[static_cast<size_t>(family)]) {
      database().Erase(family, key);
    }
  }
  const auto half_way = database().AfterCrash();
  for (const Family family : kDerived) {
    for (const auto& [key, value] : before[static_cast<size_t>(family)]) {
      if (random_() % 2 == 0) half_way->Overwrite(family, key, value);
      if (random_() % 2 == 0) half_way->Erase(family, key);
    }
  }
  const auto report = Repair(*half_way, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  ExpectSound(report->after);
  for (const Family family : kDerived) {
    EXPECT_TRUE(half_way->Contents(family) == before[static_cast<size_t>(family)]);
  }
}

TEST_F(RepairTest, FailedWriteIsSaid) {
  database().Erase(Family::kTiles, database().Contents(Family::kTiles).begin()->first);
  database().FailWrites(absl::UnavailableError("No space left on device"));
  EXPECT_THAT(std::string(Repair(database(), options_).status().message()),
              HasSubstr("No space left"));
}

TEST_F(RepairTest, DamagedEntryAndAllThatSpeaksOfItStay) {
  for (int round = 0; round < 40 && !HasFailure(); ++round) {
    const Contents before = ContentsOf(database());
    const uint64_t index = random_() % 265;
    const std::string key = keys::Encode(keys::EventKey{.log = 2, .index = index});
    const std::string entry = **database().Get(Family::kEvents, key);
    const bool is_lost = random_() % 3 == 0;
    is_lost ? database().Erase(Family::kEvents, key)
            : database().Overwrite(Family::kEvents, key, Flipped(entry));
    const Contents damaged = ContentsOf(database());
    const RepairReport report = MustRepair();
    EXPECT_TRUE(report.after.logs_with_damaged_entries.contains("se/17/a@1")) << index;
    EXPECT_TRUE(ContentsOf(database()) == damaged) << index << (is_lost ? " lost" : " changed");
    database().Overwrite(Family::kEvents, key, entry);  // Fetched again.
    EXPECT_TRUE(ContentsOf(database()) == before);
  }
}

TEST_F(RepairTest, OtherLogsAreRepairedBesideADamagedOne) {
  const std::string entry_key = keys::Encode(keys::EventKey{.log = 2, .index = 40});
  database().Overwrite(Family::kEvents, entry_key,
                       Flipped(**database().Get(Family::kEvents, entry_key)));
  for (const auto& [key, value] : database().Contents(Family::kIds)) {
    if (keys::ParseIdKey(key)->log == 3) database().Erase(Family::kIds, key);
  }
  const RepairReport report = MustRepair();
  EXPECT_EQ(report.rows_written, 5u);
  for (const FsckFinding& finding : report.after.findings) EXPECT_EQ(finding.log, "se/17/a@1");
}

TEST_F(RepairTest, ChangedEntryOfAnUnconfirmedEndIsNotTakenForSound) {
  MemoryDatabase database;
  testing::TestNode node(database, "se/17");
  node.RecordSome(5);
  const std::string key = keys::Encode(keys::EventKey{.log = 1, .index = 3});
  const std::string entry = **database.Get(Family::kEvents, key);
  for (size_t at = 0; at < entry.size(); ++at) {
    std::string changed = entry;
    changed[at] = static_cast<char>(changed[at] ^ (1 << random_() % 8));
    database.Overwrite(Family::kEvents, key, changed);
    const auto report = Repair(database, {});
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->rows_written + report->rows_removed, 0u) << "byte " << at;
    EXPECT_FALSE(report->after.ok()) << "byte " << at;
    database.Overwrite(Family::kEvents, key, entry);
  }
  EXPECT_TRUE(Fsck(database, {}).ok());
}

TEST_F(RepairTest, DamagedTextIsRemovedAndNothingElse) {
  const auto texts = database().Contents(Family::kDisclosures);
  const auto& [key, value] = *texts.begin();
  database().Overwrite(Family::kDisclosures, key, Flipped(value));
  const RepairReport report = MustRepair();
  EXPECT_EQ(report.texts_removed, 1u);
  EXPECT_EQ(report.texts_lost, 1u);
  ExpectSound(report.after);
  EXPECT_EQ(database().Contents(Family::kDisclosures).size(), texts.size() - 1);
}

TEST_F(RepairTest, LostTextIsGivenUpAndItsEntryStays) {
  const auto texts = database().Contents(Family::kDisclosures);
  database().Erase(Family::kDisclosures, texts.begin()->first);
  EXPECT_FALSE(Fsck(database(), options_).ok());
  const RepairReport report = MustRepair();
  EXPECT_EQ(report.texts_removed, 0u);
  EXPECT_EQ(report.texts_lost, 1u);
  ExpectSound(report.after);
  EXPECT_EQ(MustRepair().texts_lost, 0u);
}

// The same node in files.
class RepairDirectoryTest : public RepairTest {
 protected:
  RepairDirectoryTest() {
    auto rocks = RocksDatabase::Open(path_, shared_, {.create_if_missing = true});
    EXPECT_TRUE(rocks.ok()) << rocks.status();
    Batch batch;
    for (const Family family : kFamilies) {
      for (const auto& [key, value] : database().Contents(family)) batch.Put(family, key, value);
    }
    EXPECT_TRUE((*rocks)->Write(batch, Durability::kSynced).ok());
    EXPECT_TRUE((*rocks)->Flush().ok());
  }

  // Flips a byte of whatever table holds these bytes.
  void FlipInTables(const std::string& bytes) {
    for (const auto& file : std::filesystem::directory_iterator(path_)) {
      if (file.path().extension() != ".sst") continue;
      std::ifstream in(file.path(), std::ios::binary);
      std::string contents((std::istreambuf_iterator<char>(in)), {});
      const size_t at = contents.find(bytes);
      if (at == std::string::npos) continue;
      contents[at] ^= 1;
      std::ofstream(file.path(), std::ios::binary) << contents;
    }
  }

  Contents FileContents() {
    Contents contents;
    auto rocks = RocksDatabase::Open(path_, shared_, {});
    EXPECT_TRUE(rocks.ok()) << rocks.status();
    for (const Family family : kFamilies) {
      const auto cursor = (*rocks)->NewCursor(family);
      for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
        contents[static_cast<size_t>(family)].emplace(cursor->key(), cursor->value());
      }
    }
    return contents;
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "node";
  SharedResources shared_;
};

TEST_F(RepairDirectoryTest, DamagedTablesOfDerivedFamiliesAreBuiltAnew) {
  FlipInTables(database().Contents(Family::kTiles).begin()->second.substr(1000, 32));
  FlipInTables("rapport/2024/se/17/b" + std::string(1, '\0'));
  EXPECT_FALSE(FsckDirectory(path_, shared_, options_)->ok());
  const auto report = RepairDirectory(path_, shared_, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->rebuilt_families, ::testing::ElementsAre("tiles", "subjects"));
  ExpectSound(report->after);
  EXPECT_TRUE(FsckDirectory(path_, shared_, options_)->ok());
  EXPECT_TRUE(FileContents() == ContentsOf(database()));
}

TEST_F(RepairDirectoryTest, DamagedTableOfEntriesIsRefusedAndLeftAsItIs) {
  FlipInTables(
      **database().Get(Family::kEvents, keys::Encode(keys::EventKey{.log = 3, .index = 2})));
  const auto report = RepairDirectory(path_, shared_, options_);
  EXPECT_TRUE(absl::IsDataLoss(report.status())) << report.status();
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("events"));
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("restore"));
}

TEST_F(RepairDirectoryTest, NodeDoesNotOpenInTheMiddleOfARepair) {
  {
    auto rocks = RocksDatabase::Open(path_, shared_, {});
    Batch batch;
    batch.Put(Family::kMeta, keys::kRepairKey, "");
    ASSERT_TRUE((*rocks)->Write(batch, Durability::kSynced).ok());
    ASSERT_TRUE((*rocks)->Recreate(Family::kSubjects).ok());
    const auto opened =
        EventLog::Open(**rocks, {.trust_domain = testing::kTrustDomain, .path = "se/17"});
    EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
    EXPECT_THAT(std::string(opened.status().message()), HasSubstr("fsck --repair"));
  }
  const auto report = RepairDirectory(path_, shared_, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  ExpectSound(report->after);
  EXPECT_TRUE(FileContents() == ContentsOf(database()));
}

}  // namespace
}  // namespace liggare::log
