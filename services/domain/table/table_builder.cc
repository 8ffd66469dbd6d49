#include "services/domain/table/table_builder.h"

#include <algorithm>

namespace liggare::domain {
namespace {

std::string CellText(Fraction figure, CellStyle style) {
  switch (style) {
    case CellStyle::kCount:
      return SwedishText(Round(figure, 0));
    case CellStyle::kChange:
      return SignedSwedishText(Round(figure, 0));
    case CellStyle::kKronor:
      return SwedishKronor(Round(figure, 2).units);
    case CellStyle::kHundredths:
      return SwedishText(Round(figure, 2));
    case CellStyle::kPercent:
      return SwedishText(Round(figure, 2)) + "\u00a0%";
  }
  return "";
}

v1::TableUnit UnitOf(CellStyle style) {
  switch (style) {
    case CellStyle::kCount:
      return v1::TABLE_UNIT_COUNT;
    case CellStyle::kChange:
      return v1::TABLE_UNIT_CHANGE;
    case CellStyle::kKronor:
      return v1::TABLE_UNIT_KRONOR;
    case CellStyle::kHundredths:
      return v1::TABLE_UNIT_HUNDREDTHS;
    case CellStyle::kPercent:
      return v1::TABLE_UNIT_PERCENT;
  }
  return v1::TABLE_UNIT_UNSPECIFIED;
}

template <typename Named>
std::string IdsOf(const Named& named) {
  std::string ids;
  for (const auto& one : named) {
    if (!ids.empty()) ids += ", ";
    ids += one.id();
  }
  return ids;
}

}  // namespace

TableBuilder::TableBuilder(std::string table, std::string title, std::vector<Column> columns) {
  table_.set_table(std::move(table));
  table_.set_title(std::move(title));
  for (Column& column : columns) {
    v1::TableColumn& added = *table_.add_columns();
    added.set_id(std::move(column.id));
    added.set_label(std::move(column.label));
  }
}

void TableBuilder::AddRow(std::string id, std::string label) {
  row_numbers_.emplace(id, table_.rows_size());
  sources_.emplace_back();
  v1::TableRow& row = *table_.add_rows();
  row.set_id(std::move(id));
  row.set_label(std::move(label));
  for (const v1::TableColumn& column : table_.columns()) {
    row.add_cells()->set_column(column.id());
  }
}

bool TableBuilder::HasRow(std::string_view id) const { return row_numbers_.contains(id); }

v1::TableCell TableBuilder::CellOf(std::string_view row, std::string_view column) const {
  const v1::TableCell* cell = Find(row, column);
  return cell == nullptr ? v1::TableCell() : *cell;
}

std::string TableBuilder::RowIds() const { return IdsOf(table_.rows()); }

std::string TableBuilder::ColumnIds() const { return IdsOf(table_.columns()); }

bool TableBuilder::HasColumn(std::string_view id) const {
  return std::any_of(table_.columns().begin(), table_.columns().end(),
                     [id](const v1::TableColumn& column) { return column.id() == id; });
}

const v1::TableCell* TableBuilder::Find(std::string_view row, std::string_view column) const {
  const auto number = row_numbers_.find(row);
  if (number == row_numbers_.end()) return nullptr;
  for (const v1::TableCell& cell : table_.rows(number->second).cells()) {
    if (cell.column() == column) return &cell;
  }
  return nullptr;
}

v1::TableCell* TableBuilder::Find(std::string_view row, std::string_view column) {
  return const_cast<v1::TableCell*>(std::as_const(*this).Find(row, column));
}

void TableBuilder::Set(std::string_view row, std::string_view column, Fraction figure,
                       CellStyle style) {
  v1::TableCell* cell = figure.exists() ? Find(row, column) : nullptr;
  if (cell == nullptr) return;
  cell->set_numerator(figure.numerator);
  cell->set_denominator(figure.denominator);
  cell->set_text(CellText(figure, style));
  cell->set_unit(UnitOf(style));
}

void TableBuilder::SetText(std::string_view row, std::string_view column, std::string text) {
  if (v1::TableCell* cell = Find(row, column)) cell->set_text(std::move(text));
}

void TableBuilder::AddSource(std::string_view row, std::string_view column, CellSource source) {
  const auto number = row_numbers_.find(row);
  if (number == row_numbers_.end()) return;
  sources_[number->second].push_back({std::string(column), std::move(source)});
}

std::vector<CellSource> TableBuilder::SourcesOf(std::string_view row,
                                                std::string_view column) const {
  std::vector<CellSource> sources;
  const auto number = row_numbers_.find(row);
  if (number == row_numbers_.end()) return sources;
  for (const RowSource& one : sources_[number->second]) {
    if (one.column == column) sources.push_back(one.source);
  }
  return sources;
}

absl::StatusOr<bool> TableBuilder::LeaveOutUnless(
    const std::function<absl::StatusOr<bool>(const CellSource&)>& is_there) {
  bool is_any_there = false;
  for (int i = 0; i < table_.rows_size(); ++i) {
    std::map<std::string_view, bool> is_reported;  // By column.
    for (const RowSource& one : sources_[i]) {
      const auto found = is_there(one.source);
      if (!found.ok()) return found.status();
      is_reported[one.column] |= *found;
      is_any_there = is_any_there || *found;
    }
    for (v1::TableCell& cell : *table_.mutable_rows(i)->mutable_cells()) {
      const auto it = is_reported.find(cell.column());
      if (it == is_reported.end() || it->second) continue;
      v1::TableCell absent;
      absent.set_column(cell.column());
      cell = std::move(absent);
    }
  }
  return is_any_there;
}

void TableBuilder::AddNote(std::string note) { table_.add_notes(std::move(note)); }

void TableBuilder::AddPublished(const Published& published) {
  for (v1::TableRow& row : *table_.mutable_rows()) {
    for (v1::TableCell& cell : *row.mutable_cells()) {
      const std::optional<Decimal> stated = published.Cell(row.id(), cell.column());
      if (!stated) continue;
      const Fraction computed{cell.numerator(), cell.denominator()};
      cell.set_stated(SwedishText(*stated));
      cell.set_differs(computed.exists() && !PrintsAs(computed, *stated));
    }
  }
}

}  // namespace liggare::domain
