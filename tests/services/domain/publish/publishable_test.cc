// The tables of Stockholm's units 2024 and of Värmland, from events, and as they may be
// published.
#include "services/domain/publish/publishable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "services/domain/publish/withheld_counts.h"
#include "tests/services/domain/world.h"
#include "tests/services/domain/year_2024.h"

namespace liggare::domain {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kSmallest = 5;
constexpr char kCity[] = "se/01/stockholm";

// A unit of Stockholms stads årsrapport 2024: klienter by kön, and what the printed
// total has beyond them.
struct Unit {
  const char* path;
  const char* namn;
  int man;
  int kvinna;
  int annan;
};
constexpr Unit kUnits[] = {{"soderort", "Söderort", 64, 105, 1},
                           {"innerstaden", "Innerstaden", 76, 134, 0},
                           {"bromma", "Bromma och Hässelby-Vällingby", 12, 39, 0},
                           {"hemloshet", "Område hemlöshet", 30, 15, 0},
                           {"jarva", "Järva", 50, 72, 0}};

// The reasons for contact are printed for the city only; one unit reports them all.
constexpr char kKontaktorsaker[] = R"(, "kontaktorsaker": [
  {"orsak": "myndigheter", "kon": "kvinna", "antal": 174},
  {"orsak": "myndigheter", "kon": "man", "antal": 115},
  {"orsak": "ekonomi", "kon": "kvinna", "antal": 130}, {"orsak": "ekonomi", "kon": "man", "antal": 92},
  {"orsak": "sjukvard", "kon": "kvinna", "antal": 96}, {"orsak": "sjukvard", "kon": "man", "antal": 64},
  {"orsak": "bostad", "kon": "kvinna", "antal": 55}, {"orsak": "bostad", "kon": "man", "antal": 53},
  {"orsak": "struktur_i_vardagen", "kon": "kvinna", "antal": 64},
  {"orsak": "struktur_i_vardagen", "kon": "man", "antal": 40},
  {"orsak": "sysselsattning", "kon": "kvinna", "antal": 55},
  {"orsak": "sysselsattning", "kon": "man", "antal": 30}])";

class PublishableTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const Unit& unit : kUnits) {
      const std::string path = std::string(kCity) + "/" + unit.path;
      Record(path, "verksamhet/" + path, "verksamhet_registered",
             R"("namn": ")" + std::string(unit.namn) +
                 R"(", "driftsform": "kommunal_regi", "huvudman": "0180", "from": "2020-01-01")");
      const auto klienter = [](const char* kon, int antal) {
        return R"({"kon": ")" + std::string(kon) + R"(", "alder": "okand", "antal": )" +
               std::to_string(antal) + "}";
      };
      std::string fields = R"("ombud": {"personer": 3, "heltid_hundredths": 300}, "klienter": [)" +
                           klienter("man", unit.man) + ", " + klienter("kvinna", unit.kvinna);
      if (unit.annan > 0) fields += ", " + klienter("annan", unit.annan);
      fields += "]";
      if (&unit == &kUnits[1]) fields += kKontaktorsaker;
      Record(path, "rapport/2024/" + path, "report_submitted", fields);
    }
  }
  void Record(const std::string& writer, const std::string& subject, const std::string& type,
              const std::string& fields) {
    const absl::Status status = world_.Record(writer, subject, type, fields);
    ASSERT_TRUE(status.ok()) << type << ": " << ErrorText(ErrorOf(status));
  }
  v1::GetTableResponse Table(const std::string& table, const std::string& scope, int year = 2024) {
    const auto computed = ComputeTable(world_, table, {scope, year});
    EXPECT_TRUE(computed.ok()) << computed.status();
    return *computed;
  }
  v1::GetTableResponse Published(const std::string& table, const std::string& scope,
                                 int64_t smallest = kSmallest) {
    const auto computed = ComputePublishableTable(world_, table, {scope, 2024}, smallest);
    EXPECT_TRUE(computed.ok()) << computed.status();
    return *computed;
  }
  // The texts of a row, in the order of the columns.
  static std::vector<std::string> Row(const v1::GetTableResponse& table, const std::string& id) {
    std::vector<std::string> texts;
    for (const v1::TableRow& row : table.rows()) {
      if (row.id() != id) continue;
      for (const v1::TableCell& cell : row.cells()) texts.push_back(cell.text());
    }
    return texts;
  }

  World world_;
};

TEST_F(PublishableTest, TheTablesOfStockholmComeOutOfTheEvents) {
  const auto units = Table("enheter", kCity);
  EXPECT_EQ(units.rows_size(), 6);
  EXPECT_THAT(Row(units, "soderort"), ElementsAre("64", "105", "1", "170"));
  EXPECT_THAT(Row(units, "innerstaden"), ElementsAre("76", "134", "0", "210"));
  EXPECT_THAT(Row(units, "bromma"), ElementsAre("12", "39", "0", "51"));
  EXPECT_THAT(Row(units, "hemloshet"), ElementsAre("30", "15", "0", "45"));
  EXPECT_THAT(Row(units, "jarva"), ElementsAre("50", "72", "0", "122"));
  EXPECT_THAT(Row(units, "totalt"), ElementsAre("232", "365", "1", "598"));
  const auto reasons = Table("kontaktorsaker", kCity);
  EXPECT_THAT(Row(reasons, "myndigheter"), ElementsAre("115", "174", "", "289", "48,33\u00a0%"));
  EXPECT_THAT(Row(reasons, "sysselsattning"), ElementsAre("30", "55", "", "85", "14,21\u00a0%"));
}

TEST_F(PublishableTest, TheTablesOfVarmlandComeOutOfTheEvents) {
  Record("se/17/varmland", "verksamhet/se/17/varmland", "verksamhet_registered",
         R"("namn": "PO Värmland", "driftsform": "kommunal_regi", "huvudman": "1780",
            "from": "2014-01-01")");
  for (const char* kommunkod : {"1715", "1730", "1737", "1760", "1761", "1762", "1763", "1764",
                                "1765", "1766", "1780", "1781", "1782", "1783", "1784"}) {
    Record("se/17", "verksamhet/se/17/varmland", "kommun_assigned",
           R"("kommunkod": ")" + std::string(kommunkod) +
               R"(", "from": "2020-01-01", "redovisar_ekonomi": true)");
  }
  EXPECT_THAT(Row(Table("kommuner", "se/17"), "17"), ElementsAre("16", "15", "15", "0", "1"));
  Record("se/17/varmland", "rapport/2024/se/17/varmland", "report_submitted",
         R"("ombud": {"personer": 8, "heltid_hundredths": 750},
            "klienter": [{"kon": "kvinna", "alder": "okand", "antal": 224}],
            "barn": [{"kon": "kvinna", "antal": 78}],
            "avvikelser": {"antal": 112, "uppdrag": 1540})");
  const auto table = Table("avvikelser", "se/17");
  EXPECT_THAT(Row(table, "klienter"), ElementsAre("224"));
  EXPECT_THAT(Row(table, "barn"), ElementsAre("78"));
  EXPECT_THAT(Row(table, "uppdrag"), ElementsAre("1\u00a0540"));
  EXPECT_THAT(Row(table, "avvikelser"), ElementsAre("112"));
  EXPECT_THAT(Row(table, "uppdrag_per_klient"), ElementsAre("6,88"));
}

TEST_F(PublishableTest, TheOneKlientOfStockholmCantBeComputedByAnyTable) {
  // 598 - 365 - 232 = 1, and 170 - 105 - 64 = 1: of each three two are withheld.
  const auto units = Published("enheter", kCity);
  EXPECT_THAT(Row(units, "soderort"), ElementsAre("..", "105", "..", "170"));
  EXPECT_THAT(Row(units, "totalt"), ElementsAre("..", "365", "..", "598"));
  EXPECT_THAT(Row(units, "innerstaden"), ElementsAre("76", "134", "0", "210"));
  EXPECT_THAT(units.notes(), ElementsAre("Källa: Kommunernas återrapporter 2024.",
                                         AllOf(HasSubstr(".."), HasSubstr("färre än 5 personer"),
                                               HasSubstr("(4 celler)"))));
  // The same in every table above and below.
  EXPECT_THAT(Row(Published("enheter", "se/01"), "stockholm"),
              ElementsAre("..", "365", "..", "598"));
  for (const char* scope : {"se", "se/01", kCity}) {
    const auto klienter = Published("klienter", scope);
    EXPECT_EQ(Row(klienter, "man").back(), "..") << scope;
    EXPECT_EQ(Row(klienter, "annan").back(), "..") << scope;
    EXPECT_EQ(Row(klienter, "kvinna").back(), "365") << scope;
    EXPECT_EQ(Row(klienter, "totalt").back(), "598") << scope;
    EXPECT_EQ(Row(klienter, "annan").front(), "0") << scope;
  }
}

TEST_F(PublishableTest, SharesOfAWithheldCountAreWithheldWithIt) {
  const auto shares = Published("kon", kCity);
  const std::vector<std::string> row = Row(shares, "okand");
  EXPECT_EQ(row[0], "..");
  EXPECT_EQ(row[1], "61,04\u00a0%");  // 365 of 598, both shown.
  EXPECT_EQ(row[2], "..");
}

TEST_F(PublishableTest, WithheldCellsHaveNoFigureAndNothingWasPublishedBeside) {
  Publish(world_, "klienter", "annan totalt 1, totalt totalt 598");
  bool found = false;
  const v1::GetTableResponse published = Published("klienter", "se");
  for (const v1::TableRow& row : published.rows()) {
    for (const v1::TableCell& cell : row.cells()) {
      EXPECT_EQ(cell.stated(), "");
      EXPECT_EQ(cell.suppressed(), cell.text() == "..");
      if (!cell.suppressed()) continue;
      found = true;
      EXPECT_EQ(cell.denominator(), 0);
      EXPECT_EQ(cell.numerator(), 0);
    }
  }
  EXPECT_TRUE(found);
}

TEST_F(PublishableTest, AFewReasonsForContactAreWithheldWithOneOther) {
  Record(std::string(kCity) + "/soderort", "rapport/2024/" + std::string(kCity) + "/soderort",
         "report_corrected", R"("path": "kontaktorsaker[annan][man].antal", "new": 2)");
  Record(std::string(kCity) + "/soderort", "rapport/2024/" + std::string(kCity) + "/soderort",
         "report_corrected", R"("path": "kontaktorsaker[annan][kvinna].antal", "new": 9)");
  const auto reasons = Published("kontaktorsaker", kCity);
  EXPECT_THAT(Row(reasons, "annan"), ElementsAre("..", "..", "", "11", "1,84\u00a0%"));
  EXPECT_THAT(Row(reasons, "bostad"), ElementsAre("53", "55", "", "108", "18,06\u00a0%"));
}

TEST_F(PublishableTest, ADifferenceBetweenYearsIsWithheldWithEitherYear) {
  Record("se/17/varmland", "verksamhet/se/17/varmland", "verksamhet_registered",
         R"("namn": "PO Värmland", "driftsform": "kommunal_regi", "huvudman": "1780",
            "from": "2014-01-01")");
  for (const auto& [year, antal] : {std::pair{2023, 3}, {2024, 20}}) {
    const std::string path = "se/17/varmland";
    Record(path, "rapport/" + std::to_string(year) + "/" + path, "report_submitted",
           R"("ombud": {"personer": 1, "heltid_hundredths": 100},
              "klienter": [{"kon": "man", "alder": "65+", "antal": 50}],
              "barn": [{"kon": "man", "antal": )" +
               std::to_string(antal) + "}]");
  }
  const auto barn = Published("barn", "se/17");
  EXPECT_EQ(Row(barn, "2023"), (std::vector<std::string>{"..", "0", "..", ".."}));
  EXPECT_EQ(Row(barn, "2024"), (std::vector<std::string>{"20", "0", "20", "40,00\u00a0%"}));
  EXPECT_EQ(Row(barn, "minskning"), (std::vector<std::string>{"", "", "..", ""}));
}

TEST_F(PublishableTest, TablesThatCountNoPersonsAreAsTheyAre) {
  for (const char* table : {"kommuner", "ombud", "vantetider", "budget", "utforare"}) {
    const auto published = Published(table, "se");
    EXPECT_EQ(published.SerializeAsString(), Table(table, "se").SerializeAsString()) << table;
  }
}

TEST_F(PublishableTest, TheThresholdIsTheCallers) {
  EXPECT_THAT(Row(Published("enheter", kCity, 2), "hemloshet"), ElementsAre("30", "15", "0", "45"));
  EXPECT_THAT(Row(Published("enheter", kCity, 20), "hemloshet"),
              ElementsAre("..", "..", "0", "45"));
}

TEST_F(PublishableTest, AnExplanationTellsNoSmallCounts) {
  const auto withheld =
      ExplainPublishableCell(world_, "klienter", {kCity, 2024}, {"annan", "totalt"}, kSmallest);
  ASSERT_TRUE(withheld.ok()) << withheld.status();
  EXPECT_TRUE(withheld->cell().suppressed());
  EXPECT_EQ(withheld->fields_size(), 0);
  const auto shown =
      ExplainPublishableCell(world_, "klienter", {kCity, 2024}, {"totalt", "totalt"}, kSmallest);
  EXPECT_EQ(shown->cell().text(), "598");
  EXPECT_EQ(shown->fields_size(), 0) << "Söderort's one klient is among them";
  const auto ombud =
      ExplainPublishableCell(world_, "ombud", {kCity, 2024}, {"2024", "personer"}, kSmallest);
  EXPECT_EQ(ombud->fields_size(), 5);
}

TEST_F(PublishableTest, AReportOfTheCityItselfIsAUnitOfItsOwn) {
  Record(kCity, "verksamhet/" + std::string(kCity), "verksamhet_registered",
         R"("namn": "Stockholms stad", "driftsform": "kommunal_regi", "huvudman": "0180",
            "from": "2020-01-01")");
  Record(kCity, "rapport/2024/" + std::string(kCity), "report_submitted",
         R"("ombud": {"personer": 1, "heltid_hundredths": 100},
            "klienter": [{"kon": "man", "alder": "65+", "antal": 3},
                         {"kon": "kvinna", "alder": "65+", "antal": 30}])");
  const auto units = Published("enheter", kCity);
  EXPECT_EQ(Row(units, "stockholm")[0], "..");
  EXPECT_EQ(Row(units, "stockholm")[2], "0");
  // 3 + 30 is not 33 to be told from the total and the units.
  int shown = 0;
  for (const std::string& text : Row(units, "stockholm")) shown += text == ".." ? 0 : 1;
  EXPECT_LE(shown, 2);
}

}  // namespace
}  // namespace liggare::domain
