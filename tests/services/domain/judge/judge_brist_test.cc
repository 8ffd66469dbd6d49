// The register of brister.
#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

constexpr char kBrist[] = "brist/se/17/varmland/1";
constexpr char kOfLan[] = "brist/se/17/1";

class JudgeBristTest : public JudgeTest {
 protected:
  void ReportBrist(const std::string& writer, const std::string& subject) {
    Ok(writer, subject, "brist_reported",
       R"("niva": "central", "omrade": "forsakringskassan", "rubrik": "Bara digitalt",
          "beskrivning": "Saknar e-legitimation.", "observed_on": "2024-10-03")");
  }
  static std::string Member(const std::string& brist) {
    return "\"brist\": \"" + brist + R"(", "ingar": true)";
  }
};

TEST_F(JudgeBristTest, WhatFollowsNeedsTheBrist) {
  const std::map<std::string, std::string> all = {
      {"brist_escalated", R"("till": "ledningsgrupp", "escalated_on": "2024-11-12")"},
      {"brist_prioritised", R"("av": "se/17", "rang": 1)"},
      {"action_reported",
       R"("vem": "FK", "atgard": "Papper.", "done_on": "2025-02-01", "avhjalpt": true)"},
      {"feedback_requested", R"("av_vem": "FK", "due_on": "2025-01-31")"}};
  for (const auto& [type, fields] : all) {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kBrist, type, fields);
  }
  ReportBrist("se/17/varmland", kBrist);
  for (const auto& [type, fields] : all) Ok("se/17", kBrist, type, fields);
}

TEST_F(JudgeBristTest, AGroupHoldsBristerFromBelow) {
  ReportBrist("se/17", kOfLan);
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kOfLan, "brist_grouped", Member(kBrist));
  ReportBrist("se/17/varmland", kBrist);
  Ok("se/17", kOfLan, "brist_grouped", Member(kBrist));
  ReportBrist("se", "brist/se/1");
  Ok("se", "brist/se/1", "brist_grouped", Member(kOfLan));
  ReportBrist("se/18", "brist/se/18/1");
  for (const char* other : {"brist/se/18/1", kOfLan, "brist/se/1", "rapport/2024/se/17/varmland"}) {
    Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", kOfLan, "brist_grouped", Member(other));
    EXPECT_EQ(error_.field(), "brist");
  }
}

TEST_F(JudgeBristTest, EachNodeHasItsOwnOrder) {
  ReportBrist("se/17/varmland", kBrist);
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", kBrist, "brist_prioritised",
          R"("av": "se", "rang": 1)");
  EXPECT_EQ(error_.expected(), "se/17");
  Ok("se", kBrist, "brist_prioritised", R"("av": "se", "rang": 2)");
}

TEST_F(JudgeBristTest, FeedbackAnswersARequest) {
  ReportBrist("se/17/varmland", kBrist);
  const auto answer = [](const std::string& id) {
    return "\"begaran\": \"" + id + R"(", "vem": "FK", "svar": "Ja.", "given_on": "2025-01-28")";
  };
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", kBrist, "feedback_given",
          answer("01901640-0000-7000-8000-000000000049"));
  v1::EventData request =
      EventOf(kBrist, "feedback_requested", R"("av_vem": "FK", "due_on": "2025-01-31")");
  ASSERT_TRUE(world_.Record("se/17", request).ok());
  Ok("se", kBrist, "feedback_given", answer(form::UuidText(request.event_id())));
}

}  // namespace
}  // namespace liggare::domain
