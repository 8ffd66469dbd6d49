#include "clients/cli/shell/shell.h"

#include <cstdlib>
#include <ctime>
#include <ostream>
#include <utility>

#include "proto/error/error.h"
#include "proto/text/shown_text.h"

namespace liggare::cli {
namespace {

constexpr char kKnownHosts[] = "/liggare/known_hosts";

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

// Where the servers that were met are remembered; empty if there is no place for it.
std::string KnownHostsFile() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && config[0] == '/') return std::string(config) + kKnownHosts;
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return "";
  return std::string(home) + "/.config" + kKnownHosts;
}

}  // namespace

absl::StatusOr<client::Connection*> Shell::Connect() {
  if (connection_ == nullptr) {
    client::ConnectionOptions options;
    options.address = options_.server;
    options.files = {options_.ca, options_.certificate, options_.key};
    options.host = options_.host;
    options.known_hosts = options_.known_hosts.empty() ? KnownHostsFile() : options_.known_hosts;
    const std::string known_hosts = options.known_hosts;
    options.node = options_.node;
    auto connection = client::Connection::Open(std::move(options), std::time(nullptr));
    if (!connection.ok()) return connection.status();
    connection_ = *std::move(connection);
    if (connection_->is_first_contact()) {
      err_ << "liggare: första kontakten med " << connection_->address() << ": servern är host/"
           << connection_->host() << ". Det sparas i " << known_hosts
           << "; härefter godtas ingen annan där.\n"
           << std::flush;
    }
  }
  return connection_.get();
}

ExitCode Shell::Run() {
  const absl::StatusOr<ExitCode> code = work_();
  if (!code.ok()) PrintError(code.status());
  return Finish(code.ok() ? *code : CodeOf(code.status()));
}

ExitCode Shell::Finish(ExitCode code) {
  const absl::Status written = out_.Finish("standard output");
  if (written.ok()) return code;
  PrintError(written);
  return code == kDone ? kFailed : code;
}

void Shell::PrintError(const absl::Status& status) {
  err_ << "liggare: " << text::ShownText(ErrorText(ErrorOf(status))) << "\n" << std::flush;
}

}  // namespace liggare::cli
