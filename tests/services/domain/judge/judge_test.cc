#include "services/domain/judge/judge.h"

#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

TEST_F(JudgeTest, AGrantIsNotLoweredBelowWhatIsPaid) {
  PayGrant(400);
  const auto decide = [](int ore) { return "\"posts_hundredths\": 100, " + Amount(ore); };
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se/17", "bidrag/2024/1780", "grant_decided",
          decide(399));
  Ok("se/17", "bidrag/2024/1780", "grant_decided", decide(400));
  Ok("se/17", "bidrag/2024/1780", "grant_decided", decide(2000));
}

TEST_F(JudgeTest, TheWholeYearInOrderIsAllowed) {
  Register();
  Assign();
  Apply();
  SetRate();
  Decide();
  Account();
  Ok("se/17", "rekvisition/2024/17", "funds_requisitioned",
     R"("posts_hundredths": 100, "amount_ore": 1000)");
  Ok("se", "rekvisition/2024/17", "funds_paid", Amount(1000));
  Pay(600);
  Pay(400);
  Report();
}

TEST_F(JudgeTest, AssignedKommunIsOfTheLan) {
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", kVerksamhet, "kommun_assigned",
          R"("kommunkod": "1880", "from": "2020-01-01", "redovisar_ekonomi": false)");
  EXPECT_EQ(error_.field(), "kommunkod");
}

TEST_F(JudgeTest, OneVerksamhetReportsAKommunsEconomyAtATime) {
  Assign();
  Assign();  // The same verksamhet again is no other.
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
          kAssigned);
  EXPECT_EQ(error_.field(), "redovisar_ekonomi");
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("se/17/varmland"));
  Ok("se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
     R"("kommunkod": "1780", "from": "2020-01-01", "redovisar_ekonomi": false)");
}

TEST_F(JudgeTest, EconomyMayPassOnWhenTheDaysDoNotMeet) {
  Ok("se/17", kVerksamhet, "kommun_assigned",
     R"("kommunkod": "1780", "from": "2020-01-01", "to": "2024-06-30", "redovisar_ekonomi": true)");
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
          R"("kommunkod": "1780", "from": "2024-06-30", "redovisar_ekonomi": true)");
  Ok("se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
     R"("kommunkod": "1780", "from": "2024-07-01", "redovisar_ekonomi": true)");
}

TEST_F(JudgeTest, ApplicationNeedsAnAssignmentInTheYear) {
  const auto refused = [this] {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "ansokan/2024/1780",
            "application_received", R"("posts_hundredths": 100)");
    EXPECT_THAT(error_.message(), ::testing::HasSubstr("8 §"));
  };
  refused();
  Ok("se/17", kVerksamhet, "kommun_assigned",
     R"("kommunkod": "1780", "from": "2020-01-01", "to": "2023-12-31", "redovisar_ekonomi": true)");
  refused();
  Assign();
  Apply();
}

TEST_F(JudgeTest, DecisionNeedsApplicationAndRate) {
  const auto refused = [this](const char* paragraph) {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "bidrag/2024/1780", "grant_decided",
            R"("posts_hundredths": 100, "amount_ore": 1000)");
    EXPECT_THAT(error_.message(), ::testing::HasSubstr(paragraph));
  };
  refused("8 §");
  Assign();
  Apply();
  refused("HSLF-FS 2016:98, 5 §");
  SetRate();
  Decide();
}

TEST_F(JudgeTest, PaymentNeedsADecisionAndStaysWithinIt) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "bidrag/2024/1780", "grant_paid",
          Amount(1));
  Assign();
  Apply();
  SetRate();
  Decide();
  Pay(600);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se/17", "bidrag/2024/1780", "grant_paid", Amount(401));
  EXPECT_EQ(error_.field(), "amount_ore");
  EXPECT_EQ(error_.expected(), "at most 400 öre");
  Pay(400);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se/17", "bidrag/2024/1780", "grant_paid", Amount(1));
}

TEST_F(JudgeTest, RequisitionNeedsTheAccountOfTheYearBefore) {
  const std::string fields = R"("posts_hundredths": 100, "amount_ore": 1000)";
  Assign();
  Apply();
  SetRate();
  Decide();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "rekvisition/2024/17",
          "funds_requisitioned", fields);
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("9 § andra stycket"));
  EXPECT_THAT(error_.expected(), ::testing::HasSubstr("lansrapport/2023/17"));
  Account();
  Ok("se/17", "rekvisition/2024/17", "funds_requisitioned", fields);
}

TEST_F(JudgeTest, TheFirstYearOfTheGrantHasNoAccountBefore) {
  Assign();
  Ok("se/17", kVerksamhet, "kommun_assigned",
     R"("kommunkod": "1780", "from": "2014-01-01", "redovisar_ekonomi": true)");
  Ok("se/17", "ansokan/2014/1780", "application_received", R"("posts_hundredths": 100)");
  Ok("se/17", "rekvisition/2014/17", "applications_summed",
     R"("posts_hundredths": 100, "kommuner": 1)");
  Ok("se", "anslag/2014", "grant_rate_set", R"("rate_ore": 30200000)");
  Ok("se/17", "bidrag/2014/1780", "grant_decided",
     R"("posts_hundredths": 100, "amount_ore": 30200000)");
  Ok("se/17", "rekvisition/2014/17", "funds_requisitioned",
     R"("posts_hundredths": 100, "amount_ore": 30200000)");
}

TEST_F(JudgeTest, TheRateNeedsASumOfApplications) {
  Assign();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "rekvisition/2024/17",
          "applications_summed", R"("posts_hundredths": 0, "kommuner": 0)");
  Apply();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", "anslag/2024", "grant_rate_set",
          R"("rate_ore": 39577400)");
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("HSLF-FS 2016:98, 5 §"));
  SetRate();
}

TEST_F(JudgeTest, AForecastIsForTheTimeBeforeTheRate) {
  Ok("se", "anslag/2024", "grant_rate_forecast", R"("rate_ore": 40000000)");
  Assign();
  Apply();
  SetRate();
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se", "anslag/2024", "grant_rate_forecast",
          R"("rate_ore": 40000000)");
}

TEST_F(JudgeTest, ARejectedApplicationIsNotGrantedUntilItComesAgain) {
  const std::string rejection = R"("grund": "for_sent", "decided_on": "2024-04-02")";
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "ansokan/2024/1780", "application_rejected",
          rejection);
  Assign();
  Apply();
  SetRate();
  Ok("se/17", "ansokan/2024/1780", "application_rejected", rejection);
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se/17", "bidrag/2024/1780", "grant_decided",
          R"("posts_hundredths": 100, "amount_ore": 1000)");
  Apply();
  Decide();
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se/17", "ansokan/2024/1780", "application_rejected",
          rejection);
}

TEST_F(JudgeTest, WhatComesBackIsWithinWhatWasPaid) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", "bidrag/2024/1780", "grant_returned",
          Amount(1));
  PayGrant(1000);
  Ok("se", "bidrag/2024/1780", "grant_returned", Amount(400));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "bidrag/2024/1780", "grant_returned", Amount(601));
  Ok("se", "bidrag/2024/1780", "grant_returned", Amount(600));
}

TEST_F(JudgeTest, UtforareAndSuccessorsNeedARegisteredVerksamhet) {
  const std::string utforare =
      R"("from": "2024-11-01", "driftsform": "stiftelse", "namn": "Bräcke diakoni")";
  const std::string next = R"("path": "se/17/karlstad", "from": "2025-01-01")";
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kVerksamhet, "utforare_registered",
          utforare);
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kVerksamhet, "verksamhet_succeeded", next);
  Register();
  Ok("se/17/varmland", kVerksamhet, "utforare_registered", utforare);
  Ok("se/17", kVerksamhet, "verksamhet_succeeded", next);
  for (const char* path : {"se/17/varmland", "se/18/orebro", "se/17"}) {
    Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", kVerksamhet, "verksamhet_succeeded",
            "\"path\": \"" + std::string(path) + "\", \"from\": \"2025-01-01\"");
  }
}

TEST_F(JudgeTest, DecisionsAreNotMadeBySystems) {
  Assign();
  Apply();
  SetRate();
  v1::EventData event = EventOf("bidrag/2024/1780", "grant_decided",
                                R"("posts_hundredths": 100, "amount_ore": 1000)");
  event.mutable_actor()->set_role("system");
  const v1::Error error = ErrorOf(world_.Record("se/17", event));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_NOT_AUTHORISED);
  EXPECT_EQ(error.field(), "actor.role");
  event.mutable_actor()->set_role("beslutsfattare");
  EXPECT_TRUE(world_.Record("se/17", event).ok());
}

TEST_F(JudgeTest, RequisitionNeedsADecisionInTheLan) {
  const std::string fields = R"("posts_hundredths": 100, "amount_ore": 1000)";
  Account();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "rekvisition/2024/17",
          "funds_requisitioned", fields);
  Assign();
  Apply();
  SetRate();
  Decide();
  Ok("se/18", "lansrapport/2023/18", "county_account_submitted",
     R"("submitted_on": "2024-02-28", "utbetalt_ore": 0, "anvant_ore": 0, "oanvant_ore": 0,
        "plan": "Nätverk.")");
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/18", "rekvisition/2024/18",
          "funds_requisitioned", fields);
  Ok("se/17", "rekvisition/2024/17", "funds_requisitioned", fields);
}

TEST_F(JudgeTest, PaymentToTheCountyNeedsARequisitionAndStaysWithinIt) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", "rekvisition/2024/17", "funds_paid",
          Amount(1));
  Assign();
  Apply();
  SetRate();
  Decide();
  Account();
  Ok("se/17", "rekvisition/2024/17", "funds_requisitioned",
     R"("posts_hundredths": 100, "amount_ore": 1000)");
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "rekvisition/2024/17", "funds_paid", Amount(1001));
  Ok("se", "rekvisition/2024/17", "funds_paid", Amount(1000));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "rekvisition/2024/17", "funds_paid", Amount(1));
}

TEST_F(JudgeTest, ReportNeedsARegistrationInTheYear) {
  const auto refused = [this] {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kRapport, "report_submitted",
            kReport);
    EXPECT_THAT(error_.message(), ::testing::HasSubstr("10 §"));
  };
  refused();
  Register("se/17/varmland", R"(, "to": "2023-12-31")");
  refused();
  Register();
  Report();
}

TEST_F(JudgeTest, CorrectionNeedsAReport) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kRapport, "report_corrected",
          R"("path": "ombud.personer", "old": 8, "new": 9)");
}

TEST_F(JudgeTest, CorrectionNeedsTheCurrentValue) {
  Register();
  Report();
  Refused(v1::ERROR_CODE_OLD_VALUE_DIFFERS, "se/17", kRapport, "report_corrected",
          R"("path": "klienter[kvinna][30-49].antal", "old": 40, "new": 14)");
  EXPECT_EQ(error_.field(), "klienter[kvinna][30-49].antal");
  EXPECT_EQ(error_.expected(), "41");
  Ok("se/17", kRapport, "report_corrected",
     R"("path": "klienter[kvinna][30-49].antal", "old": 41, "new": 14)");
  Refused(v1::ERROR_CODE_OLD_VALUE_DIFFERS, "se", kRapport, "report_corrected",
          R"("path": "klienter[kvinna][30-49].antal", "old": 41, "new": 15)");
  EXPECT_EQ(error_.expected(), "14");
}

TEST_F(JudgeTest, CorrectionMayAddAndRemoveAField) {
  Register();
  Report();
  Refused(v1::ERROR_CODE_OLD_VALUE_DIFFERS, "se/17", kRapport, "report_corrected",
          R"("path": "barn[man].antal", "old": 1, "new": 2)");
  EXPECT_EQ(error_.expected(), "no value");
  Ok("se/17", kRapport, "report_corrected", R"("path": "barn[man].antal", "new": 2)");
  Ok("se/17", kRapport, "report_corrected", R"("path": "barn[man].antal", "old": 2)");
  EXPECT_FALSE((*world_.StateOf(kRapport))->Has("barn[man].antal"));
}

TEST_F(JudgeTest, AMovedSubjectIsRefusedWithItsPosition) {
  Register();
  Report();
  v1::EventData event =
      EventOf(kRapport, "report_corrected", R"("path": "ombud.personer", "old": 8, "new": 9)");
  v1::Basis& expected = *event.add_expected();
  expected.set_log("se/17/varmland@1");
  expected.set_index(0);
  const absl::Status moved = world_.Record("se/17", event);
  EXPECT_EQ(ErrorOf(moved).code(), v1::ERROR_CODE_SUBJECT_MOVED);
  EXPECT_EQ(ErrorOf(moved).expected(), "se/17/varmland@1:1");
  expected.set_index(1);
  EXPECT_TRUE(world_.Record("se/17", event).ok());
  // Another log's entry moves the subject too.
  v1::EventData next =
      EventOf(kRapport, "report_corrected", R"("path": "ombud.personer", "old": 9, "new": 8)");
  *next.add_expected() = expected;
  const absl::Status again = world_.Record("se/17", next);
  EXPECT_EQ(ErrorOf(again).code(), v1::ERROR_CODE_SUBJECT_MOVED);
  EXPECT_EQ(ErrorOf(again).expected(), "se/17/varmland@1:1, se/17@1:0");
}

}  // namespace
}  // namespace liggare::domain
