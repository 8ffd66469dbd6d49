// Each kontroll of a report in itself, with what triggers it and what does not; and
// the life of a finding.
#include "services/domain/rapport/report_kontroll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/domain/kontroll/kontroll.h"
#include "tests/services/domain/world.h"

namespace liggare::domain {
namespace {

constexpr char kRapport[] = "rapport/2024/se/17/varmland";
// 105 men, 64 women, 1 of annan könsidentitet: 170; 60 with children.
constexpr char kKlienter[] = R"("ombud": {"personer": 8, "heltid_hundredths": 750},
    "klienter": [{"kon": "man", "alder": "18-29", "antal": 105},
                 {"kon": "kvinna", "alder": "18-29", "antal": 60},
                 {"kon": "kvinna", "alder": "30-49", "antal": 4},
                 {"kon": "annan", "alder": "okand", "antal": 1}],
    "barn": [{"kon": "man", "antal": 40}, {"kon": "kvinna", "antal": 20}])";

State ReportWith(const std::string& more) {
  return FoldAll(
      {EntryOf("se/17/varmland@1", 0, 1, {},
               EventOf(kRapport, "report_submitted",
                       more.empty() ? kKlienter : std::string(kKlienter) + ", " + more))});
}

std::vector<std::string> CodesOf(const std::string& more) {
  std::vector<std::string> codes;
  for (const v1::Finding& finding : ReportFindings(ReportWith(more))) {
    codes.push_back(finding.code());
    EXPECT_FALSE(finding.sentence().empty());
    EXPECT_FALSE(finding.fields().empty());
    EXPECT_NE(finding.severity(), v1::FINDING_SEVERITY_UNSPECIFIED);
  }
  return codes;
}

std::string Uppgift(const std::string& kalla, const std::string& av, const std::string& varde,
                    const std::string& rest = "") {
  return R"("uppgifter": [{"kalla": ")" + kalla + R"(", "av": ")" + av + R"(", "varde": ")" +
         varde + "\"" + rest + "}]";
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ReportKontrollTest, WhatAddsUpHasNoFindings) {
  EXPECT_THAT(CodesOf(""), IsEmpty());
  EXPECT_THAT(CodesOf(Uppgift("summa", "klienter", "170")), IsEmpty());
  EXPECT_THAT(CodesOf(Uppgift("summa", "klienter.kvinna", "64")), IsEmpty());
  EXPECT_THAT(CodesOf(Uppgift("summa", "klienter.*.18-29", "165")), IsEmpty());
  EXPECT_THAT(CodesOf(Uppgift("text", "ombud.heltid_hundredths", "7.5")), IsEmpty());
  EXPECT_THAT(CodesOf(Uppgift("text", "barn", "35", R"(, "procent": true)")), IsEmpty());
}

TEST(ReportKontrollTest, TotalsAreComparedByRowAndColumn) {
  EXPECT_THAT(CodesOf(Uppgift("summa", "klienter", "171")), ElementsAre("SUM_DIFFERS"));
  EXPECT_THAT(CodesOf(Uppgift("summa", "klienter.man", "106")), ElementsAre("SUM_DIFFERS"));
  EXPECT_THAT(CodesOf(Uppgift("summa", "klienter.*.30-49", "5")), ElementsAre("SUM_DIFFERS"));
}

TEST(ReportKontrollTest, ATotalThatHidesAGroupSaysSo) {
  const auto findings = ReportFindings(ReportWith(Uppgift("summa", "klienter", "169")));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code(), "GROUP_HIDDEN");
  EXPECT_EQ(findings[0].computed(), "170");
  EXPECT_THAT(findings[0].sentence(), ::testing::HasSubstr("annan könsidentitet"));
}

TEST(ReportKontrollTest, FiguresOfTheTextAreCompared) {
  EXPECT_THAT(CodesOf(Uppgift("text", "klienter.kvinna", "46")), ElementsAre("TEXT_DIFFERS"));
  EXPECT_THAT(CodesOf(Uppgift("text", "ombud.heltid_hundredths", "7.6")),
              ElementsAre("TEXT_DIFFERS"));
  EXPECT_THAT(CodesOf(Uppgift("text", "ekonomi.*.anvant_ore", "7")), ElementsAre("TEXT_DIFFERS"));
}

TEST(ReportKontrollTest, SharesAreComparedInThePlacesThatAreGiven) {
  // 60 of 170 are 35,29 %.
  EXPECT_THAT(CodesOf(Uppgift("text", "barn", "35.3", R"(, "procent": true)")), IsEmpty());
  EXPECT_THAT(CodesOf(Uppgift("text", "barn", "36", R"(, "procent": true)")),
              ElementsAre("SHARE_DIFFERS"));
}

TEST(ReportKontrollTest, PartsDoNotExceedTheirWholes) {
  EXPECT_THAT(CodesOf(R"("kontaktorsaker": [{"orsak": "bostad", "kon": "kvinna", "antal": 65}])"),
              ElementsAre("KONTAKTORSAK_EXCEEDS_KLIENTER"));
  EXPECT_THAT(CodesOf(R"("kontaktorsaker": [{"orsak": "bostad", "kon": "kvinna", "antal": 64}])"),
              IsEmpty());
  EXPECT_THAT(CodesOf(R"("hanvisade_av_myndighet": 171)"), ElementsAre("PART_EXCEEDS_WHOLE"));
  EXPECT_THAT(CodesOf(R"("hanvisade_av_myndighet": 170)"), IsEmpty());
  EXPECT_THAT(
      CodesOf(R"("ko": {"finns": true, "vantetid_median_dagar": 40, "vantetid_langst_dagar": 39})"),
      ElementsAre("PART_EXCEEDS_WHOLE"));
  EXPECT_THAT(CodesOf(R"("avvikelser": {"antal": 3, "slag": [{"slag": "bemotande", "antal": 2},
                                                           {"slag": "annat", "antal": 2}]})"),
              ElementsAre("PART_EXCEEDS_WHOLE"));
}

TEST(ReportKontrollTest, NewAndRemainingAreAll) {
  EXPECT_THAT(CodesOf(R"("klientrorelse": {"nya": 100, "kvarstaende": 70, "avslutade": 170})"),
              IsEmpty());
  EXPECT_THAT(CodesOf(R"("klientrorelse": {"nya": 100, "kvarstaende": 71, "avslutade": 0})"),
              ElementsAre("MOVEMENT_DIFFERS"));
  EXPECT_THAT(CodesOf(R"("klientrorelse": {"nya": 100, "kvarstaende": 69, "avslutade": 0})"),
              ElementsAre("MOVEMENT_DIFFERS"));
  EXPECT_THAT(CodesOf(R"("klientrorelse": {"nya": 100, "kvarstaende": 70, "avslutade": 171})"),
              ElementsAre("MOVEMENT_DIFFERS"));
}

TEST(ReportKontrollTest, ANoBesideFiguresIsAContradiction) {
  EXPECT_THAT(CodesOf(R"("ko": {"finns": false, "personer": 3})"),
              ElementsAre("ANSWER_CONTRADICTS"));
  EXPECT_THAT(CodesOf(R"("ko": {"finns": false, "personer": 0})"), IsEmpty());
  EXPECT_THAT(
      CodesOf(R"("prioritering": {"finns": false, "grupper": [{"grupp": "akut", "rang": 1}]})"),
      ElementsAre("ANSWER_CONTRADICTS"));
  EXPECT_THAT(
      CodesOf(R"("malgrupp": {"forandrad": false, "grupper": [{"grupp": "npf", "okar": true}]})"),
      ElementsAre("ANSWER_CONTRADICTS"));
}

class FindingLifeTest : public ::testing::Test {
 protected:
  void Record(const std::string& writer, const std::string& type, const std::string& fields) {
    const std::string subject =
        type == "verksamhet_registered" ? "verksamhet/se/17/varmland" : kRapport;
    ASSERT_TRUE(world_.Record(writer, subject, type, fields).ok()) << type;
  }
  void SetUp() override {
    Record("se/17/varmland", "verksamhet_registered",
           R"("namn": "PO", "driftsform": "kommunal_regi", "huvudman": "1780",
              "from": "2020-01-01")");
    Record("se/17/varmland", "report_submitted",
           std::string(kKlienter) + R"(, "hanvisade_av_myndighet": 171)");
  }
  v1::Finding Finding() {
    const auto findings = FindingsOf(world_, {"se/17/varmland", 2024});
    EXPECT_TRUE(findings.ok());
    EXPECT_EQ(findings->size(), 1u);
    return findings->empty() ? v1::Finding() : findings->front();
  }
  void Correct(int from, int to) {
    Record("se/17/varmland", "report_corrected",
           R"("path": "hanvisade_av_myndighet", "old": )" + std::to_string(from) +
               ", \"new\": " + std::to_string(to));
  }

  World world_;
};

TEST_F(FindingLifeTest, OpenThenExplainedThenCorrected) {
  const v1::Finding open = Finding();
  EXPECT_EQ(open.status(), v1::FINDING_STATUS_OPEN);
  EXPECT_EQ(open.opened_by().type(), "report_submitted");
  Record("se/17/varmland", "finding_explained",
         "\"finding\": \"" + open.id() + R"(", "forklaring": "En hänvisades två gånger.")");
  const v1::Finding explained = Finding();
  EXPECT_EQ(explained.id(), open.id());
  EXPECT_EQ(explained.status(), v1::FINDING_STATUS_EXPLAINED);
  EXPECT_EQ(explained.explained_by().type(), "finding_explained");
  Correct(171, 170);
  const v1::Finding corrected = Finding();
  EXPECT_EQ(corrected.id(), open.id());
  EXPECT_EQ(corrected.status(), v1::FINDING_STATUS_CORRECTED);
  EXPECT_EQ(corrected.corrected_by().type(), "report_corrected");
  EXPECT_EQ(corrected.stated(), "171");
}

TEST_F(FindingLifeTest, WhatIsStillWrongKeepsItsIdAndShowsTheNewFigure) {
  const std::string id = Finding().id();
  Correct(171, 175);
  EXPECT_EQ(Finding().id(), id);
  EXPECT_EQ(Finding().stated(), "175");
  EXPECT_EQ(Finding().status(), v1::FINDING_STATUS_OPEN);
}

TEST_F(FindingLifeTest, WhatIsWrongAgainIsOpenAgain) {
  Correct(171, 170);
  Correct(170, 172);
  EXPECT_EQ(Finding().status(), v1::FINDING_STATUS_OPEN);
  EXPECT_EQ(Finding().opened_by().type(), "report_corrected");
  EXPECT_FALSE(Finding().has_corrected_by());
}

}  // namespace
}  // namespace liggare::domain
