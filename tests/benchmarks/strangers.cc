// What it costs to read a subject about which a stranger, without authority over it, has
// written a great many entries: the same questions before and after, in one run. Prints a
// table; docs/performance.md has one.
//
//   strangers [--entries N]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "eventstore/log/database/rocksdb_database.h"
#include "services/ask/node_queries.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {
namespace {

constexpr char kStranger[] = "se/17/stranger";
constexpr int kTimes = 51;  // Of which the middle counts.
constexpr uint64_t kEntriesOfChunk = 4'096;
constexpr int kOwnCorrections = 20;

[[noreturn]] void Fail(const std::string& why) {
  std::cerr << "strangers: " << why << std::endl;
  std::exit(1);
}

double MedianMs(const std::function<void()>& work) {
  std::vector<double> took;
  for (int i = 0; i < kTimes; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    took.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::ranges::sort(took);
  return took[took.size() / 2];
}

template <typename T>
void OrFail(const absl::StatusOr<T>& answer) {
  if (!answer.ok()) Fail(std::string(answer.status().message()));
}

// What is asked of the county; each as often as it takes for a median.
class Questions {
 public:
  Questions(TestNode& county, const ManualClock& clock)
      : county_(county), now_ms_([&clock] { return clock.now_ms; }) {}

  static std::vector<std::string> Names() {
    return {"the state, from nothing", "the state, kept", "its history, kept",
            "the table `klienter`, kept", "the digest of its states, kept"};
  }
  std::vector<double> Ask() {
    const std::vector<std::function<void()>> kept = {[this] { State(county_.states()); },
                                                     [this] { History(); }, [this] { Table(); },
                                                     [this] { Digest(); }};
    std::vector<double> took = {MedianMs([this] {
      state::StateReader anew(county_.log());
      State(anew);
    })};
    for (const auto& question : kept) took.push_back(MedianMs(question));
    return took;
  }

 private:
  ask::NodeQueries Of(state::StateReader& states) {
    return ask::NodeQueries(county_.log(), states, now_ms_);
  }
  void State(state::StateReader& states) {
    v1::GetStateRequest request;
    request.set_subject(std::string(kVarmlandRapport));
    OrFail(Of(states).GetState(request));
  }
  void History() {
    v1::GetHistoryRequest request;
    request.set_subject(std::string(kVarmlandRapport));
    OrFail(Of(county_.states()).GetHistory(request));
  }
  void Table() {
    v1::GetTableRequest request;
    request.set_table("klienter");
    request.set_year(2024);
    OrFail(Of(county_.states()).GetTable(request));
  }
  void Digest() {
    v1::GetStateDigestRequest request;
    request.set_prefix(std::string(kVarmlandRapport));
    OrFail(Of(county_.states()).GetStateDigest(request));
  }

  TestNode& county_;
  const ask::NodeQueries::Clock now_ms_;
};

void Write(TestNode& stranger, TestNode& county, uint64_t entries) {
  for (uint64_t written = 0; written < entries;) {
    const uint64_t end = std::min(entries, written + kEntriesOfChunk);
    for (; written < end; ++written) {
      stranger.ClaimBasis({});
      stranger.Record(Corrected(kVarmlandRapport, kKvinnor, static_cast<int64_t>(written)));
    }
    county.Receive(stranger, stranger.log().own_log(), end);
  }
}

void Run(uint64_t entries) {
  ScratchDirectory scratch;
  log::SharedResources shared;
  auto database = log::RocksDatabase::Open(scratch / "county", shared, {.create_if_missing = true});
  if (!database.ok()) Fail(std::string(database.status().message()));
  ManualClock clock;
  TestNode county("se/17", clock, **database);
  TestNode victim(std::string(kVarmland), clock);
  TestNode stranger(kStranger, clock);
  victim.Record(Submitted(kVarmlandRapport, 10, 20));
  for (int i = 0; i < kOwnCorrections; ++i) {
    victim.Record(Corrected(kVarmlandRapport, kKvinnor, 11 + i));
  }
  county.Receive(victim, victim.log().own_log());

  Questions questions(county, clock);
  const std::vector<double> before = questions.Ask();
  Write(stranger, county, entries);
  const std::vector<double> after = questions.Ask();
  std::printf("| asked of a county | before | after %llu entries of a stranger | ratio |\n",
              static_cast<unsigned long long>(entries));
  std::printf("|---|---:|---:|---:|\n");
  for (size_t i = 0; i < before.size(); ++i) {
    std::printf("| %s | %.3f ms | %.3f ms | %.2f |\n", Questions::Names()[i].c_str(), before[i],
                after[i], after[i] / before[i]);
  }
}

}  // namespace
}  // namespace liggare::testing

int main(int argc, char** argv) {
  CLI::App app("Measures what entries without authority cost who reads.", "strangers");
  uint64_t entries = 100'000;
  app.add_option("--entries", entries, "How many")->check(CLI::Range(1, 10'000'000));
  CLI11_PARSE(app, argc, argv);
  liggare::testing::Run(entries);
}
