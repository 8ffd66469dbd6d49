#include "services/presentation/table_json_stat.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "services/presentation/event_ref_json.h"
#include "services/presentation/table_axes.h"
#include "services/presentation/table_figure.h"

namespace liggare::presentation {
namespace {

constexpr char kVersion[] = "2.0";
constexpr char kNation[] = "se";
constexpr char kNationCode[] = "00";
constexpr char kNationLabel[] = "Riket";
constexpr char kTotalRow[] = "totalt";
constexpr char kSourceMark[] = "Källa: ";
constexpr size_t kLanPathBytes = 5;  // se/17

// A value of a dimension.
struct Category {
  std::string code;
  std::string label;
  v1::TableUnit unit = v1::TABLE_UNIT_UNSPECIFIED;
  std::vector<std::string> notes = {};
};

struct Dimension {
  Axis axis;
  std::vector<Category> categories;
};

// The rows and columns of a table that hold figures, by their numbers in it.
struct Figures {
  std::vector<int> rows;
  std::vector<int> columns;
};

bool IsText(const v1::TableCell& cell) {
  return cell.denominator() == 0 && !cell.suppressed() && !cell.text().empty();
}

bool IsYear(const std::string& id) {
  return id.size() == 4 &&
         std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Figures FiguresOf(const v1::GetTableResponse& table, const TableAxes& axes) {
  Figures figures;
  for (int i = 0; i < table.columns_size(); ++i) {
    const bool is_text =
        std::any_of(table.rows().begin(), table.rows().end(),
                    [i](const auto& row) { return i < row.cells_size() && IsText(row.cells(i)); });
    if (!is_text) figures.columns.push_back(i);
  }
  for (int i = 0; i < table.rows_size(); ++i) {
    // A row of a table by year that is no year (minskning) follows from the others.
    if (axes.rows.role != AxisRole::kTime || IsYear(table.rows(i).id())) figures.rows.push_back(i);
  }
  return figures;
}

// Of the cells of one row or one column: the first that has one.
template <typename CellAt>
v1::TableUnit UnitOf(const std::vector<int>& along, CellAt cell_at) {
  for (const int i : along) {
    if (cell_at(i).unit() != v1::TABLE_UNIT_UNSPECIFIED) return cell_at(i).unit();
  }
  return v1::TABLE_UNIT_COUNT;
}

std::vector<std::string> TextsOf(const v1::GetTableResponse& table, const v1::TableRow& row) {
  std::vector<std::string> texts;
  for (int i = 0; i < row.cells_size(); ++i) {
    if (IsText(row.cells(i)))
      texts.push_back(table.columns(i).label() + ": " + row.cells(i).text());
  }
  return texts;
}

Dimension RowsOf(const v1::GetTableResponse& table, const TableAxes& axes, const Figures& figures) {
  Dimension dimension{axes.rows, {}};
  for (const int i : figures.rows) {
    const v1::TableRow& row = table.rows(i);
    const auto unit = UnitOf(figures.columns, [&row](int c) { return row.cells(c); });
    const bool is_nation = axes.rows.role == AxisRole::kGeo && row.id() == kTotalRow;
    dimension.categories.push_back({is_nation ? kNationCode : row.id(),
                                    is_nation ? kNationLabel : row.label(), unit,
                                    TextsOf(table, row)});
  }
  return dimension;
}

Dimension ColumnsOf(const v1::GetTableResponse& table, const TableAxes& axes,
                    const Figures& figures) {
  Dimension dimension{axes.columns, {}};
  for (const int i : figures.columns) {
    const auto unit = UnitOf(figures.rows, [&](int r) { return table.rows(r).cells(i); });
    dimension.categories.push_back({table.columns(i).id(), table.columns(i).label(), unit});
  }
  return dimension;
}

Category RegionOf(const v1::GetTableResponse& table) {
  const std::string& scope = table.scope();
  if (scope == kNation) return {kNationCode, kNationLabel};
  const bool is_lan = scope.size() == kLanPathBytes;
  return {is_lan ? scope.substr(scope.size() - 2) : scope, table.scope_label()};
}

// All dimensions: those of the table between the region and what else PxWeb wants.
std::vector<Dimension> DimensionsOf(const AnsweredTable& answer, const Figures& figures,
                                    const TableAxes& axes) {
  const Dimension rows = RowsOf(answer.table, axes, figures);
  const Dimension columns = ColumnsOf(answer.table, axes, figures);
  const auto has = [&](AxisRole role) {
    return axes.rows.role == role || axes.columns.role == role;
  };
  std::vector<Dimension> dimensions;
  if (!has(AxisRole::kGeo)) dimensions.push_back({kRegionAxis, {RegionOf(answer.table)}});
  dimensions.push_back(rows);
  dimensions.push_back(columns);
  if (!has(AxisRole::kMetric)) {
    const v1::TableUnit unit =
        columns.categories.empty() ? v1::TABLE_UNIT_COUNT : columns.categories.front().unit;
    dimensions.push_back({kMetricAxis, {{answer.table.table(), answer.table.title(), unit}}});
  }
  if (!has(AxisRole::kTime)) {
    const std::string year = std::to_string(answer.year);
    dimensions.push_back({kTimeAxis, {{year, year}}});
  }
  return dimensions;
}

Json DimensionJson(const Dimension& dimension) {
  Json category = {{"index", Json::object()}, {"label", Json::object()}};
  for (size_t i = 0; i < dimension.categories.size(); ++i) {
    const Category& value = dimension.categories[i];
    category["index"][value.code] = i;
    category["label"][value.code] = value.label;
    if (!value.notes.empty()) category["note"][value.code] = value.notes;
    if (dimension.axis.role == AxisRole::kMetric) {
      category["unit"][value.code] = {{"base", UnitName(value.unit)},
                                      {"decimals", DecimalsOf(value.unit)}};
    }
  }
  return {{"label", dimension.axis.label},
          {"category", std::move(category)},
          {"extension", {{"elimination", false}, {"show", "value"}}}};
}

const char* RoleName(AxisRole role) {
  switch (role) {
    case AxisRole::kGeo:
      return "geo";
    case AxisRole::kTime:
      return "time";
    case AxisRole::kMetric:
      return "metric";
    case AxisRole::kNone:
      return nullptr;
  }
  return nullptr;
}

void AddValues(const v1::GetTableResponse& table, const Figures& figures, Json& json) {
  json["value"] = Json::array();
  Json status = Json::object();
  for (const int r : figures.rows) {
    for (const int c : figures.columns) {
      const v1::TableCell& cell = table.rows(r).cells(c);
      const std::optional<std::string> figure = PlainFigure(cell);
      if (cell.suppressed()) status[std::to_string(json["value"].size())] = kSuppressedMark;
      json["value"].push_back(figure ? Json::parse(*figure) : Json(nullptr));
    }
  }
  if (!status.empty()) json["status"] = std::move(status);
}

void AddNotes(const v1::GetTableResponse& table, Json& json) {
  Json notes = Json::array();
  Json mandatory = Json::object();
  for (const std::string& note : table.notes()) {
    if (note.rfind(kSourceMark, 0) == 0) {
      json["source"] = note.substr(std::string_view(kSourceMark).size());
      continue;
    }
    mandatory[std::to_string(notes.size())] = true;
    notes.push_back(note);
  }
  if (notes.empty()) return;
  json["note"] = std::move(notes);
  json["extension"]["noteMandatory"] = std::move(mandatory);
}

Json DatasetJson(const AnsweredTable& answer) {
  const v1::GetTableResponse& table = answer.table;
  const TableAxes axes = AxesOf(table.table(), answer.is_series);
  const Figures figures = FiguresOf(table, axes);
  Json json = {{"version", kVersion}, {"class", "dataset"}, {"label", table.title()}};
  json["extension"]["px"] = {{"tableid", table.table()},
                             {"language", "sv"},
                             {"contents", table.title()},
                             {"stub", Json::array({axes.rows.id})},
                             {"heading", Json::array({axes.columns.id})}};
  json["role"] = Json::object();
  json["id"] = Json::array();
  json["size"] = Json::array();
  json["dimension"] = Json::object();
  for (const Dimension& dimension : DimensionsOf(answer, figures, axes)) {
    json["id"].push_back(dimension.axis.id);
    json["size"].push_back(dimension.categories.size());
    json["dimension"][std::string(dimension.axis.id)] = DimensionJson(dimension);
    if (const char* role = RoleName(dimension.axis.role)) {
      json["role"][role].push_back(dimension.axis.id);
    }
  }
  AddValues(table, figures, json);
  AddNotes(table, json);
  return json;
}

}  // namespace

std::string TableJsonStat(const AnsweredTable& answer) {
  return DatasetJson(answer).dump(2) + "\n";
}

std::string TablesJsonStat(const std::string& label, const std::vector<AnsweredTable>& answers) {
  Json items = Json::array();
  for (const AnsweredTable& answer : answers) items.push_back(DatasetJson(answer));
  const Json collection = {{"version", kVersion},
                           {"class", "collection"},
                           {"label", label},
                           {"link", {{"item", std::move(items)}}}};
  return collection.dump(2) + "\n";
}

}  // namespace liggare::presentation
