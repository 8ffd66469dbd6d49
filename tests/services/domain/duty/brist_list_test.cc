// The register of brister with its återkoppling, and the good examples, as lists.
#include "services/domain/duty/brist_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/domain/place/subject.h"
#include "services/domain/table/table.h"
#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BristListTest : public JudgeTest {
 protected:
  void ReportBrist(const std::string& path, const std::string& observed_on, int number = 1) {
    Ok(path, BristSubject(path, number), "brist_reported",
       R"("niva": "lokal", "omrade": "socialtjanst", "rubrik": "Köer", "beskrivning": "Väntan.",
          "observed_on": ")" +
           observed_on + "\"");
  }
  // The id of the request.
  std::string Ask(const std::string& path, const std::string& whom, const std::string& due_on) {
    const v1::EventData asked =
        EventOf("brist/" + path + "/1", "feedback_requested",
                R"("av_vem": ")" + whom + R"(", "due_on": ")" + due_on + "\"");
    EXPECT_TRUE(world_.Record(path, asked).ok());
    return form::UuidText(asked.event_id());
  }
  void Give(const std::string& path, const std::string& request, const std::string& given_on) {
    Ok(path, "brist/" + path + "/1", "feedback_given",
       R"("vem": "Regionen", "svar": "Ja.", "given_on": ")" + given_on + R"(", "begaran": ")" +
           request + "\"");
  }
  std::vector<std::string> Lines(const Scope& scope, bool open_only = false) {
    const auto list =
        BristListOf(world_, scope, {.on = *ParseDate("2024-09-10"), .open_only = open_only});
    EXPECT_TRUE(list.ok()) << list.status();
    std::vector<std::string> lines;
    for (const v1::RegisteredBrist& brist : list->brister()) {
      std::string line = brist.subject() + " " + std::to_string(brist.verksamheter());
      for (const v1::RequestedFeedback& feedback : brist.aterkoppling()) {
        line += "; " + feedback.av_vem() + " " + feedback.due_on() + " " + feedback.given_on() +
                " " + std::to_string(feedback.days());
      }
      lines.push_back(line);
    }
    return lines;
  }
};

TEST_F(BristListTest, FeedbackIsOpenOverdueOrGiven) {
  ReportBrist("se/17/varmland", "2024-05-02");
  Ask("se/17/varmland", "AF", "2024-09-10");
  Ask("se/17/varmland", "FK", "2024-09-09");
  Give("se/17/varmland", Ask("se/17/varmland", "SoS", "2024-08-01"), "2024-08-04");
  Give("se/17/varmland", Ask("se/17/varmland", "IVO", "2024-07-01"), "2024-06-01");
  EXPECT_THAT(Lines({"se/17", 2024}),
              ElementsAre("brist/se/17/varmland/1 1; IVO 2024-07-01 2024-06-01 0; SoS 2024-08-01 "
                          "2024-08-04 3; FK 2024-09-09  1; AF 2024-09-10  0"));
}

TEST_F(BristListTest, WhatWasAskedAboutAMemberStandsUnderItsGroup) {
  ReportBrist("se/17/varmland", "2024-05-02");
  ReportBrist("se/17", "2024-06-01");
  Ask("se/17/varmland", "FK", "2024-09-09");
  Ok("se/17", "brist/se/17/1", "brist_grouped",
     R"("brist": "brist/se/17/varmland/1", "ingar": true)");
  EXPECT_THAT(Lines({"se", 2024}), ElementsAre("brist/se/17/1 1; FK 2024-09-09  1"));
  EXPECT_THAT(Lines({"se/17/varmland", 2024}),
              ElementsAre("brist/se/17/varmland/1 1; FK 2024-09-09  1"));
}

TEST_F(BristListTest, TheListIsOfAScopeAndAYearOrOfAllYears) {
  ReportBrist("se/17/varmland", "2023-05-02");
  ReportBrist("se/18/orebro", "2024-05-02");
  EXPECT_THAT(Lines({"se", 2024}), ElementsAre("brist/se/18/orebro/1 1"));
  EXPECT_THAT(Lines({"se/17", 2024}), IsEmpty());
  EXPECT_THAT(Lines({"se", 0}), ElementsAre("brist/se/17/varmland/1 1", "brist/se/18/orebro/1 1"));
  EXPECT_FALSE(BristListOf(world_, {"se/02", 0}, {.on = *ParseDate("2024-01-01")}).ok());
  EXPECT_FALSE(BristListOf(world_, {"se", 1}, {.on = *ParseDate("2024-01-01")}).ok());
}

TEST_F(BristListTest, OnlyOpenOnesLeavesOutWhatIsAnswered) {
  ReportBrist("se/17/varmland", "2024-05-02");
  ReportBrist("se/18/orebro", "2024-05-02");
  const std::string request = Ask("se/17/varmland", "FK", "2024-09-09");
  EXPECT_THAT(Lines({"se", 0}, true), ElementsAre("brist/se/17/varmland/1 1; FK 2024-09-09  1"));
  Give("se/17/varmland", request, "2024-09-09");
  EXPECT_THAT(Lines({"se", 0}, true), IsEmpty());
}

TEST_F(BristListTest, BristerAreInTheOrderOfTheirNumbers) {
  for (int number = 1; number <= 11; ++number) {
    ReportBrist("se/17/varmland", "2024-05-02", number);
  }
  const auto list = BristListOf(world_, {"se", 2024}, {.on = *ParseDate("2024-09-10")});
  ASSERT_TRUE(list.ok()) << list.status();
  const auto table = ComputeTable(world_, "brister", {"se", 2024});
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(list->brister_size(), 11);
  ASSERT_EQ(table->rows_size(), 11);
  for (int i = 0; i < 11; ++i) {
    const std::string number = std::to_string(i + 1);
    EXPECT_EQ(list->brister(i).subject(), "brist/se/17/varmland/" + number);
    EXPECT_EQ(table->rows(i).id(), "se_17_varmland_" + number);
  }
}

TEST_F(BristListTest, ExamplesAreOfTheScopeWithTheirCommitment) {
  Register();
  Ok("se/17/varmland", "exempel/se/17/varmland/1", "good_example_shared",
     R"("rubrik": "Gemensam drop-in", "omrade": "socialtjanst", "beskrivning": "Varje torsdag.",
        "brist": "brist/se/17/varmland/1")");
  const auto examples = ExamplesOf(world_, "se/17");
  ASSERT_TRUE(examples.ok()) << examples.status();
  ASSERT_EQ(examples->size(), 1u);
  const SharedExample& shared = examples->front();
  EXPECT_EQ(shared.commitment.size(), 32u);
  EXPECT_EQ(shared.example.subject(), "exempel/se/17/varmland/1");
  EXPECT_EQ(shared.example.namn(), "PO");
  EXPECT_EQ(shared.example.rubrik(), "Gemensam drop-in");
  EXPECT_EQ(shared.example.omrade(), "socialtjanst");
  EXPECT_EQ(shared.example.brist(), "brist/se/17/varmland/1");
  EXPECT_THAT(*ExamplesOf(world_, "se/18"), IsEmpty());
  EXPECT_FALSE(ExamplesOf(world_, "se/02").ok());
}

}  // namespace
}  // namespace liggare::domain
