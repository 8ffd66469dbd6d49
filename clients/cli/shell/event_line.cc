#include "clients/cli/shell/event_line.h"

#include <utility>

#include "proto/error/error.h"
#include "proto/json/event_json.h"

namespace liggare::cli {
namespace {

constexpr char kIdField[] = "id";
constexpr char kIdExpected[] =
    "a UUIDv7 that stays the same when the line is sent again; "
    "`liggare new-id` makes one";

absl::Status WithHelp(const absl::Status& status) {
  v1::Error error = ErrorOf(status);
  if (error.code() == v1::ERROR_CODE_MISSING_FIELD && error.field() == kIdField) {
    error.set_expected(kIdExpected);
  }
  return MakeError(std::move(error));
}

}  // namespace

absl::StatusOr<v1::Submission> SubmissionOfLine(std::string_view line, std::string_view node,
                                                const json::SaltSource& salts) {
  auto parsed = json::EventFromJson(line, salts);
  if (!parsed.ok()) return WithHelp(parsed.status());
  if (!parsed->node.empty() && parsed->node != node) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {"the line is for the node " + parsed->node, "node", std::string(node)});
  }
  v1::Submission submission;
  submission.set_data(parsed->data.SerializeAsString());
  for (v1::Disclosure& disclosure : parsed->disclosures) {
    *submission.add_disclosures() = std::move(disclosure);
  }
  return submission;
}

std::string LineError(uint64_t line, const v1::Error& error) {
  return "liggare: line " + std::to_string(line) + ": " + ErrorText(error);
}

std::string LineRanges(const std::vector<uint64_t>& lines) {
  std::string text;
  for (size_t i = 0; i < lines.size();) {
    size_t last = i;
    while (last + 1 < lines.size() && lines[last + 1] == lines[last] + 1) ++last;
    if (!text.empty()) text += ", ";
    text += std::to_string(lines[i]);
    if (last > i) text += "-" + std::to_string(lines[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace liggare::cli
