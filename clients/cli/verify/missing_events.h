// Events that receipts prove, looked for in a restored data directory: what only
// the lost disk had is named.
#ifndef CLIENTS_CLI_VERIFY_MISSING_EVENTS_H_
#define CLIENTS_CLI_VERIFY_MISSING_EVENTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/proof/receipt_verifier.h"

namespace liggare::cli {

// An event that a receipt proves and the directory does not hold.
struct MissingEvent {
  std::string file;
  proof::VerifiedReceipt receipt;
};

struct MissingReport {
  size_t receipts = 0;
  std::vector<MissingEvent> missing;
  // By log: so many entries are proven to have existed, more than are held.
  std::map<std::string, uint64_t> proven_sizes;
};

// Reads and verifies the files. VERIFICATION_FAILED names the file that proves
// nothing.
absl::StatusOr<std::vector<MissingEvent>> ReadReceipts(const std::vector<std::string>& files,
                                                       std::string_view national_key);

// The highest epoch of `path` in which one of the receipts' events was recorded; 0
// if none was.
uint32_t HighestEpoch(const std::vector<MissingEvent>& receipts, std::string_view path);

// Which of them the directory, which is not in use, does not hold under their id in
// any log of `path`. Receipts of other nodes are passed over.
absl::StatusOr<MissingReport> FindMissing(std::vector<MissingEvent> receipts,
                                          const std::string& path, const std::string& directory);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_MISSING_EVENTS_H_
