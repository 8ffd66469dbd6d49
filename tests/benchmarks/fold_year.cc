// Folds a national year from nothing, and computes its tables: now and as they
// were known at a moment in the past. Prints a table; docs/performance.md has one.
//
//   fold_year [--corrections N] [--brister N] [--steps N]
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "eventstore/log/database/rocksdb_database.h"
#include "services/domain/duty/brist_list.h"
#include "services/domain/figure/heading.h"
#include "services/domain/kontroll/kontroll.h"
#include "services/domain/place/table_id.h"
#include "services/domain/publish/publishable.h"
#include "services/domain/publish/smallest_count.h"
#include "services/domain/publish/suppression.h"
#include "services/domain/table/table.h"
#include "services/state/state_reader.h"
#include "tests/benchmarks/national_year.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {
namespace {

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "fold_year: " << status << std::endl;
  std::exit(1);
}

// Wall-clock and processor time of a piece of work, printed as a row.
template <typename Work>
void Measure(const std::string& what, Work work) {
  const auto wall = std::chrono::steady_clock::now();
  const std::clock_t processor = std::clock();
  const std::string remark = work();
  const double processor_s = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  const std::chrono::duration<double> wall_s = std::chrono::steady_clock::now() - wall;
  std::printf("| %-52s | %9.1f ms | %9.1f ms | %s |\n", what.c_str(), wall_s.count() * 1e3,
              processor_s * 1e3, remark.c_str());
  std::fflush(stdout);
}

std::string FoldAll(state::StateReader& states) {
  auto view = states.Now();
  const auto subjects = view.ListSubjects("");
  Require(subjects.status());
  uint64_t events = 0;
  for (const std::string& subject : *subjects) {
    const auto state = view.StateOf(subject);
    Require(state.status());
    events += (*state)->event_count;
  }
  return std::to_string(events) + " events of " + std::to_string(subjects->size()) + " subjects";
}

std::string AllTables(state::StateReader& states, const v1::Moment& moment) {
  double slowest_ms = 0;
  double slowest_processor_ms = 0;
  std::string slowest;
  for (std::string_view id : domain::kTableIds) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    auto view = states.At(moment);
    Require(view.status());
    const auto table = domain::ComputeTable(*view, id, {"se", NationalYear::kYear});
    Require(table.status());
    const double processor_ms =
        1e3 * static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (processor_ms < slowest_processor_ms) continue;
    slowest_ms = took.count();
    slowest_processor_ms = processor_ms;
    slowest = id;
  }
  char text[80];
  std::snprintf(text, sizeof(text), "slowest: %s, %.1f ms (processor %.1f ms)", slowest.c_str(),
                slowest_ms, slowest_processor_ms);
  return text;
}

std::string FindAll(state::StateReader& states) {
  auto view = states.Now();
  const auto findings = domain::FindingsOf(view, {"se", NationalYear::kYear});
  Require(findings.status());
  return std::to_string(findings->size()) + " findings";
}

std::string Publish(state::StateReader& states) {
  auto view = states.Now();
  const auto table = domain::ComputePublishableTable(view, "klienter", {"se", NationalYear::kYear},
                                                     domain::kSmallestCountDefault);
  Require(table.status());
  return std::to_string(table->rows_size()) + " rows";
}

// Klienter of kön and age of a nation of 20 län and 110 verksamheter. Every third group
// is small or empty.
domain::CountTree NationalCounts() {
  domain::CountTree tree(static_cast<int>(domain::KonHeadings().size()),
                         static_cast<int>(domain::AlderHeadings().size()));
  std::vector<int> lan;
  const int nation = tree.AddNode(domain::CountTree::kNoParent);
  for (int i = 0; i < 20; ++i) lan.push_back(tree.AddNode(nation));
  std::mt19937_64 random(1);
  for (int i = 0; i < 110; ++i) {
    const int verksamhet = tree.AddNode(lan[static_cast<size_t>(i) % lan.size()]);
    for (int row = 0; row < tree.rows(); ++row) {
      for (int column = 0; column < tree.columns(); ++column) {
        const uint64_t below = random() % 3 == 0 ? 5 : 40;
        tree.Add(verksamhet, row, column, static_cast<int64_t>(random() % below));
      }
    }
  }
  return tree;
}

std::string Suppress(const domain::CountTree& tree) {
  const domain::Suppression suppression(tree, domain::kSmallestCountDefault);
  int withheld = 0;
  for (int node = 0; node < tree.node_count(); ++node) {
    for (int cell = 0; cell < tree.cells_per_node(); ++cell) {
      withheld += suppression.IsWithheld(node, cell) ? 1 : 0;
    }
  }
  return std::to_string(withheld) + " of " +
         std::to_string(tree.node_count() * tree.cells_per_node()) + " cells withheld";
}

void Run(const NationalYear::Size& size) {
  ScratchDirectory scratch;
  log::SharedResources shared;
  auto database = log::RocksDatabase::Open(scratch / "nation", shared, {.create_if_missing = true});
  Require(database.status());
  std::unique_ptr<NationalYear> year;
  std::printf("| %-52s | %12s | %12s | |\n|---|---:|---:|---|\n", "measure", "time", "processor");
  Measure("making and receiving the year", [&] {
    year = std::make_unique<NationalYear>(**database, size);
    return std::to_string(year->event_count()) + " events";
  });
  const log::EventLog& log = year->nation().log();
  state::StateReader states(log);
  Measure("fold of every subject, from nothing", [&] { return FoldAll(states); });
  Measure("the same again, kept", [&] { return FoldAll(states); });
  Measure("all 15 tables, now", [&] { return AllTables(states, {}); });
  for (const auto& [node, index] :
       {std::pair<std::string, uint64_t>{"se", year->middle()}, {"se/01", 60}}) {
    v1::Moment moment;
    moment.set_known_by(node);
    moment.set_at_index(index);
    const std::string what = "all 15 tables as " + node + " knew them";
    Measure(what + ", first", [&] { return AllTables(states, moment); });
    Measure(what + ", again", [&] { return AllTables(states, moment); });
  }
  Measure("all findings, now", [&] { return FindAll(states); });
  Measure("table klienter as it may be published", [&] { return Publish(states); });
  const domain::CountTree counts = NationalCounts();
  Measure("what to withhold of a national tree with small counts",
          [&] { return Suppress(counts); });
}

}  // namespace
}  // namespace liggare::testing

int main(int argc, char** argv) {
  CLI::App app("Folds a national year from nothing, and computes its tables.", "fold_year");
  liggare::testing::NationalYear::Size size;
  app.add_option("--corrections", size.corrections, "Of each report");
  app.add_option("--brister", size.brister, "Of each verksamhet");
  app.add_option("--steps", size.steps, "Events of each brist");
  CLI11_PARSE(app, argc, argv);
  liggare::testing::Run(size);
}
