// What logs cost a county that holds many of them, each of one entry: to open its
// directory, to begin a session with the nation, and to say what it holds. Prints a
// table; docs/performance.md has one.
//
//   many_logs [--logs N]
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/chunk.h"
#include "liggare/v1/event.pb.h"
#include "services/replication/chunks/chunk_source.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/session.h"
#include "tests/services/state/test_node.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {
namespace {

constexpr char kCounty[] = "se/17";
constexpr uint64_t kClock = 1'700'000'000'000ull << 16;

[[noreturn]] void Fail(const std::string& why) {
  std::cerr << "many_logs: " << why << std::endl;
  std::exit(1);
}

// Of this process, in bytes.
size_t ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// A node below one of the county's verksamheter, with its key.
note::SigningKey KeyOf(const std::string& path) {
  std::array<uint8_t, note::kSeedBytes> seed;
  seed.fill(7);
  return *note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + path, seed);
}

log::VerifiedChunk OneEntry(const std::string& path) {
  const std::string name = path + "@1";
  v1::EventData data;
  data.set_event_id(NextEventId());
  data.set_subject("verksamhet/" + path);
  data.mutable_verksamhet_registered();
  v1::Event event;
  event.set_format_version(1);
  event.set_log(name);
  event.set_clock(kClock);
  event.set_recorded_at_ms(static_cast<int64_t>(kClock >> 16));
  event.set_principal(path);
  event.set_data(data.SerializeAsString());
  log::Chunk chunk;
  chunk.log = name;
  chunk.entries.push_back(event.SerializeAsString());
  merkle::Tree tree;
  std::vector<merkle::FullTile> full;
  tree.Append(merkle::LeafHash(chunk.entries[0]), full);
  const note::SigningKey key = KeyOf(path);
  chunk.checkpoint =
      note::SignCheckpoint({std::string(kTrustDomain) + "/" + name, 1, tree.Root()}, key).Encode();
  log::ChunkVerdict verdict =
      log::VerifyChunk(std::move(chunk), merkle::Tree(), 0, kTrustDomain, key.verifier());
  if (!verdict.status.ok()) Fail(std::string(verdict.status.message()));
  return std::move(verdict.verified);
}

class Rows {
 public:
  explicit Rows(int logs) : logs_(logs) {
    std::printf("| %d logs of one entry | in all | per log |\n|---|---:|---:|\n", logs);
  }
  void Print(const std::string& what, double value, const char* unit) const {
    std::printf("| %s | %.1f %s | %.2f |\n", what.c_str(), value, unit, value * 1'000 / logs_);
    std::fflush(stdout);
  }

 private:
  const int logs_;
};

template <typename Work>
double TookMs(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

void StoreLogs(TestNode& county, int logs) {
  constexpr int kVerksamheter = 100;
  for (int i = 0; i < logs; ++i) {
    const std::string path =
        "se/17/v" + std::to_string(i % kVerksamheter) + "/n" + std::to_string(i);
    county.sequencer().Store(OneEntry(path), [](absl::Status status, const auto&) {
      if (!status.ok()) Fail(std::string(status.message()));
    });
    while (county.sequencer().Step()) {
    }
  }
}

// A session with the nation, up to its whole frontier. Bytes and frames.
std::pair<size_t, size_t> Begin(replication::Session& session,
                                const std::vector<replication::LocalLog>& logs) {
  session.Start({0, 0});
  v1::Frame hello;
  hello.mutable_hello()->set_protocol_version(1);
  hello.mutable_hello()->set_path("se");
  hello.mutable_hello()->set_to(kCounty);
  hello.mutable_hello()->set_nonce(std::string(replication::kNonceBytes, 'n'));
  session.OnFrame(hello, {0, 0});
  v1::Frame proof;
  proof.mutable_key_proof();
  session.OnFrame(proof, {0, 0});
  session.OnProofChecked(replication::KeyVerdict::kProven, "");
  session.OnLogs(logs);
  v1::Frame frontier;
  frontier.mutable_frontier();
  session.OnFrame(frontier, {0, 0});
  std::pair<size_t, size_t> said;
  while (auto frame = session.TakeFrame()) {
    if (!frame->has_frontier()) continue;
    said.first += frame->ByteSizeLong();
    ++said.second;
  }
  return said;
}

void Run(int logs) {
  ScratchDirectory scratch;
  log::SharedResources shared;
  const auto open = [&](bool create) {
    auto database =
        log::RocksDatabase::Open(scratch / "node", shared, {.create_if_missing = create});
    if (!database.ok()) Fail(std::string(database.status().message()));
    return *std::move(database);
  };
  const Rows rows(logs);
  {
    auto database = open(true);
    ManualClock clock;
    TestNode county(kCounty, clock, *database);
    rows.Print("they come, one chunk each", TookMs([&] { StoreLogs(county, logs); }), "ms");
  }
  auto database = open(false);
  const size_t before = ResidentBytes();
  std::unique_ptr<log::EventLog> log;
  rows.Print("the directory is opened", TookMs([&] {
               log = *log::EventLog::Open(
                   *database,
                   {.trust_domain = std::string(kTrustDomain), .path = kCounty, .read_only = true});
             }),
             "ms");
  const size_t opened = ResidentBytes();
  rows.Print("memory of the open log", static_cast<double>(opened - before) / 1'000, "kB");
  std::vector<replication::LocalLog> views;
  const replication::ChunkSource source(*log);
  rows.Print("how far each can be sent", TookMs([&] {
               for (const log::HeldLog& held : log->Logs()) {
                 if (held.name != log->own_log()) views.push_back(*source.View(held));
               }
             }),
             "ms");
  const size_t viewed = ResidentBytes();
  replication::Session session(
      {.ends = {replication::Side::kChild, kCounty, "se"},
       .trust_domain = "liggare.test",
       .nonce = std::string(replication::kNonceBytes, 'o'),
       .instance_id = "",
       .boot_count = 1,
       .format_version = 1,
       .has_key = [](std::string_view, std::string_view) { return true; }});
  std::pair<size_t, size_t> said;
  rows.Print("a session begins and says its frontier",
             TookMs([&] { said = Begin(session, views); }), "ms");
  rows.Print("memory of the session", static_cast<double>(ResidentBytes() - viewed) / 1'000, "kB");
  rows.Print("the frontier, in " + std::to_string(said.second) + " frames",
             static_cast<double>(said.first) / 1'000, "kB");
}

}  // namespace
}  // namespace liggare::testing

int main(int argc, char** argv) {
  CLI::App app("Measures what many logs cost.", "many_logs");
  int logs = 8'192;
  app.add_option("--logs", logs, "How many")->check(CLI::Range(1, 190'000));
  CLI11_PARSE(app, argc, argv);
  liggare::testing::Run(logs);
}
