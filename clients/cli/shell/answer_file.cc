#include "clients/cli/shell/answer_file.h"

#include <cerrno>
#include <cstring>

#include "clients/cli/shell/file_text.h"
#include "proto/error/error.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {

absl::StatusOr<std::unique_ptr<AnswerFile>> AnswerFile::Open(const std::string& name) {
  auto answers = std::make_unique<AnswerFile>();
  if (name.empty()) return answers;
  answers->name_ = name;
  absl::Status made = MakePrivateFile(name);
  errno = 0;
  if (made.ok()) answers->file_.open(name, std::ios::binary | std::ios::app);
  if (answers->file_.is_open()) return answers;
  const std::string why =
      made.ok() ? name + " cannot be written: " + std::strerror(errno) : ErrorOf(made).message();
  return MakeError(v1::ERROR_CODE_CONFIGURATION,
                   {why, "answers-out", "a file in a folder that exists and may be written"});
}

void AnswerFile::Write(uint64_t line, const v1::RecordResult& result) {
  if (result.has_error()) return WriteRefused(line, result.error());
  const v1::Recorded& recorded = result.recorded();
  const presentation::Json json = {
      {"line", line},
      {"log", recorded.log()},
      {"index", recorded.index()},
      {"recorded_at", presentation::IsoTime(recorded.recorded_at_ms())},
      {"duplicate", recorded.duplicate()}};
  const std::lock_guard lock(mutex_);
  Put(json.dump());
}

void AnswerFile::WriteRefused(uint64_t line, const v1::Error& error) {
  presentation::Json said = {{"code", ErrorName(error.code())}, {"message", error.message()}};
  if (!error.field().empty()) said["field"] = error.field();
  if (!error.expected().empty()) said["expected"] = error.expected();
  const presentation::Json json = {{"line", line}, {"error", said}};
  const std::lock_guard lock(mutex_);
  Put(json.dump());
}

void AnswerFile::Put(const std::string& line) {
  if (!file_.is_open()) return;
  errno = 0;
  file_ << line << std::endl;
  if (!file_ && error_ == 0) error_ = errno != 0 ? errno : EIO;
}

absl::Status AnswerFile::Finish() {
  const std::lock_guard lock(mutex_);
  if (error_ == 0) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_INTERNAL,
      {"the answers cannot be written to " + name_ + ": " + std::strerror(error_), "answers-out",
       "a file on a disk with room; events may be recorded whose "
       "answers it lacks, and the lines can be sent again"});
}

}  // namespace liggare::cli
