#include "eventstore/proof/evidence_verification.h"

#include <bit>
#include <utility>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/merkle/verify.h"
#include "eventstore/proof/proven_entry.h"
#include "eventstore/proof/receipt_verifier.h"
#include "nlohmann/json.hpp"
#include "proto/error/error.h"
#include "proto/json/message_json.h"
#include "proto/name/log_name.h"
#include "proto/text/shown_text.h"

namespace liggare::proof {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "liggare.verified_evidence/1";

absl::Status Failed(std::string field, std::string message, std::string expected = "") {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                   {std::move(message), std::move(field), std::move(expected)});
}

absl::StatusOr<merkle::Hash> HashOf(const std::string& bytes, const std::string& field) {
  const auto hash = merkle::HashFromBytes(bytes);
  if (!hash) return Failed(field, "a hash is not 32 bytes long");
  return *hash;
}

// The subtrees of a tree, from the left, as whole as they can be: enough to go on
// appending, and for the root.
//
//   size 11 = 8 + 2 + 1:   [height 3][height 1][height 0]
class Frontier {
 public:
  void Push(merkle::Hash hash, int height) {
    size_ += uint64_t{1} << height;
    while (!subtrees_.empty() && subtrees_.back().second == height) {
      hash = merkle::NodeHash(subtrees_.back().first, hash);
      subtrees_.pop_back();
      ++height;
    }
    subtrees_.emplace_back(hash, height);
  }

  merkle::Hash Root() const {
    if (subtrees_.empty()) return merkle::EmptyRoot();
    merkle::Hash root = subtrees_.back().first;
    for (size_t i = subtrees_.size() - 1; i-- > 0;) {
      root = merkle::NodeHash(subtrees_[i].first, root);
    }
    return root;
  }
  uint64_t size() const { return size_; }

 private:
  std::vector<std::pair<merkle::Hash, int>> subtrees_;
  uint64_t size_ = 0;
};

// Checks one piece of evidence, part by part.
class Check {
 public:
  Check(const v1::Evidence& evidence, KeyChain chain)
      : evidence_(evidence), chain_(std::move(chain)) {}

  absl::StatusOr<VerifiedEvidence> Run();

 private:
  absl::Status Enrol();
  absl::StatusOr<merkle::SizedRoot> CheckProof(const v1::LogProof& proof, const std::string& field);
  absl::Status TwoRoots();
  absl::Status TwoEntries();
  absl::Status ImpossibleEntry();
  absl::StatusOr<Frontier> TreeBefore() const;
  absl::StatusOr<uint64_t> ClockBefore(const Frontier& before) const;
  absl::Status FindImpossible(uint64_t last_clock);
  absl::Status EndedEpoch();

  const v1::Evidence& evidence_;
  KeyChain chain_;
  VerifiedEvidence verified_;
};

absl::StatusOr<VerifiedEvidence> Check::Run() {
  if (evidence_.evidence_version() != kEvidenceVersion) {
    return Failed("evidence_version",
                  "the evidence is of version " + std::to_string(evidence_.evidence_version()),
                  std::to_string(kEvidenceVersion));
  }
  absl::Status status = Enrol();
  if (!status.ok()) return status;
  verified_.kind = evidence_.kind();
  switch (evidence_.kind()) {
    case v1::EVIDENCE_KIND_TWO_ROOTS:
      status = TwoRoots();
      break;
    case v1::EVIDENCE_KIND_IMPOSSIBLE_ENTRY:
      status = ImpossibleEntry();
      break;
    case v1::EVIDENCE_KIND_ENDED_EPOCH:
      status = EndedEpoch();
      break;
    default:
      status = Failed("kind", "the evidence is of a kind that this program does not know");
  }
  if (!status.ok()) return status;
  return std::move(verified_);
}

absl::Status Check::Enrol() {
  auto path = name::NodeOfLog(evidence_.log());
  if (!path.ok()) return Failed("log", ErrorOf(path.status()).message());
  verified_.log = evidence_.log();
  verified_.path = *path;
  return ApplyEnrolmentChain(evidence_.enrolment(), *path, chain_);
}

// That the state is under a checkpoint that the log's key has signed.
absl::StatusOr<merkle::SizedRoot> Check::CheckProof(const v1::LogProof& proof,
                                                    const std::string& field) {
  if (proof.state().log() != evidence_.log()) {
    return Failed(field + ".state", "it is of the log " + proof.state().log(), evidence_.log());
  }
  auto root = HashOf(proof.state().root(), field + ".state");
  if (!root.ok()) return root.status();
  auto opened = chain_.OpenCheckpoint(proof.checkpoint(), evidence_.log());
  if (!opened.ok()) return Failed(field + ".checkpoint", ErrorOf(opened.status()).message());
  merkle::Proof hashes;
  for (const std::string& bytes : proof.consistency_proof()) {
    auto hash = HashOf(bytes, field + ".consistency_proof");
    if (!hash.ok()) return hash.status();
    hashes.push_back(*hash);
  }
  const note::Checkpoint& checkpoint = opened->checkpoint.checkpoint;
  const merkle::SizedRoot state{proof.state().size(), *root};
  absl::Status consistent =
      merkle::VerifyConsistency(state, {checkpoint.size, checkpoint.root}, hashes);
  if (!consistent.ok()) {
    return Failed(field + ".consistency_proof",
                  "the state is not under its checkpoint: " + std::string(consistent.message()));
  }
  verified_.vkey = opened->key.Text();
  return state;
}

absl::Status Check::TwoRoots() {
  auto held = CheckProof(evidence_.held(), "held");
  if (!held.ok()) return held.status();
  auto claimed = CheckProof(evidence_.claimed(), "claimed");
  if (!claimed.ok()) return claimed.status();
  if (held->size != claimed->size || held->root == claimed->root) {
    return Failed("claimed.state", "the two states do not contradict each other",
                  "one size and two roots");
  }
  verified_.size = held->size;
  verified_.what = "the key has signed two roots at size " + std::to_string(held->size);
  return evidence_.has_held_entry() || evidence_.has_claimed_entry() ? TwoEntries()
                                                                     : absl::OkStatus();
}

absl::Status Check::TwoEntries() {
  const auto check = [this](const v1::ProvenEntry& proven, const std::string& field) {
    auto entry = VerifyProvenEntry(proven, chain_, field);
    if (!entry.ok()) return entry.status();
    if (entry->event.log() == evidence_.log() && entry->event.index() == evidence_.index()) {
      return absl::OkStatus();
    }
    return Failed(field + ".entry", "it is not entry " + std::to_string(evidence_.index()));
  };
  if (absl::Status status = check(evidence_.held_entry(), "held_entry"); !status.ok()) {
    return status;
  }
  if (absl::Status status = check(evidence_.claimed_entry(), "claimed_entry"); !status.ok()) {
    return status;
  }
  if (evidence_.held_entry().entry() == evidence_.claimed_entry().entry()) {
    return Failed("claimed_entry.entry", "it is the same as the one that is held");
  }
  verified_.index = evidence_.index();
  verified_.what = "the key vouches for two entries at index " + std::to_string(evidence_.index()) +
                   ", under two roots at size " + std::to_string(verified_.size);
  return absl::OkStatus();
}

absl::StatusOr<Frontier> Check::TreeBefore() const {
  Frontier tree;
  for (int level = evidence_.open_tiles_size() - 1; level >= 0; --level) {
    const v1::OpenTile& tile = evidence_.open_tiles(level);
    const std::string field = "open_tiles[" + std::to_string(level) + "]";
    if (level * merkle::kTileHeight >= 64 ||
        tile.hashes_size() >= static_cast<int>(merkle::kTileHashes)) {
      return Failed(field, "there are too many hashes");
    }
    for (const std::string& bytes : tile.hashes()) {
      auto hash = HashOf(bytes, field);
      if (!hash.ok()) return hash.status();
      tree.Push(*hash, level * merkle::kTileHeight);
    }
  }
  if (tree.size() == evidence_.first_index()) return tree;
  return Failed("open_tiles", "they are of a tree of " + std::to_string(tree.size()) + " entries",
                std::to_string(evidence_.first_index()));
}

// The clock of the entry before; 0 if the evidence does without it.
absl::StatusOr<uint64_t> Check::ClockBefore(const Frontier& before) const {
  if (!evidence_.has_previous_entry()) return 0;
  merkle::Proof proof;
  for (const std::string& bytes : evidence_.previous_entry().inclusion_proof()) {
    auto hash = HashOf(bytes, "previous_entry.inclusion_proof");
    if (!hash.ok()) return hash.status();
    proof.push_back(*hash);
  }
  const std::string& entry = evidence_.previous_entry().entry();
  absl::Status included = before.size() == 0
                              ? absl::InvalidArgumentError("there is none before the first")
                              : merkle::VerifyInclusion(merkle::LeafHash(entry), before.size() - 1,
                                                        before.size(), proof, before.Root());
  if (!included.ok()) {
    return Failed("previous_entry.inclusion_proof", std::string(included.message()));
  }
  const auto header = log::ParseEntryHeader(entry);
  return header.ok() ? header->clock : 0;
}

absl::Status Check::ImpossibleEntry() {
  auto tree = TreeBefore();
  if (!tree.ok()) return tree.status();
  auto last_clock = ClockBefore(*tree);
  if (!last_clock.ok()) return last_clock.status();
  for (const std::string& entry : evidence_.entries()) tree->Push(merkle::LeafOf(entry), 0);
  auto claimed = CheckProof(evidence_.claimed(), "claimed");
  if (!claimed.ok()) return claimed.status();
  if (claimed->size != tree->size() || claimed->root != tree->Root()) {
    return Failed("entries", "the entries do not give the root that was signed for");
  }
  verified_.size = claimed->size;
  return FindImpossible(*last_clock);
}

absl::Status Check::FindImpossible(uint64_t last_clock) {
  uint64_t index = evidence_.first_index();
  for (const std::string& entry : evidence_.entries()) {
    if (merkle::IsWithheld(entry)) {
      ++index;  // A hash accuses nobody.
      continue;
    }
    const auto header = log::ParseEntryHeader(entry);
    std::string fault;
    if (!header.ok()) {
      fault = "does not parse: " + std::string(header.status().message());
    } else if (header->log != evidence_.log()) {
      fault = "names the log " + std::string(header->log);
    } else if (header->index != index) {
      fault = "names the index " + std::to_string(header->index);
    } else if (header->clock <= last_clock) {
      fault = "goes back in time";
    }
    if (!fault.empty()) {
      verified_.index = index;
      verified_.what = "the key vouches for entry " + std::to_string(index) + ", which " + fault;
      return absl::OkStatus();
    }
    last_clock = header->clock;
    ++index;
  }
  return Failed("entries", "every entry may be where it is");
}

absl::Status Check::EndedEpoch() {
  auto opened = VerifyProvenEntry(evidence_.epoch_opened(), chain_, "epoch_opened");
  if (!opened.ok()) return opened.status();
  const v1::LogState& previous = opened->data.epoch_opened().previous();
  if (!opened->data.has_epoch_opened() || opened->path != verified_.path ||
      opened->event.index() != 0 || previous.log() != evidence_.log()) {
    return Failed("epoch_opened.entry", "it does not end " + evidence_.log());
  }
  auto claimed = CheckProof(evidence_.claimed(), "claimed");
  if (!claimed.ok()) return claimed.status();
  if (claimed->size <= previous.size()) {
    return Failed("claimed.state", "it does not go beyond the end of the log",
                  "more than " + std::to_string(previous.size()) + " entries");
  }
  verified_.size = claimed->size;
  verified_.index = previous.size();
  verified_.what = "the key has signed " + std::to_string(claimed->size) +
                   " entries of a log that it said, in " + opened->event.log() + ", had ended at " +
                   std::to_string(previous.size());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifiedEvidence> VerifyEvidence(const v1::Evidence& evidence,
                                                std::string_view national_key) {
  auto chain = KeyChain::FromNationalKey(national_key);
  if (!chain.ok()) return chain.status();
  return Check(evidence, *std::move(chain)).Run();
}

bool IsEvidence(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  return parsed.is_object() && parsed.contains("evidence_version");
}

absl::StatusOr<v1::Evidence> EvidenceFromJson(std::string_view json_text) {
  v1::Evidence evidence;
  const absl::Status status = json::MessageFromJson(json_text, evidence);
  if (status.ok()) return evidence;
  return Failed("", "not evidence: " + std::string(status.message()),
                "the JSON form of liggare.v1.Evidence");
}

std::string EvidenceText(const VerifiedEvidence& evidence) {
  std::string text = "Beviset håller: " + text::ShownText(evidence.path) +
                     " har med sin nyckel undertecknat det som ingen\n" +
                     "ärlig nod undertecknar.\n" + "  Logg    " + text::ShownText(evidence.log) +
                     "\n";
  if (evidence.index) text += "  Post    " + std::to_string(*evidence.index) + "\n";
  text += "  Storlek " + std::to_string(evidence.size) + "\n";
  text += "  Nyckel  " + text::ShownText(evidence.vkey) + "\n";
  return text + "  Vad     " + text::ShownText(evidence.what) + "\n";
}

std::string EvidenceJson(const VerifiedEvidence& evidence) {
  Json json = {{"format", kFormat},     {"kind", v1::EvidenceKind_Name(evidence.kind)},
               {"log", evidence.log},   {"path", evidence.path},
               {"vkey", evidence.vkey}, {"size", evidence.size}};
  if (evidence.index) json["index"] = *evidence.index;
  json["what"] = evidence.what;
  return json.dump(2) + "\n";
}

}  // namespace liggare::proof
