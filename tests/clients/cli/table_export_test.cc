// Tables as files, each read back by another reader than the one that wrote it.
#include "clients/cli/commands/table_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "nlohmann/json.hpp"
#include "proto/error/error.h"
#include "services/domain/place/table_id.h"
#include "services/domain/table/table.h"
#include "services/presentation/table_csv.h"
#include "services/presentation/table_json_stat.h"
#include "services/presentation/table_workbook.h"
#include "tests/testing/paths.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

struct Figure {
  int64_t numerator = 0;
  int64_t denominator = 1;
  v1::TableUnit unit = v1::TABLE_UNIT_COUNT;
  std::string text = "as printed";
};
constexpr char kSuppressed[] = "..";

Figure Text(std::string text) { return {0, 0, v1::TABLE_UNIT_UNSPECIFIED, std::move(text)}; }
Figure Absent() { return Text(""); }

void AddColumn(v1::GetTableResponse& table, const std::string& id, const std::string& label) {
  v1::TableColumn& column = *table.add_columns();
  column.set_id(id);
  column.set_label(label);
}

void AddRow(v1::GetTableResponse& table, const std::string& id, const std::string& label,
            const std::vector<Figure>& figures) {
  v1::TableRow& row = *table.add_rows();
  row.set_id(id);
  row.set_label(label);
  for (size_t i = 0; i < figures.size(); ++i) {
    v1::TableCell& cell = *row.add_cells();
    cell.set_column(table.columns(static_cast<int>(i)).id());
    cell.set_numerator(figures[i].numerator);
    cell.set_denominator(figures[i].denominator);
    cell.set_unit(figures[i].unit);
    cell.set_text(figures[i].text);
    cell.set_suppressed(figures[i].text == kSuppressed);
  }
}

v1::GetTableResponse Table(const std::string& id, const std::string& title) {
  v1::GetTableResponse table;
  table.set_table(id);
  table.set_title(title);
  table.set_scope("se/17");
  table.set_scope_label("Värmlands län");
  table.add_notes("Källa: Kommunernas återrapporter 2024.");
  return table;
}

v1::GetTableResponse Klienter() {
  v1::GetTableResponse table = Table("klienter", "Klienternas ålder och kön 2024");
  AddColumn(table, "18-29", "18–29 år");
  AddColumn(table, "totalt", "Totalt");
  AddRow(table, "man", "Män", {{1065}, {4303}});
  AddRow(table, "annan", "Annan könsidentitet", {Text(kSuppressed), {0}});
  table.add_notes(".. uppgiften redovisas inte");
  return table;
}

v1::GetTableResponse Mixed() {
  v1::GetTableResponse table = Table("budget", "Budget; \"utfall\"");
  AddColumn(table, "belopp", "Belopp; kr");
  AddColumn(table, "tjanster", "Tjänster");
  AddColumn(table, "andel", "Andel");
  AddColumn(table, "forandring", "Förändring");
  AddColumn(table, "text", "Organisation");
  AddRow(table, "hel", "Hela \"kronor\"",
         {{12999988800, 100, v1::TABLE_UNIT_KRONOR},
          {32847, 100, v1::TABLE_UNIT_HUNDREDTHS},
          {178900, 10248, v1::TABLE_UNIT_PERCENT},
          {2, 1, v1::TABLE_UNIT_CHANGE},
          Text("Stiftelse; Göteborg")});
  AddRow(table, "ore", "Med öre",
         {{-113520250, 100, v1::TABLE_UNIT_KRONOR},
          Absent(),
          Absent(),
          {-1, 1, v1::TABLE_UNIT_CHANGE},
          Absent()});
  return table;
}

TEST(TableCsvTest, FieldsAreNamedQuotedAndWrittenWithADecimalComma) {
  EXPECT_EQ(presentation::TableCsv(Mixed()),
            "kod;rad;\"Belopp; kr\";Tjänster;Andel;Förändring;Organisation\r\n"
            "hel;\"Hela \"\"kronor\"\"\";129999888;328,47;17,46;2;\"Stiftelse; Göteborg\"\r\n"
            "ore;Med öre;-1135202,50;;;-1;\r\n");
}

v1::GetTableResponse TableOfTexts(const std::vector<std::string>& texts) {
  v1::GetTableResponse table;
  table.set_title("Brister");
  table.add_columns()->set_label("Text");
  for (const std::string& text : texts) {
    v1::TableRow* row = table.add_rows();
    row->set_id("r");
    row->set_label(text);
    row->add_cells()->set_text(text);
  }
  return table;
}

TEST(TableCsvTest, TextThatASpreadsheetWouldRunIsGuardedAndFiguresAreNot) {
  for (const std::string text : {"=1+1", "+46701740605", "-x", "@SUM(A1)", "  =1", "\u00A0=1",
                                 "\t=1", "\r=1", "\uFF1D1", "-12"}) {
    const std::string csv = presentation::TableCsv(TableOfTexts({text}));
    EXPECT_NE(csv.find(";'"), std::string::npos) << csv;
    EXPECT_EQ(csv.find(";="), std::string::npos) << csv;
  }
  for (const std::string text : {"a=1", "–", "", "Å", "1-2"}) {
    EXPECT_EQ(presentation::TableCsv(TableOfTexts({text})).find('\''), std::string::npos) << text;
  }
  v1::GetTableResponse table = TableOfTexts({"a"});
  v1::TableCell* cell = table.mutable_rows(0)->mutable_cells(0);
  cell->clear_text();
  cell->set_numerator(-12);
  cell->set_denominator(1);
  EXPECT_NE(presentation::TableCsv(table).find(";-12"), std::string::npos)
      << presentation::TableCsv(table);
}

TEST(TableCsvTest, ARowIsOneLineWhateverStandsInIt) {
  const std::string csv = presentation::TableCsv(TableOfTexts({"a\nb\r\nc\x1b"}));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2) << csv;
  EXPECT_EQ(csv.find('\x1b'), std::string::npos);
}

TEST(TableCsvTest, WithheldFiguresAreTwoDotsAndZerosAreThere) {
  EXPECT_EQ(presentation::TableCsv(Klienter()),
            "kod;rad;18–29 år;Totalt\r\n"
            "man;Män;1065;4303\r\n"
            "annan;Annan könsidentitet;..;0\r\n");
  EXPECT_THAT(presentation::TableNotes(Klienter()),
              HasSubstr("Källa: Kommunernas återrapporter 2024.\n"));
}

Json Stat(const v1::GetTableResponse& table, bool is_series = false) {
  return Json::parse(presentation::TableJsonStat({2024, "", table, is_series}));
}

TEST(TableJsonStatTest, ADatasetHasItsDimensionsValuesAndRoles) {
  const Json json = Stat(Klienter());
  EXPECT_EQ(json["version"], "2.0");
  EXPECT_EQ(json["class"], "dataset");
  EXPECT_EQ(json["label"], "Klienternas ålder och kön 2024");
  EXPECT_EQ(json["source"], "Kommunernas återrapporter 2024.");
  EXPECT_EQ(json["id"], Json({"Region", "Kon", "Alder", "ContentsCode", "Tid"}));
  EXPECT_EQ(json["size"], Json({1, 2, 2, 1, 1}));
  EXPECT_EQ(json["role"],
            Json({{"geo", {"Region"}}, {"metric", {"ContentsCode"}}, {"time", {"Tid"}}}));
  EXPECT_EQ(json["dimension"]["Region"]["category"]["label"]["17"], "Värmlands län");
  EXPECT_EQ(json["dimension"]["Kon"]["category"]["index"], Json({{"man", 0}, {"annan", 1}}));
  EXPECT_EQ(json["dimension"]["Tid"]["category"]["index"], Json({{"2024", 0}}));
  EXPECT_EQ(json["value"], Json::parse("[1065, 4303, null, 0]"));
  EXPECT_EQ(json["status"], Json({{"2", ".."}}));
  EXPECT_EQ(json["note"], Json({".. uppgiften redovisas inte"}));
  EXPECT_EQ(json["extension"]["noteMandatory"], Json({{"0", true}}));
  EXPECT_EQ(json["extension"]["px"]["tableid"], "klienter");
}

TEST(TableJsonStatTest, TheProductOfTheSizesIsTheNumberOfValues) {
  for (const v1::GetTableResponse& table : {Klienter(), Mixed()}) {
    const Json json = Stat(table);
    size_t product = 1;
    for (const Json& size : json["size"]) product *= size.get<size_t>();
    EXPECT_EQ(json["value"].size(), product) << table.table();
    ASSERT_EQ(json["id"].size(), json["size"].size());
    for (size_t i = 0; i < json["id"].size(); ++i) {
      const Json& category = json["dimension"][json["id"][i].get<std::string>()]["category"];
      EXPECT_EQ(category["index"].size(), json["size"][i]);
      EXPECT_EQ(category["label"].size(), json["size"][i]);
    }
  }
}

TEST(TableJsonStatTest, MeasuresHaveUnitsAndTextsAreNotes) {
  const Json json = Stat(Mixed());
  EXPECT_EQ(json["id"], Json({"Region", "Post", "ContentsCode", "Tid"}));
  EXPECT_EQ(json["value"],
            Json::parse("[129999888, 328.47, 17.46, 2, -1135202.50, null, null, -1]"));
  const Json& metric = json["dimension"]["ContentsCode"]["category"];
  EXPECT_EQ(metric["unit"]["belopp"]["base"], "kronor");
  EXPECT_EQ(metric["unit"]["andel"], Json({{"base", "procent"}, {"decimals", 2}}));
  EXPECT_EQ(metric["index"].count("text"), 0u);
  EXPECT_EQ(json["dimension"]["Post"]["category"]["note"]["hel"],
            Json({"Organisation: Stiftelse; Göteborg"}));
}

TEST(TableJsonStatTest, LanAreRegionsByScbsCodesAndTheTotalIsTheNation) {
  v1::GetTableResponse table = Table("kommuner", "Kommuner");
  AddColumn(table, "kommuner_med_po", "Kommuner");
  AddRow(table, "17", "Värmland", {{15}});
  AddRow(table, "totalt", "Totalt", {{251}});
  const Json json = Stat(table);
  EXPECT_EQ(json["id"], Json({"Region", "ContentsCode", "Tid"}));
  EXPECT_EQ(json["dimension"]["Region"]["category"]["label"],
            Json({{"17", "Värmland"}, {"00", "Riket"}}));
}

TEST(TableJsonStatTest, RowsThatAreYearsAreTimeAndTheirDifferenceIsLeftOut) {
  v1::GetTableResponse table = Table("barn", "Barn");
  AddColumn(table, "totalt", "Totalt");
  AddRow(table, "2023", "2023", {{1927}});
  AddRow(table, "2024", "2024", {{1789}});
  AddRow(table, "minskning", "Minskning", {{138}});
  EXPECT_EQ(Stat(table)["dimension"]["Tid"]["category"]["index"], Json({{"2023", 0}, {"2024", 1}}));
  EXPECT_EQ(Stat(table)["value"], Json({1927, 1789}));
  v1::GetTableResponse series = Klienter();
  series.mutable_rows(0)->set_id("2023");
  series.mutable_rows(1)->set_id("2024");
  EXPECT_EQ(Stat(series, true)["id"], Json({"Region", "Tid", "Alder", "ContentsCode"}));
}

// What another program finds in a workbook: sheet, cell, n or s, value, format.
std::vector<std::string> CellsOfWorkbook(const std::string& file) {
  const std::string command =
      "python3 " + testing::SourcePath("tests/clients/cli/read_workbook.py") + " '" + file + "'";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> part;
  while (const size_t read = std::fread(part.data(), 1, part.size(), pipe)) {
    text.append(part.data(), read);
  }
  EXPECT_EQ(pclose(pipe), 0) << text;
  std::vector<std::string> lines;
  std::stringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class TableFilesTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name) const { return scratch_.path() + "/" + name; }
  static std::string ReadAll(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }
  static ReportTable InReport(const v1::GetTableResponse& table) {
    for (const presentation::OutlineEntry& entry : presentation::ReportOutline()) {
      if (entry.table == table.table()) {
        return {entry, std::string(entry.heading), {2024, "", table}};
      }
    }
    return {};
  }

  testing::ScratchDirectory scratch_;
  std::ostringstream out_;
  std::ostringstream err_;
  Shell shell_{out_, err_};
};

TEST_F(TableFilesTest, AWorkbookHasNumbersAsNumbersWithTheirFormats) {
  const std::string file = File("t.xlsx");
  ASSERT_TRUE(
      presentation::WriteWorkbook(file, {{"Tabell 7 budget", Mixed()}, {"klienter", Klienter()}})
          .ok());
  const std::vector<std::string> cells = CellsOfWorkbook(file);
  const auto has = [&](const std::string& line) { EXPECT_THAT(cells, Contains(line)); };
  has("Tabell 7 budget\tA1\ts\tBudget; \"utfall\"\t#0");
  has("Tabell 7 budget\tB3\ts\tBelopp; kr\t#0");
  has("Tabell 7 budget\tA4\ts\tHela \"kronor\"\t#0");
  has("Tabell 7 budget\tB4\tn\t129999888\t#,##0");
  has("Tabell 7 budget\tC4\tn\t328.47\t#,##0.00");
  has("Tabell 7 budget\tD4\tn\t17.46\t0.00\" %\"");
  has("Tabell 7 budget\tE4\tn\t2\t+#,##0;-#,##0;0");
  has("Tabell 7 budget\tF4\ts\tStiftelse; Göteborg\t#0");
  has("Tabell 7 budget\tB5\tn\t-1135202.5\t#,##0.00");
  has("Tabell 7 budget\tA7\ts\tKälla: Kommunernas återrapporter 2024.\t#0");
  has("klienter\tB5\ts\t..\t#0");
  has("klienter\tA8\ts\t.. uppgiften redovisas inte\t#0");
  EXPECT_THAT(cells, Not(Contains(HasSubstr("budget\tC5")))) << "absent, not 0";
}

TEST_F(TableFilesTest, EveryTextIsXmlAndStandsInTheSheetAsItWasWritten) {
  const std::string file = File("t.xlsx");
  ASSERT_TRUE(presentation::WriteWorkbook(
                  file, {{"b", TableOfTexts({"a\uFFFFb", "_x0041_", "_x41_", "\x1b[2J"})}})
                  .ok());
  const std::vector<std::string> cells = CellsOfWorkbook(file);
  const auto has = [&](const std::string& line) { EXPECT_THAT(cells, Contains(line)); };
  has("b\tB4\ts\ta\\uffffb\t#0");
  has("b\tB5\ts\t_x005F_x0041_\t#0");  // Which Excel shows as _x0041_.
  has("b\tB6\ts\t_x41_\t#0");
  has("b\tB7\ts\t\\u001b[2J\t#0");
}

TEST_F(TableFilesTest, AWorkbookThatCantBeWrittenIsAnError) {
  const absl::Status status =
      presentation::WriteWorkbook(File("no/such/folder/t.xlsx"), {{"k", Klienter()}});
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(ErrorText(ErrorOf(status)), HasSubstr("no/such/folder"));
}

TEST_F(TableFilesTest, CsvBeginsWithAByteOrderMarkOnRequestOnly) {
  ASSERT_TRUE(ExportTable({"csv", File("a.csv"), false}, {2024, "", Klienter()}, shell_).ok());
  ASSERT_TRUE(ExportTable({"csv", File("b.csv"), true}, {2024, "", Klienter()}, shell_).ok());
  EXPECT_EQ(ReadAll(File("a.csv")), presentation::TableCsv(Klienter()));
  EXPECT_EQ(ReadAll(File("b.csv")), "\xEF\xBB\xBF" + presentation::TableCsv(Klienter()));
  EXPECT_THAT(err_.str(), HasSubstr("Källa: "));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(TableFilesTest, AReportIsAFolderOfCsvASheetEachOrACollection) {
  const std::vector<ReportTable> report = {InReport(Mixed()), InReport(Klienter())};
  ASSERT_TRUE(ExportReport({"csv", File("csv"), false}, report, shell_).ok());
  EXPECT_EQ(ReadAll(File("csv/klienter.csv")), presentation::TableCsv(Klienter()));
  ASSERT_TRUE(ExportReport({"xlsx", File("r.xlsx"), false}, report, shell_).ok());
  EXPECT_THAT(CellsOfWorkbook(File("r.xlsx")),
              Contains("Tabell 2 klienter\tA1\ts\tKlienternas ålder och kön 2024\t#0"));
  ASSERT_TRUE(ExportReport({"json-stat2", "", false}, report, shell_).ok());
  const Json collection = Json::parse(out_.str());
  EXPECT_EQ(collection["class"], "collection");
  ASSERT_EQ(collection["link"]["item"].size(), 2u);
  EXPECT_EQ(collection["link"]["item"][1], Stat(Klienter()));
}

TEST_F(TableFilesTest, WhatNeedsAFileSaysSo) {
  for (const absl::Status& status :
       {ExportTable({"xlsx", "", false}, {2024, "", Klienter()}, shell_),
        ExportReport({"csv", "", false}, {InReport(Klienter())}, shell_)}) {
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(ErrorText(ErrorOf(status)), HasSubstr("--output"));
  }
}

TEST_F(TableFilesTest, AReportAsTextStandsUnderItsHeadings) {
  ASSERT_TRUE(
      ExportReport({"text", "", false}, {InReport(Mixed()), InReport(Klienter())}, shell_).ok());
  const std::string text = out_.str();
  const size_t budget =
      text.find("Statsbidragets fördelning och utfall\n====================================\n\n");
  const size_t klienter = text.find("Klienter som sökte stöd hos ombuden\n===");
  EXPECT_EQ(budget, 0u);
  EXPECT_NE(klienter, std::string::npos);
  EXPECT_LT(budget, klienter);
}

const presentation::OutlineEntry& Entry(std::string_view table) {
  for (const presentation::OutlineEntry& entry : presentation::ReportOutline()) {
    if (entry.table == table) return entry;
  }
  return presentation::ReportOutline().front();
}

v1::GetTableResponse OneFigure(const std::string& table, const std::string& row,
                               const std::string& column, int64_t figure) {
  v1::GetTableResponse response = Table(table, "Titel");
  AddColumn(response, column, column);
  AddRow(response, row, row, {{figure, 1, v1::TABLE_UNIT_COUNT, std::to_string(figure)}});
  return response;
}

TEST(ReportOutlineTest, NumbersAndOrderAreThoseOfTheReport) {
  std::vector<std::string> numbered;
  for (const presentation::OutlineEntry& entry : presentation::ReportOutline()) {
    if (!entry.number.empty()) {
      numbered.push_back(std::string(entry.number) + " " + std::string(entry.table));
    }
  }
  EXPECT_THAT(numbered,
              ElementsAre("Tabell 7 budget", "Tabell 1 kommuner", "Tabell 2 klienter",
                          "Tabell 3 barn", "Diagram 1 kontaktorsaker", "Tabell 4 utforare"));
  EXPECT_EQ(presentation::CaptionOf(Entry("utforare"), Klienter()),
            "Tabell 4. Övriga utförare av verksamheten med personliga ombud");
  EXPECT_EQ(presentation::CaptionOf(Entry("klienter"), Klienter()),
            "Tabell 2. Klienternas ålder och kön 2024");
}

TEST(ReportOutlineTest, EveryTableHasItsPlaceInTheOrderOfTheTables) {
  std::vector<std::string_view> outlined;
  for (const presentation::OutlineEntry& entry : presentation::ReportOutline())
    outlined.push_back(entry.table);
  EXPECT_THAT(outlined, ::testing::ElementsAreArray(domain::kTableIds));
}

TEST(ReportOutlineTest, AHeadingSaysWhatTheFiguresShow) {
  const auto heading = [](int64_t now, int64_t before) {
    return presentation::HeadingOf(
        Entry("klienter"), {{"klienter", OneFigure("klienter", "totalt", "totalt", now)}},
        {{"klienter", OneFigure("klienter", "totalt", "totalt", before)}});
  };
  EXPECT_EQ(heading(10248, 10122), "Fler klienter sökte stöd hos ombuden");
  EXPECT_EQ(heading(10000, 10122), "Färre klienter sökte stöd hos ombuden");
  EXPECT_EQ(heading(10122, 10122), "Lika många klienter sökte stöd hos ombuden");
  EXPECT_EQ(heading(10248, 0), "Klienter som sökte stöd hos ombuden");
  EXPECT_EQ(presentation::HeadingOf(
                Entry("kommuner"),
                {{"kommuner", OneFigure("kommuner", "totalt", "kommuner_med_po", 251)}}, {}),
            "Det finns personligt ombud i 251 kommuner");
  EXPECT_EQ(presentation::HeadingOf(Entry("kommuner"), {}, {}), "Kommuner med personligt ombud");
}

}  // namespace
}  // namespace liggare::cli
