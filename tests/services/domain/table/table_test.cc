#include "services/domain/table/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "proto/error/error.h"
#include "services/domain/place/table_id.h"
#include "tests/services/domain/year_2024.h"

namespace liggare::domain {
namespace {

v1::GetTableResponse TableOf(World& world, const std::string& table, const std::string& scope,
                             int year = 2024) {
  auto computed = ComputeTable(world, table, {scope, year});
  EXPECT_TRUE(computed.ok()) << computed.status();
  return computed.ok() ? *computed : v1::GetTableResponse();
}

// An empty cell if there is none.
v1::TableCell Cell(const v1::GetTableResponse& table, const std::string& row,
                   const std::string& column) {
  for (const v1::TableRow& candidate : table.rows()) {
    if (candidate.id() != row) continue;
    for (const v1::TableCell& cell : candidate.cells()) {
      if (cell.column() == column) return cell;
    }
  }
  return {};
}

// The text with plain spaces and hyphens, for reading.
std::string Text(const v1::GetTableResponse& table, const std::string& row,
                 const std::string& column) {
  std::string text = Cell(table, row, column).text();
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"\u00a0", " "}, {"\u2212", "-"}}) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

std::vector<std::string> RowIds(const v1::GetTableResponse& table) {
  std::vector<std::string> ids;
  for (const v1::TableRow& row : table.rows()) ids.push_back(row.id());
  return ids;
}

TEST(TableTest, KlienterAreThoseOfThePublishedTable) {
  const auto world = Year2024();
  const auto table = TableOf(*world, "klienter", "se");
  EXPECT_THAT(RowIds(table), testing::ElementsAre("man", "kvinna", "annan", "totalt"));
  EXPECT_EQ(Text(table, "man", "18-29"), "1 065");
  EXPECT_EQ(Text(table, "man", "totalt"), "4 303");
  EXPECT_EQ(Text(table, "kvinna", "totalt"), "5 879");
  EXPECT_EQ(Text(table, "annan", "okand"), "66");
  EXPECT_EQ(Text(table, "totalt", "30-49"), "4 730");
  EXPECT_EQ(Text(table, "totalt", "totalt"), "10 248");
  EXPECT_EQ(Cell(table, "totalt", "totalt").numerator(), 10248);
  EXPECT_EQ(Cell(table, "totalt", "totalt").denominator(), 1);
  EXPECT_EQ(table.title(), "Klienternas ålder och kön 2024");
  EXPECT_THAT(table.notes(), testing::ElementsAre("Källa: Kommunernas återrapporter 2024."));
}

TEST(TableTest, ATableIsOfItsScopeAndYear) {
  const auto world = Year2024();
  for (const char* scope : {"se", "se/17", "se/17/varmland"}) {
    EXPECT_EQ(Text(TableOf(*world, "klienter", scope), "totalt", "totalt"), "10 248") << scope;
  }
  for (const char* scope : {"se/18", "se/17/varm", "se/17/varmland/norr"}) {
    EXPECT_EQ(Text(TableOf(*world, "klienter", scope), "totalt", "totalt"), "") << scope;
  }
  EXPECT_EQ(Text(TableOf(*world, "klienter", "se", 2023), "totalt", "totalt"), "");
}

TEST(TableTest, ACorrectionChangesTheTable) {
  const auto world = Year2024();
  ASSERT_TRUE(world
                  ->Record("se/17", "rapport/2024/se/17/varmland", "report_corrected",
                           R"("path": "klienter[annan][okand].antal", "old": 66, "new": 60)")
                  .ok());
  EXPECT_EQ(Text(TableOf(*world, "klienter", "se"), "totalt", "totalt"), "10 242");
}

TEST(TableTest, BarnHasShareAndDecrease) {
  const auto world = Year2024();
  Publish(*world, "barn",
          "2023 man 548, 2023 kvinna 1379, 2023 totalt 1927, 2023 andel 19, 2024 man 492, "
          "2024 kvinna 1297, 2024 totalt 1789, 2024 andel 18, minskning totalt 248");
  const auto table = TableOf(*world, "barn", "se");
  EXPECT_THAT(RowIds(table), testing::ElementsAre("2023", "2024", "minskning"));
  EXPECT_EQ(Text(table, "2024", "totalt"), "1 789");
  EXPECT_EQ(Text(table, "2024", "andel"), "17,46 %");
  EXPECT_EQ(Cell(table, "2024", "andel").numerator(), 178900);
  EXPECT_EQ(Cell(table, "2024", "andel").denominator(), 10248);
  EXPECT_TRUE(Cell(table, "2024", "andel").differs());
  EXPECT_FALSE(Cell(table, "2024", "man").differs());
  // 2023 was published only.
  EXPECT_EQ(Cell(table, "2023", "totalt").denominator(), 0);
  EXPECT_EQ(Cell(table, "2023", "totalt").stated(), "1\u00a0927");
  EXPECT_FALSE(Cell(table, "2023", "totalt").differs());
  EXPECT_EQ(Text(table, "minskning", "totalt"), "138");
  EXPECT_EQ(Cell(table, "minskning", "totalt").stated(), "248");
  EXPECT_TRUE(Cell(table, "minskning", "totalt").differs());
}

TEST(TableTest, BarnIsComputedForTheYearBeforeIfItWasReported) {
  const auto world = Year2024();
  ASSERT_TRUE(world
                  ->Record("se/17/varmland", "rapport/2023/se/17/varmland", "report_submitted",
                           R"("ombud": {"personer": 1, "heltid_hundredths": 100},
                              "klienter": [{"kon": "annan", "alder": "65+", "antal": 4000}],
                              "barn": [{"kon": "annan", "antal": 2000}])")
                  .ok());
  const auto table = TableOf(*world, "barn", "se/17");
  EXPECT_EQ(Text(table, "2023", "annan"), "2 000");
  EXPECT_EQ(Text(table, "2023", "andel"), "50,00 %");
  EXPECT_EQ(Text(table, "minskning", "totalt"), "211");
}

TEST(TableTest, BarnWithoutReportsHasNoShare) {
  World world;
  const auto table = TableOf(world, "barn", "se");
  EXPECT_THAT(RowIds(table), testing::ElementsAre("2024", "minskning"));
  EXPECT_EQ(Text(table, "2024", "totalt"), "");
  EXPECT_EQ(Cell(table, "2024", "andel").denominator(), 0);
  EXPECT_EQ(Cell(table, "minskning", "totalt").denominator(), 0);
}

TEST(TableTest, WhereNobodyHasReportedEveryTableIsBlankAndSaysSo) {
  World world;
  const std::map<std::string_view, std::string> missing = {
      {"budget", "Uppgifter om bidraget saknas för 2024."},
      {"brister", "Rapporter om brister saknas för 2024."},
      {"kommuner", "Uppgifter om verksamheterna saknas för 2024."}};
  for (const std::string_view id : kTableIds) {
    for (const char* scope : {"se", "se/17", "se/17/varmland"}) {
      SCOPED_TRACE(std::string(id) + " " + scope);
      const auto table = TableOf(world, std::string(id), scope);
      for (const v1::TableRow& row : table.rows()) {
        for (const v1::TableCell& cell : row.cells()) {
          if (cell.column() == "kommuner_i_lanet") continue;  // Statistics Sweden's.
          EXPECT_EQ(cell.text(), "") << row.id() << " " << cell.column();
          EXPECT_EQ(cell.denominator(), 0);
          EXPECT_EQ(cell.unit(), v1::TABLE_UNIT_UNSPECIFIED);
        }
      }
      const auto said = missing.find(id);
      EXPECT_EQ(table.notes().rbegin()[0],
                said == missing.end() ? "Återrapporter saknas för 2024." : said->second);
    }
  }
}

TEST(TableTest, ALanWithoutAVerksamhetHasNoneInARegisterThatHasOthers) {
  const auto world = Year2024();
  EXPECT_EQ(Text(TableOf(*world, "kommuner", "se"), "09", "kommuner_med_po"), "0");
}

TEST(TableTest, ZeroThatWasReportedIsZeroAndNothingIsSaidToBeMissing) {
  World world;
  const absl::Status registered = world.Record(
      "se/17/varmland", "verksamhet/se/17/varmland", "verksamhet_registered",
      R"("namn": "X", "driftsform": "kommunal_regi", "huvudman": "1780", "from": "2020-01-01")");
  ASSERT_TRUE(registered.ok()) << registered;
  const absl::Status reported =
      world.Record("se/17/varmland", "rapport/2024/se/17/varmland", "report_submitted",
                   R"("ombud": {"personer": 1, "heltid_hundredths": 100},
                             "klienter": [{"kon": "annan", "alder": "65+", "antal": 0}],
                             "barn": [{"kon": "annan", "antal": 0}])");
  ASSERT_TRUE(reported.ok()) << reported;
  for (const auto& [id, row] : std::map<std::string, std::string>{
           {"klienter", "totalt"}, {"barn", "2024"}, {"enheter", "totalt"}}) {
    const auto table = TableOf(world, id, "se");
    EXPECT_EQ(Text(table, row, "totalt"), "0") << id;
    for (const std::string& note : table.notes()) {
      EXPECT_EQ(note.find("saknas"), std::string::npos) << note;
    }
  }
  EXPECT_EQ(Text(TableOf(world, "klienter", "se/18"), "totalt", "totalt"), "");
}

TEST(TableTest, BudgetOfTheNationIsThePublishedOneButForTheFindings) {
  const auto world = Year2024();
  Publish(*world, "budget",
          "socialstyrelsen budget 1500000, socialstyrelsen utfall 1500000, ombudstjanster budget "
          "130000000, ombudstjanster utfall 129999888, summa budget 131500000, summa utfall "
          "131499888, aterbetalning utfall -1135202, netto utfall 130364686, oforbrukade utfall "
          "122, per_arsanstallning belopp 395774, tjanster antal 328.47, tjanster_sammanfattning "
          "antal 328.49");
  const auto table = TableOf(*world, "budget", "se");
  EXPECT_EQ(Text(table, "ombudstjanster", "utfall"), "129 999 888");
  EXPECT_EQ(Text(table, "summa", "budget"), "131 500 000");
  EXPECT_EQ(Text(table, "aterbetalning", "utfall"), "-1 135 202");
  EXPECT_EQ(Text(table, "netto", "utfall"), "130 364 686");
  EXPECT_EQ(Text(table, "oforbrukade", "utfall"), "112");
  EXPECT_EQ(Text(table, "per_arsanstallning", "belopp"), "395 774");
  EXPECT_EQ(Text(table, "tjanster", "antal"), "328,47");
  EXPECT_EQ(Cell(table, "oforbrukade", "budget").denominator(), 0);
  std::vector<std::string> differing;
  for (const v1::TableRow& row : table.rows()) {
    for (const v1::TableCell& cell : row.cells()) {
      if (cell.differs()) differing.push_back(row.id());
    }
  }
  EXPECT_THAT(differing, testing::ElementsAre("oforbrukade", "tjanster_sammanfattning"));
}

TEST(TableTest, BudgetBelowTheNationIsOfItsKommuner) {
  const auto world = Year2024();
  for (const char* scope : {"se/17", "se/17/varmland"}) {
    const auto table = TableOf(*world, "budget", scope);
    EXPECT_THAT(RowIds(table), testing::ElementsAre("ombudstjanster", "summa", "oforbrukade",
                                                    "per_arsanstallning", "tjanster"));
    EXPECT_EQ(Text(table, "ombudstjanster", "budget"), "129 999 888") << scope;
    EXPECT_EQ(Text(table, "oforbrukade", "utfall"), "0") << scope;
  }
  EXPECT_EQ(Text(TableOf(*world, "budget", "se/18"), "ombudstjanster", "budget"), "");
}

TEST(TableTest, BudgetWithoutAnAppropriationHasNoBudget) {
  World world;
  const auto table = TableOf(world, "budget", "se");
  EXPECT_EQ(Cell(table, "summa", "budget").denominator(), 0);
  EXPECT_EQ(Cell(table, "oforbrukade", "utfall").denominator(), 0);
  EXPECT_EQ(Cell(table, "summa", "utfall").denominator(), 0);
}

TEST(TableTest, KommunerAreCountedByTheDaysOfTheYear) {
  const auto world = Year2024();
  const auto assign = [&](const char* fields) {
    ASSERT_TRUE(world
                    ->Record("se/17", "verksamhet/se/17/varmland", "kommun_assigned",
                             std::string(fields) + R"(, "redovisar_ekonomi": false)")
                    .ok());
  };
  assign(R"("kommunkod": "1781", "from": "2024-12-31")");
  assign(R"("kommunkod": "1782", "from": "2023-01-01", "to": "2023-12-31")");
  assign(R"("kommunkod": "1783", "from": "2025-01-01")");
  const auto table = TableOf(*world, "kommuner", "se");
  EXPECT_EQ(table.rows_size(), 22);
  EXPECT_EQ(table.rows(0).label(), "Blekinge");
  EXPECT_EQ(Text(table, "17", "kommuner_i_lanet"), "16");
  EXPECT_EQ(Text(table, "17", "kommuner_med_po_foregaende"), "2");
  EXPECT_EQ(Text(table, "17", "kommuner_med_po"), "2");
  EXPECT_EQ(Text(table, "17", "forandring"), "0");
  EXPECT_EQ(Text(table, "17", "verksamheter"), "1");
  EXPECT_EQ(Text(table, "totalt", "kommuner_i_lanet"), "290");
  EXPECT_EQ(Text(table, "totalt", "kommuner_med_po"), "2");
  EXPECT_EQ(Text(TableOf(*world, "kommuner", "se", 2025), "17", "forandring"), "+1");
  EXPECT_EQ(Text(TableOf(*world, "kommuner", "se", 2023), "17", "kommuner_med_po"), "2");
}

TEST(TableTest, KommunerOfALanOrAVerksamhetAreOneRow) {
  const auto world = Year2024();
  const auto lan = TableOf(*world, "kommuner", "se/17");
  EXPECT_THAT(RowIds(lan), testing::ElementsAre("17"));
  EXPECT_EQ(Text(lan, "17", "kommuner_med_po"), "1");
  const auto own = TableOf(*world, "kommuner", "se/17/varmland");
  ASSERT_THAT(RowIds(own), testing::ElementsAre("varmland"));
  EXPECT_EQ(own.rows(0).label(), "PO Värmland");
  EXPECT_EQ(Text(own, "varmland", "kommuner_med_po"), "1");
  EXPECT_EQ(Cell(own, "varmland", "kommuner_i_lanet").denominator(), 0);
}

TEST(TableTest, UnknownTablesScopesAndYearsAreNamed) {
  World world;
  const auto fault = [&](const char* table, const char* scope, int year) {
    return ErrorOf(ComputeTable(world, table, {scope, year}).status());
  };
  EXPECT_EQ(fault("klient", "se", 2024).field(), "table");
  EXPECT_THAT(fault("klient", "se", 2024).expected(), testing::HasSubstr("klienter"));
  for (const char* scope : {"", "se/02", "no", "SE", "se/", "sverige/17"}) {
    EXPECT_EQ(fault("klienter", scope, 2024).code(), v1::ERROR_CODE_NOT_FOUND) << scope;
  }
  EXPECT_EQ(fault("klienter", "se", 2013).field(), "year");
}

}  // namespace
}  // namespace liggare::domain
