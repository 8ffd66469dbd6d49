// A checkpoint that was seen elsewhere, compared with what a running server holds. The
// server's answer is verified, too: what it proves holds without trust in it.
#ifndef CLIENTS_CLI_VERIFY_SEEN_CHECKPOINT_H_
#define CLIENTS_CLI_VERIFY_SEEN_CHECKPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "clients/cpp/connection.h"
#include "eventstore/proof/evidence_verification.h"

namespace liggare::cli {

struct SeenCheckpoint {
  std::string node;
  std::string log;
  uint64_t seen_size = 0;
  uint64_t held_size = 0;
  uint64_t checkpoint_size = 0;                      // Of the server's own; with the same log.
  std::optional<proof::VerifiedEvidence> two_roots;  // The log's key has signed two logs.
  std::string evidence;                              // Its JSON form.
  bool is_beyond() const { return !two_roots && checkpoint_size == 0; }
};

// VERIFICATION_FAILED if the checkpoint, or what the server answers, does not verify.
absl::StatusOr<SeenCheckpoint> CompareSeen(client::Connection& connection,
                                           const std::string& checkpoint,
                                           std::string_view national_key);

// For people (Swedish) and for programs (liggare.seen_checkpoint/1); a newline at the end.
std::string SeenText(const SeenCheckpoint& seen);
std::string SeenJson(const SeenCheckpoint& seen);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_SEEN_CHECKPOINT_H_
