// Checks all that a node has stored, recomputed from the bytes of its entries:
// headers, order, tiles, roots, both directions of every index, texts. Needs no
// EventLog, which may refuse to open what is damaged.
#ifndef EVENTSTORE_LOG_CARE_FSCK_H_
#define EVENTSTORE_LOG_CARE_FSCK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/note/key.h"

namespace liggare::log {

// Finds the keys of nodes in what is stored, for the check knows no payload. They are
// taken as they are: that they may be trusted is what `liggare verify` finds out.
class KeyFinder {
 public:
  virtual ~KeyFinder() = default;
  // Keys that an event of this type enrols.
  virtual std::vector<note::VerifierKey> InEvent(uint32_t type, std::string_view data) = 0;
  // Keys in a saved note.
  virtual std::vector<note::VerifierKey> InNote(std::string_view key, std::string_view value) = 0;
};

struct FsckOptions {
  // If given, the directory must belong to it.
  std::optional<std::string> trust_domain = {};
  // If given, signatures on checkpoints are verified with the keys that it finds.
  KeyFinder* keys = nullptr;
  // Which of its two places the row of a subject has (Judge::MayWriteAbout). If empty,
  // either is right.
  std::function<bool(std::string_view log, std::string_view subject)> may_write_about = {};
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
  // What was left out of the check and harms nothing: lines on checkpoints that a known
  // key has not made. Anybody can add them; a repair takes them away.
  std::vector<FsckFinding> remarks;
  uint64_t remarks_count = 0;  // Also of those beyond findings_max.
  std::string path;            // Of the node; empty if it can't be read.
  std::string trust_domain;
  uint64_t logs = 0;
  uint64_t entries = 0;
  uint64_t signatures = 0;            // That were verified.
  uint64_t signatures_unchecked = 0;  // For want of a key.
  uint64_t texts_erased = 0;          // That entries have ordered; they are no findings.
  // Logs with an entry that is missing or not as it was, or may be.
  std::set<std::string> logs_with_damaged_entries;
  bool ok() const { return findings_count == 0; }
};

// Reads everything once; takes about 10 microseconds for an entry of 512 bytes.
// If one byte of any row has changed, or a row is lost or was added, a finding names
// it: docs/storage_format.md says how, and which lost rows cannot be known of.
FsckReport Fsck(const Database& database, const FsckOptions& options);

// Fsck of a RocksDB directory that no process has open, with what RocksDB itself
// finds damaged. The errors of RocksDatabase::OpenForInspection.
absl::StatusOr<FsckReport> FsckDirectory(const std::string& path, SharedResources& shared,
                                         const FsckOptions& options);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_CARE_FSCK_H_
