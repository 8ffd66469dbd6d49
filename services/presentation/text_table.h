// Columns of text, aligned. Widths count characters (UTF-8 code points), so that
// å and a hard space take one place.
#ifndef SERVICES_PRESENTATION_TEXT_TABLE_H_
#define SERVICES_PRESENTATION_TEXT_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace liggare::presentation {

// How many places the text takes on a terminal.
size_t Width(std::string_view text);

// Standing apart from the next column by two spaces.
enum class Align { kLeft, kRight };

class TextTable {
 public:
  // One alignment for each column.
  explicit TextTable(std::vector<Align> columns) : columns_(std::move(columns)) {}

  // A row of at most as many cells as there are columns; missing ones are empty. Each is
  // shown (proto/text/shown_text.h), so that a row is one line whatever stands in it.
  void AddRow(std::vector<std::string> cells);
  // A line of dashes under what was added so far.
  void AddRule();

  // The lines, each after `indent` spaces and ending in a newline, with no spaces
  // at their ends.
  std::string Text(size_t indent = 0) const;

 private:
  struct Row {
    bool is_rule = false;
    std::vector<std::string> cells;
  };
  std::vector<size_t> Widths() const;

  std::vector<Align> columns_;
  std::vector<Row> rows_;
};

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_TEXT_TABLE_H_
