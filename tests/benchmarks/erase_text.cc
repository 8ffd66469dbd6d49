// What an erasure costs a node that holds many texts: how long its one commit and the
// purge of the files after it keep everybody else waiting. Prints a table;
// docs/performance.md has one.
//
//   erase_text [--texts N] [--bytes N] [--erasures N]
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "tests/services/state/test_node.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {
namespace {

constexpr char kVerksamhet[] = "se/17/karlstad";
constexpr size_t kSaltBytes = 32;
constexpr int kRecordings = 100;  // To compare with.

struct Size {
  int texts = 20'000;
  size_t bytes = 400;
  int erasures = 10;
};

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string SubjectOf(int number) {
  return "brist/" + std::string(kVerksamhet) + "/" + std::to_string(number);
}

// Records a brist with a text of random bytes; the text's commitment.
std::string RecordText(TestNode& node, int number, size_t bytes) {
  log::DisclosureText text;
  text.salt = RandomBytes(kSaltBytes);
  text.text = RandomBytes(bytes);
  text.commitment = log::CommitmentOf(text.salt, text.text);
  v1::EventData event;
  event.set_subject(SubjectOf(number));
  v1::BristReported& brist = *event.mutable_brist_reported();
  brist.set_niva(v1::BRIST_NIVA_LOKAL);
  brist.set_rubrik("Väntetid");
  brist.set_observed_on("2024-03-01");
  brist.mutable_beskrivning()->set_commitment(text.commitment);
  std::string commitment = text.commitment;
  node.Record(std::move(event), {std::move(text)});
  return commitment;
}

void Erase(TestNode& node, int number, const std::string& commitment) {
  v1::EventData event;
  event.set_subject(SubjectOf(number));
  event.mutable_redacted()->set_grund("dataskyddsforordningen_17");
  v1::RedactedText& text = *event.mutable_redacted()->add_texter();
  text.set_commitment(commitment);
  text.set_falt("beskrivning");
  node.Record(std::move(event));
}

// Milliseconds.
template <typename Work>
double Took(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

void PrintRow(const std::string& what, std::vector<double> times_ms) {
  std::sort(times_ms.begin(), times_ms.end());
  std::printf("| %-40s | p50 %8.1f ms | max %8.1f ms |\n", what.c_str(),
              times_ms[times_ms.size() / 2], times_ms.back());
  std::fflush(stdout);
}

void Run(const Size& size) {
  ScratchDirectory scratch;
  log::SharedResources shared;
  auto database = log::RocksDatabase::Open(scratch / "node", shared, {.create_if_missing = true});
  if (!database.ok()) {
    std::cerr << "erase_text: " << database.status() << std::endl;
    std::exit(1);
  }
  ManualClock clock;
  TestNode node(kVerksamhet, clock, **database);
  std::vector<std::string> commitments;
  for (int i = 0; i < size.texts; ++i) {
    commitments.push_back(RecordText(node, i + 1, size.bytes));
  }
  std::printf("| %d texts of %zu bytes | half of them | the slowest |\n|---|---:|---:|\n",
              size.texts, size.bytes);
  std::vector<double> recordings_ms;
  for (int i = 0; i < kRecordings; ++i) {
    recordings_ms.push_back(Took([&] { RecordText(node, size.texts + i + 1, size.bytes); }));
  }
  PrintRow("an event with a text is recorded", std::move(recordings_ms));
  std::vector<double> erasures_ms;
  for (int i = 0; i < size.erasures; ++i) {
    const int number = i * (size.texts / size.erasures) + 1;
    erasures_ms.push_back(Took([&] { Erase(node, number, commitments[number - 1]); }));
    const auto left = node.log().Disclosure(commitments[number - 1]);
    if (!left.ok() || left->has_value()) {
      std::cerr << "erase_text: a text was not erased" << std::endl;
      std::exit(1);
    }
  }
  PrintRow("a text is erased, files and all", std::move(erasures_ms));
}

}  // namespace
}  // namespace liggare::testing

int main(int argc, char** argv) {
  CLI::App app("Erases texts of a node that holds many.", "erase_text");
  liggare::testing::Size size;
  app.add_option("--texts", size.texts, "That the node holds")->check(CLI::PositiveNumber);
  app.add_option("--bytes", size.bytes, "Of each text")->check(CLI::Range(1, 65536));
  app.add_option("--erasures", size.erasures, "To measure")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (size.erasures > size.texts) size.erasures = size.texts;
  liggare::testing::Run(size);
}
