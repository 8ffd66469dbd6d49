// Checks all that a node has stored, recomputed from the bytes of its entries:
// headers, order, tiles, roots, both directions of every index, texts. Needs no
// EventLog, which may refuse to open what is damaged.
#ifndef EVENTSTORE_LOG_FSCK_H_
#define EVENTSTORE_LOG_FSCK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/database.h"
#include "eventstore/log/rocksdb_database.h"

namespace liggare::log {

struct FsckOptions {
  // If given, the directory must belong to it.
  std::optional<std::string> trust_domain = {};
  // Called now and then with the number of entries checked so far.
  std::function<void(uint64_t entries)> progress = {};
  // Further findings are only counted.
  size_t findings_max = 1'000;
};

// One thing that is not as it should be. Empty fields do not apply.
struct FsckFinding {
  std::string family = {};  // Where: a Family's name, or "files" for RocksDB's own.
  std::string log = {};     // The log's name.
  std::optional<uint64_t> index = {};
  std::string subject = {};
  std::string event_id = {};  // In hexadecimal.
  std::string message = {};
};

// One line for people: "events se/17@1 57: the entry's bytes have changed".
std::string FindingText(const FsckFinding& finding);

struct FsckReport {
  std::vector<FsckFinding> findings;
  uint64_t findings_count = 0;  // Also of those beyond findings_max.
  std::string path;             // Of the node; empty if it can't be read.
  std::string trust_domain;
  uint64_t logs = 0;
  uint64_t entries = 0;
  bool ok() const { return findings_count == 0; }
};

// Reads everything once; takes about 10 microseconds for an entry of 512 bytes.
// Signatures are not checked here: that needs keys. If one byte of an entry has
// changed, a finding names its log and index.
FsckReport Fsck(const Database& database, const FsckOptions& options);

// Fsck of a RocksDB directory that no process has open, with what RocksDB itself
// finds damaged. The errors of RocksDatabase::OpenForInspection.
absl::StatusOr<FsckReport> FsckDirectory(const std::string& path, SharedResources& shared,
                                         const FsckOptions& options);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_FSCK_H_
