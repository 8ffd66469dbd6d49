#include "eventstore/note/reduction.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "eventstore/note/origin_key.h"
namespace liggare::note {
namespace {

// <trust domain>/<path>, of <trust domain>/<path>@<epoch>.
std::string_view SignerOf(std::string_view origin) { return origin.substr(0, origin.rfind('@')); }

Note WithLine(const Note& note, const Signature& line) {
  return {.text = note.text, .signatures = {line}};
}

// Takes a note apart, line by line.
class Reduction {
 public:
  Reduction(const Note& note, const Checkpoint& checkpoint, const FindSigner& find)
      : note_(note), checkpoint_(checkpoint), find_(find) {}

  absl::StatusOr<ReducedCheckpoint> Run() {
    const std::string_view log = SignerOf(checkpoint_.origin);
    const std::optional<Signer> signer = find_(log);
    if (!signer) return absl::NotFoundError("no key of " + std::string(log) + " is known");
    auto key = LogKey(*signer);
    if (!key.ok()) return key.status();
    ReducedCheckpoint reduced{{checkpoint_, {note_.text, {}}}, *std::move(key), {}, {}};
    for (const Signature& line : note_.signatures) Judge(line, log, *signer, reduced);
    KeepEarliest(reduced);
    LeaveOutWithoutRoom(reduced);
    return reduced;
  }

 private:
  struct Cosigned {
    Signature line;
    uint64_t time_s = 0;
  };

  // The newest key that has signed for the log, and counts.
  absl::StatusOr<VerifierKey> LogKey(const Signer& signer) const {
    absl::Status first =
        absl::NotFoundError("no signature of " + std::string(SignerOf(checkpoint_.origin)));
    for (const VerifierKey& key : signer.keys) {
      absl::Status status = HasSigned(key);
      if (status.ok()) {
        status = CheckSignatureStands(signer.revocations, key, checkpoint_);
        if (status.ok()) return key;
        status = absl::FailedPreconditionError(status.message());
      }
      // That it is signed, but by a revoked key, says more than that others have not.
      if (absl::IsFailedPrecondition(status) || absl::IsNotFound(first)) first = status;
    }
    return first;
  }

  absl::Status HasSigned(const VerifierKey& key) const {
    absl::Status status = absl::NotFoundError("no signature of " + key.name());
    for (const Signature& line : note_.signatures) {
      if (line.name != key.name() || line.key_id != key.key_id()) continue;
      status = VerifyNote(WithLine(note_, line), key);
      if (status.ok()) break;
    }
    return status;
  }

  void Judge(const Signature& line, std::string_view log, const Signer& signer,
             ReducedCheckpoint& reduced) {
    if (line.name == log) return JudgeOwn(line, signer, reduced.key, own_, reduced);
    if (line.name == checkpoint_.origin) {
      Signer in_its_name = {{InNameOfOrigin(checkpoint_.origin, reduced.key)}, {}};
      return JudgeOwn(line, in_its_name, in_its_name.keys[0], in_origins_name_, reduced);
    }
    JudgeCosignature(line, reduced);
  }

  // A line in the log's name, of which one is kept.
  void JudgeOwn(const Signature& line, const Signer& signer, const VerifierKey& key,
                std::optional<Signature>& kept, ReducedCheckpoint& reduced) {
    const auto leave = [&](LeftOut why) { reduced.left_out.push_back({line.name, why}); };
    const auto known = std::ranges::find(signer.keys, line.key_id, &VerifierKey::key_id);
    if (known == signer.keys.end()) return leave(LeftOut::kUnknown);
    if (!VerifyNote(WithLine(note_, line), *known).ok()) return leave(LeftOut::kDoesNotVerify);
    if (!CheckSignatureStands(signer.revocations, *known, checkpoint_).ok()) {
      return leave(LeftOut::kRevoked);
    }
    if (!(*known == key) || kept) return leave(LeftOut::kRepeated);
    kept = line;
  }

  void JudgeCosignature(const Signature& line, ReducedCheckpoint& reduced) {
    const auto leave = [&](LeftOut why) { reduced.left_out.push_back({line.name, why}); };
    const std::optional<Signer>& signer = Named(line.name);
    if (!signer) return leave(LeftOut::kUnknown);
    const auto known = std::ranges::find_if(signer->keys, [&](const VerifierKey& key) {
      return key.WithType(KeyType::kCosignatureV1).key_id() == line.key_id;
    });
    if (known == signer->keys.end()) return leave(LeftOut::kUnknown);
    const auto time_s = VerifyCosignature(WithLine(note_, line), *known);
    if (!time_s.ok()) return leave(LeftOut::kDoesNotVerify);
    if (!CosignatureStands(signer->revocations, *known, *time_s)) return leave(LeftOut::kRevoked);
    cosigned_.push_back({line, *time_s});
  }

  const std::optional<Signer>& Named(const std::string& name) {
    const auto found = signers_.find(name);
    if (found != signers_.end()) return found->second;
    return signers_.emplace(name, find_(name)).first->second;
  }

  // Of the good cosignatures of one key.
  void KeepEarliest(ReducedCheckpoint& reduced) {
    auto& lines = reduced.checkpoint.note.signatures;
    for (const auto& own : {own_, in_origins_name_}) {
      if (own) lines.push_back(*own);
    }
    for (const Cosigned& one : cosigned_) {
      const auto of_its_key = [&](const Cosigned& other) {
        return other.line.name == one.line.name && other.line.key_id == one.line.key_id;
      };
      const auto is_before = [&](const Cosigned& other) {
        return of_its_key(other) &&
               (other.time_s < one.time_s || (other.time_s == one.time_s && &other < &one));
      };
      if (std::ranges::any_of(cosigned_, is_before)) {
        reduced.left_out.push_back({one.line.name, LeftOut::kRepeated});
        continue;
      }
      lines.push_back(one.line);
      reduced.cosignatures.push_back({one.line.name, one.time_s});
    }
  }

  void LeaveOutWithoutRoom(ReducedCheckpoint& reduced) {
    auto& lines = reduced.checkpoint.note.signatures;
    const std::vector<Signature> all =
        std::exchange(lines, MergeSignatures(checkpoint_.origin, "", {}, lines));
    for (const Signature& line : all) {
      const bool has_room = std::ranges::any_of(lines, [&](const Signature& kept) {
        return kept.name == line.name && kept.key_id == line.key_id;
      });
      if (!has_room) reduced.left_out.push_back({line.name, LeftOut::kNoRoom});
    }
  }

  const Note& note_;
  const Checkpoint& checkpoint_;
  const FindSigner& find_;
  std::map<std::string, std::optional<Signer>> signers_;
  std::optional<Signature> own_;
  std::optional<Signature> in_origins_name_;
  std::vector<Cosigned> cosigned_;
};

// Who is given room before others.
enum class Rank { kLog, kSelf, kAbove, kOther };

Rank RankOf(const Signature& line, std::string_view origin, std::string_view self) {
  const std::string_view log = SignerOf(origin);
  if (line.name == log || line.name == origin) return Rank::kLog;
  if (line.name == self) return Rank::kSelf;
  return log.starts_with(line.name + "/") ? Rank::kAbove : Rank::kOther;
}

}  // namespace

absl::StatusOr<ReducedCheckpoint> ReduceCheckpoint(std::string_view bytes, std::string_view origin,
                                                   const FindSigner& find) {
  const auto note = ParseNote(bytes);
  if (!note.ok()) return note.status();
  const auto checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->origin != origin) {
    return absl::InvalidArgumentError("not a checkpoint: its origin is " + checkpoint->origin +
                                      ", not " + std::string(origin));
  }
  return Reduction(*note, *checkpoint, find).Run();
}

std::vector<Signature> MergeSignatures(std::string_view origin, std::string_view self,
                                       const std::vector<Signature>& stored,
                                       const std::vector<Signature>& added) {
  std::set<std::pair<std::string_view, uint32_t>> seen;
  std::vector<Signature> lines;
  for (const auto* from : {&stored, &added}) {
    for (const Signature& line : *from) {
      if (seen.emplace(line.name, line.key_id).second) lines.push_back(line);
    }
  }
  if (lines.size() <= kKeptSignaturesMax) return lines;
  std::ranges::stable_sort(lines, {},
                           [&](const Signature& line) { return RankOf(line, origin, self); });
  lines.resize(kKeptSignaturesMax);
  return lines;
}

}  // namespace liggare::note
