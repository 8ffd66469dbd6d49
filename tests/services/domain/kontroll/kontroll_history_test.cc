// Findings that need more than one report or event: applications, kommuner that
// are counted twice, figures far from the years before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/domain/kontroll/kontroll.h"
#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class KontrollHistoryTest : public JudgeTest {
 protected:
  std::vector<std::string> Codes(int year = 2024, const std::string& scope = "se/17") {
    const auto findings = FindingsOf(world_, {scope, year});
    EXPECT_TRUE(findings.ok()) << findings.status();
    std::vector<std::string> codes;
    for (const v1::Finding& finding : *findings) {
      codes.push_back(finding.code());
      EXPECT_FALSE(finding.sentence().empty());
    }
    return codes;
  }
  void ReportKlienter(int year, int antal) {
    Ok("se/17/varmland", "rapport/" + std::to_string(year) + "/se/17/varmland", "report_submitted",
       R"("ombud": {"personer": 8, "heltid_hundredths": 750},
          "klienter": [{"kon": "kvinna", "alder": "30-49", "antal": )" +
           std::to_string(antal) + "}]");
  }
};

TEST_F(KontrollHistoryTest, WhatACountySaysWasAppliedForIsTheSumOfTheApplications) {
  Assign();
  Apply();
  Sum();
  EXPECT_THAT(Codes(), IsEmpty());
  Ok("se/17", "rekvisition/2024/17", "applications_summed",
     R"("posts_hundredths": 101, "kommuner": 1)");
  EXPECT_THAT(Codes(), ElementsAre("APPLICATIONS_DIFFER"));
  EXPECT_THAT(Codes(2024, "se"), ElementsAre("APPLICATIONS_DIFFER"));
  EXPECT_THAT(Codes(2024, "se/18"), IsEmpty());
}

TEST_F(KontrollHistoryTest, AGrantIsWithinWhatWasAppliedFor) {
  Assign();
  Apply();
  SetRate();
  const auto decide = [this](int posts, const std::string& ore) {
    Ok("se/17", "bidrag/2024/1780", "grant_decided",
       "\"posts_hundredths\": " + std::to_string(posts) + ", \"amount_ore\": " + ore);
  };
  decide(100, "39577400");
  EXPECT_THAT(Codes(), IsEmpty());
  decide(101, "39973174");
  EXPECT_THAT(Codes(), ElementsAre("GRANT_EXCEEDS_APPLICATION"));
}

TEST_F(KontrollHistoryTest, AKommunIsAccountedForOnce) {
  const std::string report =
      R"("ombud": {"personer": 8, "heltid_hundredths": 750},
         "ekonomi": [{"kommunkod": "1780", "anvant_ore": 1, "oanvant_ore": 0}])";
  Register();
  Ok("se/17/varmland", kRapport, "report_submitted", report);
  EXPECT_THAT(Codes(), IsEmpty());
  Register("se/17/karlstad");
  Ok("se/17/karlstad", "rapport/2024/se/17/karlstad", "report_submitted", report);
  EXPECT_THAT(Codes(), ElementsAre("KOMMUN_COUNTED_TWICE"));
  EXPECT_THAT(Codes(2024, "se/17/karlstad"), IsEmpty());
}

TEST_F(KontrollHistoryTest, AFigureFarFromTheYearsBeforeIsShown) {
  Register();
  ReportKlienter(2021, 50);
  ReportKlienter(2023, 60);
  ReportKlienter(2024, 120);
  EXPECT_THAT(Codes(), IsEmpty());
  ReportKlienter(2024, 121);
  EXPECT_THAT(Codes(), ElementsAre("OUTLIER"));
  ReportKlienter(2024, 25);
  EXPECT_THAT(Codes(), IsEmpty());
  ReportKlienter(2024, 24);
  EXPECT_THAT(Codes(), ElementsAre("OUTLIER"));
  EXPECT_THAT(Codes(2023), IsEmpty());  // One year before is no history.
}

// Low is far below the lowest of the years before, high far above the highest.
TEST_F(KontrollHistoryTest, ADifferenceIsTakenFromTheNearestOfTheYearsBefore) {
  Register();
  ReportKlienter(2022, 22);
  ReportKlienter(2023, 200);
  ReportKlienter(2024, 10);  // 12 below the lowest: too few to be said.
  EXPECT_THAT(Codes(), IsEmpty());
  ReportKlienter(2022, 100);
  ReportKlienter(2024, 49);
  EXPECT_THAT(Codes(), ElementsAre("OUTLIER"));
  ReportKlienter(2024, 201);
  EXPECT_THAT(Codes(), IsEmpty());
}

TEST_F(KontrollHistoryTest, OneYearBeforeIsNoHistory) {
  Register();
  ReportKlienter(2023, 10);
  ReportKlienter(2024, 100);
  EXPECT_THAT(Codes(), IsEmpty());
  ReportKlienter(2022, 10);
  EXPECT_THAT(Codes(), ElementsAre("OUTLIER"));
}

TEST_F(KontrollHistoryTest, SmallVerksamheterVary) {
  Register();
  ReportKlienter(2022, 3);
  ReportKlienter(2023, 4);
  ReportKlienter(2024, 20);
  EXPECT_THAT(Codes(), IsEmpty());
}

}  // namespace
}  // namespace liggare::domain
