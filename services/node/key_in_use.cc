#include "services/node/key_in_use.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "eventstore/note/revocation.h"
#include "proto/error/error.h"
#include "services/node/signing_key_file.h"

namespace liggare::node {
namespace {

// What a person is told of a revoked key.
std::string RevokedText(const note::VerifierKey& key,
                        const std::vector<note::KeyRevocation>& revocations) {
  for (const note::KeyRevocation& revocation : revocations) {
    if (!(revocation.key == key)) continue;
    return "the signing key " + key.Text() + " is revoked: beyond " +
           std::to_string(revocation.size) + " entries of " + revocation.log +
           " its signatures count for nothing. A new key must be made and enrolled.";
  }
  return "";
}

}  // namespace

KeyInUse::KeyInUse(Setting place, replication::ReplicationNode& node, std::function<void()> changed)
    : place_(std::move(place)),
      node_(node),
      changed_(std::move(changed)),
      strand_(node.parts().workers) {}

void KeyInUse::Look() {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  Follow();
  node_.parts().timer.After(kKeyLookMs, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    work::Strand& strand = self->strand_;
    strand.Post([self = std::move(self)] { self->Look(); });
  });
}

void KeyInUse::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

void KeyInUse::Follow() {
  log::Sequencer& sequencer = node_.parts().sequencer;
  const absl::StatusOr<replication::EnrolledNode> own = node_.parts().keys.Find(node_.path());
  if (!own.ok()) return;
  std::optional<std::string> closed;
  if (own->closed) closed = replication::ClosedText(node_.path(), *own->closed) + ".";
  node_.SetClosed(std::move(closed));
  // Told also where another key takes over at once: what peers have refused of the
  // old one is sent again in new sessions.
  std::string revoked = RevokedText(sequencer.verifier(), own->revocations);
  if (!revoked.empty()) node_.RefuseKey(std::move(revoked));
  const note::VerifierKey& newest = own->keys.front();
  if (sequencer.verifier() == newest) {
    problem_.reset();
  } else if (!note::IsRevoked(own->revocations, newest)) {
    Use(newest);
  }
  if (!note::IsRevoked(own->revocations, sequencer.verifier())) node_.AllowKey();
}

void KeyInUse::Use(const note::VerifierKey& wanted) {
  absl::StatusOr<note::SigningKey> key = ReadSigningKeyOf(place_, wanted);
  if (key.ok()) {
    node_.parts().sequencer.ChangeKey(std::make_shared<const note::SigningKey>(*std::move(key)));
    problem_.reset();
    spdlog::info("{}: signs with {} from now on", node_.path(), wanted.Text());
    changed_();
    return;
  }
  std::string problem = "the key that is enrolled, " + wanted.Text() +
                        ", is not in use: " + ErrorText(ErrorOf(key.status()));
  if (problem_ == problem) return;
  spdlog::warn("{}: {}", node_.path(), problem);
  problem_ = std::move(problem);
}

std::optional<std::string> KeyInUse::problem() const {
  std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace liggare::node
