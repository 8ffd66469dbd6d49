// That the check finds and names a fault in any row of any family.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/care/repair.h"
#include "proto/text/hex.h"
#include "tests/eventstore/log/complete_node.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

using testing::CompleteNode;
using ::testing::HasSubstr;
using testing::MemoryDatabase;
using testing::NoteKeyFinder;

class FsckEveryRowTest : public ::testing::Test {
 protected:
  FsckReport Check() {
    NoteKeyFinder finder;
    return Fsck(database(), {.trust_domain = testing::kTrustDomain,
                             .keys = &finder,
                             .may_write_about = testing::MayWriteAbout});
  }
  MemoryDatabase& database() { return node_.database(); }

  static std::string NameOf(uint32_t log) {
    return log == 1 ? "se/17@1" : log == 2 ? "se/17/a@1" : "se/17/b@1";
  }

  // What a finding must say at least of a fault in this row.
  FsckFinding Expected(Family family, std::string_view key, std::string_view value) {
    FsckFinding expected = {.family = FamilyName(family)};
    if (family == Family::kEvents) {
      const auto event = keys::ParseEventKey(key);
      expected.log = NameOf(event->log);
      expected.index = event->index;
    } else if (family == Family::kTiles) {
      expected.log = NameOf(keys::ParseTileKey(key)->log);
    } else if (family == Family::kIds) {
      const auto id = keys::ParseIdKey(key);
      expected.log = NameOf(id->log);
      expected.index = keys::ParseIdValue(value)->index;
      expected.event_id = text::Hex(id->event_id);
    } else if (family == Family::kSubjects) {
      const auto subject = keys::ParseSubjectRow(key);
      expected.log = NameOf(subject->log);
      expected.index = subject->index;
      expected.subject = std::string(subject->subject);
    } else if (family == Family::kKnown) {
      const auto known = keys::ParseKnownKey(key);
      expected.log = NameOf(known->own_log);
      expected.index = known->own_index;
    } else if (family == Family::kMeta) {
      if (keys::IsSealKey(key)) key.remove_prefix(1);
      const auto meta = keys::ParseLogMetaKey(key);
      if (meta && meta->tag != keys::kLogNameTag) expected.log = NameOf(meta->log);
      if (meta && meta->tag == keys::kCommitmentsTag) expected.index = meta->position;
    }
    return expected;
  }

  static bool Says(const FsckFinding& finding, const FsckFinding& expected) {
    const auto has = [](const std::string& text, const std::string& part) {
      return part.empty() || text == part;
    };
    return has(finding.family, expected.family) && has(finding.log, expected.log) &&
           (!expected.index || finding.index == expected.index) &&
           has(finding.subject, expected.subject) && has(finding.event_id, expected.event_id);
  }

  void ExpectNamed(const FsckFinding& expected, const std::string& what) {
    const FsckReport report = Check();
    std::string all;
    for (const FsckFinding& finding : report.findings) {
      if (Says(finding, expected)) return;
      all += "\n  " + FindingText(finding);
    }
    ADD_FAILURE() << what << " is not named as " << FindingText(expected) << all;
  }

  std::string Flipped(std::string bytes) {
    char& byte = bytes[random_() % bytes.size()];
    byte = static_cast<char>(byte ^ (1 << random_() % 8));
    return bytes;
  }

  // One bit of every row's value and key, one by one; and every row removed.
  void FaultEveryRow(Family family) {
    for (const auto& [key, value] : database().Contents(family)) {
      const FsckFinding expected = Expected(family, key, value);
      const std::string row = std::string(FamilyName(family)) + " row " + text::Hex(key);
      if (!value.empty()) {
        database().Overwrite(family, key, Flipped(value));
        ExpectNamed(expected, "the changed " + row);
      }
      database().Erase(family, key);
      ExpectNamed(expected, "the lost " + row);
      const std::string other_key = Flipped(key);
      if (!database().Get(family, other_key)->has_value()) {
        database().Overwrite(family, other_key, value);
        ExpectNamed(
            family == Family::kDisclosures ? FsckFinding{.family = "disclosures"} : expected,
            "the moved " + row);
        database().Overwrite(family, key, value);
        ExpectNamed({.family = FamilyName(family)}, "the row added beside the " + row);
        database().Erase(family, other_key);
      }
      database().Overwrite(family, key, value);
      if (HasFailure()) return;
    }
  }

  const uint32_t seed_ = testing::TestSeed();
  std::mt19937 random_{seed_};
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::HowToRepeat(seed_)};
  CompleteNode node_;
};

TEST_F(FsckEveryRowTest, CompleteNodeHasEveryKindOfRowAndNoFault) {
  for (const Family family : kFamilies) EXPECT_FALSE(database().Contents(family).empty());
  const FsckReport report = Check();
  for (const FsckFinding& finding : report.findings) ADD_FAILURE() << FindingText(finding);
  EXPECT_EQ(report.signatures_unchecked, 0u);
  EXPECT_EQ(report.signatures, 9u);  // Three checkpoints, each signed and cosigned.
}

TEST_F(FsckEveryRowTest, Events) { FaultEveryRow(Family::kEvents); }
TEST_F(FsckEveryRowTest, Tiles) { FaultEveryRow(Family::kTiles); }
TEST_F(FsckEveryRowTest, Ids) { FaultEveryRow(Family::kIds); }
TEST_F(FsckEveryRowTest, Subjects) { FaultEveryRow(Family::kSubjects); }
TEST_F(FsckEveryRowTest, Known) { FaultEveryRow(Family::kKnown); }
TEST_F(FsckEveryRowTest, Disclosures) { FaultEveryRow(Family::kDisclosures); }
TEST_F(FsckEveryRowTest, Meta) { FaultEveryRow(Family::kMeta); }

// Changes a stored checkpoint as one who knows the format would, with its seal.
class FsckSignatureTest : public FsckEveryRowTest {
 protected:
  void Rewrite(uint32_t log, uint64_t size, const std::function<void(note::Note&)>& change) {
    const std::string key = keys::CheckpointKey(log, size);
    auto note = note::ParseNote(**database().Get(Family::kMeta, key));
    ASSERT_TRUE(note.ok());
    change(*note);
    Batch batch;
    batch.Put(Family::kMeta, key, note->Encode());
    ASSERT_TRUE(database().Write(batch, Durability::kSynced).ok());
  }
  // What was done until nothing more is found.
  RepairReport Repaired() {
    NoteKeyFinder finder;
    auto report = Repair(database(), {.trust_domain = testing::kTrustDomain, .keys = &finder});
    EXPECT_TRUE(report.ok()) << report.status();
    for (const FsckFinding& left : report->after.findings) ADD_FAILURE() << FindingText(left);
    return *std::move(report);
  }
};

TEST_F(FsckSignatureTest, AForgedSignatureOfTheLogIsFound) {
  Rewrite(2, 265, [](note::Note& note) { note.signatures[0].signature.back() ^= 1; });
  const FsckReport report = Check();
  ASSERT_GE(report.findings.size(), 1u);
  EXPECT_THAT(FindingText(report.findings[0]),
              HasSubstr("the signature of liggare.test/se/17/a does not verify"));
  EXPECT_EQ(report.findings[0].log, "se/17/a@1");
}

// Anybody can add one.
TEST_F(FsckSignatureTest, AForgedCosignatureIsLeftOutAndSaid) {
  Rewrite(2, 265, [](note::Note& note) { note.signatures[2].signature.back() ^= 1; });
  const FsckReport report = Check();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.signatures, 8u);
  ASSERT_EQ(report.remarks.size(), 1u);
  EXPECT_EQ(report.remarks_count, 1u);
  EXPECT_EQ(report.remarks[0].log, "se/17/a@1");
  EXPECT_THAT(FindingText(report.remarks[0]),
              HasSubstr("a signature of liggare.test/se/17 is left out: it does not verify"));
}

TEST_F(FsckSignatureTest, RepairTakesAwayForgedLinesAndNothingElse) {
  const std::string key = keys::CheckpointKey(2, 265);
  const std::string before = **database().Get(Family::kMeta, key);
  Rewrite(2, 265, [](note::Note& note) {
    note.signatures.push_back(note.signatures[1]);
    note.signatures.back().signature.back() ^= 1;
    note.signatures.push_back(note.signatures[0]);
  });
  const auto report = Repaired();
  EXPECT_EQ(report.checkpoints_reduced, 1u);
  EXPECT_EQ(report.checkpoints_removed, 0u);
  EXPECT_EQ(report.after.remarks_count, 0u);
  EXPECT_EQ(**database().Get(Family::kMeta, key), before);
}

// A hundred lines of the log's own name, and one more.
TEST_F(FsckSignatureTest, RepairTakesAwayACheckpointThatCannotBeReadAndKeepsTheEntries) {
  Rewrite(2, 265, [](note::Note& note) {
    while (note.signatures.size() <= note::kSignaturesMax) {
      note.signatures.push_back({.name = note.signatures[0].name,
                                 .key_id = static_cast<uint32_t>(note.signatures.size()),
                                 .signature = "r"});
    }
  });
  const FsckReport found = Check();
  ASSERT_EQ(found.findings.size(), 1u);
  EXPECT_EQ(found.findings[0].log, "se/17/a@1");
  const auto entries = database().Contents(Family::kEvents);
  EXPECT_EQ(Repaired().checkpoints_removed, 1u);
  EXPECT_EQ(*database().Get(Family::kMeta, keys::CheckpointKey(2, 265)), std::nullopt);
  EXPECT_EQ(database().Contents(Family::kEvents), entries);
}

TEST_F(FsckSignatureTest, RepairTakesAwayACheckpointThatItsLogHasNotSigned) {
  Rewrite(2, 265, [](note::Note& note) { note.signatures[0].signature.back() ^= 1; });
  EXPECT_EQ(Repaired().checkpoints_removed, 1u);
}

// Whose keys are not known, nobody can say.
TEST_F(FsckSignatureTest, RepairLeavesLinesOfUnknownKeys) {
  Rewrite(2, 265, [](note::Note& note) {
    note.signatures.push_back(note::Cosign(testing::KeyOf("se/18"), note.text, 1));
  });
  const auto report = Repaired();
  EXPECT_EQ(report.checkpoints_reduced, 0u);
  EXPECT_EQ(report.after.signatures_unchecked, 1u);
}

TEST_F(FsckSignatureTest, CheckpointWithoutItsLogsOwnSignatureIsFound) {
  Rewrite(2, 265, [](note::Note& note) { note.signatures.erase(note.signatures.begin()); });
  EXPECT_THAT(FindingText(Check().findings.at(0)), HasSubstr("its log's own key has not signed"));
}

TEST_F(FsckSignatureTest, SignaturesOfUnknownKeysAreCounted) {
  Rewrite(2, 265, [](note::Note& note) {
    note.signatures.push_back(note::Cosign(testing::KeyOf("se/18"), note.text, 1));
  });
  const FsckReport report = Check();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.signatures_unchecked, 1u);
}

}  // namespace
}  // namespace liggare::log
