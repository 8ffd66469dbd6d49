#include "services/domain/table/table_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "services/domain/table/table.h"
#include "tests/services/domain/year_2024.h"

namespace liggare::domain {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class TableSeriesTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::GetTableResponse> Series(const std::string& table, int from, int to,
                                              const std::string& scope = "se") {
    return ComputeSeries(*world_, table, {scope, to}, from,
                         [&](const Scope& of) { return ComputeTable(*world_, table, of); });
  }
  void Report(int year, const std::string& fields) {
    const absl::Status status =
        world_->Record("se/17/varmland", "rapport/" + std::to_string(year) + "/se/17/varmland",
                       "report_submitted", fields);
    ASSERT_TRUE(status.ok()) << ErrorText(ErrorOf(status));
  }
  static std::vector<std::string> Row(const v1::GetTableResponse& table, const std::string& id) {
    std::vector<std::string> texts;
    for (const v1::TableRow& row : table.rows()) {
      if (row.id() != id) continue;
      for (const v1::TableCell& cell : row.cells()) texts.push_back(cell.text());
    }
    return texts;
  }

  std::unique_ptr<World> world_ = Year2024();
  static constexpr char kSmallYear[] = R"("ombud": {"personer": 2, "heltid_hundredths": 150},
    "klienter": [{"kon": "man", "alder": "65+", "antal": 40}],
    "barn": [{"kon": "man", "antal": 10}], "barn_definition": "levde_med_barn_under_18")";
};

TEST_F(TableSeriesTest, KlienterYearByYear) {
  Report(2022, kSmallYear);
  const auto series = Series("klienter", 2022, 2024);
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(series->title(), "Klienter efter ålder, 2022–2024");
  EXPECT_EQ(Row(*series, "2022").back(), "40");
  EXPECT_EQ(Row(*series, "2024").back(), "10\u00a0248");
  EXPECT_THAT(Row(*series, "2023"), Not(Contains(Not(""))));
  EXPECT_THAT(series->notes(), ElementsAre("Källa: Kommunernas återrapporter 2022–2024.",
                                           "Återrapporter saknas för 2023."));
}

TEST_F(TableSeriesTest, AYearsOwnRowIsTaken) {
  Report(2023, kSmallYear);
  const auto ombud = Series("ombud", 2023, 2024);
  EXPECT_EQ(Row(*ombud, "2023")[1], "1,50");
  EXPECT_EQ(Row(*ombud, "2024")[1], "326,50");
  const auto barn = Series("barn", 2023, 2024);
  EXPECT_EQ(Row(*barn, "2023")[2], "10");
  EXPECT_EQ(Row(*barn, "2024")[2], "1\u00a0789");
  EXPECT_EQ(barn->rows_size(), 2) << "no row for the difference";
}

TEST_F(TableSeriesTest, AChangedDefinitionIsSaid) {
  Report(2023, kSmallYear);
  EXPECT_THAT(Series("barn", 2023, 2024)->notes(),
              Contains(HasSubstr("Definitionen har ändrats: 2023")));
}

// Also where it is the middle year that changed it.
TEST_F(TableSeriesTest, EveryYearsChangeOfDefinitionIsSaid) {
  Report(2022, kSmallYear);
  std::string changed = kSmallYear;
  const std::string before = "levde_med_barn_under_18";
  changed.replace(changed.find(before), before.size(), "bor_helt_eller_delvis");
  Report(2023, changed);
  const auto series = Series("barn", 2022, 2024);
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_THAT(series->notes(), Contains(HasSubstr("Definitionen har ändrats: 2022")));
}

TEST_F(TableSeriesTest, AChangedFormIsSaid) {
  EXPECT_THAT(Series("klienter", 2024, 2025)->notes(),
              Contains(HasSubstr("Blanketten ändrades 2025")));
  EXPECT_THAT(Series("klienter", 2023, 2024)->notes(), Not(Contains(HasSubstr("Blanketten"))));
  EXPECT_THAT(Series("klienter", 2025, 2026)->notes(), Not(Contains(HasSubstr("Blanketten"))));
}

TEST_F(TableSeriesTest, KommunerOfTheNationAndOfALan) {
  for (const char* scope : {"se", "se/17"}) {
    const auto series = Series("kommuner", 2014, 2015, scope);
    ASSERT_TRUE(series.ok()) << series.status();
    ASSERT_EQ(series->columns_size(), 3);
    EXPECT_EQ(series->columns(0).label(), "Kommuner med personligt ombud");
    EXPECT_THAT(Row(*series, "2014"), ElementsAre("1", "+1", "1")) << scope;
    EXPECT_THAT(Row(*series, "2015"), ElementsAre("1", "0", "1")) << scope;
  }
}

TEST_F(TableSeriesTest, ATableWithoutSeriesAndYearsThatAreNone) {
  const v1::Error no_series = ErrorOf(Series("utforare", 2020, 2024).status());
  EXPECT_EQ(no_series.code(), v1::ERROR_CODE_INVALID_FIELD);
  EXPECT_THAT(no_series.expected(), HasSubstr("klienter"));
  for (const int from : {2013, 2024, 2025}) {
    const v1::Error error = ErrorOf(Series("klienter", from, 2024).status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_FIELD) << from;
    EXPECT_EQ(error.field(), "from_year");
  }
}

}  // namespace
}  // namespace liggare::domain
