#include "services/presentation/table_csv.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "proto/text/shown_text.h"
#include "proto/text/utf8.h"
#include "services/presentation/table_figure.h"

namespace liggare::presentation {
namespace {

constexpr char kSeparator = ';';
constexpr char kLineEnd[] = "\r\n";

std::string Quoted(std::string_view field) {
  if (field.find_first_of(";\"\r\n") == std::string_view::npos) return std::string(field);
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

// What a spreadsheet takes for the beginning of a formula, in either width.
bool BeginsFormula(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> point = text::TakeCodePoint(text);
    if (!point) return false;
    constexpr std::u32string_view kSigns = U"=+-@\uFF1D\uFF0B\uFF0D\uFF20";
    if (kSigns.find(*point) != kSigns.npos) return true;
    if (!text::IsSpace(*point)) return false;
  }
  return false;
}

// A text that somebody wrote: on one line, and never a formula, but shown with an
// apostrophe before it.
std::string Guarded(std::string_view text) {
  return (BeginsFormula(text) ? "'" : "") + text::ShownText(text);
}

std::string Line(const std::vector<std::string>& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += kSeparator;
    line += Quoted(fields[i]);
  }
  return line + kLineEnd;
}

std::string Field(const v1::TableCell& cell) {
  if (cell.suppressed()) return kSuppressedMark;
  std::optional<std::string> figure = PlainFigure(cell);
  if (!figure) return Guarded(cell.text());
  std::replace(figure->begin(), figure->end(), '.', ',');
  return *std::move(figure);
}

}  // namespace

std::string TableCsv(const v1::GetTableResponse& table) {
  std::vector<std::string> names = {"kod", "rad"};
  for (const v1::TableColumn& column : table.columns()) names.push_back(Guarded(column.label()));
  std::string csv = Line(names);
  for (const v1::TableRow& row : table.rows()) {
    std::vector<std::string> fields = {Guarded(row.id()), Guarded(row.label())};
    for (const v1::TableCell& cell : row.cells()) fields.push_back(Field(cell));
    csv += Line(fields);
  }
  return csv;
}

std::string TableNotes(const v1::GetTableResponse& table) {
  std::string notes = text::ShownText(table.title()) + "\n";
  for (const std::string& note : table.notes()) notes += text::ShownText(note) + "\n";
  return notes;
}

}  // namespace liggare::presentation
