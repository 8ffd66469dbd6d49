// An explanation is of a finding that is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/domain/kontroll/kontroll.h"
#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FindingExplainedTest : public JudgeTest {
 protected:
  std::vector<v1::Finding> About(const std::string& subject) {
    const auto findings = FindingsAbout(world_, subject);
    EXPECT_TRUE(findings.ok()) << findings.status();
    return findings.ok() ? *findings : std::vector<v1::Finding>();
  }
  static std::string Explanation(const std::string& id) {
    return "\"finding\": \"" + id + R"(", "forklaring": "Så är det.")";
  }
  // One finding: more are referred than there are.
  void ReportWithAFinding() {
    Register();
    Ok("se/17/varmland", kRapport, "report_submitted",
       std::string(kReport) + R"(, "hanvisade_av_myndighet": 42)");
  }
  void Correct(int from, int to) {
    Ok("se/17/varmland", kRapport, "report_corrected",
       R"("path": "hanvisade_av_myndighet", "old": )" + std::to_string(from) +
           ", \"new\": " + std::to_string(to));
  }
};

TEST_F(FindingExplainedTest, AFindingThatIsThereIsExplained) {
  ReportWithAFinding();
  ASSERT_THAT(About(kRapport), SizeIs(1));
  const std::string id = About(kRapport).front().id();
  Ok("se/17/varmland", kRapport, "finding_explained", Explanation(id));
  EXPECT_EQ(About(kRapport).front().status(), v1::FINDING_STATUS_EXPLAINED);
  // Another one may say it better.
  Ok("se/17", kRapport, "finding_explained", Explanation(id));
}

TEST_F(FindingExplainedTest, AFindingThatIsNotThereIsRefusedAndThoseThatAreAreNamed) {
  ReportWithAFinding();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "finding_explained",
          Explanation("a1b2c3d4e5f60718"));
  EXPECT_EQ(error_.field(), "finding");
  EXPECT_EQ(error_.expected(), "one of " + About(kRapport).front().id());
}

TEST_F(FindingExplainedTest, AFindingOfAnotherSubjectIsRefused) {
  ReportWithAFinding();
  const std::string id = About(kRapport).front().id();
  const std::string other = "rapport/2023/se/17/varmland";
  Ok("se/17/varmland", other, "report_submitted", kReport);
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", other, "finding_explained",
          Explanation(id));
  EXPECT_EQ(error_.expected(), "no event: everything adds up");
}

TEST_F(FindingExplainedTest, ACorrectedFindingIsNotExplained) {
  ReportWithAFinding();
  const std::string id = About(kRapport).front().id();
  Correct(42, 41);
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "finding_explained",
          Explanation(id));
  EXPECT_THAT(error_.message(), HasSubstr("is corrected"));
}

// What was said of the first mistake says nothing of the second.
TEST_F(FindingExplainedTest, WhatIsWrongAgainIsNotExplainedYet) {
  ReportWithAFinding();
  const std::string id = About(kRapport).front().id();
  Ok("se/17", kRapport, "finding_explained", Explanation(id));
  Correct(42, 41);
  Correct(41, 50);
  EXPECT_EQ(About(kRapport).front().id(), id);
  EXPECT_EQ(About(kRapport).front().status(), v1::FINDING_STATUS_OPEN);
  Ok("se/17", kRapport, "finding_explained", Explanation(id));
  EXPECT_EQ(About(kRapport).front().status(), v1::FINDING_STATUS_EXPLAINED);
}

// A finding that needs more than its own subject: two reports of one kommun.
TEST_F(FindingExplainedTest, FindingsAcrossReportsAreExplainedInTheReportThatHasThem) {
  const std::string report =
      std::string(kReport) +
      R"(, "ekonomi": [{"kommunkod": "1780", "anvant_ore": 1, "oanvant_ore": 0}])";
  for (const char* path : {"se/17/arvika", "se/17/varmland"}) {
    Register(path);
    Ok(path, "rapport/2024/" + std::string(path), "report_submitted", report);
  }
  ASSERT_THAT(About(kRapport), SizeIs(1));
  EXPECT_EQ(About(kRapport).front().code(), "KOMMUN_COUNTED_TWICE");
  EXPECT_THAT(About("rapport/2024/se/17/arvika"), IsEmpty());
  Ok("se/17/varmland", kRapport, "finding_explained", Explanation(About(kRapport).front().id()));
}

TEST_F(FindingExplainedTest, FindingsOfTheGrantAndOfTablesAreExplainedByWhoWritesThem) {
  Assign();
  Apply();
  SetRate();
  Decide();
  const std::string grant = "bidrag/2024/1780";
  ASSERT_THAT(About(grant), SizeIs(1));
  Ok("se/17", grant, "finding_explained", Explanation(About(grant).front().id()));
  const std::string table = "tabell/2024/budget";
  Ok("se", table, "table_published",
     R"("cells": [{"row": "tjanster", "column": "antal", "value": "2"}])");
  ASSERT_THAT(About(table), SizeIs(1));
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", table, "finding_explained",
          Explanation(About(grant).front().id()));
  Ok("se", table, "finding_explained", Explanation(About(table).front().id()));
}

TEST_F(FindingExplainedTest, ConflictsAreExplainedOrSettled) {
  const std::string path = "verksamhet/se/17/varmland";
  const auto registered = [&](const std::string& name) {
    return EventOf(path, "verksamhet_registered",
                   R"("driftsform": "kommunal_regi", "huvudman": "1780", "from": "2020-01-01",
                      "namn": ")" +
                       name + "\"");
  };
  world_.Append("se/17/varmland", registered("Ett"), {});
  world_.Append("se/17", EventOf(path, "conflict_resolved", R"("path": "namn", "value": "Två")"),
                {});
  ASSERT_THAT(About(path), SizeIs(1));
  EXPECT_EQ(About(path).front().code(), "CONFLICT");
  Ok("se/17", path, "finding_explained", Explanation(About(path).front().id()));
}

}  // namespace
}  // namespace liggare::domain
