// How late and missing reports, reminders, brister and examples are shown.
#include "services/presentation/duty_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/presentation/brist_form.h"

namespace liggare::presentation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Shown {
  v1::DutyKind kind = v1::DUTY_KIND_REPORT;
  std::string vem;
  std::string namn;
  std::string due_on = "2025-01-15";
  v1::DutyStatus status = v1::DUTY_STATUS_MISSING;
  uint32_t days = 0;
};

void Add(AnsweredDuties& duties, const Shown& shown) {
  v1::Duty& duty = *duties.answer.add_duties();
  duty.set_kind(shown.kind);
  duty.set_vem(shown.vem);
  duty.set_namn(shown.namn);
  duty.set_due_on(shown.due_on);
  duty.set_status(shown.status);
  duty.set_days(shown.days);
}

AnsweredDuties SomeDuties() {
  AnsweredDuties duties;
  duties.year = 2024;
  duties.answer.set_on("2025-02-01");
  Add(duties, {.vem = "se/17/a", .namn = "PO Arvika", .days = 17});
  Add(duties, {.vem = "se/17/k", .namn = "PO Karlstad", .status = v1::DUTY_STATUS_LATE, .days = 1});
  Add(duties, {.vem = "se/17/s", .namn = "PO Sunne", .status = v1::DUTY_STATUS_IN_TIME});
  Add(duties, {.kind = v1::DUTY_KIND_COUNTY_ACCOUNT,
               .vem = "se/17",
               .namn = "Länsstyrelsen",
               .due_on = "2025-03-03",
               .status = v1::DUTY_STATUS_AWAITED});
  Add(duties, {.kind = v1::DUTY_KIND_FEEDBACK,
               .vem = "FK",
               .namn = "FK",
               .due_on = "2024-09-01",
               .days = 153});
  return duties;
}

TEST(DutyFormTest, CountsAreFollowedByWhatDidNotComeInTime) {
  const std::string text = DutiesText(SomeDuties());
  EXPECT_THAT(text, HasSubstr("Bidragsåret 2024, läget den 2025-02-01"));
  EXPECT_THAT(text, HasSubstr("Redovisning                     1         1       1       0"));
  EXPECT_THAT(text, HasSubstr("PO Arvika (se/17/a)"));
  EXPECT_THAT(text, HasSubstr("saknas sedan 17 dagar"));
  EXPECT_THAT(text, HasSubstr("1 dag för sent"));
  EXPECT_THAT(text, Not(HasSubstr("Sunne")));
  AnsweredDuties all = SomeDuties();
  all.with_all = true;
  EXPECT_THAT(DutiesText(all), AllOf(HasSubstr("Sunne"), HasSubstr("väntas")));
}

TEST(DutyFormTest, JsonHasEveryDutyAndNamesWhoHasNotReported) {
  AnsweredDuties duties = SomeDuties();
  duties.answer.mutable_duties(1)->set_received_at_ms(1'736'982'000'000);
  duties.answer.mutable_duties(1)->set_received_on("2025-01-16");
  const Json json = DutiesJson(duties);
  EXPECT_EQ(json["expected_count"], 3);
  ASSERT_EQ(json["missing"].size(), 1u);
  EXPECT_EQ(json["missing"][0]["path"], "se/17/a");
  EXPECT_EQ(json["duties"].size(), 5u);
  EXPECT_EQ(json["duties"][0]["status"], "saknas");
  EXPECT_FALSE(json["duties"][0].contains("received_on"));
  EXPECT_EQ(json["duties"][1]["received_at"], "2025-01-15T23:00:00.000Z");
  EXPECT_EQ(json["duties"][1]["received_on"], "2025-01-16");
}

TEST(DutyFormTest, RemindersAreOfWhatIsMissingTheOldestFirst) {
  const Json json = RemindersJson(SomeDuties());
  ASSERT_EQ(json["reminders"].size(), 2u);
  EXPECT_EQ(json["reminders"][0]["vem"], "FK");
  EXPECT_EQ(json["reminders"][1]["vem"], "se/17/a");
  const std::string text = RemindersText(SomeDuties());
  EXPECT_THAT(text, HasSubstr("läget den 2025-02-01: 2\n"));
  EXPECT_LT(text.find("FK"), text.find("Arvika"));
  EXPECT_THAT(text, Not(HasSubstr("Karlstad")));
  EXPECT_EQ(RemindersText({.year = 2024, .with_all = false, .answer = {}}),
            "Att påminna om, bidragsåret 2024, läget den : 0\n");
}

TEST(BristFormTest, FeedbackIsGivenAwaitedOrOverdue) {
  v1::ListBristerResponse answer;
  answer.set_on("2024-09-10");
  v1::RegisteredBrist& brist = *answer.add_brister();
  brist.set_subject("brist/se/17/1");
  brist.set_rubrik("Köer");
  const auto add = [&brist](const char* whom, const char* given_on, uint32_t days) {
    v1::RequestedFeedback& feedback = *brist.add_aterkoppling();
    feedback.set_av_vem(whom);
    feedback.set_due_on("2024-09-01");
    feedback.set_given_on(given_on);
    feedback.set_days(days);
  };
  add("FK", "", 9);
  add("AF", "", 0);
  add("IVO", "2024-09-03", 2);
  EXPECT_THAT(BristerText(answer),
              AllOf(HasSubstr("återkoppling av FK senast 2024-09-01: försenad 9 dagar\n"),
                    HasSubstr("AF senast 2024-09-01: väntas\n"),
                    HasSubstr("IVO senast 2024-09-01: given 2024-09-03, 2 dagar för sent\n")));
  const Json json = BristerJson(answer)["brister"][0];
  EXPECT_EQ(json["aterkoppling"][0]["status"], "forsenad");
  EXPECT_EQ(json["aterkoppling"][1]["status"], "oppen");
  EXPECT_EQ(json["aterkoppling"][2]["status"], "given");
}

TEST(BristFormTest, ExamplesSayWhereTheTextIsNotHeld) {
  v1::ListExamplesResponse answer;
  v1::GoodExample& example = *answer.add_examples();
  example.set_subject("exempel/se/17/a/1");
  example.set_rubrik("Drop-in");
  EXPECT_THAT(ExamplesText(answer), HasSubstr("texten finns inte här"));
  EXPECT_FALSE(ExamplesJson(answer)["examples"][0].contains("beskrivning"));
  example.set_beskrivning("Varje torsdag.");
  EXPECT_THAT(ExamplesText(answer), HasSubstr("  Varje torsdag.\n"));
}

}  // namespace
}  // namespace liggare::presentation
