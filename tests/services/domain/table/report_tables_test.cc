// The tables over the reports of three verksamheter, and what each cell is computed
// from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "services/domain/place/subject.h"
#include "services/domain/place/table_id.h"
#include "services/domain/register/brist_register.h"
#include "services/domain/table/table.h"
#include "tests/services/domain/world.h"

namespace liggare::domain {
namespace {

class ReportTablesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* path :
         {"se/01/stockholm/soderort", "se/01/stockholm/jarva", "se/17/varmland"}) {
      Record(path, "verksamhet/" + std::string(path), "verksamhet_registered",
             R"("namn": ")" +
                 std::string(path == std::string("se/17/varmland")          ? "PO Värmland"
                             : path == std::string("se/01/stockholm/jarva") ? "Järva"
                                                                            : "Söderort") +
                 R"(", "driftsform": "kommunal_regi", "huvudman": "0180", "from": "2020-01-01")");
    }
    Report("se/01/stockholm/soderort", kSoderort);
    Report("se/01/stockholm/jarva", kJarva);
    Report("se/17/varmland", kVarmland);
  }
  void Record(const std::string& writer, const std::string& subject, const std::string& type,
              const std::string& fields) {
    const absl::Status status = world_.Record(writer, subject, type, fields);
    ASSERT_TRUE(status.ok()) << type << ": " << ErrorText(ErrorOf(status));
  }
  void Report(const std::string& path, const std::string& fields) {
    Record(path, "rapport/2024/" + path, "report_submitted", fields);
  }
  std::string Cell(const std::string& table, const std::string& row, const std::string& column,
                   const std::string& scope = "se") {
    const auto computed = ComputeTable(world_, table, {scope, 2024});
    EXPECT_TRUE(computed.ok()) << computed.status();
    for (const v1::TableRow& candidate : computed->rows()) {
      if (candidate.id() != row) continue;
      for (const v1::TableCell& cell : candidate.cells()) {
        if (cell.column() == column) return cell.text();
      }
    }
    return "no such cell";
  }

  static constexpr char kSoderort[] =
      R"("ombud": {"personer": 4, "heltid_hundredths": 350, "kvinnor": 3},
         "klienter": [{"kon": "man", "alder": "18-29", "antal": 64},
                      {"kon": "kvinna", "alder": "30-49", "antal": 105},
                      {"kon": "annan", "alder": "okand", "antal": 1}],
         "kontaktorsaker": [{"orsak": "bostad", "kon": "man", "antal": 20},
                            {"orsak": "bostad", "kon": "kvinna", "antal": 30}],
         "ko": {"finns": true, "vantetid_median_dagar": 45, "intagningsstopp": true},
         "prioritering": {"finns": true, "grupper": [{"grupp": "barnhushall", "rang": 1}]},
         "handledning": {"svar": "erbjuden"},
         "ledningsgrupp": {"parter": [{"part": "kommun", "deltar": true},
           {"part": "primarvard", "deltar": false}, {"part": "psykiatri", "deltar": true},
           {"part": "arbetsformedlingen", "deltar": true},
           {"part": "forsakringskassan", "deltar": true}]})";
  static constexpr char kJarva[] =
      R"("ombud": {"personer": 2, "heltid_hundredths": 200},
         "klienter": [{"kon": "man", "alder": "18-29", "antal": 10},
                      {"kon": "kvinna", "alder": "18-29", "antal": 30}],
         "ko": {"finns": false},
         "prioritering": {"finns": true, "grupper": [{"grupp": "barnhushall", "rang": 1},
                                                     {"grupp": "akut", "rang": 2}]},
         "handledning": {"svar": "saknar_handledare"},
         "ledningsgrupp": {"parter": [{"part": "kommun", "deltar": true},
           {"part": "primarvard", "deltar": true}, {"part": "psykiatri", "deltar": true},
           {"part": "arbetsformedlingen", "deltar": true},
           {"part": "forsakringskassan", "deltar": true}]})";
  static constexpr char kVarmland[] =
      R"("ombud": {"personer": 8, "heltid_hundredths": 750},
         "klienter": [{"kon": "kvinna", "alder": "50-64", "antal": 224}],
         "barn": [{"kon": "kvinna", "antal": 78}],
         "avvikelser": {"antal": 112, "uppdrag": 1540})";

  World world_;
};

TEST_F(ReportTablesTest, UnitsOfACityWithTheirTotal) {
  EXPECT_EQ(Cell("enheter", "soderort", "totalt", "se/01/stockholm"), "170");
  EXPECT_EQ(Cell("enheter", "jarva", "man", "se/01/stockholm"), "10");
  EXPECT_EQ(Cell("enheter", "totalt", "kvinna", "se/01/stockholm"), "135");
  EXPECT_EQ(Cell("enheter", "totalt", "totalt", "se/01/stockholm"), "210");
  EXPECT_EQ(Cell("enheter", "stockholm", "totalt", "se/01"), "210");
  EXPECT_EQ(Cell("enheter", "jarva", "totalt", "se/01/stockholm/jarva"), "40");
}

TEST_F(ReportTablesTest, ReasonsForContactWithTheirShare) {
  EXPECT_EQ(Cell("kontaktorsaker", "bostad", "man"), "20");
  EXPECT_EQ(Cell("kontaktorsaker", "bostad", "totalt"), "50");
  EXPECT_EQ(Cell("kontaktorsaker", "bostad", "andel"), "11,52\u00a0%");  // 50 of 434
  EXPECT_EQ(Cell("kontaktorsaker", "ekonomi", "totalt"), "");
}

TEST_F(ReportTablesTest, SharesOfAnAgeGroup) {
  EXPECT_EQ(Cell("kon", "18-29", "man"), "71,15\u00a0%");  // 74 of 104
  EXPECT_EQ(Cell("kon", "18-29", "kvinna"), "28,85\u00a0%");
  EXPECT_EQ(Cell("kon", "65+", "man"), "");
}

TEST_F(ReportTablesTest, QueuesInClassesWithoutGaps) {
  EXPECT_EQ(Cell("vantetider", "ko", "verksamheter"), "1");
  EXPECT_EQ(Cell("vantetider", "31-60", "verksamheter"), "1");
  EXPECT_EQ(Cell("vantetider", "0-30", "verksamheter"), "0");
  EXPECT_EQ(Cell("vantetider", "intagningsstopp", "verksamheter"), "1");
  EXPECT_EQ(Cell("vantetider", "ingen_ko", "verksamheter"), "1");
  EXPECT_EQ(Cell("vantetider", "uppgift_saknas", "verksamheter"), "1");
}

TEST_F(ReportTablesTest, RanksOfGroups) {
  EXPECT_EQ(Cell("prioritering", "barnhushall", "rang_1"), "2");
  EXPECT_EQ(Cell("prioritering", "akut", "rang_2"), "1");
  EXPECT_EQ(Cell("prioritering", "akut", "rang_1"), "0");
}

TEST_F(ReportTablesTest, LedningsgrupperAndWhatTheyLack) {
  EXPECT_EQ(Cell("ledningsgrupper", "fulltaliga", "verksamheter"), "1");
  EXPECT_EQ(Cell("ledningsgrupper", "fulltaliga", "andel"), "50,00\u00a0%");
  EXPECT_EQ(Cell("ledningsgrupper", "saknar_primarvard", "verksamheter"), "1");
  EXPECT_EQ(Cell("ledningsgrupper", "saknar_psykiatri", "verksamheter"), "0");
}

TEST_F(ReportTablesTest, OmbudYearByYear) {
  EXPECT_EQ(Cell("ombud", "2024", "personer"), "14");
  EXPECT_EQ(Cell("ombud", "2024", "heltid"), "13,00");
  EXPECT_EQ(Cell("ombud", "2024", "andel_kvinnor"), "75,00\u00a0%");  // Of those who say.
  EXPECT_EQ(Cell("ombud", "2023", "personer"), "no such cell");
  EXPECT_EQ(Cell("handledning", "saknar_handledare", "verksamheter"), "1");
}

TEST_F(ReportTablesTest, AvvikelserAndUppdragPerKlient) {
  EXPECT_EQ(Cell("avvikelser", "avvikelser", "antal", "se/17"), "112");
  EXPECT_EQ(Cell("avvikelser", "uppdrag_per_klient", "antal", "se/17"), "6,88");
  EXPECT_EQ(Cell("avvikelser", "barn", "antal", "se/17"), "78");
}

// The form of 2025 asks for the definition, that of 2024 did not.
TEST_F(ReportTablesTest, AChangedDefinitionIsSaidUnderTheTable) {
  const auto notes = [this](int year) {
    const auto table = ComputeTable(world_, "barn", {"se/17", year});
    EXPECT_TRUE(table.ok());
    return std::vector<std::string>(table->notes().begin(), table->notes().end());
  };
  EXPECT_EQ(notes(2024).size(), 1u);
  v1::EventData second = EventOf("rapport/2025/se/17/varmland", "report_submitted",
                                 R"("ombud": {"personer": 8, "heltid_hundredths": 750, "kvinnor": 6,
                   "tjanster_i_bidraget_hundredths": 700},
         "klientrorelse": {"nya": 0, "kvarstaende": 0, "avslutade": 0},
         "barn_definition": "hemmavarande_eller_placerade", "ko": {"finns": false},
         "prioritering": {"finns": true}, "handledning": {"svar": "erbjuden"},
         "ledningsgrupp": {"parter": [{"part": "kommun", "deltar": true}]},
         "rutin_for_brister": true)");
  second.set_form_version(2);
  ASSERT_TRUE(world_.Record("se/17/varmland", second).ok());
  ASSERT_EQ(notes(2025).size(), 2u);
  EXPECT_EQ(notes(2025)[1],
            "Definitionen har ändrats: 2024 inte angiven, 2025 hemmavarande eller placerade barn.");
}

TEST_F(ReportTablesTest, UtforareOfTheYearAlsoWhereTheyChange) {
  const std::string subject = "verksamhet/se/17/varmland";
  Record("se/17/varmland", subject, "utforare_registered",
         R"("from": "2023-01-01", "driftsform": "stiftelse", "namn": "Bräcke diakoni")");
  Record("se/17/varmland", subject, "utforare_registered",
         R"("from": "2024-11-01", "driftsform": "kommunal_regi", "namn": "Karlstads kommun")");
  EXPECT_EQ(Cell("utforare", "se_17_varmland_2023-01-01", "organisation"), "Stiftelse");
  EXPECT_EQ(Cell("utforare", "se_17_varmland_2023-01-01", "lan"), "Värmland");
  EXPECT_EQ(Cell("utforare", "se_17_varmland_2024-11-01", "lan"), "no such cell");
  const auto after = ComputeTable(world_, "utforare", {"se", 2025});
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->rows_size(), 0);
}

class BristTablesTest : public ReportTablesTest {
 protected:
  void ReportBrist(const std::string& path, int number, const std::string& rubrik = "Digitalt") {
    Record(path, BristSubject(path, number), "brist_reported",
           R"("niva": "central", "omrade": "forsakringskassan", "beskrivning": "B",
              "observed_on": "2024-10-03", "rubrik": ")" +
               rubrik + "\"");
  }
  void Group(const std::string& writer, int number, const std::string& member,
             bool belongs = true) {
    Record(writer, BristSubject(writer, number), "brist_grouped",
           "\"brist\": \"" + member + "\", \"ingar\": " + (belongs ? "true" : "false"));
  }
};

TEST_F(BristTablesTest, TheSameBristIsCountedByLanAndByVerksamhet) {
  ReportBrist("se/01/stockholm/soderort", 1);
  ReportBrist("se/01/stockholm/jarva", 1);
  ReportBrist("se/17/varmland", 1);
  ReportBrist("se/17/varmland", 2, "En annan");
  ReportBrist("se/01", 1, "Stockholms");
  Group("se/01", 1, "brist/se/01/stockholm/soderort/1");
  Group("se/01", 1, "brist/se/01/stockholm/jarva/1");
  ReportBrist("se", 1, "Hela landets");
  Group("se", 1, "brist/se/01/1");
  Group("se", 1, "brist/se/17/varmland/1");
  EXPECT_EQ(Cell("brister", "se_1", "verksamheter"), "3");
  EXPECT_EQ(Cell("brister", "se_1", "lan"), "2");
  EXPECT_EQ(Cell("brister", "se_17_varmland_2", "verksamheter"), "1");
  EXPECT_EQ(Cell("brister", "se_01_1", "lan"), "no such cell");  // Grouped under the nation's.
  EXPECT_EQ(Cell("brister", "se_01_1", "verksamheter", "se/01"), "2");
  Group("se", 1, "brist/se/17/varmland/1", false);
  EXPECT_EQ(Cell("brister", "se_1", "lan"), "1");
}

TEST_F(BristTablesTest, OrderActionsAndFeedback) {
  ReportBrist("se/17/varmland", 1);
  ReportBrist("se/17/varmland", 2, "Viktigare");
  Record("se", "brist/se/17/varmland/2", "brist_prioritised", R"("av": "se", "rang": 1)");
  v1::EventData request = EventOf("brist/se/17/varmland/2", "feedback_requested",
                                  R"("av_vem": "Försäkringskassan", "due_on": "2025-01-31")");
  ASSERT_TRUE(world_.Record("se", request).ok());
  EXPECT_EQ(Cell("brister", "se_17_varmland_2", "prioritet"), "1");
  EXPECT_EQ(Cell("brister", "se_17_varmland_2", "vantar"), "1");
  EXPECT_EQ(ComputeTable(world_, "brister", {"se", 2024})->rows(0).id(), "se_17_varmland_2");
  Record("se", "brist/se/17/varmland/2", "feedback_given",
         "\"begaran\": \"" + form::UuidText(request.event_id()) +
             R"(", "vem": "Försäkringskassan", "svar": "Ja.", "given_on": "2025-01-28")");
  Record("se", "brist/se/17/varmland/2", "action_reported",
         R"("vem": "FK", "atgard": "Papper.", "done_on": "2025-02-01", "avhjalpt": true)");
  EXPECT_EQ(Cell("brister", "se_17_varmland_2", "vantar"), "0");
  EXPECT_EQ(Cell("brister", "se_17_varmland_2", "atgarder"), "1");
  EXPECT_EQ(Cell("brister", "se_17_varmland_2", "avhjalpt"), "ja");
}

TEST_F(ReportTablesTest, ACellNamesTheFieldsAndEventsBehindIt) {
  const auto explained = ExplainCell(world_, "klienter", {"se/01", 2024}, {"totalt", "18-29"});
  ASSERT_TRUE(explained.ok()) << explained.status();
  EXPECT_EQ(explained->cell().text(), "104");
  int64_t sum = 0;
  std::vector<std::string> fields;
  for (const v1::ExplainedField& field : explained->fields()) {
    sum += field.field().value().number();
    fields.push_back(field.subject() + " " + field.field().path());
    EXPECT_EQ(field.field().set_by().type(), "report_submitted");
  }
  EXPECT_EQ(sum, 104);
  EXPECT_THAT(fields, ::testing::ElementsAre(
                          "rapport/2024/se/01/stockholm/jarva klienter[kvinna][18-29].antal",
                          "rapport/2024/se/01/stockholm/jarva klienter[man][18-29].antal",
                          "rapport/2024/se/01/stockholm/soderort klienter[man][18-29].antal"));
}

TEST_F(ReportTablesTest, AUnitsCellNamesOnlyItsOwnReports) {
  const auto explained =
      ExplainCell(world_, "enheter", {"se/01/stockholm", 2024}, {"jarva", "man"});
  ASSERT_TRUE(explained.ok());
  ASSERT_EQ(explained->fields_size(), 1);
  EXPECT_EQ(explained->fields(0).subject(), "rapport/2024/se/01/stockholm/jarva");
}

TEST_F(ReportTablesTest, AnUnknownCellIsToldWithThoseThatThereAre) {
  const auto no_row = ExplainCell(world_, "klienter", {"se", 2024}, {"barn", "totalt"});
  EXPECT_EQ(ErrorOf(no_row.status()).code(), v1::ERROR_CODE_NOT_FOUND);
  EXPECT_EQ(ErrorOf(no_row.status()).expected(), "man, kvinna, annan, totalt");
  const auto no_column = ExplainCell(world_, "klienter", {"se", 2024}, {"man", "alla"});
  EXPECT_EQ(ErrorOf(no_column.status()).field(), "column");
}

// Every cell of every table that has a figure can say where it comes from.
TEST_F(ReportTablesTest, EveryFigureHasASource) {
  for (std::string_view table : kTableIds) {
    const auto computed = ComputeTable(world_, table, {"se", 2024});
    ASSERT_TRUE(computed.ok()) << table;
    for (const v1::TableRow& row : computed->rows()) {
      for (const v1::TableCell& cell : row.cells()) {
        // How many kommuner a län has is no event.
        const bool is_fixed = cell.column() == "kommuner_i_lanet";
        if (cell.denominator() == 0 || cell.numerator() == 0 || is_fixed) continue;
        const auto explained = ExplainCell(world_, table, {"se", 2024}, {row.id(), cell.column()});
        ASSERT_TRUE(explained.ok());
        EXPECT_GT(explained->fields_size(), 0) << table << " " << row.id() << " " << cell.column();
      }
    }
  }
}

}  // namespace
}  // namespace liggare::domain
