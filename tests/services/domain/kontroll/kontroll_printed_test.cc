// Kontroll of printed tables in themselves: every kind of inconsistency that the
// published reports had (domain.md §6), and that right figures have none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/domain/figure/printed_class.h"
#include "services/domain/kontroll/kontroll.h"
#include "tests/services/domain/year_2024.h"

namespace liggare::domain {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class KontrollPrintedTest : public ::testing::Test {
 protected:
  // "CODE table stated computed", with plain spaces; not of what the events give.
  std::vector<std::string> Lines() {
    const auto findings = FindingsOf(world_, {"se", 2024});
    EXPECT_TRUE(findings.ok()) << findings.status();
    std::vector<std::string> lines;
    for (const v1::Finding& finding : *findings) {
      if (finding.code() == "PUBLISHED_DIFFERS") continue;
      EXPECT_GT(finding.fields_size(), 0);
      EXPECT_THAT(finding.sentence(), HasSubstr("2024"));
      last_sentence_ = finding.sentence();
      std::string line = finding.code() + " " +
                         finding.subject().substr(finding.subject().rfind('/') + 1) + " " +
                         finding.stated() + " " + finding.computed();
      for (size_t at = line.find("\u00a0"); at != std::string::npos; at = line.find("\u00a0")) {
        line.replace(at, 2, " ");
      }
      lines.push_back(line);
    }
    return lines;
  }
  void PublishText(const std::string& cells) {
    ASSERT_TRUE(
        world_.Record("se", "tabell/2024/utforare", "table_published", "\"cells\": [" + cells + "]")
            .ok());
  }
  std::vector<std::string> OfClasses(const std::string& cells) {
    Publish(world_, "vantetider", cells);
    return Lines();
  }

  World world_;
  std::string last_sentence_;
};

TEST_F(KontrollPrintedTest, AShareIsThatOfTheCountBesideIt) {
  Publish(world_, "klienter", "totalt totalt 10248");
  Publish(world_, "barn", "2024 totalt 1789, 2024 andel 18");
  EXPECT_THAT(Lines(), ElementsAre("SHARE_DIFFERS barn 18 % 17,46 %"));
  EXPECT_THAT(last_sentence_, HasSubstr("18 %, men 1\u00a0789 av 10\u00a0248 är 17,46 %"));
  Publish(world_, "barn", "2024 totalt 1789, 2024 andel 17.46");
  EXPECT_THAT(Lines(), IsEmpty());
  Publish(world_, "barn", "2024 totalt 1789, 2024 andel 17");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, AShareWithoutItsWholeIsLeftAlone) {
  Publish(world_, "barn", "2024 totalt 1789, 2024 andel 18");
  Publish(world_, "vantetider", "ko verksamheter 71, ko andel 63");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, SharesOfVerksamheterAreOfThoseInTheYear) {
  Publish(world_, "kommuner", "totalt verksamheter 113");
  Publish(world_, "vantetider", "ko verksamheter 71, ko andel 63");
  EXPECT_THAT(Lines(), IsEmpty());
  Publish(world_, "vantetider", "ko verksamheter 71, ko andel 63.0");
  EXPECT_THAT(Lines(), ElementsAre("SHARE_DIFFERS vantetider 63,0 % 62,83 %"));
}

// "yngsta åldersgruppen, där männen har varit fler": 1 065 men of 2 325.
TEST_F(KontrollPrintedTest, SharesOfKonAreThoseOfThePrintedKlienter) {
  Publish(world_, "klienter", "man 18-29 1065, kvinna 18-29 1260, totalt 18-29 2325");
  Publish(world_, "kon", "18-29 man 54, 18-29 kvinna 46");
  EXPECT_THAT(Lines(), UnorderedElementsAre("SHARE_DIFFERS kon 54 % 45,81 %",
                                            "SHARE_DIFFERS kon 46 % 54,19 %"));
  Publish(world_, "kon", "18-29 man 46, 18-29 kvinna 54");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, SharesOfAWholeAreAHundredPercent) {
  Publish(world_, "kon", "18-29 man 46, 18-29 kvinna 55");
  EXPECT_THAT(Lines(), IsEmpty());  // Both may be rounded up.
  Publish(world_, "kon", "18-29 man 46, 18-29 kvinna 56");
  EXPECT_THAT(Lines(), ElementsAre("PERCENT_SUM_DIFFERS kon 102 % 100 %"));
  Publish(world_, "kon", "18-29 man 46, 18-29 kvinna 52");
  EXPECT_THAT(Lines(), ElementsAre("PERCENT_SUM_DIFFERS kon 98 % 100 %"));
  Publish(world_, "kon", "18-29 man 45.8, 18-29 kvinna 54.4");
  EXPECT_THAT(Lines(), ElementsAre("PERCENT_SUM_DIFFERS kon 100,2 % 100 %"));
  Publish(world_, "kon", "18-29 man 45.8, 18-29 kvinna 54.2");
  EXPECT_THAT(Lines(), IsEmpty());
  Publish(world_, "kon", "18-29 man 46");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, SharesOfCompleteAndIncompleteGroupsAreAHundredPercent) {
  Publish(world_, "ledningsgrupper", "fulltaliga andel 86, ofullstandiga andel 16");
  EXPECT_THAT(Lines(), ElementsAre("PERCENT_SUM_DIFFERS ledningsgrupper 102 % 100 %"));
  Publish(world_, "ledningsgrupper", "fulltaliga andel 86, ofullstandiga andel 14");
  EXPECT_THAT(Lines(), IsEmpty());
  Publish(world_, "handledning",
          "erbjuden andel 90, saknar_handledare andel 9, kollegialt_utbyte andel 3, "
          "kunskapsdagar andel 2, ej_erbjuden andel 0");
  EXPECT_THAT(Lines(), ElementsAre("PERCENT_SUM_DIFFERS handledning 104 % 100 %"));
  // Two answers alone are not the whole.
  Publish(world_, "handledning", "erbjuden andel 90, saknar_handledare andel 9");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, NoMoreGroupsLackAPartThanAreIncomplete) {
  Publish(world_, "kommuner", "totalt verksamheter 110");
  Publish(world_, "ledningsgrupper", "ofullstandiga andel 14, saknar_primarvard verksamheter 17");
  EXPECT_THAT(Lines(), ElementsAre("PARTS_EXCEED_INCOMPLETE ledningsgrupper 14 % minst 15 %"));
  EXPECT_THAT(last_sentence_, HasSubstr("17 saknar"));
  Publish(world_, "ledningsgrupper", "fulltaliga andel 86, saknar_primarvard verksamheter 17");
  EXPECT_THAT(Lines(), ElementsAre("PARTS_EXCEED_INCOMPLETE ledningsgrupper 14 % minst 15 %"));
  Publish(world_, "ledningsgrupper", "fulltaliga andel 86, saknar_primarvard verksamheter 15");
  EXPECT_THAT(Lines(), IsEmpty());
  Publish(world_, "ledningsgrupper",
          "ofullstandiga verksamheter 15, saknar_primarvard verksamheter 16");
  EXPECT_THAT(Lines(), ElementsAre("PARTS_EXCEED_INCOMPLETE ledningsgrupper 15 minst 16"));
  Publish(world_, "ledningsgrupper",
          "ofullstandiga verksamheter 16, saknar_primarvard verksamheter 16, "
          "saknar_brukarorganisationer verksamheter 40");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, ClassesFollowEachOther) {
  EXPECT_THAT(OfClasses("21-30 kommuner 3, 40-45 kommuner 2, 60-90 kommuner 9"),
              ElementsAre("CLASSES_WITH_GAPS vantetider 40-45 31",
                          "CLASSES_WITH_GAPS vantetider 60-90 46"));
  EXPECT_THAT(last_sentence_, HasSubstr("lämnar värdena 46–59 utan klass"));
  EXPECT_THAT(OfClasses("0-30 kommuner 3, 30-60 kommuner 2"),
              ElementsAre("CLASSES_WITH_GAPS vantetider 30-60 31"));
  EXPECT_THAT(last_sentence_, HasSubstr("överlappar"));
  EXPECT_THAT(OfClasses("0-30 kommuner 3, 366+ kommuner 2"),
              ElementsAre("CLASSES_WITH_GAPS vantetider 366+ 31"));
  EXPECT_THAT(OfClasses("0-30 v 3, 31-60 v 2, 61-365 v 1, 366+ v 2, ko v 8, ingen_ko v 1"),
              IsEmpty());
  // As text sorts, 100-199 comes before 20-99.
  EXPECT_THAT(OfClasses("20-99 v 3, 100-199 v 2"), IsEmpty());
}

TEST_F(KontrollPrintedTest, AgesFollowEachOther) {
  Publish(world_, "klienter", "totalt 18-29 1, totalt 30-49 1, totalt 50-64 1, totalt 65+ 1");
  EXPECT_THAT(Lines(), IsEmpty());
  Publish(world_, "klienter", "totalt 18-29 1, totalt 30-49 1, totalt 65+ 1");
  EXPECT_THAT(Lines(), ElementsAre("CLASSES_WITH_GAPS klienter 65+ 50"));
}

TEST(PrintedClassTest, ClassesAreRead) {
  EXPECT_EQ(ParseClass("21-30")->first, 21);
  EXPECT_EQ(ParseClass("21-30")->last, 30);
  EXPECT_EQ(ParseClass("366+")->first, 366);
  EXPECT_FALSE(ParseClass("366+")->last.has_value());
  for (const char* id : {"", "+", "-", "30-", "-30", "30-21", "ko", "a-b", "1-2-3", "30"}) {
    EXPECT_FALSE(ParseClass(id).has_value()) << id;
  }
}

TEST_F(KontrollPrintedTest, ALanIsOneOfTheTwentyOne) {
  PublishText(R"({"row": "bracke", "column": "lan", "text": "Göteborg"})");
  EXPECT_THAT(Lines(), ElementsAre("NAME_NOT_LAN utforare Göteborg Västra Götaland"));
  PublishText(R"({"row": "bracke", "column": "lan", "text": "Göteborg och Uppsala"})");
  EXPECT_THAT(Lines(), ElementsAre("NAME_NOT_LAN utforare Göteborg Västra Götaland"));
  PublishText(R"({"row": "bracke", "column": "lan", "text": "Bohuslän"})");
  EXPECT_THAT(Lines(), ElementsAre("NAME_NOT_LAN utforare Bohuslän "));
  PublishText(R"({"row": "a", "column": "lan", "text": "Västra Götaland och Uppsala"},
                 {"row": "b", "column": "lan", "text": "Värmlands län, Kalmar"},
                 {"row": "c", "column": "organisation", "text": "Göteborg"})");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, FewerIsTheDifferenceOfTheYears) {
  Publish(world_, "barn", "2023 totalt 1927, 2024 totalt 1789, minskning totalt 248");
  EXPECT_THAT(Lines(), ElementsAre("SUM_DIFFERS barn 248 138"));
  EXPECT_THAT(last_sentence_, HasSubstr("årens skillnad"));
  Publish(world_, "barn", "2023 totalt 1927, 2024 totalt 1789, minskning totalt 138");
  EXPECT_THAT(Lines(), IsEmpty());
  Publish(world_, "barn", "2024 totalt 1789, minskning totalt 248");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, AFigureIsTheSameInTheSummary) {
  Publish(world_, "budget", "tjanster antal 328.47, tjanster_sammanfattning antal 328.49");
  EXPECT_THAT(Lines(), ElementsAre("SUM_DIFFERS budget 328,49 328,47"));
  Publish(world_, "budget", "tjanster antal 328.47, tjanster_sammanfattning antal 328.47");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, MoneyLeftOverIsBudgetLessOutcome) {
  Publish(world_, "budget",
          "summa budget 131500000, summa utfall 131499888, oforbrukade utfall 122");
  EXPECT_THAT(Lines(), ElementsAre("SUM_DIFFERS budget 122 112"));
  Publish(world_, "budget",
          "summa budget 131500000, summa utfall 131499888, oforbrukade utfall 112");
  EXPECT_THAT(Lines(), IsEmpty());
}

// Stockholms årsrapport 2024: Söderort 170 of 105 and 64; 598 of 365 and 232.
TEST_F(KontrollPrintedTest, UnitsAddUpByRowAndColumn) {
  Publish(world_, "enheter",
          "soderort man 105, soderort kvinna 64, soderort totalt 170, ovriga man 260, ovriga "
          "kvinna 168, ovriga totalt 428, totalt man 365, totalt kvinna 232, totalt totalt 598");
  EXPECT_THAT(Lines(),
              UnorderedElementsAre("SUM_DIFFERS enheter 170 169", "SUM_DIFFERS enheter 598 597"));
  Publish(world_, "enheter",
          "soderort man 105, soderort kvinna 64, soderort totalt 169, ovriga man 260, ovriga "
          "kvinna 168, ovriga totalt 428, totalt man 365, totalt kvinna 232, totalt totalt 597");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(KontrollPrintedTest, ReasonsAddUpByKon) {
  Publish(world_, "kontaktorsaker",
          "myndigheter man 174, myndigheter kvinna 115, myndigheter totalt 298");
  EXPECT_THAT(Lines(), ElementsAre("SUM_DIFFERS kontaktorsaker 298 289"));
  Publish(world_, "kontaktorsaker",
          "myndigheter man 174, myndigheter kvinna 115, myndigheter totalt 289");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST(HiddenGroupTest, ATotalThatHidesAGroupNamesIt) {
  const auto world = Year2024();
  const auto codes = [&world] {
    std::vector<std::string> lines;
    const auto findings = *FindingsOf(*world, {"se", 2024});
    for (const v1::Finding& finding : findings) {
      if (finding.subject() == "tabell/2024/klienter") {
        lines.push_back(finding.code() + " " + finding.sentence());
      }
    }
    return lines;
  };
  Publish(*world, "klienter", "man totalt 4303, kvinna totalt 5879, totalt totalt 10248");
  EXPECT_THAT(codes(), ElementsAre(AllOf(StartsWith("GROUP_HIDDEN"), HasSubstr("annan könsid"))));
  Publish(*world, "klienter",
          "man totalt 4303, kvinna totalt 5879, annan totalt 66, totalt totalt 10248");
  EXPECT_THAT(codes(), IsEmpty());
  Publish(*world, "klienter", "man totalt 4303, kvinna totalt 5878, totalt totalt 10248");
  EXPECT_THAT(codes(), Contains(StartsWith("SUM_DIFFERS")));
  EXPECT_THAT(codes(), Not(Contains(StartsWith("GROUP_HIDDEN"))));
}

}  // namespace
}  // namespace liggare::domain
