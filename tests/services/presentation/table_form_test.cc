#include "services/presentation/table_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"

namespace liggare::presentation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// One cell: what was computed and what was published.
struct Cell {
  int64_t value;
  std::string text;
  std::string stated;
  bool differs = false;
};

void AddRow(v1::GetTableResponse& table, const std::string& id, const std::string& label,
            const std::vector<Cell>& cells) {
  v1::TableRow& row = *table.add_rows();
  row.set_id(id);
  row.set_label(label);
  for (size_t i = 0; i < cells.size(); ++i) {
    v1::TableCell& cell = *row.add_cells();
    cell.set_column(table.columns(static_cast<int>(i)).id());
    cell.set_numerator(cells[i].value);
    cell.set_denominator(cells[i].text.empty() ? 0 : 1);
    cell.set_text(cells[i].text);
    cell.set_stated(cells[i].stated);
    cell.set_differs(cells[i].differs);
  }
}

AnsweredTable Budget(const std::string& stated_left, bool differs) {
  AnsweredTable answer;
  answer.year = 2024;
  answer.table.set_table("budget");
  answer.table.set_title("Tabell 7. Budget och utfall 2024");
  for (const char* column : {"budget", "utfall"}) {
    v1::TableColumn& added = *answer.table.add_columns();
    added.set_id(column);
    added.set_label(column == std::string("budget") ? "Budget" : "Utfall");
  }
  AddRow(answer.table, "summa", "Summa",
         {{131500000, "131\u00A0500\u00A0000", ""},
          {131499888, "131\u00A0499\u00A0888", "131499888"}});
  AddRow(answer.table, "oforbrukade", "Oförbrukade medel",
         {{0, "", ""}, {112, "112", stated_left, differs}});
  answer.table.add_notes("Källa: Socialstyrelsen");
  return answer;
}

TEST(TableTextTest, PublishedStandsBesideComputedAndDifferencesAreMarked) {
  EXPECT_EQ(
      TableText(Budget("122", true)),
      "Tabell 7. Budget och utfall 2024\n"
      "\n"
      "                        Budget       Utfall        publ.\n"
      "---------------------------------------------------------\n"
      "Summa              131\u00A0500\u00A0000  131\u00A0499\u00A0888  131\u00A0499\u00A0888\n"
      "Oförbrukade medel                       112          122≠\n"
      "\n"
      "publ.: som publicerat. ≠: avviker från det beräknade (1).\n"
      "Källa: Socialstyrelsen\n");
}

TEST(TableTextTest, NoDifferenceIsSaid) {
  const std::string text = TableText(Budget("112", false));
  EXPECT_THAT(text, HasSubstr("Alla publicerade värden stämmer"));
  EXPECT_THAT(text, Not(HasSubstr("≠")));
}

TEST(TableTextTest, TableWithoutPublishedFiguresHasNoSuchColumn) {
  AnsweredTable answer = Budget("", false);
  answer.table.mutable_rows(0)->mutable_cells(1)->clear_stated();
  EXPECT_THAT(TableText(answer), Not(HasSubstr("publ.")));
}

TEST(TableJsonTest, CellsCarryExactValuesAndWhatWasStated) {
  const auto json = nlohmann::json::parse(TableJson(Budget("122", true)));
  EXPECT_EQ(json["format"], "liggare.table/1");
  const auto& cells = json["rows"][1]["cells"];
  EXPECT_TRUE(cells["budget"].is_null());
  EXPECT_EQ(cells["utfall"]["numerator"], 112);
  EXPECT_EQ(cells["utfall"]["stated"], "122");
  EXPECT_EQ(cells["utfall"]["differs"], true);
}

}  // namespace
}  // namespace liggare::presentation
