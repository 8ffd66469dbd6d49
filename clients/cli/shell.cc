#include "clients/cli/shell.h"

#include <ctime>
#include <ostream>
#include <utility>

#include "proto/error/error.h"

namespace liggare::cli {
namespace {

ExitCode CodeOf(const absl::Status& status) {
  switch (ErrorOf(status).code()) {
    case v1::ERROR_CODE_VERIFICATION_FAILED:
    case v1::ERROR_CODE_DISCLOSURE_MISMATCH:
      return kVerificationFailed;
    case v1::ERROR_CODE_CONFIGURATION:
      return kUsage;
    default:
      return kFailed;
  }
}

}  // namespace

absl::StatusOr<client::Connection*> Shell::Connect() {
  if (connection_ == nullptr) {
    client::ConnectionOptions options;
    options.address = options_.server;
    options.files = {options_.ca, options_.certificate, options_.key};
    options.host = options_.host;
    options.node = options_.node;
    auto connection = client::Connection::Open(std::move(options), std::time(nullptr));
    if (!connection.ok()) return connection.status();
    connection_ = *std::move(connection);
  }
  return connection_.get();
}

ExitCode Shell::Run() {
  const absl::StatusOr<ExitCode> code = work_();
  out_.flush();
  if (code.ok()) return *code;
  PrintError(code.status());
  return CodeOf(code.status());
}

void Shell::PrintError(const absl::Status& status) {
  err_ << "liggare: " << ErrorText(ErrorOf(status)) << "\n" << std::flush;
}

}  // namespace liggare::cli
