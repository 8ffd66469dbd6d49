#include "services/presentation/table_form.h"

#include <algorithm>
#include <vector>

#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/shown_message.h"
#include "services/presentation/swedish_text.h"
#include "services/presentation/text_table.h"
#include "services/presentation/value_text.h"

namespace liggare::presentation {
namespace {

constexpr char kFormat[] = "liggare.table/1";
constexpr char kDiffers[] = "≠";
constexpr char kEqual[] = " ";

// Which columns have a published figure in any row.
std::vector<bool> PublishedColumns(const v1::GetTableResponse& table) {
  std::vector<bool> published(table.columns_size(), false);
  for (const v1::TableRow& row : table.rows()) {
    for (int i = 0; i < row.cells_size() && i < table.columns_size(); ++i) {
      if (!row.cells(i).stated().empty()) published[i] = true;
    }
  }
  return published;
}

TextTable WithColumns(const std::vector<bool>& published) {
  std::vector<Align> aligns = {Align::kLeft};
  for (const bool has_published : published) {
    aligns.push_back(Align::kRight);
    if (has_published) aligns.push_back(Align::kRight);
  }
  return TextTable(std::move(aligns));
}

std::vector<std::string> Headings(const v1::GetTableResponse& table,
                                  const std::vector<bool>& published) {
  std::vector<std::string> headings = {""};
  for (int i = 0; i < table.columns_size(); ++i) {
    headings.push_back(table.columns(i).label());
    if (published[i]) headings.push_back(std::string("publ.") + kEqual);
  }
  return headings;
}

std::string PublishedText(const v1::TableCell& cell) {
  if (cell.stated().empty()) return "";
  return SwedishNumber(cell.stated()) + (cell.differs() ? kDiffers : kEqual);
}

std::vector<std::string> CellsOf(const v1::TableRow& row, const std::vector<bool>& published) {
  std::vector<std::string> cells = {row.label()};
  for (size_t i = 0; i < published.size(); ++i) {
    const bool there = static_cast<int>(i) < row.cells_size();
    const v1::TableCell cell = there ? row.cells(static_cast<int>(i)) : v1::TableCell();
    cells.push_back(cell.text());
    if (published[i]) cells.push_back(PublishedText(cell));
  }
  return cells;
}

int DifferingCells(const v1::GetTableResponse& table) {
  int count = 0;
  for (const v1::TableRow& row : table.rows()) {
    for (const v1::TableCell& cell : row.cells()) count += cell.differs() ? 1 : 0;
  }
  return count;
}

std::string Legend(const v1::GetTableResponse& table, const std::vector<bool>& published) {
  if (std::find(published.begin(), published.end(), true) == published.end()) return "";
  const int differing = DifferingCells(table);
  std::string text = "publ.: som publicerat. ";
  if (differing == 0) return text + "Alla publicerade värden stämmer med de beräknade.\n";
  return text + kDiffers + ": avviker från det beräknade (" + std::to_string(differing) + ").\n";
}

Json CellJson(const v1::TableCell& cell) {
  if (cell.text().empty() && cell.stated().empty()) return nullptr;
  Json json = Json::object();
  if (cell.denominator() == 0 && !cell.text().empty()) json["text"] = cell.text();
  if (cell.denominator() != 0) {
    json["numerator"] = cell.numerator();
    json["denominator"] = cell.denominator();
    json["text"] = cell.text();
  }
  if (cell.suppressed()) json["suppressed"] = true;
  if (!cell.stated().empty()) {
    json["stated"] = cell.stated();
    json["differs"] = cell.differs();
  }
  return json;
}

Json RowJson(const v1::TableRow& row) {
  Json cells = Json::object();
  for (const v1::TableCell& cell : row.cells()) cells[cell.column()] = CellJson(cell);
  return {{"id", row.id()}, {"label", row.label()}, {"cells", std::move(cells)}};
}

}  // namespace

std::string TableText(const AnsweredTable& answer) {
  const v1::GetTableResponse table = Shown(answer.table);
  const std::vector<bool> published = PublishedColumns(table);
  TextTable text = WithColumns(published);
  text.AddRow(Headings(table, published));
  text.AddRule();
  for (const v1::TableRow& row : table.rows()) text.AddRow(CellsOf(row, published));
  std::string all = table.title() + "\n\n" + text.Text() + "\n" + Legend(table, published);
  for (const std::string& note : table.notes()) all += note + "\n";
  return all;
}

std::string ExplainedText(const ExplainedCell& cell) {
  TextTable text({Align::kLeft, Align::kLeft, Align::kRight, Align::kLeft});
  for (const v1::ExplainedField& field : cell.answer.fields()) {
    text.AddRow({field.subject(), field.field().path(), ValueText(field.field().value()),
                 field.field().set_by().type() + " " + PlaceOf(field.field().set_by())});
  }
  const std::string value = cell.answer.cell().text().empty() ? "–" : cell.answer.cell().text();
  const char* nothing = cell.answer.cell().suppressed()
                            ? "  Redovisas inte: uppgiften avser få personer, eller så kan en "
                              "sådan räknas ut ur den.\n"
                            : "  Inga händelser.\n";
  return text::ShownText(cell.row + ", " + cell.column + ": " + value) + "\n\n" + text.Text(2) +
         (cell.answer.fields().empty() ? nothing : "");
}

std::string ExplainedJson(const ExplainedCell& cell) {
  Json fields = Json::array();
  EventRefs events;
  for (const v1::ExplainedField& field : cell.answer.fields()) {
    fields.push_back({{"subject", field.subject()},
                      {"path", field.field().path()},
                      {"value", ValueJson(field.field().value())},
                      {"set_by", events.Add(field.field().set_by())}});
  }
  const Json json = {{"format", "liggare.cell/1"},  {"row", cell.row},
                     {"column", cell.column},       {"cell", CellJson(cell.answer.cell())},
                     {"fields", std::move(fields)}, {"events", events.json()}};
  return json.dump(2) + "\n";
}

std::string TableJson(const AnsweredTable& answer) {
  const v1::GetTableResponse& table = answer.table;
  Json json;
  json["format"] = kFormat;
  json["table"] = table.table();
  json["year"] = answer.year;
  if (!answer.scope.empty()) json["scope"] = answer.scope;
  json["title"] = table.title();
  json["columns"] = Json::array();
  for (const v1::TableColumn& column : table.columns()) {
    json["columns"].push_back({{"id", column.id()}, {"label", column.label()}});
  }
  json["rows"] = Json::array();
  for (const v1::TableRow& row : table.rows()) json["rows"].push_back(RowJson(row));
  json["notes"] = Json::array();
  for (const std::string& note : table.notes()) json["notes"].push_back(note);
  return json.dump(2) + "\n";
}

}  // namespace liggare::presentation
