// What an honest client notices while another one floods a liggared with frames of HTTP/2,
// and what the flood costs the server's memory. Prints a table; docs/performance.md has one.
//
//   http2_flood [--seconds N] [--attackers N] [--only NAME]
//
// Each attacker begins anew as soon as it is cut off, with the certificate that all of them
// share. The honest client records one event after the other; its times are compared with
// those that it has alone, and beside as many honest clients, in the same run.
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "liggare/v1/event_service.grpc.pb.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/cluster.h"
#include "tests/testing/http2_attacks.h"
#include "tests/testing/http2_client.h"
#include "tests/testing/liggared_process.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kIssuedAtS = 1'700'000'000;
constexpr int kCallSecondsMax = 20;
constexpr double kMiB = 1024 * 1024;

struct Options {
  int seconds = 5;
  int attackers = 2;
  std::string only;
};

// What one client does until it is told to stop.
using Work = std::function<void(const std::atomic<bool>& stop)>;

struct Measured {
  std::vector<double> ms;  // Of the honest client's calls, sorted.
  int failed = 0;
  double memory_mib = 0;  // More than before, at the most.
};

class Server {
 public:
  Server() {
    cluster_.SetAddress("county", "127.0.0.1:1");  // Nobody.
    process_ = std::make_unique<LiggaredProcess>(
        cluster_.scratch(),
        std::vector<std::string>{
            "--config",
            cluster_.scratch().Write("liggared.toml", cluster_.config_text("verksamhet"))});
    address_ = process_->AwaitAddress();
  }
  const std::string& address() const { return address_; }
  std::string err() const { return process_->err(); }
  double memory_mib() const { return static_cast<double>(process_->AnonymousBytes()) / kMiB; }

  rpc::CredentialFiles Issue(const std::string& name) {
    return cluster_.authority().Issue(
        name, "spiffe://" + std::string(kClusterDomain) + "/se/17/varmland/system/" + name);
  }
  std::unique_ptr<v1::EventService::Stub> NewClient(const std::string& name) {
    const auto own = rpc::LoadCredentials(Issue(name), kClusterDomain, kIssuedAtS);
    return v1::EventService::NewStub(rpc::Dial(
        address_,
        rpc::ChannelCredentials(*own, {.trust_domain = kClusterDomain, .host = "verksamhet"})));
  }

 private:
  Cluster cluster_;
  std::unique_ptr<LiggaredProcess> process_;
  std::string address_;
};

// Records one event; whether it was acknowledged.
bool Record(v1::EventService::Stub& stub, uint64_t id) {
  v1::RecordRequest request;
  *request.add_submissions() = SubmissionOf(Registered(id));
  v1::RecordResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(kCallSecondsMax));
  return stub.Record(&context, request, &response).ok();
}

class Bench {
 public:
  explicit Bench(Options options) : options_(std::move(options)) {}

  int Run() {
    if (server_.address().empty()) {
      std::cerr << "http2_flood: liggared does not start: " << server_.err();
      return 1;
    }
    std::printf("| %-30s | %8s | %8s | %8s | %8s | %6s | %8s |\n", "beside", "calls", "p50 ms",
                "p99 ms", "p99 x", "failed", "MiB more");
    std::printf("|%s|---:|---:|---:|---:|---:|---:|\n", std::string(32, '-').c_str());
    Row("nobody", {});
    alone_p99_ = p99_;
    Row("as many honest clients", Honest());
    for (const Http2Attack& attack : Http2Attacks()) {
      if (options_.only.empty() || options_.only == attack.name) Row(attack.name, Flood(attack));
    }
    return 0;
  }

 private:
  std::vector<Work> Honest() {
    std::vector<Work> work;
    for (int i = 0; i < options_.attackers; ++i) {
      work.push_back([this, i](const std::atomic<bool>& stop) {
        const auto stub = server_.NewClient("neighbour" + std::to_string(i));
        while (!stop) Record(*stub, ++id_);
      });
    }
    return work;
  }
  std::vector<Work> Flood(const Http2Attack& attack) {
    const rpc::CredentialFiles own = server_.Issue("attacker");
    return std::vector<Work>(static_cast<size_t>(options_.attackers),
                             [this, own, &attack](const std::atomic<bool>& stop) {
                               while (!stop) {
                                 Http2Client client(server_.address(), own);
                                 attack.run(client);
                               }
                             });
  }

  void Row(const std::string& name, const std::vector<Work>& beside) {
    const Measured measured = Measure(beside);
    const auto at = [&](double part) {
      if (measured.ms.empty()) return 0.0;
      return measured.ms[static_cast<size_t>(part * static_cast<double>(measured.ms.size() - 1))];
    };
    p99_ = at(0.99);
    std::printf("| %-30s | %8zu | %8.2f | %8.2f | %8.1f | %6d | %8.1f |\n", name.c_str(),
                measured.ms.size(), at(0.5), p99_, alone_p99_ > 0 ? p99_ / alone_p99_ : 1.0,
                measured.failed, measured.memory_mib);
    std::fflush(stdout);
  }

  Measured Measure(const std::vector<Work>& beside) {
    Measured measured;
    const auto honest = server_.NewClient("honest");
    Record(*honest, ++id_);
    const double before = server_.memory_mib();
    std::atomic<bool> stop = false;
    std::vector<std::thread> threads;
    for (const Work& work : beside) threads.emplace_back([&] { work(stop); });
    const auto until = Clock::now() + std::chrono::seconds(options_.seconds);
    while (Clock::now() < until) {
      const auto began = Clock::now();
      if (!Record(*honest, ++id_)) ++measured.failed;
      measured.ms.push_back(
          std::chrono::duration<double, std::milli>(Clock::now() - began).count());
      measured.memory_mib = std::max(measured.memory_mib, server_.memory_mib() - before);
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    std::ranges::sort(measured.ms);
    return measured;
  }

  const Options options_;
  Server server_;
  std::atomic<uint64_t> id_ = 0;
  double alone_p99_ = 0;
  double p99_ = 0;
};

}  // namespace
}  // namespace liggare::testing

int main(int argc, char** argv) {
  liggare::testing::Options options;
  CLI::App app("What an honest client notices of floods of HTTP/2 frames.", "http2_flood");
  app.add_option("--seconds", options.seconds, "For each flood")->check(CLI::Range(1, 600));
  app.add_option("--attackers", options.attackers, "Connections that flood at a time")
      ->check(CLI::Range(1, 64));
  app.add_option("--only", options.only, "One flood alone");
  CLI11_PARSE(app, argc, argv);
  return liggare::testing::Bench(options).Run();
}
