#include "services/presentation/text_table.h"

#include <algorithm>
#include <utility>

#include "proto/text/shown_text.h"

namespace liggare::presentation {
namespace {

constexpr size_t kGap = 2;

std::string Padded(const std::string& text, size_t width, Align align) {
  const std::string padding(width - std::min(width, Width(text)), ' ');
  return align == Align::kLeft ? text + padding : padding + text;
}

void StripEnd(std::string& line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
}

}  // namespace

size_t Width(std::string_view text) {
  // Every byte but the second to fourth of a code point (RFC 3629).
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

void TextTable::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = text::ShownText(cell);
  rows_.push_back({false, std::move(cells)});
}

void TextTable::AddRule() { rows_.push_back({true, {}}); }

std::vector<size_t> TextTable::Widths() const {
  std::vector<size_t> widths(columns_.size(), 0);
  for (const Row& row : rows_) {
    for (size_t i = 0; i < row.cells.size(); ++i) {
      widths[i] = std::max(widths[i], Width(row.cells[i]));
    }
  }
  return widths;
}

std::string TextTable::Text(size_t indent) const {
  const std::vector<size_t> widths = Widths();
  size_t total = 0;
  for (const size_t width : widths) total += width + (total == 0 ? 0 : kGap);
  std::string text;
  for (const Row& row : rows_) {
    std::string line(indent, ' ');
    if (row.is_rule) line += std::string(total, '-');
    for (size_t i = 0; i < row.cells.size(); ++i) {
      if (i > 0) line += std::string(kGap, ' ');
      line += Padded(row.cells[i], widths[i], columns_[i]);
    }
    StripEnd(line);
    text += line + "\n";
  }
  return text;
}

}  // namespace liggare::presentation
