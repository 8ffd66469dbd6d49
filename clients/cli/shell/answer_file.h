// The answers to the lines of `record`, one JSON object a line, written as they
// come: what a sender keeps to know, line by line, what is durable and where.
//
//   {"line":1,"log":"se/17/varmland@1","index":2,"recorded_at":"…","duplicate":false}
//   {"line":2,"error":{"code":"MISSING_FIELD","message":"…","field":"id"}}
//
// Thread-safe.
#ifndef CLIENTS_CLI_SHELL_ANSWER_FILE_H_
#define CLIENTS_CLI_SHELL_ANSWER_FILE_H_

#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "liggare/v1/event_service.pb.h"

namespace liggare::cli {

class AnswerFile {
 public:
  // Appends to the file, so that a run that was cut off can be gone on with; it is its
  // owner's alone. An empty name writes nothing. CONFIGURATION if the file cannot be written.
  static absl::StatusOr<std::unique_ptr<AnswerFile>> Open(const std::string& name);

  // Each line is handed to the operating system before this returns.
  void Write(uint64_t line, const v1::RecordResult& result);
  void WriteRefused(uint64_t line, const v1::Error& error);

  // INTERNAL if an answer could not be written, with the system's reason.
  absl::Status Finish();

 private:
  // Requires the lock.
  void Put(const std::string& line);

  std::mutex mutex_;
  std::string name_;
  std::ofstream file_;
  int error_ = 0;  // errno of the first failure.
};

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_ANSWER_FILE_H_
