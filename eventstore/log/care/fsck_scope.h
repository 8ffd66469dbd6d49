// What the steps of a check share: the stored rows, what is known of the logs so
// far, and the findings. Private to this folder.
#ifndef EVENTSTORE_LOG_CARE_FSCK_SCOPE_H_
#define EVENTSTORE_LOG_CARE_FSCK_SCOPE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/database/database.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/note/reduction.h"

namespace liggare::log {

// Something stored says that a log has this root at this size.
struct RootClaim {
  uint64_t size = 0;
  merkle::Hash root = {};
  std::string source;
  // Said in an epoch before a restore: what was lost since may be on its way back.
  bool of_earlier_epoch = false;
};

// Not thread-safe. The database must outlive it.
class FsckScope {
 public:
  FsckScope(const Database& db, const FsckOptions& fsck_options)
      : database(db), options(fsck_options) {}

  void Add(FsckFinding finding);
  void AddRemark(FsckFinding remark);
  // The value under a key; empty if there is none or, with a finding, if it can't
  // be read.
  std::string Get(Family family, std::string_view key);
  // The name of a log; "log number <n>" if it has none.
  std::string NameOf(uint32_t number) const;
  bool IsOwn(uint32_t number) const;
  // Whether the log is of a node above this one: entries of it may be withheld.
  bool IsAbove(uint32_t number) const;
  // Where the subject row of an entry may stand: one place if it is known which.
  std::vector<keys::SubjectRow> SubjectRowsOf(const EntryHeader& header, uint32_t log,
                                              uint64_t index) const;
  void TakeKeys(const EntryHeader& header);
  void TakeKey(const note::VerifierKey& key);
  // Who may have signed in that name, by the keys that were found.
  std::optional<note::Signer> SignerNamed(std::string_view name) const;
  // The origin of the log's checkpoints.
  std::string OriginOf(uint32_t number) const;
  // Whether it is the node's own log and of its latest epoch.
  bool IsLatestOwn(uint32_t number) const;

  const Database& database;
  const FsckOptions& options;
  FsckReport report;

  std::map<uint32_t, std::string> names;
  std::map<std::string, uint32_t, std::less<>> numbers;
  std::map<uint32_t, std::vector<RootClaim>> claims;
  std::map<uint32_t, uint64_t> sizes;  // Of the logs checked so far.
  std::map<std::string, std::vector<note::VerifierKey>, std::less<>> keys;  // By name.
  bool has_seals = true;  // The directory's format has them.
  // How many index rows the entries account for.
  uint64_t id_rows = 0;
  uint64_t subject_rows = 0;
  uint64_t known_rows = 0;
};

// All that Fsck does. Afterwards the scope knows names, sizes and findings.
void CheckEverything(FsckScope& scope);

// The steps, in their order.

// Reads what the directory says of itself, the names and the checkpoints.
void CheckMeta(FsckScope& scope);
// Checks every entry of one log against its indexes, its tiles and the claims.
// Own logs come first, for what they received claims roots of the others.
void CheckLog(FsckScope& scope, uint32_t number);
// Finds rows of indexes and tiles that no entry accounts for.
void CheckRows(FsckScope& scope);
// Checks texts against their commitments, and those against the entries.
void CheckDisclosures(FsckScope& scope);
// Checks the signatures on stored checkpoints with the keys found by then.
void CheckSignatures(FsckScope& scope);

// A stored checkpoint as it should be: reduced to what verifies with the keys found; the
// bytes as they are if none of them is known to be wrong. Nothing if they are no
// checkpoint of that size, or the log has not signed it.
std::optional<std::string> SoundCheckpoint(const FsckScope& scope, uint32_t log, uint64_t size,
                                           std::string_view bytes);

// What is wrong with one row by itself, for an entry may account for it or not;
// nothing if nothing is. `scope` must know the names and, for tiles, the sizes.
std::optional<FsckFinding> FaultOfRow(FsckScope& scope, Family family, std::string_view key,
                                      std::string_view value);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_CARE_FSCK_SCOPE_H_
