#include "services/replication/chunks/enrolment_chain.h"

#include <optional>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/merkle/verify.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/reduction.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"

namespace liggare::replication {
namespace {

constexpr std::string_view kNodeSubjectPrefix = "node/";

// A signed checkpoint of the log that covers so many entries; with cosignatures
// if one is stored.
absl::StatusOr<note::Note> CoveringCheckpoint(const log::EventLog& log, log::Sequencer& sequencer,
                                              const KeyRegistry& keys, const log::LogIndex& place) {
  absl::StatusOr<std::optional<std::string>> stored =
      keys.CheckpointAtOrAfter(place.log, place.index + 1);
  if (!stored.ok()) return stored.status();
  if (*stored) return note::ParseNote(**stored);
  if (place.log != log.own_log()) {
    return MakeError(
        v1::ERROR_CODE_NOT_FOUND,
        {"No checkpoint covers " + place.log + " at " + std::to_string(place.index) + ".", "", ""});
  }
  absl::StatusOr<note::SignedCheckpoint> own = sequencer.OwnCheckpoint();
  if (!own.ok()) return own.status();
  return own->note;
}

absl::Status AddLinks(const log::EventLog& log, log::Sequencer& sequencer, const KeyRegistry& keys,
                      const std::vector<log::LogIndex>& places, v1::EnrolmentChain& chain) {
  for (const log::LogIndex& place : places) {
    absl::StatusOr<v1::ProvenEntry> link = ProveEntry(log, sequencer, keys, place);
    if (!link.ok()) return link.status();
    *chain.add_links() = *std::move(link);
  }
  return absl::OkStatus();
}

// The nodes below `from` on the way to `to`, and `to` itself; none if they are the
// same.
std::vector<std::string> PathsBetween(std::string_view from, std::string_view to) {
  std::vector<std::string> paths;
  for (std::string_view at = to; at.size() > from.size(); at = name::ParentOf(at)) {
    paths.insert(paths.begin(), std::string(at));
  }
  return paths;
}

// The links of a chain that enrol `path` and those above it.
v1::EnrolmentChain ChainUpTo(std::string_view path, const v1::EnrolmentChain& chain) {
  v1::EnrolmentChain part;
  for (const v1::ProvenEntry& link : chain.links()) {
    const absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(link.entry());
    if (!header.ok()) continue;
    std::string_view subject = header->data_header.subject;
    if (!subject.starts_with(kNodeSubjectPrefix)) continue;
    subject.remove_prefix(kNodeSubjectPrefix.size());
    if (name::IsAtOrBelow(path, subject)) *part.add_links() = link;
  }
  return part;
}

absl::Status Broken(int link, const std::string& why) {
  return MakeError(
      v1::ERROR_CODE_VERIFICATION_FAILED,
      {"Link " + std::to_string(link + 1) + " of the enrolment chain: " + why, "", ""});
}

// The proof's hashes; nothing if one of them has the wrong length.
std::optional<merkle::Proof> ProofOf(const v1::ProvenEntry& link) {
  merkle::Proof proof;
  for (const std::string& bytes : link.inclusion_proof()) {
    std::optional<merkle::Hash> hash = merkle::HashFromBytes(bytes);
    if (!hash) return {};
    proof.push_back(*hash);
  }
  return proof;
}

// That the entry is in its log, under a checkpoint that one of the log's keys
// signed.
absl::Status CheckPlace(const v1::ProvenEntry& link, const log::EntryHeader& header,
                        const std::string& origin, const EnrolledNode& writer) {
  std::optional<merkle::Proof> proof = ProofOf(link);
  if (!proof) return absl::InvalidArgumentError("a hash of its proof has the wrong length");
  const std::string_view name = std::string_view(origin).substr(0, origin.rfind('@'));
  const auto opened = note::ReduceCheckpoint(
      link.checkpoint(), origin, [&](std::string_view signer) -> std::optional<note::Signer> {
        if (signer != name) return {};
        return note::Signer{writer.keys, writer.revocations};
      });
  if (!opened.ok()) return opened.status();
  const note::Checkpoint& checkpoint = opened->checkpoint.checkpoint;
  return merkle::VerifyInclusion(merkle::LeafHash(link.entry()), header.index, checkpoint.size,
                                 *proof, checkpoint.root);
}

// Every key that the nation has handed over to. A change speaks for itself, so that
// entries before it may stand under a checkpoint by the key that it gives.
std::vector<note::VerifierKey> NationKeys(const v1::EnrolmentChain& chain,
                                          std::string_view trust_domain,
                                          const note::VerifierKey& national) {
  EnrolledNode nation;
  nation.keys.push_back(national);
  for (const v1::ProvenEntry& link : chain.links()) {
    auto changed = OwnKeyChange(trust_domain, name::kNationPath, link.entry(), nation);
    if (changed) nation.keys.insert(nation.keys.begin(), *std::move(changed));
  }
  return nation.keys;
}

}  // namespace

absl::StatusOr<v1::ProvenEntry> ProveEntry(const log::EventLog& log, log::Sequencer& sequencer,
                                           const KeyRegistry& keys, const log::LogIndex& place) {
  absl::StatusOr<note::Note> signed_note = CoveringCheckpoint(log, sequencer, keys, place);
  if (!signed_note.ok()) return signed_note.status();
  absl::StatusOr<note::Checkpoint> checkpoint = note::ParseCheckpoint(signed_note->text);
  if (!checkpoint.ok()) return checkpoint.status();
  absl::StatusOr<std::string> entry = log.Read(place.log, place.index);
  if (!entry.ok()) return entry.status();
  absl::StatusOr<merkle::Proof> proof =
      log.InclusionProof(place.log, place.index, checkpoint->size);
  if (!proof.ok()) return proof.status();
  v1::ProvenEntry proven;
  proven.set_entry(*std::move(entry));
  for (const merkle::Hash& hash : *proof) {
    proven.add_inclusion_proof(std::string(merkle::HashBytes(hash)));
  }
  proven.set_checkpoint(signed_note->Encode());
  return proven;
}

absl::StatusOr<v1::EnrolmentChain> BuildEnrolmentChain(const log::EventLog& log,
                                                       log::Sequencer& sequencer,
                                                       const KeyRegistry& keys,
                                                       std::string_view path) {
  v1::EnrolmentChain chain;
  absl::StatusOr<std::vector<log::LogIndex>> places = keys.ChainFor(path);
  if (places.ok()) {
    absl::Status status = AddLinks(log, sequencer, keys, *places, chain);
    if (!status.ok()) return status;
    return chain;
  }
  absl::StatusOr<std::optional<std::string>> kept = log.SavedNote(kEnrolmentNote);
  if (!kept.ok()) return kept.status();
  if (!*kept || !chain.ParseFromString(**kept)) return places.status();
  if (name::IsAtOrBelow(log.path(), path)) return ChainUpTo(path, chain);
  if (!name::IsAtOrBelow(path, log.path())) return places.status();
  for (const std::string& below : PathsBetween(log.path(), path)) {
    absl::StatusOr<EnrolledNode> node = keys.Find(below);
    if (!node.ok()) return node.status();
    if (node->places.empty()) return places.status();
    absl::Status status = AddLinks(log, sequencer, keys, node->places, chain);
    if (!status.ok()) return status;
  }
  return chain;
}

absl::StatusOr<std::map<std::string, EnrolledNode>> VerifyEnrolmentChain(
    const v1::EnrolmentChain& chain, std::string_view trust_domain,
    const note::VerifierKey& national) {
  if (chain.links_size() > kChainLinksMax) return Broken(kChainLinksMax, "there are too many.");
  std::map<std::string, EnrolledNode> nodes;
  nodes[std::string(name::kNationPath)].keys.push_back(national);
  const std::vector<note::VerifierKey> nation_keys = NationKeys(chain, trust_domain, national);
  for (int i = 0; i < chain.links_size(); ++i) {
    const v1::ProvenEntry& link = chain.links(i);
    absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(link.entry());
    if (!header.ok()) return Broken(i, std::string(header.status().message()));
    const std::string writer(name::PathOfLog(header->log));
    std::string_view subject = header->data_header.subject;
    if (!subject.starts_with(kNodeSubjectPrefix)) return Broken(i, "it enrols no node.");
    const std::string path(subject.substr(kNodeSubjectPrefix.size()));
    if (!name::IsNodePath(path) || !MayEnrol(writer, path) || !nodes.contains(writer)) {
      return Broken(i, writer + " may not enrol " + path + " here.");
    }
    const std::string origin = std::string(trust_domain) + "/" + std::string(header->log);
    EnrolledNode signers = nodes[writer];
    if (writer == name::kNationPath) signers.keys = nation_keys;
    absl::Status placed = CheckPlace(link, *header, origin, signers);
    if (!placed.ok()) return Broken(i, std::string(placed.message()));
    if (signers.closed && !note::LiesWithin(*signers.closed, header->log, header->index + 1)) {
      return Broken(i, ClosedText(writer, *signers.closed) + ".");
    }
    if (!IsAboutKeys(header->data_header.type)) return Broken(i, "it says nothing of keys.");
    ApplyEnrolment(trust_domain, path, link.entry(), nodes[path]);
    if (nodes[path].keys.empty()) return Broken(i, "it gives no key of " + path + ".");
  }
  return nodes;
}

absl::StatusOr<v1::EnrolmentChain> ReduceEnrolmentChain(
    const v1::EnrolmentChain& chain, std::string_view trust_domain,
    const std::map<std::string, EnrolledNode>& nodes) {
  const std::string prefix = std::string(trust_domain) + "/";
  const auto find = [&](std::string_view name) -> std::optional<note::Signer> {
    if (!name.starts_with(prefix)) return {};
    const auto node = nodes.find(std::string(name.substr(prefix.size())));
    if (node == nodes.end()) return {};
    return note::Signer{node->second.keys, node->second.revocations};
  };
  v1::EnrolmentChain reduced;
  for (int i = 0; i < chain.links_size(); ++i) {
    const v1::ProvenEntry& link = chain.links(i);
    absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(link.entry());
    if (!header.ok()) return Broken(i, std::string(header.status().message()));
    const auto opened =
        note::ReduceCheckpoint(link.checkpoint(), prefix + std::string(header->log), find);
    if (!opened.ok()) return Broken(i, std::string(opened.status().message()));
    v1::ProvenEntry& kept = *reduced.add_links();
    kept.set_entry(link.entry());
    *kept.mutable_inclusion_proof() = link.inclusion_proof();
    kept.set_checkpoint(opened->checkpoint.note.Encode());
  }
  return reduced;
}

}  // namespace liggare::replication
