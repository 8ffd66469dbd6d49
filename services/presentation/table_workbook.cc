#include "services/presentation/table_workbook.h"

#include <xlsxwriter.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "proto/error/error.h"
#include "proto/text/shown_text.h"
#include "services/presentation/table_figure.h"
#include "services/presentation/text_table.h"

namespace liggare::presentation {
namespace {

constexpr lxw_row_t kTitleRow = 0;
constexpr lxw_row_t kHeadingRow = 2;
constexpr double kColumnWidthMin = 12;
constexpr double kColumnWidthMax = 48;
constexpr double kPercent = 100;

// The looks of a workbook's cells; the workbook owns them.
struct Formats {
  explicit Formats(lxw_workbook* workbook)
      : title(workbook_add_format(workbook)),
        heading(workbook_add_format(workbook)),
        suppressed(workbook_add_format(workbook)),
        count(Number(workbook, "#,##0")),
        change(Number(workbook, "+#,##0;-#,##0;0")),
        ore(Number(workbook, "#,##0.00")),
        percent(Number(workbook, "0.00\" %\"")) {
    format_set_bold(title);
    format_set_bold(heading);
    format_set_text_wrap(heading);
    format_set_bottom(heading, LXW_BORDER_THIN);
    format_set_align(suppressed, LXW_ALIGN_RIGHT);
  }

  static lxw_format* Number(lxw_workbook* workbook, const char* form) {
    lxw_format* format = workbook_add_format(workbook);
    format_set_num_format(format, form);
    return format;
  }

  lxw_format* Of(v1::TableUnit unit, bool has_decimals) const {
    if (unit == v1::TABLE_UNIT_PERCENT) return percent;
    if (unit == v1::TABLE_UNIT_CHANGE) return change;
    return has_decimals ? ore : count;
  }

  lxw_format* title;
  lxw_format* heading;
  lxw_format* suppressed;
  lxw_format* count;
  lxw_format* change;
  lxw_format* ore;
  lxw_format* percent;
};

bool IsHexDigit(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

// Whether the text begins with what Excel reads as an escaped character: _x0041_.
bool BeginsEscape(std::string_view text) {
  constexpr size_t kEscapeBytes = 7;
  return text.size() >= kEscapeBytes && text.starts_with("_x") && text[kEscapeBytes - 1] == '_' &&
         std::all_of(text.begin() + 2, text.begin() + kEscapeBytes - 1, IsHexDigit);
}

// As a sheet's XML can hold it, and Excel shows it as it was written.
std::string SheetText(std::string_view written) {
  const std::string shown = text::ShownText(written);
  std::string sheet_text;
  for (size_t i = 0; i < shown.size(); ++i) {
    if (BeginsEscape(std::string_view(shown).substr(i))) sheet_text += "_x005F";
    sheet_text += shown[i];
  }
  return sheet_text;
}

// A position in a sheet.
struct Place {
  lxw_row_t row;
  lxw_col_t column;
};

void WriteCell(lxw_worksheet* sheet, Place place, const v1::TableCell& cell,
               const Formats& formats) {
  const std::optional<std::string> figure = PlainFigure(cell);
  if (figure) {
    const bool has_decimals = figure->find('.') != std::string::npos;
    worksheet_write_number(sheet, place.row, place.column, std::strtod(figure->c_str(), nullptr),
                           formats.Of(cell.unit(), has_decimals));
  } else if (!cell.text().empty()) {
    worksheet_write_string(sheet, place.row, place.column, SheetText(cell.text()).c_str(),
                           cell.suppressed() ? formats.suppressed : nullptr);
  }
}

void SetWidths(lxw_worksheet* sheet, const v1::GetTableResponse& table) {
  size_t widest = 0;
  for (const v1::TableRow& row : table.rows()) widest = std::max(widest, Width(row.label()));
  const double width =
      std::clamp(static_cast<double>(widest) + 2, kColumnWidthMin, kColumnWidthMax);
  worksheet_set_column(sheet, 0, 0, width, nullptr);
  worksheet_set_column(sheet, 1, static_cast<lxw_col_t>(std::max(1, table.columns_size())),
                       kColumnWidthMin + 2, nullptr);
}

void WriteSheet(lxw_worksheet* sheet, const v1::GetTableResponse& table, const Formats& formats) {
  SetWidths(sheet, table);
  worksheet_write_string(sheet, kTitleRow, 0, SheetText(table.title()).c_str(), formats.title);
  worksheet_write_blank(sheet, kHeadingRow, 0, formats.heading);
  for (int i = 0; i < table.columns_size(); ++i) {
    worksheet_write_string(sheet, kHeadingRow, static_cast<lxw_col_t>(i + 1),
                           SheetText(table.columns(i).label()).c_str(), formats.heading);
  }
  lxw_row_t at = kHeadingRow + 1;
  for (const v1::TableRow& row : table.rows()) {
    worksheet_write_string(sheet, at, 0, SheetText(row.label()).c_str(), nullptr);
    for (int i = 0; i < row.cells_size(); ++i) {
      WriteCell(sheet, {at, static_cast<lxw_col_t>(i + 1)}, row.cells(i), formats);
    }
    ++at;
  }
  ++at;
  for (const std::string& note : table.notes()) {
    worksheet_write_string(sheet, at++, 0, SheetText(note).c_str(), nullptr);
  }
}

absl::Status Failed(const std::string& file, lxw_error error) {
  return MakeError(v1::ERROR_CODE_INTERNAL,
                   {.message = "the workbook " + file + ": " + lxw_strerror(error)});
}

}  // namespace

absl::Status WriteWorkbook(const std::string& file, const std::vector<Sheet>& sheets) {
  lxw_workbook* workbook = workbook_new(file.c_str());
  if (workbook == nullptr) return Failed(file, LXW_ERROR_MEMORY_MALLOC_FAILED);
  const Formats formats(workbook);
  lxw_error error = LXW_NO_ERROR;
  for (const Sheet& sheet : sheets) {
    lxw_worksheet* added = workbook_add_worksheet(workbook, sheet.name.c_str());
    if (added == nullptr) {
      error = LXW_ERROR_SHEETNAME_ALREADY_USED;
      break;
    }
    WriteSheet(added, sheet.table, formats);
  }
  const lxw_error closed = workbook_close(workbook);  // Frees the workbook.
  if (error == LXW_NO_ERROR) error = closed;
  return error == LXW_NO_ERROR ? absl::OkStatus() : Failed(file, error);
}

}  // namespace liggare::presentation
