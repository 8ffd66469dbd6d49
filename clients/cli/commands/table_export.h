// Tables in the form that was asked for, as text or in a file.
#ifndef CLIENTS_CLI_COMMANDS_TABLE_EXPORT_H_
#define CLIENTS_CLI_COMMANDS_TABLE_EXPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/cli/shell/shell.h"
#include "services/presentation/report_outline.h"
#include "services/presentation/table_form.h"

namespace liggare::cli {

struct ExportOptions {
  std::string format;  // text, json, csv, xlsx, json-stat2
  std::string output;  // A file; of several tables as CSV a folder. Empty: to the screen.
  bool with_byte_order_mark = false;  // Of CSV.
};

// One table. Notes of CSV, which has no room for them, go to the error stream.
// CONFIGURATION for xlsx without a file.
absl::Status ExportTable(const ExportOptions& options, const presentation::AnsweredTable& answer,
                         Shell& shell);

// A table of the report with its place in it.
struct ReportTable {
  presentation::OutlineEntry entry;
  std::string heading;  // Empty: under the one before.
  presentation::AnsweredTable answer;
};
// All tables of a report: as text under its headings, as JSON a list of them, as
// workbook a sheet each, as json-stat2 a collection, as CSV a file each in a folder,
// which must be given.
absl::Status ExportReport(const ExportOptions& options, const std::vector<ReportTable>& tables,
                          Shell& shell);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_COMMANDS_TABLE_EXPORT_H_
