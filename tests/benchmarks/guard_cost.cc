// What the guard between TLS and gRPC (docs/adr/0022) costs a server: the same calls, in
// turns, to a server that has it and to one that has not. Prints a table;
// docs/performance.md has one.
//
//   guard_cost [--rounds N] [--neither]
//
// Each server is a process of its own, for the guard is there for all of a process. They
// read a message and answer with an empty one, so that everything else costs little. The
// last column is what the guard alone takes for the frames of such a call.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "services/rpc/call/channel.h"
#include "services/rpc/guard/connection_guard.h"
#include "services/rpc/guard/tls_guard.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/http2_client.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kDomain[] = "liggare.test";
constexpr int64_t kIssuedAtS = 1'700'000'000;
constexpr size_t kServerMemoryBytes = 512 * 1024 * 1024;
constexpr int kWindow = 16;  // Calls under way.

// What each call sends, and how many calls there are in a turn.
struct Row {
  const char* name;
  size_t bytes;
  int calls;
};
constexpr Row kRows[] = {{"calls of 200 bytes", 200, 1'000},
                         {"calls of 16 KiB", 16'384, 500},
                         {"calls of 1 MiB", 1 << 20, 30}};

class Answer : public grpc::ServerGenericBidiReactor {
 public:
  Answer() { StartRead(&request_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartWriteAndFinish(&answer_, {}, grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  const grpc::Slice nothing_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_{&nothing_, 1};
};

class AnswerAll : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Answer;
  }
};

// Writes its port, and serves until the other end of `control` is closed.
[[noreturn]] void Serve(const rpc::CredentialFiles& files, bool guarded, int control, int told) {
  if (guarded) rpc::GuardTls();
  const auto own = rpc::LoadCredentials(files, kDomain, kIssuedAtS);
  AnswerAll service;
  grpc::ServerBuilder builder;
  rpc::SetServerLimits(builder, kServerMemoryBytes);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", rpc::ServerCredentials(*own), &port);
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  char end = 0;
  if (write(told, &port, sizeof(port)) == sizeof(port)) {
    static_cast<void>(read(control, &end, 1));
  }
  _exit(0);
}

// Before anything of gRPC's: its threads do not outlive a fork.
class ServerProcess {
 public:
  ServerProcess(const rpc::CredentialFiles& files, bool guarded) {
    std::array<int, 2> control = {};
    std::array<int, 2> told = {};
    if (pipe(control.data()) != 0 || pipe(told.data()) != 0) abort();
    process_ = fork();
    if (process_ == 0) {
      close(control[1]);
      Serve(files, guarded, control[0], told[1]);
    }
    close(control[0]);
    close(told[1]);
    control_ = control[1];
    told_ = told[0];
  }
  ~ServerProcess() {
    close(control_);
    close(told_);
    waitpid(process_, nullptr, 0);
  }
  ServerProcess(const ServerProcess&) = delete;

  // Waits until it serves; 0 if it does not.
  int Port() {
    int port = 0;
    return read(told_, &port, sizeof(port)) == sizeof(port) ? port : 0;
  }
  double CpuSeconds() const {
    clockid_t clock = 0;
    timespec used = {};
    if (clock_getcpuclockid(process_, &clock) != 0 || clock_gettime(clock, &used) != 0) abort();
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
  }

 private:
  pid_t process_ = -1;
  int control_ = -1;
  int told_ = -1;
};

// One turn.
struct Measured {
  double calls_per_s = 0;
  double server_us = 0;  // Of processor time, for each call.
};

class Client {
 public:
  Client(ServerProcess& server, const rpc::Credentials& own)
      : server_(server),
        stub_(rpc::Dial("127.0.0.1:" + std::to_string(server.Port()),
                        rpc::ChannelCredentials(own, {.trust_domain = kDomain, .host = ""}))) {}

  Measured Run(const Row& row) {
    const double cpu_s = server_.CpuSeconds();
    const auto began = Clock::now();
    std::vector<Call> calls(static_cast<size_t>(row.calls));
    for (Call& call : calls) {
      free_.acquire();
      Start(call, row.bytes);
    }
    for (int i = 0; i < kWindow; ++i) free_.acquire();
    free_.release(kWindow);
    const double took_s = std::chrono::duration<double>(Clock::now() - began).count();
    failed_ += std::ranges::count(calls, false, &Call::ok);
    return {.calls_per_s = row.calls / took_s,
            .server_us = (server_.CpuSeconds() - cpu_s) * 1e6 / row.calls};
  }
  int64_t failed() const { return failed_; }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    bool ok = false;
  };

  void Start(Call& call, size_t bytes) {
    const grpc::Slice message(std::string(bytes, 'x'));
    call.request = grpc::ByteBuffer(&message, 1);
    call.context.set_wait_for_ready(true);
    stub_.UnaryCall(&call.context, "/liggare.Benchmark/Call", {}, &call.request, &call.response,
                    [this, &call](const grpc::Status& status) {
                      call.ok = status.ok();
                      free_.release();
                    });
  }

  ServerProcess& server_;
  grpc::GenericStub stub_;
  std::counting_semaphore<> free_{kWindow};
  int64_t failed_ = 0;
};

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Microseconds that the guard takes for the frames of one call, both ways.
double GuardAloneUs(size_t bytes) {
  constexpr size_t kFrameBytes = 16'384;
  constexpr uint32_t kCalls = 2'000;
  constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const std::string message =
      std::string(1, '\0') + Number(static_cast<uint32_t>(bytes)) + std::string(bytes, 'x');
  rpc::ConnectionGuard guard(
      std::make_shared<rpc::PeerAccount>("peer", std::make_shared<rpc::SharedBytes>()));
  bool ok = guard.Received(kPreface, 0).ok();
  std::vector<double> took_us;
  for (uint32_t i = 0; i < kCalls; ++i) {
    const uint32_t stream = 2 * i + 1;
    const int64_t now_ms = i;
    std::vector<std::string> received = {
        Frame(kFrameHeaders, kFlagEndHeaders, stream, CallHeaders("/liggare.Benchmark/Call"))};
    for (size_t at = 0; at < message.size(); at += kFrameBytes) {
      const bool last = at + kFrameBytes >= message.size();
      received.push_back(
          Frame(kFrameData, last ? kFlagEndStream : 0, stream, message.substr(at, kFrameBytes)));
    }
    const std::string sent = Frame(kFrameHeaders, kFlagEndHeaders, stream, "answer") +
                             Frame(kFrameData, 0, stream, std::string(5, '\0')) +
                             Frame(kFrameHeaders, kFlagEndHeaders | kFlagEndStream, stream);
    const auto began = Clock::now();
    for (const std::string& frame : received) ok &= guard.Received(frame, now_ms).ok();
    guard.Sent(sent, now_ms);
    took_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
  if (!ok) abort();
  return Median(std::move(took_us));
}

// Of all rounds; the ratios are those of each round, guarded to unguarded.
class Table {
 public:
  void Add(const Measured& plain, const Measured& guarded) {
    plain_.push_back(plain.calls_per_s);
    guarded_.push_back(guarded.calls_per_s);
    ratio_.push_back(guarded.calls_per_s / plain.calls_per_s);
    plain_us_.push_back(plain.server_us);
    guarded_us_.push_back(guarded.server_us);
    us_ratio_.push_back(guarded.server_us / plain.server_us);
  }
  void Print(const Row& row) const {
    std::printf("| %-20s | %9.0f | %9.0f | %6.3f | %9.1f | %9.1f | %6.3f | %8.2f |\n", row.name,
                Median(plain_), Median(guarded_), Median(ratio_), Median(plain_us_),
                Median(guarded_us_), Median(us_ratio_), GuardAloneUs(row.bytes));
    std::fflush(stdout);
  }

 private:
  std::vector<double> plain_, guarded_, ratio_, plain_us_, guarded_us_, us_ratio_;
};

int Run(int rounds, bool neither) {
  const ScratchDirectory scratch;
  TestAuthority authority(scratch.path());
  const std::string prefix = "spiffe://" + std::string(kDomain);
  const rpc::CredentialFiles host = authority.Issue("host", prefix + "/host/benchmark");
  ServerProcess plain_server(host, /*guarded=*/false);
  ServerProcess guarded_server(host, /*guarded=*/!neither);
  const auto own = rpc::LoadCredentials(authority.Issue("client", prefix + "/se/system/client"),
                                        kDomain, kIssuedAtS);
  Client plain(plain_server, *own);
  Client guarded(guarded_server, *own);
  std::printf("| %-20s | %9s | %9s | %6s | %9s | %9s | %6s | %8s |\n", "", "calls/s", "guarded",
              "ratio", "CPU us", "guarded", "ratio", "alone us");
  std::printf("|%s|---:|---:|---:|---:|---:|---:|---:|\n", std::string(22, '-').c_str());
  for (const Row& row : kRows) {
    plain.Run(row);
    guarded.Run(row);
    Table table;
    for (int i = 0; i < rounds; ++i) {
      const Measured first = (i % 2 == 0 ? plain : guarded).Run(row);
      const Measured second = (i % 2 == 0 ? guarded : plain).Run(row);
      table.Add(i % 2 == 0 ? first : second, i % 2 == 0 ? second : first);
    }
    table.Print(row);
  }
  if (plain.failed() + guarded.failed() == 0) return 0;
  std::fputs("guard_cost: calls have failed\n", stderr);
  return 1;
}

}  // namespace
}  // namespace liggare::testing

int main(int argc, char** argv) {
  int rounds = 31;
  CLI::App app("What the guard between TLS and gRPC costs a server.", "guard_cost");
  app.add_option("--rounds", rounds, "Turns of each server, for each row")
      ->check(CLI::Range(1, 10'000));
  bool neither = false;
  app.add_flag("--neither", neither, "Guards neither: by how much two equal servers differ");
  CLI11_PARSE(app, argc, argv);
  return liggare::testing::Run(rounds, neither);
}
