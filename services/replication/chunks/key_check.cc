#include "services/replication/chunks/key_check.h"

#include <algorithm>

#include "eventstore/note/checkpoint.h"
#include "eventstore/note/revocation.h"
#include "services/replication/session/peer_status.h"

namespace liggare::replication {
namespace {

using Keys = std::vector<note::VerifierKey>;

// Whether the key has signed the newest checkpoint that is held of its node's log.
bool SignedNewest(const log::EventLog& log, std::string_view path, const note::VerifierKey& key) {
  const std::optional<std::string> newest_epoch = log.LatestEpoch(path);
  if (!newest_epoch) return false;
  const absl::StatusOr<std::optional<std::string>> stored = log.LatestCheckpoint(*newest_epoch);
  if (!stored.ok() || !*stored) return false;
  const absl::StatusOr<note::Note> note = note::ParseNote(**stored);
  return note.ok() && note::VerifyNote(*note, key).ok();
}

// The newest key that the node has been seen to use; past the end if none.
Keys::const_iterator NewestUsed(const log::EventLog& log, const KeyRegistry& keys,
                                std::string_view path, const Keys& all) {
  const std::optional<note::VerifierKey> shown = keys.UsedKey(path);
  return std::ranges::find_if(all, [&](const note::VerifierKey& key) {
    return key == shown || SignedNewest(log, path, key);
  });
}

}  // namespace

KeyJudged JudgeKeyProof(const log::EventLog& log, KeyRegistry& keys, std::string_view path,
                        std::string_view text, const v1::KeyProof& proof) {
  const absl::StatusOr<EnrolledNode> node = keys.Find(path);
  if (!node.ok()) return {KeyVerdict::kNotKnown, "", {}};
  const Keys& all = node->keys;
  const auto key = std::ranges::find_if(all, [&](const note::VerifierKey& each) {
    return each.key_id() == proof.key_id() && each.Verify(text, proof.signature());
  });
  if (key == all.end()) {
    return {KeyVerdict::kRefused,
            "it is not by a key that is enrolled, such as " + all.front().Text(),
            {}};
  }
  if (auto why = WhyKeyIsVoid(keys, path, *key)) return {KeyVerdict::kRefused, *why, {}};
  const auto used = NewestUsed(log, keys, path, all);
  if (used < key) {
    return {KeyVerdict::kRefused,
            "it is by " + key->Text() + ", which the node has replaced by " + used->Text(),
            {}};
  }
  keys.NoteUse(path, *key);
  return {KeyVerdict::kProven, "", *key};
}

std::optional<std::string> WhyKeyIsVoid(const KeyRegistry& keys, std::string_view path,
                                        const note::VerifierKey& key) {
  const absl::StatusOr<EnrolledNode> node = keys.Find(path);
  if (!node.ok() || !note::IsRevoked(node->revocations, key)) return {};
  return "it is by " + key.Text() + ", which is revoked. " + kRevokedKeyAdvice;
}

}  // namespace liggare::replication
