// What `verify` and `fsck` found, log by log.
#ifndef CLIENTS_CLI_VERIFY_LOG_REPORT_H_
#define CLIENTS_CLI_VERIFY_LOG_REPORT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/proof/key_chain.h"

namespace liggare::cli {

// One log.
struct LogReport {
  std::string node;  // Which node's copy; empty in a data directory.
  std::string log;
  uint64_t entries = 0;          // How many were read.
  uint64_t checkpoint_size = 0;  // How many of them a signed checkpoint covers.
  std::vector<proof::KeyChain::Cosignature> cosigned;
  absl::Status status;  // OK, or where and why not.
  // A file of the directory is damaged: there may have been more entries.
  bool cut_short = false;
  std::vector<note::LeftOutLine> left_out = {};  // Of the checkpoint's signatures.
  std::optional<note::Reach> closed = {};        // Where the node that wrote it was closed.
  uint64_t withheld = 0;  // Of the entries: they do not concern the node, and are hashes here.
};

// Is given the entries of a log as they are verified, from the first on, or the leaf hash
// of one that is withheld. What it gives ends the verification, unless it is OK.
using TakeEntry = std::function<absl::Status(std::string_view entry)>;

// A line or two for people, ending in a newline.
std::string LogReportText(const LogReport& report);

// JSON, format liggare.verified_logs/1.
std::string LogReportsJson(const std::vector<LogReport>& reports);

// "Loggar som håller: 132 av 132", ending in a newline.
std::string LogReportsSummary(const std::vector<LogReport>& reports);

// VERIFICATION_FAILED if entries of `log` are withheld at `node`, though it holds the
// log whole: only those of nodes above it may be.
absl::Status CheckWithheld(const std::string& node, const std::string& log, uint64_t withheld);

// Where the log's node was closed, by what the chain has taken; nothing if it was not.
std::optional<note::Reach> ClosedOf(const std::string& log, const proof::KeyChain& chain);

// Whether every one is OK.
bool AllOk(const std::vector<LogReport>& reports);

// Nearest the nation first, then by name, then by epoch, so that a log comes after
// the one that enrols its key.
bool ComesBefore(const std::string& log, const std::string& other);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_LOG_REPORT_H_
