// Which key a node signs with, followed while it runs: the one that its parent's
// log (its own, for the nation) has enrolled last, as soon as the node holds that
// entry and finds the private half in its configured place or beside it
// (signing_key_file.h).
//
//   parent's entry ──► KeyRegistry ─┐
//                                   ├─ the newest key ──► Sequencer::ChangeKey
//   <signing_key>[.next] ───────────┘
//
// Nothing is written: whatever is killed when, the next start finds the same files
// and the same entries. Looks once a second, on a strand. Thread-safe.
#ifndef SERVICES_NODE_KEY_IN_USE_H_
#define SERVICES_NODE_KEY_IN_USE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"
#include "services/node/setting.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/drive/replication_node.h"
#include "services/work/strand.h"

namespace liggare::node {

inline constexpr int64_t kKeyLookMs = 1'000;

class KeyInUse : public std::enable_shared_from_this<KeyInUse> {
 public:
  // Everything must live until Stop. `place` is the setting signing_key; `changed` is
  // called, on the thread that looks, when another key is taken.
  KeyInUse(Setting place, replication::ReplicationNode& node, std::function<void()> changed);

  // Looks now, and from now on every second. To be called once, before the
  // sequencer starts.
  void Look();
  // Afterwards nothing is touched any more.
  void Stop();

  // Why the enrolled key can't be used; nothing if it is in use.
  std::optional<std::string> problem() const;

 private:
  void Follow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Use(const note::VerifierKey& wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Setting place_;
  replication::ReplicationNode& node_;
  const std::function<void()> changed_;
  work::Strand strand_;
  mutable std::mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<std::string> problem_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_KEY_IN_USE_H_
