// Entries about what is not their writer's: kept, found, and nothing to whoever reads the
// subject.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/care/repair.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MemoryDatabase;
using testing::TestNode;

constexpr char kSubject[] = "rapport/2024/se/17/b";
constexpr char kStranger[] = "se/17/evil@1";
constexpr char kOther[] = "se/17/other@1";

bool MayWriteAbout(std::string_view log, std::string_view) { return log != kStranger; }

class AsideTest : public ::testing::Test {
 protected:
  AsideTest() {
    county_.judge.stranger = kStranger;
    county_.RecordSome(2, kSubject);
    stranger_.RecordSome(5, kSubject);
    stranger_.RecordSome(1, "rapport/2024/se/17/nobody");
    EXPECT_TRUE(county_.CopyFrom(stranger_, kStranger).status.ok());
  }

  std::vector<uint64_t> Aside(const std::optional<LogIndex>& after = {},
                              EventLog::AsideStep step = EventLog::AsideStep::kOn) {
    std::vector<uint64_t> found;
    const absl::Status scanned =
        county_.log().ScanAside(kSubject, after, [&](const LogIndex& entry) {
          found.push_back(entry.index);
          return step;
        });
    EXPECT_TRUE(scanned.ok()) << scanned;
    return found;
  }

  // Moves every row that stands aside to the subject's own.
  void MoveRows() {
    for (const auto& [key, value] : county_db_.Contents(Family::kSubjects)) {
      auto row = keys::ParseSubjectRow(std::string_view(key));
      if (!row->aside) continue;
      const std::string entry = *county_.log().Read(kStranger, row->index);
      row->clock = ParseEntryHeader(std::string_view(entry))->clock;
      row->aside = false;
      county_db_.Overwrite(Family::kSubjects, keys::Encode(*row), value);
      county_db_.Erase(Family::kSubjects, key);
    }
  }

  MemoryDatabase county_db_;
  MemoryDatabase stranger_db_;
  TestNode county_{county_db_, "se/17"};
  TestNode stranger_{stranger_db_, "se/17/evil"};
  const FsckOptions options_ = {.may_write_about = MayWriteAbout};
};

TEST_F(AsideTest, WhoReadsTheSubjectDoesNotMeetThem) {
  std::vector<std::string> logs;
  ASSERT_TRUE(county_.log()
                  .ScanSubject(kSubject, {},
                               [&](const SubjectEntry& entry) {
                                 logs.push_back(entry.key.log);
                                 return true;
                               })
                  .ok());
  EXPECT_THAT(logs, ElementsAre("se/17@1", "se/17@1"));
  std::vector<std::string> subjects;
  ASSERT_TRUE(county_.log()
                  .ScanSubjects("", "",
                                [&](std::string_view subject, const LogIndex&) {
                                  subjects.emplace_back(subject);
                                  return true;
                                })
                  .ok());
  EXPECT_THAT(subjects, ElementsAre("node/se/17", kSubject));
}

TEST_F(AsideTest, TheyAreFoundLogByLogFromAnyPlaceOn) {
  EXPECT_THAT(Aside(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Aside(LogIndex{kStranger, 2}), ElementsAre(3, 4));
  EXPECT_THAT(Aside(LogIndex{kStranger, 4}), IsEmpty());
  EXPECT_THAT(Aside({}, EventLog::AsideStep::kNextLog), ElementsAre(0));
  EXPECT_THAT(Aside({}, EventLog::AsideStep::kEnd), ElementsAre(0));
  EXPECT_FALSE(county_.log()
                   .ScanAside(kSubject, LogIndex{"se/17/none@1", 0},
                              [](const LogIndex&) { return EventLog::AsideStep::kOn; })
                   .ok());
}

TEST_F(AsideTest, OneLogCanBePassedOverForTheNext) {
  MemoryDatabase other_db;
  TestNode other(other_db, "se/17/other");
  other.RecordSome(2, kSubject);
  county_.judge.stranger = kOther;
  ASSERT_TRUE(county_.CopyFrom(other, kOther).status.ok());
  EXPECT_THAT(Aside({}, EventLog::AsideStep::kNextLog), ElementsAre(0, 0));
}

TEST_F(AsideTest, FsckAndRepairKnowWhereTheRowsStand) {
  EXPECT_THAT(Fsck(county_db_, options_).findings, IsEmpty());
  EXPECT_THAT(Fsck(county_db_, {}).findings, IsEmpty());  // Either place is right.
  MoveRows();
  EXPECT_EQ(Fsck(county_db_, options_).findings_count, 12u);  // Missing there, strange here.
  const auto repaired = Repair(county_db_, options_);
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_TRUE(repaired->after.ok());
  EXPECT_EQ(repaired->rows_written, 6u);
  EXPECT_EQ(repaired->rows_removed, 6u);
  EXPECT_THAT(Aside(), ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(AsideTest, RepairBuildsAnewWhatStandsAside) {
  const auto before = county_db_.Contents(Family::kSubjects);
  for (const auto& [key, value] : before) county_db_.Erase(Family::kSubjects, key);
  ASSERT_TRUE(Repair(county_db_, options_).ok());
  EXPECT_TRUE(county_db_.Contents(Family::kSubjects) == before);
}

}  // namespace
}  // namespace liggare::log
