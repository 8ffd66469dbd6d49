// That a check finds whatever has changed, and says where.
#include "eventstore/log/care/fsck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "eventstore/log/bytes/keys.h"
#include "liggare/v1/entry.pb.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using testing::MakeDisclosure;
using testing::MakeEventId;
using testing::MakeSubmissionWithText;
using testing::MemoryDatabase;
using ::testing::Not;
using testing::TestNode;

constexpr uint64_t kChildEntries = 530;  // Two full tiles and an open one.

class FsckTest : public ::testing::Test {
 protected:
  FsckTest() {
    child_.RecordSome(kChildEntries - 1);
    EXPECT_TRUE(
        child_.RecordOne(MakeSubmissionWithText(MakeEventId(1ull << 60), "brist/x", text_)).ok());
    EXPECT_TRUE(county_.Store(child_.MakeChunk("se/17/a@1", 0, 300)).status.ok());
    county_.RecordSome(3, "bidrag/2024/1780");
    EXPECT_TRUE(county_.Store(child_.MakeChunk("se/17/a@1", 300, kChildEntries)).status.ok());
    county_.RecordSome(2, "bidrag/2024/1781");
  }

  std::vector<std::string> Check() {
    std::vector<std::string> lines;
    for (const FsckFinding& finding : Fsck(database_, {}).findings) {
      lines.push_back(FindingText(finding));
    }
    return lines;
  }

  bool Names(std::string_view log, uint64_t index) {
    for (const FsckFinding& finding : Fsck(database_, {}).findings) {
      if (finding.log == log && finding.index == index) return true;
    }
    return false;
  }

  // Changes the row, looks whether anything is found, and restores it.
  bool IsFound(Family family, const std::string& key, const std::optional<std::string>& value) {
    const auto before = *database_.Get(family, key);
    if (value) {
      database_.Overwrite(family, key, *value);
    } else {
      database_.Erase(family, key);
    }
    const bool found = !Fsck(database_, {}).ok();
    if (before) {
      database_.Overwrite(family, key, *before);
    } else {
      database_.Erase(family, key);
    }
    return found;
  }

  std::string KeyOf(uint32_t log, uint64_t index) {
    return keys::Encode(keys::EventKey{.log = log, .index = index});
  }

  const uint32_t seed_ = testing::TestSeed();
  std::mt19937 random_{seed_};
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::HowToRepeat(seed_)};
  const DisclosureText text_ = MakeDisclosure("hemligt");
  MemoryDatabase database_;
  MemoryDatabase child_db_;
  TestNode county_{database_, "se/17"};
  TestNode child_{child_db_, "se/17/a"};
};

TEST_F(FsckTest, SoundNodeHasNoFindings) {
  const FsckReport report = Fsck(database_, {.trust_domain = testing::kTrustDomain});
  EXPECT_THAT(Check(), IsEmpty());
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.path, "se/17");
  EXPECT_EQ(report.logs, 2u);
  EXPECT_EQ(report.entries, kChildEntries + 7);
  EXPECT_FALSE(Fsck(database_, {.trust_domain = "other.test"}).ok());
}

// Not even by one step of the clock may an entry come at the same time as another.
TEST_F(FsckTest, TwoEntriesWithOneClockAreFound) {
  const std::string key = KeyOf(1, 3);
  const std::string before = **database_.Get(Family::kEvents, key);
  v1::Event earlier;
  ASSERT_TRUE(earlier.ParseFromString(**database_.Get(Family::kEvents, KeyOf(1, 2))));
  for (const auto& [clock, is_found] :
       {std::pair{earlier.clock(), true}, std::pair{earlier.clock() + 1, false}}) {
    v1::Event entry;
    ASSERT_TRUE(entry.ParseFromString(before));
    entry.set_clock(clock);
    database_.Overwrite(Family::kEvents, key, entry.SerializeAsString());
    bool found = false;
    for (const FsckFinding& finding : Fsck(database_, {}).findings) {
      found = found || finding.message.find("the clock does not rise") != std::string::npos;
    }
    EXPECT_EQ(found, is_found) << clock;
  }
}

TEST_F(FsckTest, AnEntryThatNamesAnotherIndexIsFound) {
  const std::string key = KeyOf(1, 3);
  const std::string before = **database_.Get(Family::kEvents, key);
  for (const uint64_t index : {2, 4}) {
    v1::Event entry;
    ASSERT_TRUE(entry.ParseFromString(before));
    entry.set_index(index);
    database_.Overwrite(Family::kEvents, key, entry.SerializeAsString());
    bool found = false;
    for (const FsckFinding& finding : Fsck(database_, {}).findings) {
      found = found || finding.message.find("the entry names the index") != std::string::npos;
    }
    EXPECT_TRUE(found) << index;
  }
}

TEST_F(FsckTest, AnyChangedByteOfAnEntryIsNamedByLogAndIndex) {
  for (int round = 0; round < 40; ++round) {
    const bool own = round % 4 == 0;
    const std::string log = own ? "se/17@1" : "se/17/a@1";
    const uint64_t index = random_() % (own ? 7 : kChildEntries);
    const std::string key = KeyOf(own ? 1 : 2, index);
    const std::string before = **database_.Get(Family::kEvents, key);
    std::string entry = before;
    const size_t at = random_() % entry.size();
    entry[at] = static_cast<char>(entry[at] ^ (1 << random_() % 8));
    database_.Overwrite(Family::kEvents, key, entry);
    EXPECT_TRUE(Names(log, index)) << log << " " << index << " byte " << at;
    database_.Overwrite(Family::kEvents, key, before);
  }
  EXPECT_THAT(Check(), IsEmpty());
}

TEST_F(FsckTest, ChangedEntryUnderATileIsToldFromAChangedTile) {
  std::string entry = **database_.Get(Family::kEvents, KeyOf(2, 100));
  entry.back() ^= 1;
  database_.Overwrite(Family::kEvents, KeyOf(2, 100), entry);
  EXPECT_THAT(Check(),
              Contains(::testing::AllOf(
                  ::testing::StartsWith("events se/17/a@1 100 subject verksamhet/x event "),
                  ::testing::EndsWith(": the entry's bytes differ from the hash in its tile"))));
}

TEST_F(FsckTest, ChangedTileIsFoundAndDoesNotBlameTheEntry) {
  const std::string key = keys::Encode(keys::TileKey{.log = 2, .id = {.level = 0, .number = 1}});
  std::string tile = **database_.Get(Family::kTiles, key);
  tile[10 * merkle::kHashBytes] ^= 1;
  database_.Overwrite(Family::kTiles, key, tile);
  const auto lines = Check();
  EXPECT_THAT(lines, Contains("tiles se/17/a@1 266: the tile's hash differs from the entry, which "
                              "its id row confirms"));
  EXPECT_THAT(lines, Not(Contains(::testing::HasSubstr("root"))));
}

TEST_F(FsckTest, MissingEntriesAreNamed) {
  database_.Erase(Family::kEvents, KeyOf(2, 40));
  EXPECT_THAT(Check(), Contains("events se/17/a@1 40: the entry is missing"));
  database_.Erase(Family::kEvents, KeyOf(2, 41));
  EXPECT_THAT(Check(), Contains("events se/17/a@1 40: the entries up to 41 are missing"));
}

TEST_F(FsckTest, CutOffEndOfALogIsFound) {
  for (uint64_t i = 525; i < kChildEntries; ++i) database_.Erase(Family::kEvents, KeyOf(2, i));
  EXPECT_TRUE(Names("se/17/a@1", 525));
}

TEST_F(FsckTest, EntryAndItsRowsChangedTogetherAreFoundByTheRoots) {
  // Someone who knows the format replaces the last entry and all that indexes it.
  std::string entry = **database_.Get(Family::kEvents, KeyOf(2, 529));
  const auto old_header = ParseEntryHeader(entry);
  const std::string id_key =
      keys::Encode(keys::IdKey{.event_id = old_header->data_header.event_id, .log = 2});
  const size_t principal = entry.find("client");
  entry[principal] = 'C';
  database_.Overwrite(Family::kEvents, KeyOf(2, 529), entry);
  database_.Overwrite(Family::kIds, id_key,
                      keys::Encode(keys::IdValue{
                          .index = 529, .leaf_prefix = keys::LeafPrefix(merkle::LeafHash(entry))}));
  const auto lines = Check();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], ::testing::StartsWith("events se/17/a@1 300: the root at size 530"));
}

TEST_F(FsckTest, EveryLostRowOfAnIndexIsFound) {
  for (const Family family : {Family::kIds, Family::kSubjects, Family::kKnown, Family::kTiles}) {
    const auto rows = database_.Contents(family);
    ASSERT_FALSE(rows.empty());
    size_t i = 0;
    for (const auto& [key, value] : rows) {
      if (i++ % (rows.size() / 4 + 1) != 0) continue;
      EXPECT_TRUE(IsFound(family, key, std::nullopt)) << FamilyName(family);
    }
  }
}

TEST_F(FsckTest, EveryChangedRowIsFound) {
  for (const Family family :
       {Family::kIds, Family::kSubjects, Family::kKnown, Family::kTiles, Family::kDisclosures}) {
    const auto rows = database_.Contents(family);
    size_t i = 0;
    for (const auto& [key, value] : rows) {
      if (i++ % (rows.size() / 4 + 1) != 0) continue;
      std::string changed = value;
      changed[random_() % changed.size()] ^= 1;
      EXPECT_TRUE(IsFound(family, key, changed)) << FamilyName(family);
    }
  }
}

TEST_F(FsckTest, EveryAddedRowIsFound) {
  const std::string tile(merkle::kTileBytes, 't');
  const std::string id_value = keys::Encode(keys::IdValue{.index = 3, .leaf_prefix = 0});
  EXPECT_TRUE(IsFound(Family::kIds,
                      keys::Encode(keys::IdKey{.event_id = std::string(16, 'x'), .log = 2}),
                      id_value));
  EXPECT_TRUE(IsFound(Family::kIds, "short", id_value));
  EXPECT_TRUE(IsFound(
      Family::kSubjects,
      keys::Encode(keys::SubjectRow{.subject = "bidrag/x", .clock = 5, .log = 1, .index = 2}),
      keys::EncodeType(200)));
  EXPECT_TRUE(IsFound(
      Family::kSubjects,
      keys::Encode(keys::SubjectRow{.subject = "bidrag/x", .log = 1, .index = 2, .aside = true}),
      keys::EncodeType(200)));
  EXPECT_TRUE(IsFound(Family::kKnown,
                      keys::Encode(keys::KnownKey{.own_log = 1, .log = 2, .own_index = 2}),
                      keys::EncodeInteger(7)));
  EXPECT_TRUE(IsFound(Family::kTiles,
                      keys::Encode(keys::TileKey{.log = 2, .id = {.level = 0, .number = 2}}),
                      tile));
  EXPECT_TRUE(IsFound(Family::kTiles,
                      keys::Encode(keys::TileKey{.log = 9, .id = {.level = 0, .number = 0}}),
                      tile));
  EXPECT_TRUE(IsFound(Family::kDisclosures, text_.commitment + "x", std::string(40, 's')));
  const DisclosureText stray = MakeDisclosure("stray");
  EXPECT_TRUE(IsFound(Family::kDisclosures, stray.commitment,
                      keys::Encode(keys::DisclosureValue{.salt = stray.salt, .text = stray.text})));
  EXPECT_TRUE(IsFound(Family::kEvents, KeyOf(2, kChildEntries), "more"));
  EXPECT_TRUE(IsFound(Family::kEvents, KeyOf(7, 0), "of no log"));
  EXPECT_TRUE(IsFound(Family::kEvents, "k", "of no form"));
  EXPECT_TRUE(IsFound(Family::kMeta, "unknown", "x"));
  EXPECT_TRUE(IsFound(Family::kMeta, keys::LogNameKey(9), "se/99@1"));
}

TEST_F(FsckTest, ChangedMetaIsFound) {
  for (const std::string_view word :
       {keys::kFormatVersionKey, keys::kPathKey, keys::kTrustDomainKey, keys::kInstanceIdKey,
        keys::kBootCountKey}) {
    EXPECT_TRUE(IsFound(Family::kMeta, std::string(word), std::nullopt)) << word;
  }
  EXPECT_TRUE(IsFound(Family::kMeta, std::string(keys::kPathKey), "se/18"));
  EXPECT_TRUE(IsFound(Family::kMeta, std::string(keys::kFormatVersionKey), keys::EncodeInteger(3)));
  EXPECT_TRUE(IsFound(Family::kMeta, keys::LogNameKey(2), "se/17/b@1"));
  EXPECT_TRUE(IsFound(Family::kMeta, keys::LogNameKey(2), std::nullopt));
  const std::string checkpoint_key = keys::CheckpointKey(2, kChildEntries);
  std::string checkpoint = **database_.Get(Family::kMeta, checkpoint_key);
  EXPECT_TRUE(IsFound(Family::kMeta, keys::CheckpointKey(2, 100), checkpoint));
  EXPECT_TRUE(IsFound(Family::kMeta, keys::CheckpointKey(2, 1'000), checkpoint));
  const size_t root = checkpoint.find('\n', checkpoint.find("\n530\n") + 1) + 1;
  checkpoint[root] = checkpoint[root] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(IsFound(Family::kMeta, checkpoint_key, checkpoint));
  const std::string commitments_key = keys::CommitmentsKey(2, kChildEntries - 1);
  EXPECT_TRUE(IsFound(Family::kMeta, commitments_key, std::nullopt));
  EXPECT_TRUE(IsFound(Family::kMeta, commitments_key, std::string(32, 'c')));
}

TEST_F(FsckTest, LostTextIsNamedByItsEntry) {
  database_.Erase(Family::kDisclosures, text_.commitment);
  EXPECT_TRUE(Names("se/17/a@1", kChildEntries - 1));
}

TEST_F(FsckTest, ChangedTextIsNamedByItsEntry) {
  database_.Overwrite(Family::kDisclosures, text_.commitment,
                      keys::Encode(keys::DisclosureValue{.salt = text_.salt, .text = "annat"}));
  EXPECT_TRUE(Names("se/17/a@1", kChildEntries - 1));
}

TEST_F(FsckTest, FindingsAreLimitedButCounted) {
  for (uint64_t i = 0; i < 50; ++i) database_.Erase(Family::kEvents, KeyOf(2, 2 * i));
  const FsckReport report = Fsck(database_, {.findings_max = 5});
  EXPECT_EQ(report.findings.size(), 5u);
  EXPECT_GE(report.findings_count, 50u);
}

TEST_F(FsckTest, EmptyDatabaseIsNoNode) {
  MemoryDatabase empty;
  EXPECT_FALSE(Fsck(empty, {}).ok());
}

}  // namespace
}  // namespace liggare::log
