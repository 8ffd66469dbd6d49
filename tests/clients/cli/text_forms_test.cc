#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/shell/event_line.h"
#include "clients/cli/shell/frontier_file.h"
#include "clients/cli/shell/progress_bar.h"
#include "clients/cli/shell/random_id.h"
#include "clients/cli/shell/record_tally.h"
#include "clients/cli/verify/log_report.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "services/presentation/entry_place.h"
#include "services/presentation/swedish_text.h"
#include "services/presentation/text_table.h"

namespace liggare::cli {
namespace {

using ::testing::HasSubstr;

TEST(SwedishNumberTest, ThousandsHaveHardSpacesAndDecimalsAComma) {
  EXPECT_EQ(presentation::SwedishNumber("0"), "0");
  EXPECT_EQ(presentation::SwedishNumber("999"), "999");
  EXPECT_EQ(presentation::SwedishNumber("1065"), "1\u00A0065");
  EXPECT_EQ(presentation::SwedishNumber("129999888"), "129\u00A0999\u00A0888");
  EXPECT_EQ(presentation::SwedishNumber("-1135202"), "\u22121\u00A0135\u00A0202");
  EXPECT_EQ(presentation::SwedishNumber("328.47"), "328,47");
}

TEST(SwedishNumberTest, WhatIsNoNumberStaysAsItIs) {
  for (const char* text : {"", "-", ".", "1.", ".5", "1e3", "12x", "1 065"}) {
    EXPECT_EQ(presentation::SwedishNumber(text), text);
  }
}

TEST(TimeTextTest, TimesAreInUtc) {
  EXPECT_EQ(presentation::IsoTime(1'736'845'953'120), "2025-01-14T09:12:33.120Z");
  EXPECT_EQ(presentation::TimeText(1'736'845'953'120), "2025-01-14 09:12:33Z");
  EXPECT_EQ(presentation::IsoTime(-1), "1969-12-31T23:59:59.999Z");
}

TEST(TextTableTest, ColumnsAlignByCharactersNotBytes) {
  presentation::TextTable table({presentation::Align::kLeft, presentation::Align::kRight});
  table.AddRow({"Kön", "Antal"});
  table.AddRule();
  table.AddRow({"Män", "1\u00A0065"});
  table.AddRow({"Totalt", "7"});
  EXPECT_EQ(table.Text(),
            "Kön     Antal\n"
            "-------------\n"
            "Män     1\u00A0065\n"
            "Totalt      7\n");
}

TEST(TextTableTest, LinesHaveNoSpacesAtTheirEnds) {
  presentation::TextTable table({presentation::Align::kLeft, presentation::Align::kLeft});
  table.AddRow({"a", "bbb"});
  table.AddRow({"aaa"});
  EXPECT_EQ(table.Text(2), "  a    bbb\n  aaa\n");
}

TEST(EntryNameTest, PlaceAndIdAreRead) {
  const auto place = presentation::ParseEntryName("se/17/varmland@1#42");
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(std::get<presentation::EntryPlace>(*place).log, "se/17/varmland@1");
  EXPECT_EQ(std::get<presentation::EntryPlace>(*place).index, 42u);
  EXPECT_TRUE(presentation::ParseEntryName("se@1:0").ok());
  const auto id = presentation::ParseEntryName("0190163d-8694-739b-aea5-966c26f8ad91");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(std::get<presentation::EntryId>(*id).bytes.size(), 16u);
}

TEST(EntryNameTest, OtherTextIsRefused) {
  for (const char* text : {"", "se@1", "se@1#", "se@1#-1", "se@1#4x", "se#1", "SE@1#1", "@1#1",
                           "0190163d-8694-739b-aea5-966c26f8ad9"}) {
    EXPECT_FALSE(presentation::ParseEntryName(text).ok()) << text;
  }
}

TEST(FrontierFileTest, FilesMergeToTheGreaterPosition) {
  Frontier frontier;
  ASSERT_TRUE(AddFrontier(FrontierJson({{"se@1", 4}, {"se/17@1", 9}}), frontier).ok());
  ASSERT_TRUE(AddFrontier(FrontierJson({{"se@1", 7}, {"se/17@1", 2}}), frontier).ok());
  EXPECT_EQ(frontier, (Frontier{{"se/17@1", 9}, {"se@1", 7}}));
}

TEST(FrontierFileTest, OtherJsonIsRefused) {
  Frontier frontier;
  for (const char* text : {"", "[]", "{\"se@1\": -1}", "{\"se@1\": \"4\"}", "{\"se@1\": 4"}) {
    EXPECT_FALSE(AddFrontier(text, frontier).ok()) << text;
  }
}

TEST(LineRangesTest, NeighboursAreShortened) {
  EXPECT_EQ(LineRanges({}), "");
  EXPECT_EQ(LineRanges({3, 7, 8, 9, 12}), "3, 7-9, 12");
}

TEST(RecordTallyTest, AnswersBelongToLinesInTheirOrder) {
  RecordTally tally;
  tally.Sent(1);
  tally.Sent(3);
  tally.Sent(4);
  tally.Refused(2);
  v1::RecordResult good;
  good.mutable_recorded()->set_log("se/17@1");
  good.mutable_recorded()->set_index(5);
  v1::RecordResult refused;
  refused.mutable_error()->set_code(v1::ERROR_CODE_NOT_AUTHORISED);
  EXPECT_EQ(tally.Answered(good), 1u);
  EXPECT_EQ(tally.Answered(refused), 3u);
  const RecordSummary summary = tally.Summary();
  EXPECT_EQ(summary.recorded, 1u);
  EXPECT_EQ(summary.refused_lines, (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(summary.resume_from, 4u) << "line 4 was sent and not answered";
  EXPECT_EQ(summary.frontier, (Frontier{{"se/17@1", 6}}));
  EXPECT_THAT(SummaryText(summary), HasSubstr("Avvisade rader: 2-3\n"));
  EXPECT_THAT(SummaryJson(summary), HasSubstr("\"resume_from_line\": 4"));
}

TEST(ProgressLineTest, BarNeedsATotal) {
  EXPECT_EQ(ProgressLine({0, 0, 1234}, 2, "händelser"), "1\u00A0234 händelser  617/s");
  EXPECT_THAT(ProgressLine({50, 100, 10}, 0, "händelser"), HasSubstr("50 %"));
}

TEST(LogReportTest, NearestTheNationComesFirst) {
  EXPECT_TRUE(ComesBefore("se@1", "se/01@1"));
  EXPECT_TRUE(ComesBefore("se/17@1", "se/01/a@1"));
  EXPECT_TRUE(ComesBefore("se/17@2", "se/17@10"));
  EXPECT_FALSE(ComesBefore("se/17@1", "se/17@1"));
}

TEST(NewIdTest, IdsAreOfVersion7AndDiffer) {
  const std::string first = NewId();
  EXPECT_TRUE(form::IsUuid7(*form::UuidBytes(first)));
  EXPECT_NE(first, NewId());
}

TEST(EventLineTest, LineWithoutAnIdSaysHowToMakeOne) {
  const auto refused = SubmissionOfLine(
      R"({"subject": "verksamhet/se/17/x", "verksamhet_registered": {"namn": "X"}})", "se/17/x",
      json::SystemSalts());
  ASSERT_FALSE(refused.ok());
  const v1::Error error = ErrorOf(refused.status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_MISSING_FIELD);
  EXPECT_EQ(error.field(), "id");
  EXPECT_THAT(error.expected(), HasSubstr("liggare new-id"));
}

TEST(EventLineTest, LineForAnotherNodeIsRefused) {
  const char line[] = R"({"id": "0190163d-8694-739b-aea5-966c26f8ad91", "node": "se/17/x",
    "subject": "verksamhet/se/17/x", "verksamhet_registered": {"namn": "X"}})";
  EXPECT_TRUE(SubmissionOfLine(line, "se/17/x", json::SystemSalts()).ok());
  const auto refused = SubmissionOfLine(line, "se/17/y", json::SystemSalts());
  EXPECT_EQ(ErrorOf(refused.status()).field(), "node");
}

TEST(EventLineTest, WrongFieldIsNamedWithItsLine) {
  const auto refused = SubmissionOfLine(
      R"({"id": "0190163d-8694-739b-aea5-966c26f8ad91", "subject": "rapport/2024/se/17/x",
          "report_submitted": {"klienter": [{"kon": "kvina", "alder": "30-49", "antal": 1}]}})",
      "se/17/x", json::SystemSalts());
  ASSERT_FALSE(refused.ok());
  const std::string text = LineError(12, ErrorOf(refused.status()));
  EXPECT_THAT(text, HasSubstr("liggare: line 12: INVALID_FIELD: report_submitted.klienter[0].kon"));
  EXPECT_THAT(text, HasSubstr("man, kvinna, annan"));
}

}  // namespace
}  // namespace liggare::cli
