// What every command of `liggare` is given: the global options, the connection
// that they describe, where to write, and how a result becomes an exit code.
//
// Not thread-safe.
#ifndef CLIENTS_CLI_SHELL_SHELL_H_
#define CLIENTS_CLI_SHELL_SHELL_H_

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/shell/shown_stream.h"
#include "clients/cpp/connection.h"

namespace liggare::cli {

enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kVerificationFailed = 3,
};

// Given before the command, or by the environment.
struct GlobalOptions {
  std::string server;       // LIGGARE_SERVER
  std::string ca;           // LIGGARE_CA
  std::string certificate;  // LIGGARE_CERT
  std::string key;          // LIGGARE_KEY
  std::string host;         // LIGGARE_HOST
  std::string known_hosts;  // LIGGARE_KNOWN_HOSTS
  std::string node;         // LIGGARE_NODE
  bool json = false;
};

// A command's work; the exit code, or why it failed.
using Work = std::function<absl::StatusOr<ExitCode>()>;

class Shell {
 public:
  // Both streams must outlive the shell. Results go to `out`, errors to `err`.
  Shell(std::ostream& out, std::ostream& err) : out_(out), err_(err), terminal_(err) {}

  GlobalOptions& options() { return options_; }
  std::ostream& out() { return out_; }
  std::ostream& err() { return err_; }
  // The error stream as it is, for what moves the cursor on purpose.
  std::ostream& terminal() { return terminal_; }

  // The connection that the options describe; made once. A server that is met for the
  // first time is named on the error stream.
  absl::StatusOr<client::Connection*> Connect();

  // Keeps the work of the command that the line names; done by Run.
  void Choose(Work work) { work_ = std::move(work); }

  // Does the chosen work. An error is printed as one line, and becomes
  // kVerificationFailed, kUsage (CONFIGURATION) or kFailed.
  ExitCode Run();

  // `code`, or kFailed with an error if not all of the output could be written: half a
  // table must not look like a whole one.
  ExitCode Finish(ExitCode code);

  // "liggare: <error>" on the error stream.
  void PrintError(const absl::Status& status);

 private:
  ShownStream out_;
  ShownStream err_;
  std::ostream& terminal_;
  GlobalOptions options_;
  std::unique_ptr<client::Connection> connection_;
  Work work_;
};

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_SHELL_H_
