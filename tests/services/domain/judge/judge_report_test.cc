// The report and its review.
#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

class JudgeReportTest : public JudgeTest {
 protected:
  void SetUp() override {
    Register();
    Report();
  }
  // Asks; the id of the request.
  std::string Ask() {
    v1::EventData event = EventOf(kRapport, "completion_requested",
                                  R"("fraga": "Hur många?", "answer_by": "2025-02-03")");
    EXPECT_TRUE(world_.Record("se/17", event).ok());
    return form::UuidText(event.event_id());
  }
  static std::string AnswerTo(const std::string& request) {
    return "\"begaran\": \"" + request + R"(", "svar": "Tjugo.")";
  }
  static constexpr char kGood[] = R"("utfall": "godkand", "reviewed_on": "2025-02-10")";
  static constexpr char kWithRemarks[] =
      R"("utfall": "med_anmarkning", "reviewed_on": "2025-02-10")";
  static constexpr char kForwarded[] = R"("forwarded_on": "2025-02-20")";
};

TEST_F(JudgeReportTest, AnAnswerNeedsItsRequest) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kRapport, "completion_answered",
          AnswerTo("01901640-0000-7000-8000-000000000029"));
  const std::string request = Ask();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kRapport, "completion_answered",
          AnswerTo("01901640-0000-7000-8000-000000000029"));
  EXPECT_EQ(error_.expected(), request);
  Ok("se/17/varmland", kRapport, "completion_answered", AnswerTo(request));
}

TEST_F(JudgeReportTest, ApprovalWaitsForTheAnswersRemarksDoNot) {
  const std::string first = Ask();
  const std::string second = Ask();
  Ok("se/17/varmland", kRapport, "completion_answered", AnswerTo(first));
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "report_reviewed", kGood);
  EXPECT_THAT(error_.message(), ::testing::HasSubstr(second));
  Ok("se/17", kRapport, "report_reviewed", kWithRemarks);
  Ok("se/17/varmland", kRapport, "completion_answered", AnswerTo(second));
  Ok("se/17", kRapport, "report_reviewed", kGood);
}

TEST_F(JudgeReportTest, OnlyAReviewedReportIsPassedOn) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "report_forwarded", kForwarded);
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("12 §"));
  Ok("se/17", kRapport, "report_reviewed", kGood);
  Ok("se/17/varmland", kRapport, "report_corrected",
     R"("path": "ombud.personer", "old": 8, "new": 9)");
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "report_forwarded", kForwarded);
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("changed"));
  Ok("se/17", kRapport, "report_reviewed", kGood);
  Ok("se/17", kRapport, "report_forwarded", kForwarded);
}

TEST_F(JudgeReportTest, WhatWasPassedOnIsReviewedAgainOnlyWhenItHasChanged) {
  Ok("se/17", kRapport, "report_reviewed", kGood);
  Ok("se/17", kRapport, "report_forwarded", kForwarded);
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se/17", kRapport, "report_reviewed", kGood);
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se/17", kRapport, "report_forwarded", kForwarded);
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se/17", kRapport, "completion_requested",
          R"("fraga": "Hur många?", "answer_by": "2025-03-03")");
  Report();
  Ask();
  Ok("se/17", kRapport, "report_reviewed", kWithRemarks);
  Ok("se/17", kRapport, "report_forwarded", kForwarded);
}

TEST_F(JudgeReportTest, NothingIsReviewedBeforeThereIsAReport) {
  constexpr char kOther[] = "rapport/2023/se/17/varmland";
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kOther, "report_reviewed", kGood);
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kOther, "report_forwarded", kForwarded);
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kOther, "completion_requested",
          R"("fraga": "Hur många?", "answer_by": "2025-02-03")");
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kOther, "finding_explained",
          R"("finding": "a1", "forklaring": "Så är det.")");
}

TEST_F(JudgeReportTest, OnlyAConflictIsResolved) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "conflict_resolved",
          R"("path": "ombud.personer", "value": 8)");
  const auto correct = [](int to) {
    return EventOf(kRapport, "report_corrected",
                   R"("path": "ombud.personer", "old": 8, "new": )" + std::to_string(to));
  };
  world_.Append("se/17/varmland", correct(9), {{"se/17/varmland@1", 1}});
  world_.Append("se/17", correct(10), {{"se/17/varmland@1", 1}});
  ASSERT_EQ((*world_.StateOf(kRapport))->conflicts.size(), 1u);
  Ok("se/17", kRapport, "conflict_resolved", R"("path": "ombud.personer", "value": 9)");
  auto state = *world_.StateOf(kRapport);
  EXPECT_TRUE(state->conflicts.empty());
  EXPECT_EQ(state->Number("ombud.personer"), 9);
  // The field is still the report's: the next one replaces it.
  Ok("se/17/varmland", kRapport, "report_submitted",
     R"("ombud": {"personer": 7, "heltid_hundredths": 700})");
  EXPECT_EQ((*world_.StateOf(kRapport))->Number("ombud.personer"), 7);
}

}  // namespace
}  // namespace liggare::domain
