// liggared: hosts nodes of the liggare. Parses the command line and wires.
#include <malloc.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "proto/error/error.h"
#include "proto/text/version.h"
#include "services/node/grpc_log.h"
#include "services/node/host.h"
#include "services/node/node.h"
#include "services/node/restore_node.h"
#include "services/rpc/tls/certificate_state.h"

namespace liggare::node {
namespace {

constexpr int kExitDone = 0;
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;  // The command line or the configuration is wrong.

struct Arguments {
  std::string config;
  bool check_config = false;
  int ready_fd = -1;
  std::string ready_file;
  std::string restore;
  std::vector<std::string> from;
  uint32_t epoch_above = 0;
};

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int Fail(const absl::Status& status) {
  const v1::Error error = ErrorOf(status);
  fprintf(stderr, "liggared: %s\n", ErrorText(error).c_str());
  return error.code() == v1::ERROR_CODE_CONFIGURATION ? kExitUsage : kExitFailed;
}

// Every database and connection needs descriptors; the default of 1024 is too
// low for a hundred nodes.
void RaiseFileLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("the file limit could not be raised");
}

// Signals are taken by WaitForStop alone; threads started later inherit this.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Returns when the process shall stop. A second signal then ends it at once,
// which loses nothing that was acknowledged. SIGHUP has the certificates read again.
void WaitForStop(const sigset_t& signals, Host& host) {
  int received = 0;
  while (sigwait(&signals, &received) == 0 && received == SIGHUP) {
    spdlog::info(
        "signal {}: certificates and lists of denied ones are read again; the "
        "configuration is read at a start",
        received);
    host.ReadCertificates();
  }
  spdlog::info("signal {}: stopping", received);
  signal(SIGTERM, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// Renamed, so that whoever sees the file sees all of it.
absl::Status WriteReadyFile(const std::string& path, const std::string& line) {
  const std::string unfinished = path + ".new";
  FILE* file = fopen(unfinished.c_str(), "we");
  const bool written = file != nullptr && fputs(line.c_str(), file) >= 0;
  if (file == nullptr || fclose(file) != 0 || !written ||
      rename(unfinished.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError("--ready-file " + path + " can't be written");
  }
  return absl::OkStatus();
}

absl::Status WriteReadyFd(int fd, const std::string& line) {
  const bool written = write(fd, line.data(), line.size()) >= 0;
  close(fd);
  return written ? absl::OkStatus() : absl::UnavailableError("--ready-fd can't be written to");
}

// Tells whoever started the process that it serves.
absl::Status AnnounceReady(const Host& host, const Arguments& arguments) {
  const std::string line = "liggared: ready, " + std::to_string(host.node_count()) +
                           " nodes, listening on " + host.address() + "\n";
  fputs(line.c_str(), stdout);
  fflush(stdout);
  absl::Status status;
  if (!arguments.ready_file.empty()) status = WriteReadyFile(arguments.ready_file, line);
  if (status.ok() && arguments.ready_fd >= 0) status = WriteReadyFd(arguments.ready_fd, line);
  return status;
}

void PrintDaysLeft(const rpc::Credentials& own) {
  const int64_t now_s = NowSeconds();
  printf("liggared: %s: %s, %lld days left; its authority in %s, %lld\n",
         own.files.certificate.c_str(), own.identity.uri.c_str(),
         static_cast<long long>(rpc::DaysLeft(own.not_after_s, now_s)), own.files.ca.c_str(),
         static_cast<long long>(rpc::DaysLeft(own.ca_not_after_s, now_s)));
}

int RunRestore(const Arguments& arguments, const Config& config, const Secrets& secrets) {
  RestoreRequest request{
      .path = arguments.restore, .peers = {}, .epoch_above = arguments.epoch_above};
  for (const std::string& text : arguments.from) {
    absl::StatusOr<RestorePeer> peer = ParseRestorePeer(text);
    if (!peer.ok()) return Fail(peer.status());
    request.peers.push_back(*std::move(peer));
  }
  absl::StatusOr<restore::RestoreReport> report = RestoreNode(config, secrets, request);
  if (!report.ok()) return Fail(report.status());
  fputs(RestoreReportJson(*report, config).c_str(), stdout);
  return kExitDone;
}

int Run(const Arguments& arguments) {
  absl::StatusOr<Config> config = ReadConfig(arguments.config);
  if (!config.ok()) return Fail(config.status());
  absl::StatusOr<Secrets> secrets = ReadSecrets(*config, NowSeconds());
  if (!secrets.ok()) return Fail(secrets.status());
  for (const NodeConfig& node : config->nodes) {
    if (absl::Status closed = Node::CheckDirectories(node); !closed.ok()) return Fail(closed);
  }
  if (arguments.check_config) {
    PrintDaysLeft(secrets->host);
    for (const NodeSecrets& node : secrets->nodes) PrintDaysLeft(node.credentials);
    printf("liggared: %s is right, %zu nodes\n", arguments.config.c_str(), config->nodes.size());
    return kExitDone;
  }
  if (!arguments.restore.empty()) return RunRestore(arguments, *config, *secrets);
  // Debian's absl checks every lock for deadlocks, in gRPC too; it costs much.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  RouteGrpcLog();
  mallopt(M_ARENA_MAX, 4);  // Or each of hundreds of idle threads keeps memory of its own.
  RaiseFileLimit();
  const sigset_t signals = BlockSignals();
  std::atomic<bool> deaf = false;
  absl::StatusOr<std::unique_ptr<Host>> host =
      Host::Start(*std::move(config), *std::move(secrets), [&deaf] {
        spdlog::critical("no connection is taken any more; ending, to be started again");
        deaf = true;
        kill(getpid(), SIGTERM);
      });
  if (!host.ok()) return Fail(host.status());
  if (absl::Status ready = AnnounceReady(**host, arguments); !ready.ok()) return Fail(ready);
  WaitForStop(signals, **host);
  (*host)->Stop();
  spdlog::info("stopped");
  return deaf ? kExitFailed : kExitDone;
}

int Main(int argc, char** argv) {
  umask(S_IRWXG | S_IRWXO);  // Whatever is made holds what is not for others.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("liggared"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  Arguments arguments;
  CLI::App app("Hosts nodes of the liggare, from one configuration file.", "liggared");
  app.set_version_flag("--version", std::string("liggared ") + text::kVersion);
  app.add_option("--config", arguments.config, "The configuration, a TOML file")->required();
  app.add_flag("--check-config", arguments.check_config,
               "Check the configuration and the files that it names, and end");
  app.add_option("--ready-fd", arguments.ready_fd,
                 "A descriptor to write the ready line to when calls are served");
  app.add_option("--ready-file", arguments.ready_file,
                 "A file to write the ready line to when calls are served");
  app.add_option("--restore", arguments.restore,
                 "Refill this node, which is not running, from its parent, and end");
  app.add_option("--from", arguments.from,
                 "With --restore: from whom instead, <path>=<name>@<address>:<port>; may repeat");
  app.add_option("--epoch-above", arguments.epoch_above,
                 "With --restore: the new epoch is above this one");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  return Run(arguments);
}

}  // namespace
}  // namespace liggare::node

int main(int argc, char** argv) { return liggare::node::Main(argc, argv); }
