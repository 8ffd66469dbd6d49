#include "services/domain/calendar/calendar.h"

#include <gtest/gtest.h>

#include "services/domain/law/regulation.h"

namespace liggare::domain {
namespace {

Date Day(const char* text) { return *ParseDate(text); }

TEST(CalendarTest, DatesAreReadStrictly) {
  EXPECT_EQ(FormatDate(Day("2024-02-29")), "2024-02-29");
  for (const char* text : {"", "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "2024/01/01",
                           "20240101", "2024-01-32", "2024-01-0a", "0000-01-01", "2024-01-01 "}) {
    EXPECT_FALSE(ParseDate(text).has_value()) << text;
  }
}

TEST(CalendarTest, EasterIsKnown) {
  EXPECT_EQ(FormatDate(EasterSunday(2014)), "2014-04-20");
  EXPECT_EQ(FormatDate(EasterSunday(2024)), "2024-03-31");
  EXPECT_EQ(FormatDate(EasterSunday(2025)), "2025-04-20");
  EXPECT_EQ(FormatDate(EasterSunday(2038)), "2038-04-25");
  EXPECT_EQ(FormatDate(EasterSunday(2285)), "2285-03-22");
}

TEST(CalendarTest, HolidaysOf2024AreFree) {
  for (const char* day : {"2024-01-01", "2024-01-06", "2024-03-29", "2024-03-31", "2024-04-01",
                          "2024-05-01", "2024-05-09", "2024-05-19", "2024-06-06", "2024-06-22",
                          "2024-11-02", "2024-12-25", "2024-12-26"}) {
    EXPECT_TRUE(IsPublicHoliday(Day(day))) << day;
    EXPECT_TRUE(IsFreeDay(Day(day))) << day;
  }
}

TEST(CalendarTest, EvesAreFreeButNoHolidays) {
  for (const char* day : {"2024-06-21", "2024-12-24", "2024-12-31"}) {
    EXPECT_FALSE(IsPublicHoliday(Day(day))) << day;
    EXPECT_TRUE(IsFreeDay(Day(day))) << day;
  }
}

TEST(CalendarTest, OrdinaryDaysAreNotFree) {
  for (const char* day : {"2024-01-02", "2024-03-28", "2024-04-02", "2024-04-30", "2024-05-10",
                          "2024-06-20", "2024-11-01", "2024-12-23", "2024-12-27"}) {
    EXPECT_FALSE(IsFreeDay(Day(day))) << day;
  }
}

TEST(CalendarTest, DeadlinesMovePastRunsOfFreeDays) {
  EXPECT_EQ(FormatDate(MovedDeadline(Day("2024-12-24"))), "2024-12-27");
  EXPECT_EQ(FormatDate(MovedDeadline(Day("2024-03-29"))), "2024-04-02");
  EXPECT_EQ(FormatDate(MovedDeadline(Day("2024-06-21"))), "2024-06-24");
  EXPECT_EQ(FormatDate(MovedDeadline(Day("2024-01-15"))), "2024-01-15");
}

// The weekends that domain.md names: 15 January 2022, 2023, 2028; 1 March 2025,
// 2026; 15 May 2021, 2022, 2027.
TEST(CalendarTest, ReportsAreDueOnTheNextWeekday) {
  EXPECT_EQ(FormatDate(DueOn(Step::kReport, 2021)), "2022-01-17");
  EXPECT_EQ(FormatDate(DueOn(Step::kReport, 2022)), "2023-01-16");
  EXPECT_EQ(FormatDate(DueOn(Step::kReport, 2023)), "2024-01-15");
  EXPECT_EQ(FormatDate(DueOn(Step::kReport, 2024)), "2025-01-15");
  EXPECT_EQ(FormatDate(DueOn(Step::kReport, 2027)), "2028-01-17");
}

TEST(CalendarTest, ApplicationsAndAccountsAreDueOnTheNextWeekday) {
  EXPECT_EQ(FormatDate(DueOn(Step::kApplication, 2024)), "2024-03-01");
  EXPECT_EQ(FormatDate(DueOn(Step::kApplication, 2025)), "2025-03-03");
  EXPECT_EQ(FormatDate(DueOn(Step::kCountyAccount, 2025)), "2026-03-02");
  EXPECT_EQ(FormatDate(DueOn(Step::kNationalAccount, 2020)), "2021-05-17");
  EXPECT_EQ(FormatDate(DueOn(Step::kNationalAccount, 2021)), "2022-05-16");
  EXPECT_EQ(FormatDate(DueOn(Step::kNationalAccount, 2026)), "2027-05-17");
  EXPECT_EQ(FormatDate(DueOn(Step::kNationalAccount, 2023)), "2024-05-15");
}

TEST(CalendarTest, DaysAreCountedInStockholm) {
  // 2025-01-15T22:59:59Z and a second later: midnight in winter.
  EXPECT_EQ(FormatDate(StockholmDate(1'736'981'999'000)), "2025-01-15");
  EXPECT_EQ(FormatDate(StockholmDate(1'736'982'000'000)), "2025-01-16");
  // 2025-07-01T21:59:59Z and a second later: midnight in summer.
  EXPECT_EQ(FormatDate(StockholmDate(1'751'407'199'000)), "2025-07-01");
  EXPECT_EQ(FormatDate(StockholmDate(1'751'407'200'000)), "2025-07-02");
  EXPECT_EQ(FormatDate(StockholmDate(0)), "1970-01-01");
}

TEST(RegulationTest, TheRulesOf2013AreData) {
  const Regulation& regulation = RegulationOf(2024);
  EXPECT_EQ(regulation.name, "SFS 2013:522");
  EXPECT_FALSE(regulation.appealable);
  EXPECT_EQ(regulation.claims_back, Claimant::kSocialstyrelsen);
  EXPECT_EQ(regulation.grounds.size(), 2u);
  EXPECT_EQ(SourceOf(Step::kReport, 2024), "15 januari året efter (förordning 2013:522, 10 §)");
  EXPECT_EQ(SourceOf(Step::kApplication, 2024),
            "1 mars bidragsåret (HSLF-FS 2016:98, 2 §; förordning 2013:522, 8 §)");
  EXPECT_EQ(RegulationOf(2013).name, RegulationOf(2014).name) << "nothing is older";
}

}  // namespace
}  // namespace liggare::domain
