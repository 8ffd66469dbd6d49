#include "clients/cli/answer_file.h"

#include "clients/cli/event_ref_json.h"
#include "clients/cli/file_text.h"
#include "clients/cli/swedish_text.h"
#include "proto/error/error.h"

namespace liggare::cli {

absl::StatusOr<std::unique_ptr<AnswerFile>> AnswerFile::Open(const std::string& name) {
  auto answers = std::make_unique<AnswerFile>();
  if (name.empty()) return answers;
  if (MakePrivateFile(name).ok()) answers->file_.open(name, std::ios::binary | std::ios::app);
  if (answers->file_.is_open()) return answers;
  return MakeError(v1::ERROR_CODE_CONFIGURATION,
                   {"the file " + name + " cannot be written", "answers-out",
                    "a file in a folder that exists and may be written"});
}

void AnswerFile::Write(uint64_t line, const v1::RecordResult& result) {
  if (result.has_error()) return WriteRefused(line, result.error());
  const v1::Recorded& recorded = result.recorded();
  const Json json = {{"line", line},
                     {"log", recorded.log()},
                     {"index", recorded.index()},
                     {"recorded_at", IsoTime(recorded.recorded_at_ms())},
                     {"duplicate", recorded.duplicate()}};
  const std::lock_guard lock(mutex_);
  if (file_.is_open()) file_ << json.dump() << std::endl;
}

void AnswerFile::WriteRefused(uint64_t line, const v1::Error& error) {
  Json said = {{"code", ErrorName(error.code())}, {"message", error.message()}};
  if (!error.field().empty()) said["field"] = error.field();
  if (!error.expected().empty()) said["expected"] = error.expected();
  const Json json = {{"line", line}, {"error", said}};
  const std::lock_guard lock(mutex_);
  if (file_.is_open()) file_ << json.dump() << std::endl;
}

}  // namespace liggare::cli
