// Which key speaks for which node. The log is its own key registry: a node's key
// is what the log of its parent has enrolled (NodeEnrolled, NodeKeyChanged signed
// by the old key; subject node/<path>). An entry about a node that stands in any
// other log is not believed. The national key is pinned by the configuration.
//
// A node holds its parent's log whole only down to the counties; further down it knows
// its ancestors' keys from the enrolment chain that its parent sends, verified
// from the national key (Learn).
//
// Nothing is built up in advance: a look-up asks how far the enrolling logs go, and reads
// what is new of them, so it is never behind. Only those are read: what others write
// about the node makes no look-up longer. What was read is kept, of kEnrollersKeptMax and
// kNodesKeptMax; then it is read again.
// Thread-safe.
#ifndef SERVICES_REPLICATION_CHUNKS_KEY_REGISTRY_H_
#define SERVICES_REPLICATION_CHUNKS_KEY_REGISTRY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"
#include "eventstore/note/note.h"
#include "eventstore/note/reduction.h"
#include "services/replication/chunks/enrolment.h"
#include "services/state/enrolments.h"

namespace liggare::replication {

// How many who enrol, and how many nodes, a registry keeps in mind.
inline constexpr size_t kEnrollersKeptMax = 1024;
inline constexpr size_t kNodesKeptMax = 65'536;

class KeyRegistry {
 public:
  // `log` must outlive the registry. `own` is this node's own key: it counts for
  // the node's own log until an enrolment is held here.
  KeyRegistry(const log::EventLog& log, note::VerifierKey national, note::VerifierKey own);

  // The node's current key. NOT_FOUND if no enrolment of it is held.
  absl::StatusOr<note::VerifierKey> KeyFor(std::string_view path) const;

  // A checkpoint of the log as it may be stored and passed on: reduced to what verifies
  // under the keys that are known here (note/reduction.h). The errors of that;
  // NOT_FOUND as above; FAILED_PRECONDITION, with what to do, if the key is revoked.
  absl::StatusOr<note::ReducedCheckpoint> OpenCheckpoint(std::string_view log,
                                                         std::string_view bytes) const;

  // Everything known of the node. NOT_FOUND as above; places are empty for what
  // was learned from a chain.
  absl::StatusOr<EnrolledNode> Find(std::string_view path) const;

  // The paths of the nodes that the node has enrolled, as far as its logs are held here.
  absl::StatusOr<std::vector<std::string>> EnrolledBy(std::string_view enroller) const;

  // Whether the checkpoint, as it is parsed, carries a signature in the node's name
  // by a key that is known, or none in its name at all. One by a key that is not
  // known proves nothing against anybody: its enrolment may be on its way.
  bool KnowsSigner(std::string_view path, std::string_view checkpoint) const;

  // How many of the first `size` entries of the log are its node's own: beyond where a
  // node was closed nothing is taken, sent or recorded.
  uint64_t SizeBeforeClosing(std::string_view log, uint64_t size) const;
  // READ_ONLY, with where it was closed, unless they all are.
  absl::Status CheckNotClosed(std::string_view log, uint64_t size) const;

  // The smallest stored checkpoint of the log at or after `size` whose signature
  // counts.
  absl::StatusOr<std::optional<std::string>> CheckpointAtOrAfter(std::string_view log,
                                                                 uint64_t size) const;

  // Where the enrolments stand that lead from the national key to the node: those
  // of its county in the national log, then of each node on the way, then its
  // own. For `se` itself its own enrolment. NOT_FOUND where one is not held.
  absl::StatusOr<std::vector<log::LogIndex>> ChainFor(std::string_view path) const;

  // What a verified enrolment chain gave. What is held as entries goes before it,
  // unless the chain has more of them.
  void Learn(std::string_view path, EnrolledNode node);

  // The node has shown in a session that it holds the key. Remembered by this process.
  void NoteUse(std::string_view path, const note::VerifierKey& key);
  // The key that it has shown last.
  std::optional<note::VerifierKey> UsedKey(std::string_view path) const;

  const note::VerifierKey& national() const { return national_; }
  const std::string& trust_domain() const { return log_.trust_domain(); }

 private:
  // Who enrols others. Its lock is held while its logs are read, for some have long ones.
  struct Enroller {
    Enroller(const log::EventLog& log, std::string path) : enrolments(log, std::move(path)) {}
    std::mutex mutex;
    state::Enrolments enrolments ABSL_GUARDED_BY(mutex);
  };
  std::shared_ptr<Enroller> EnrollerOf(std::string_view path) const;
  absl::StatusOr<std::vector<log::LogIndex>> Places(std::string_view path) const;
  absl::StatusOr<EnrolledNode> Read(std::string_view path,
                                    const std::vector<log::LogIndex>& places) const;
  // Who may have signed in that name.
  std::optional<note::Signer> SignerNamed(std::string_view name) const;

  const log::EventLog& log_;
  const note::VerifierKey national_;
  const note::VerifierKey own_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<Enroller>, std::less<>> enrollers_
      ABSL_GUARDED_BY(mutex_);
  mutable std::map<std::string, EnrolledNode, std::less<>> cache_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, EnrolledNode, std::less<>> learned_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, note::VerifierKey, std::less<>> used_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_KEY_REGISTRY_H_
