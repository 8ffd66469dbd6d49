#include "services/domain/register/published.h"

#include "services/domain/place/subject.h"

namespace liggare::domain {

Published::Published(const State& state) {
  state.ForEachElement("cells", [this](const std::vector<std::string_view>& keys,
                                       std::string_view name, const FieldValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (keys.size() != 2 || text == nullptr) return;
    if (name == "text") texts_[std::string(keys[0])][std::string(keys[1])] = *text;
    if (name != "value") return;
    if (std::optional<Decimal> number = ParseDecimal(*text)) {
      cells_[std::string(keys[0])][std::string(keys[1])] = *number;
    }
  });
}

absl::StatusOr<Published> Published::Of(StateView& view, std::string_view table, int year) {
  auto state = view.StateOf(TabellSubject(year, table));
  if (!state.ok()) return state.status();
  return Published(**state);
}

std::optional<Decimal> Published::Cell(std::string_view row, std::string_view column) const {
  auto in_row = cells_.find(row);
  if (in_row == cells_.end()) return std::nullopt;
  auto cell = in_row->second.find(column);
  return cell == in_row->second.end() ? std::nullopt : std::optional<Decimal>(cell->second);
}

std::optional<std::string> Published::Text(std::string_view row, std::string_view column) const {
  auto in_row = texts_.find(row);
  if (in_row == texts_.end()) return std::nullopt;
  auto cell = in_row->second.find(column);
  return cell == in_row->second.end() ? std::nullopt : std::optional<std::string>(cell->second);
}

std::vector<std::string> Published::TextRows() const {
  std::vector<std::string> rows;
  for (const auto& [row, cells] : texts_) rows.push_back(row);
  return rows;
}

std::vector<std::string> Published::Rows() const {
  std::vector<std::string> rows;
  for (const auto& [row, cells] : cells_) rows.push_back(row);
  return rows;
}

std::vector<std::string> Published::ColumnsOf(std::string_view row) const {
  std::vector<std::string> columns;
  if (auto in_row = cells_.find(row); in_row != cells_.end()) {
    for (const auto& [column, cell] : in_row->second) columns.push_back(column);
  }
  return columns;
}

}  // namespace liggare::domain
