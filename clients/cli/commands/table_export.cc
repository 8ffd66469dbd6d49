#include "clients/cli/commands/table_export.h"

#include <ostream>
#include <utility>

#include "clients/cli/shell/file_text.h"
#include "proto/error/error.h"
#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/table_csv.h"
#include "services/presentation/table_json_stat.h"
#include "services/presentation/table_workbook.h"
#include "services/presentation/text_table.h"

namespace liggare::cli {
namespace {

absl::Status NeedsOutput(const std::string& what, const std::string& expected) {
  return MakeError(v1::ERROR_CODE_CONFIGURATION,
                   {.message = what, .field = "output", .expected = expected});
}

absl::Status Deliver(const ExportOptions& options, const std::string& text, Shell& shell) {
  if (!options.output.empty()) return WriteFile(options.output, text);
  shell.out() << text;
  return absl::OkStatus();
}

std::string Csv(const ExportOptions& options, const v1::GetTableResponse& table) {
  return (options.with_byte_order_mark ? presentation::kByteOrderMark : "") +
         presentation::TableCsv(table);
}

std::string Underlined(const std::string& given) {
  const std::string heading = text::ShownText(given);
  return heading + "\n" + std::string(presentation::Width(heading), '=') + "\n\n";
}

std::string ReportText(const std::vector<ReportTable>& tables) {
  std::string text;
  for (const ReportTable& table : tables) {
    if (!text.empty()) text += "\n";
    if (!table.heading.empty()) text += Underlined(table.heading);
    text += presentation::TableText(table.answer);
  }
  return text;
}

std::string ReportJson(const std::vector<ReportTable>& tables) {
  presentation::Json json = {{"format", "liggare.report/1"},
                             {"tables", presentation::Json::array()}};
  std::string heading;
  for (const ReportTable& table : tables) {
    if (!table.heading.empty()) heading = table.heading;
    json["tables"].push_back(
        {{"heading", heading},
         {"number", table.entry.number},
         {"table", presentation::Json::parse(presentation::TableJson(table.answer))}});
  }
  return json.dump(2) + "\n";
}

absl::Status WriteCsvFiles(const ExportOptions& options, const std::vector<ReportTable>& tables,
                           Shell& shell) {
  if (absl::Status made = MakePrivateFolder(options.output); !made.ok()) return made;
  for (const ReportTable& table : tables) {
    const v1::GetTableResponse& answer = table.answer.table;
    const std::string file = options.output + "/" + answer.table() + ".csv";
    if (absl::Status status = WriteFile(file, Csv(options, answer)); !status.ok()) return status;
    shell.err() << presentation::TableNotes(answer);
  }
  return absl::OkStatus();
}

std::vector<presentation::AnsweredTable> AnswersOf(const std::vector<ReportTable>& tables) {
  std::vector<presentation::AnsweredTable> answers;
  for (const ReportTable& table : tables) answers.push_back(table.answer);
  return answers;
}

std::vector<presentation::Sheet> SheetsOf(const std::vector<ReportTable>& tables) {
  std::vector<presentation::Sheet> sheets;
  for (const ReportTable& table : tables) {
    sheets.push_back({presentation::SheetNameOf(table.entry), table.answer.table});
  }
  return sheets;
}

const char kWorkbookNeedsFile[] = "a workbook is written to a file";

// A workbook may hold texts about persons, as any answer.
absl::Status WritePrivateWorkbook(const std::string& file,
                                  const std::vector<presentation::Sheet>& sheets) {
  if (absl::Status made = MakePrivateFile(file); !made.ok()) return made;
  return presentation::WriteWorkbook(file, sheets);
}

}  // namespace

absl::Status ExportTable(const ExportOptions& options, const presentation::AnsweredTable& answer,
                         Shell& shell) {
  if (options.format == "xlsx") {
    if (options.output.empty()) return NeedsOutput(kWorkbookNeedsFile, "--output <file>.xlsx");
    return WritePrivateWorkbook(options.output, {{answer.table.table(), answer.table}});
  }
  if (options.format == "csv") {
    absl::Status status = Deliver(options, Csv(options, answer.table), shell);
    if (status.ok()) shell.err() << presentation::TableNotes(answer.table);
    return status;
  }
  if (options.format == "json-stat2")
    return Deliver(options, presentation::TableJsonStat(answer), shell);
  return Deliver(
      options,
      options.format == "json" ? presentation::TableJson(answer) : presentation::TableText(answer),
      shell);
}

absl::Status ExportReport(const ExportOptions& options, const std::vector<ReportTable>& tables,
                          Shell& shell) {
  if (options.format == "xlsx") {
    if (options.output.empty()) return NeedsOutput(kWorkbookNeedsFile, "--output <file>.xlsx");
    return WritePrivateWorkbook(options.output, SheetsOf(tables));
  }
  if (options.format == "csv") {
    if (options.output.empty()) return NeedsOutput("every table is a file", "--output <folder>");
    return WriteCsvFiles(options, tables, shell);
  }
  if (options.format == "json-stat2") {
    const std::string label = "Personligt ombud " + std::to_string(tables.front().answer.year);
    return Deliver(options, presentation::TablesJsonStat(label, AnswersOf(tables)), shell);
  }
  return Deliver(options, options.format == "json" ? ReportJson(tables) : ReportText(tables),
                 shell);
}

}  // namespace liggare::cli
