// Fsck of the signatures on stored checkpoints.
#include <string>
#include <utility>

#include "eventstore/log/fsck_scope.h"
#include "eventstore/log/keys.h"
#include "eventstore/note/checkpoint.h"

namespace liggare::log {
namespace {

// The key that made the line, in whichever form it signed; null if it is not known.
const note::VerifierKey* FindKey(const FsckScope& scope, const note::Signature& line) {
  const auto known = scope.keys.find(line.name);
  if (known == scope.keys.end()) return nullptr;
  for (const note::VerifierKey& key : known->second) {
    if (key.WithType(note::KeyType::kEd25519).key_id() == line.key_id ||
        key.WithType(note::KeyType::kCosignatureV1).key_id() == line.key_id) {
      return &key;
    }
  }
  return nullptr;
}

bool Verifies(const note::Note& note, const note::Signature& line, const note::VerifierKey& key) {
  const note::VerifierKey signer = key.WithType(note::KeyType::kEd25519);
  const note::Note one = {.text = note.text, .signatures = {line}};
  return signer.key_id() == line.key_id ? note::VerifyNote(one, signer).ok()
                                        : note::VerifyCosignature(one, signer).ok();
}

void CheckCheckpoint(FsckScope& scope, const keys::LogMetaKey& key, std::string_view bytes) {
  const auto note = note::ParseNote(bytes);
  if (!note.ok()) return;  // Found already.
  const std::string& log = scope.NameOf(key.log);
  const std::string signer = scope.report.trust_domain + "/" + log.substr(0, log.rfind('@'));
  const auto add = [&](const std::string& fault) {
    scope.Add({.family = FamilyName(Family::kMeta),
               .log = log,
               .message = "the checkpoint at " + std::to_string(key.position) + ": " + fault});
  };
  bool signed_by_log = false;
  for (const note::Signature& line : note->signatures) {
    const note::VerifierKey* known = FindKey(scope, line);
    if (known == nullptr) {
      ++scope.report.signatures_unchecked;
    } else if (Verifies(*note, line, *known)) {
      ++scope.report.signatures;
      signed_by_log = signed_by_log || line.name == signer;
    } else {
      add("the signature of " + line.name + " does not verify");
    }
  }
  if (!signed_by_log && scope.keys.contains(signer)) add("its log's own key has not signed it");
}

}  // namespace

void CheckSignatures(FsckScope& scope) {
  if (scope.options.keys == nullptr) return;
  const auto cursor = scope.database.NewCursor(Family::kMeta);
  for (cursor->Seek(std::string(1, keys::kCheckpointTag)); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseLogMetaKey(cursor->key());
    if (!key || key->tag != keys::kCheckpointTag) break;
    CheckCheckpoint(scope, *key, cursor->value());
  }
}

}  // namespace liggare::log
