// What is due, and whether it came in time: at the boundary of the last day in
// Stockholm, by the receipt time of the authority.
#include "services/domain/duty/duties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "services/domain/form/form_version.h"
#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Milliseconds since 1970 of a time in UTC: "2025-01-15", 22, 59, 59.
int64_t Utc(const std::string& day, int hour, int minute, int second) {
  using namespace std::chrono;
  const auto time = sys_days(*ParseDate(day)) + hours(hour) + minutes(minute) + seconds(second);
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

constexpr char kSecondFormReport[] =
    R"("ombud": {"personer": 8, "heltid_hundredths": 750, "kvinnor": 6,
                 "tjanster_i_bidraget_hundredths": 700},
       "klientrorelse": {"nya": 1, "kvarstaende": 2, "avslutade": 0},
       "barn_definition": "bor_helt_eller_delvis", "ko": {"finns": false},
       "prioritering": {"finns": true}, "handledning": {"svar": "erbjuden"},
       "ledningsgrupp": {"parter": [{"part": "kommun", "deltar": true}]},
       "rutin_for_brister": true)";

// Everything arrived at one time, or nothing did.
class OneArrival : public ReceiptTimes {
 public:
  absl::StatusOr<std::optional<int64_t>> ArrivalAt(std::string_view node,
                                                   const EntryPlace& entry) override {
    asked.push_back(std::string(node) + " " + std::string(entry.log) + "#" +
                    std::to_string(entry.index));
    return arrived_at_ms;
  }

  std::optional<int64_t> arrived_at_ms;
  std::vector<std::string> asked;
};

class DutiesTest : public JudgeTest {
 protected:
  std::vector<v1::Duty> Duties(const std::string& on, int year = 2024,
                               const std::string& scope = "se/17") {
    const auto duties = DutiesOf({world_, arrivals_}, {scope, year}, *ParseDate(on));
    EXPECT_TRUE(duties.ok()) << duties.status();
    if (!duties.ok()) return {};
    EXPECT_EQ(duties->on(), on);
    return {duties->duties().begin(), duties->duties().end()};
  }
  // "REPORT se/17/varmland 2025-01-15 IN_TIME 0"
  std::vector<std::string> Lines(const std::string& on, int year = 2024,
                                 const std::string& scope = "se/17") {
    std::vector<std::string> lines;
    for (const v1::Duty& duty : Duties(on, year, scope)) {
      lines.push_back(v1::DutyKind_Name(duty.kind()).substr(10) + " " + duty.vem() + " " +
                      duty.due_on() + " " + v1::DutyStatus_Name(duty.status()).substr(12) + " " +
                      std::to_string(duty.days()));
      EXPECT_FALSE(duty.source().empty());
      EXPECT_FALSE(duty.namn().empty());
    }
    return lines;
  }
  // How the report of the year stands that reached the county at that time.
  std::string ReportThatArrived(int year, int64_t arrived_at_ms) {
    arrivals_.arrived_at_ms = arrived_at_ms;
    for (const std::string& line : Lines("2030-01-01", year)) {
      if (line.rfind("REPORT", 0) == 0) return line;
    }
    return "none";
  }
  // In the form of its year.
  void ReportFor(int year) {
    const bool is_second = year >= kSecondFormFrom;
    v1::EventData report = EventOf("rapport/" + std::to_string(year) + "/se/17/varmland",
                                   "report_submitted", is_second ? kSecondFormReport : kReport);
    if (is_second) report.set_form_version(2);
    world_.Append("se/17/varmland", report, {});
  }
  void Enrol(const std::string& path, const std::string& fields) {
    world_.Append(
        "se/17",
        EventOf("node/" + path, "node_enrolled",
                "\"verifier_key\": \"liggare.example/" + path +
                    "+0a1b2c3d+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\", " + fields),
        {});
  }

  OneArrival arrivals_;
};

TEST_F(DutiesTest, TheLastSecondOfTheLastDayInStockholmIsInTime) {
  Register();
  ReportFor(2024);
  EXPECT_EQ(ReportThatArrived(2024, Utc("2025-01-15", 22, 59, 59)),
            "REPORT se/17/varmland 2025-01-15 IN_TIME 0");
  EXPECT_EQ(ReportThatArrived(2024, Utc("2025-01-15", 22, 59, 59) + 999),
            "REPORT se/17/varmland 2025-01-15 IN_TIME 0");
  EXPECT_EQ(ReportThatArrived(2024, Utc("2025-01-15", 23, 0, 0)),
            "REPORT se/17/varmland 2025-01-15 LATE 1");
}

// Were it summer time, midnight would be at 22:00 UTC.
TEST_F(DutiesTest, TheOffsetOfTheWinterCounts) {
  Register();
  ReportFor(2024);
  EXPECT_EQ(ReportThatArrived(2024, Utc("2025-01-15", 22, 0, 0)),
            "REPORT se/17/varmland 2025-01-15 IN_TIME 0");
  EXPECT_EQ(ReportThatArrived(2024, Utc("2025-01-14", 23, 0, 0)),
            "REPORT se/17/varmland 2025-01-15 IN_TIME 0");
  EXPECT_EQ(Duties("2025-02-01").front().received_on(), "2025-01-15");
}

TEST_F(DutiesTest, AfterASaturdayTheMondayIsTheLastDay) {
  Register();
  for (const int year : {2021, 2027}) {  // 15 January 2022 and 2028 are Saturdays.
    ReportFor(year);
    const std::string january = std::to_string(year + 1) + "-01-";
    for (const char* day : {"15", "16", "17"}) {
      EXPECT_EQ(ReportThatArrived(year, Utc(january + day, 22, 59, 59)),
                "REPORT se/17/varmland " + january + "17 IN_TIME 0");
    }
    EXPECT_EQ(ReportThatArrived(year, Utc(january + "17", 23, 0, 0)),
              "REPORT se/17/varmland " + january + "17 LATE 1");
    EXPECT_EQ(ReportThatArrived(year, Utc(january + "25", 12, 0, 0)),
              "REPORT se/17/varmland " + january + "17 LATE 8");
  }
}

TEST_F(DutiesTest, WhatHasNotComeIsAwaitedUntilTheLastDayHasPassed) {
  Register();
  EXPECT_THAT(Lines("2025-01-15"), ElementsAre("REPORT se/17/varmland 2025-01-15 AWAITED 0",
                                               "COUNTY_ACCOUNT se/17 2025-03-03 AWAITED 0"));
  EXPECT_THAT(Lines("2025-01-16"), ElementsAre("REPORT se/17/varmland 2025-01-15 MISSING 1",
                                               "COUNTY_ACCOUNT se/17 2025-03-03 AWAITED 0"));
  EXPECT_THAT(Lines("2025-03-13"), ElementsAre("REPORT se/17/varmland 2025-01-15 MISSING 57",
                                               "COUNTY_ACCOUNT se/17 2025-03-03 MISSING 10"));
}

TEST_F(DutiesTest, ACountyIsAskedForTheReceiptOfItsVerksamheter) {
  Register();
  Register("se/17/karlstad/norr");
  arrivals_.arrived_at_ms = Utc("2025-01-10", 12, 0, 0);
  Report();
  Ok("se/17/karlstad/norr", "rapport/2024/se/17/karlstad/norr", "report_submitted", kReport);
  Lines("2025-02-01", 2024, "se");
  EXPECT_THAT(arrivals_.asked,
              ElementsAre("se/17 se/17/karlstad/norr@1#1", "se/17 se/17/varmland@1#1"));
}

TEST_F(DutiesTest, OnlyTheYearsThatAVerksamhetIsRegisteredInAreAskedFor) {
  world_.Append("se/17/karlstad",
                EventOf("verksamhet/se/17/karlstad", "verksamhet_registered",
                        R"("namn": "PO Karlstad", "driftsform": "stiftelse",
                           "huvudman": "1780", "from": "2024-06-01", "to": "2024-09-30")"),
                {});
  EXPECT_THAT(Lines("2025-01-16"), ElementsAre("REPORT se/17/karlstad 2025-01-15 MISSING 1",
                                               "COUNTY_ACCOUNT se/17 2025-03-03 AWAITED 0"));
  for (const int year : {2023, 2025}) EXPECT_THAT(Lines("2026-02-01", year), ElementsAre()) << year;
}

TEST_F(DutiesTest, WhatIsRecordedAndNotReceivedIsNeitherMissingNorInTime) {
  Register();
  Report();
  EXPECT_EQ(Lines("2025-02-01").front(), "REPORT se/17/varmland 2025-01-15 NOT_RECEIVED 17");
  EXPECT_TRUE(Duties("2025-02-01").front().received_on().empty());
}

TEST_F(DutiesTest, OfANodeThatTheAuthorityHostsTheTimeOfRecordingCounts) {
  Register();
  arrivals_.arrived_at_ms = Utc("2025-01-20", 12, 0, 0);
  world_.now_ms = Utc("2025-01-15", 22, 59, 59);
  Report();
  EXPECT_EQ(Lines("2025-02-01").front(), "REPORT se/17/varmland 2025-01-15 LATE 5");
  Enrol("se/17/varmland", R"("custody": "hosted", "hosted_by": "se/17")");
  EXPECT_EQ(Lines("2025-02-01").front(), "REPORT se/17/varmland 2025-01-15 IN_TIME 0");
}

TEST_F(DutiesTest, OfANodeThatSomebodyElseHostsTheArrivalCounts) {
  Register();
  arrivals_.arrived_at_ms = Utc("2025-01-20", 12, 0, 0);
  world_.now_ms = Utc("2025-01-10", 12, 0, 0);
  Report();
  Enrol("se/17/varmland", R"("custody": "hosted", "hosted_by": "se/17/karlstad")");
  EXPECT_EQ(Lines("2025-02-01").front(), "REPORT se/17/varmland 2025-01-15 LATE 5");
}

TEST_F(DutiesTest, AReportThatIsLodgedAgainCameWhenItFirstCame) {
  Register();
  Enrol("se/17/varmland", R"("custody": "hosted", "hosted_by": "se/17")");
  world_.now_ms = Utc("2025-01-10", 12, 0, 0);
  Report();
  world_.now_ms = Utc("2025-02-10", 12, 0, 0);
  Report();
  EXPECT_EQ(Lines("2025-03-01").front(), "REPORT se/17/varmland 2025-01-15 IN_TIME 0");
}

// Nobody's report came by an event that nobody was allowed to write.
TEST_F(DutiesTest, AnEventWithoutEffectIsNoReport) {
  Register();
  arrivals_.arrived_at_ms = Utc("2025-01-10", 12, 0, 0);
  world_.Append("se/18", EventOf(kRapport, "report_submitted", kReport), {});
  EXPECT_EQ(Lines("2025-02-01").front(), "REPORT se/17/varmland 2025-01-15 MISSING 17");
}

TEST_F(DutiesTest, NamesAreThoseOfTheEnrolment) {
  Register();
  EXPECT_EQ(Duties("2025-02-01").front().namn(), "PO");
  Enrol("se/17/varmland", R"("custody": "own", "display_name": "Personligt ombud Värmland")");
  EXPECT_EQ(Duties("2025-02-01").front().namn(), "Personligt ombud Värmland");
  EXPECT_EQ(Duties("2025-02-01").back().namn(), "Länsstyrelsen, Värmlands län");
}

TEST_F(DutiesTest, AnApplicationCameTheDayThatTheCountyHasNoted) {
  const auto apply = [this](const std::string& kommunkod, const std::string& day) {
    world_.Append("se/17",
                  EventOf("ansokan/2024/" + kommunkod, "application_received",
                          R"("posts_hundredths": 100, "received_on": ")" + day + "\""),
                  {});
  };
  apply("1780", "2024-03-01");
  apply("1781", "2024-03-02");
  world_.now_ms = Utc("2024-03-01", 23, 0, 0);
  world_.Append("se/17",
                EventOf("ansokan/2024/1715", "application_received", R"("posts_hundredths": 100)"),
                {});
  EXPECT_THAT(Lines("2024-06-01"), ElementsAre("APPLICATION 1715 2024-03-01 LATE 1",
                                               "APPLICATION 1780 2024-03-01 IN_TIME 0",
                                               "APPLICATION 1781 2024-03-01 LATE 1"));
  EXPECT_EQ(Duties("2024-06-01").front().namn(), "Kil");
  EXPECT_THAT(Lines("2024-06-01", 2024, "se/18"), IsEmpty());
}

TEST_F(DutiesTest, AKommunThatHadAGrantIsExpectedToApplyAgain) {
  Assign();
  Apply();
  SetRate();
  Decide();
  EXPECT_THAT(Lines("2025-03-03", 2025), ElementsAre("APPLICATION 1780 2025-03-03 AWAITED 0"));
  EXPECT_THAT(Lines("2025-03-04", 2025), ElementsAre("APPLICATION 1780 2025-03-03 MISSING 1"));
  EXPECT_THAT(Lines("2025-03-04", 2026), IsEmpty());
}

TEST_F(DutiesTest, ACountysAccountIsReceivedByTheNation) {
  Register();
  arrivals_.arrived_at_ms = Utc("2024-03-01", 22, 59, 59);
  Account();
  EXPECT_THAT(Lines("2024-04-01", 2023), ElementsAre("REPORT se/17/varmland 2024-01-15 MISSING 77",
                                                     "COUNTY_ACCOUNT se/17 2024-03-01 IN_TIME 0"));
  EXPECT_THAT(arrivals_.asked, ElementsAre("se se/17@1#0"));
  arrivals_.arrived_at_ms = Utc("2024-03-01", 23, 0, 0);
  EXPECT_EQ(Lines("2024-04-01", 2023, "se").back(), "COUNTY_ACCOUNT se/17 2024-03-01 LATE 1");
  EXPECT_THAT(Lines("2024-04-01", 2023, "se/17/varmland"),
              ElementsAre("REPORT se/17/varmland 2024-01-15 MISSING 77"));
}

// The county has set that day itself: a Saturday stays one.
TEST_F(DutiesTest, CompletionsAreDueOnTheDayThatTheCountyHasSaid) {
  Register();
  arrivals_.arrived_at_ms = Utc("2025-01-10", 12, 0, 0);
  Report();
  const v1::EventData asked =
      EventOf(kRapport, "completion_requested",
              R"("fraga": "Hur många?", "falt": "ombud.kvinnor", "answer_by": "2025-02-15")");
  ASSERT_TRUE(world_.Record("se/17", asked).ok());
  EXPECT_EQ(Lines("2025-02-15")[1], "COMPLETION se/17/varmland 2025-02-15 AWAITED 0");
  EXPECT_EQ(Lines("2025-02-17")[1], "COMPLETION se/17/varmland 2025-02-15 MISSING 2");
  EXPECT_EQ(Duties("2025-02-17")[1].vad(), "ombud.kvinnor");
  Ok("se/17/varmland", kRapport, "completion_answered",
     R"("svar": "Fem.", "begaran": ")" + form::UuidText(asked.event_id()) + "\"");
  arrivals_.arrived_at_ms = Utc("2025-02-15", 23, 0, 0);
  EXPECT_EQ(Lines("2025-03-01")[1], "COMPLETION se/17/varmland 2025-02-15 LATE 1");
}

TEST_F(DutiesTest, FeedbackIsDueOnTheDayOfTheRequest) {
  const std::string brist = "brist/se/17/varmland/1";
  Ok("se/17/varmland", brist, "brist_reported",
     R"("niva": "lokal", "omrade": "socialtjanst", "rubrik": "Långa köer",
        "beskrivning": "Väntan.", "observed_on": "2024-05-02")");
  const v1::EventData asked = EventOf(brist, "feedback_requested",
                                      R"("av_vem": "Region Värmland", "due_on": "2024-09-01")");
  ASSERT_TRUE(world_.Record("se/17", asked).ok());
  EXPECT_THAT(Lines("2024-09-01"), ElementsAre("FEEDBACK Region Värmland 2024-09-01 AWAITED 0"));
  EXPECT_THAT(Lines("2024-09-02"), ElementsAre("FEEDBACK Region Värmland 2024-09-01 MISSING 1"));
  // Open ones are shown in every year, given ones in that of the brist.
  EXPECT_THAT(Lines("2026-09-01", 2026),
              ElementsAre("FEEDBACK Region Värmland 2024-09-01 MISSING 730"));
  EXPECT_THAT(Lines("2024-09-02", 2024, "se/18"), IsEmpty());
  Ok("se/17", brist, "feedback_given",
     R"("vem": "Region Värmland", "svar": "Fler tider.", "given_on": "2024-09-03", "begaran": ")" +
         form::UuidText(asked.event_id()) + "\"");
  EXPECT_THAT(Lines("2026-09-01"), ElementsAre("FEEDBACK Region Värmland 2024-09-01 LATE 2"));
  EXPECT_THAT(Lines("2026-09-01", 2026), IsEmpty());
}

TEST_F(DutiesTest, BadScopesAreRefused) {
  EXPECT_FALSE(DutiesOf({world_, arrivals_}, {"se/02", 2024}, *ParseDate("2025-01-01")).ok());
  EXPECT_FALSE(DutiesOf({world_, arrivals_}, {"se", 1999}, *ParseDate("2025-01-01")).ok());
}

}  // namespace
}  // namespace liggare::domain
