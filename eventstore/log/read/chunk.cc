#include "eventstore/log/read/chunk.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/merkle/verify.h"

namespace liggare::log {
namespace {

ChunkVerdict Refused(ChunkFault fault, Chunk& chunk, const std::string& what) {
  ChunkVerdict verdict;
  verdict.fault = fault;
  verdict.status = absl::InvalidArgumentError("log " + chunk.log + ": " + what);
  verdict.verified.chunk = std::move(chunk);
  return verdict;
}

std::string EntryText(uint64_t index) { return "entry " + std::to_string(index); }

// What is wrong with the chunk's shape; empty if nothing.
std::string ShapeFault(const Chunk& chunk) {
  if (chunk.entries.empty()) return "the chunk has no entries";
  for (size_t i = 0; i < chunk.entries.size(); ++i) {
    if (chunk.entries[i].size() > kEntryBytesMax) {
      return EntryText(chunk.first_index + i) + " is larger than " +
             std::to_string(kEntryBytesMax) + " bytes";
    }
    if (!chunk.in_part && merkle::IsWithheld(chunk.entries[i])) {
      return EntryText(chunk.first_index + i) + " is withheld";
    }
  }
  for (const DisclosureText& disclosure : chunk.disclosures) {
    if (disclosure.salt.size() != keys::kSaltBytes ||
        disclosure.commitment.size() != keys::kCommitmentBytes) {
      return "a disclosure's salt or commitment has the wrong length";
    }
  }
  return "";
}

// Appends the entries to the tree, remembering leaf hashes and full tiles.
void AppendEntries(VerifiedChunk& verified) {
  verified.rows.reserve(verified.chunk.entries.size());
  for (const std::string& entry : verified.chunk.entries) {
    verified.rows.push_back({.withheld = merkle::IsWithheld(entry), .leaf = merkle::LeafOf(entry)});
    verified.tree.Append(verified.rows.back().leaf, verified.full_tiles);
  }
  verified.root = verified.tree.Root();
}

// That the recomputed tree is a prefix of the checkpoint's.
absl::Status CheckUnderCheckpoint(const VerifiedChunk& verified) {
  const note::Checkpoint& checkpoint = verified.checkpoint.checkpoint;
  if (checkpoint.size < verified.tree.size()) {
    return absl::InvalidArgumentError("the checkpoint's size " + std::to_string(checkpoint.size) +
                                      " is below the chunk's end");
  }
  return merkle::VerifyConsistency({.size = verified.tree.size(), .root = verified.root},
                                   {.size = checkpoint.size, .root = checkpoint.root},
                                   verified.chunk.consistency_proof);
}

// What is wrong with an entry that the log's key vouches for; empty if nothing.
std::string TakeHeader(const std::string& entry, const Chunk& chunk, uint64_t index,
                       uint64_t last_clock, EntryRow& row) {
  const auto header = ParseEntryHeader(entry);
  if (!header.ok()) return "does not parse: " + std::string(header.status().message());
  if (header->log != chunk.log) return "names the log " + std::string(header->log);
  if (header->index != index) return "names the index " + std::to_string(header->index);
  if (header->clock <= last_clock) return "goes back in time";
  const DataHeader& data = header->data_header;
  row.clock = header->clock;
  row.type = data.type;
  row.event_id_offset = static_cast<uint32_t>(data.event_id.data() - entry.data());
  row.subject_offset = static_cast<uint32_t>(data.subject.data() - entry.data());
  row.subject_bytes = static_cast<uint32_t>(data.subject.size());
  return "";
}

// Reads every header. What is wrong with the first bad one; empty if nothing.
std::string HeadersFault(VerifiedChunk& verified, uint64_t last_clock) {
  const Chunk& chunk = verified.chunk;
  for (size_t i = 0; i < chunk.entries.size(); ++i) {
    if (verified.rows[i].withheld) continue;
    const uint64_t index = chunk.first_index + i;
    std::string fault = TakeHeader(chunk.entries[i], chunk, index, last_clock, verified.rows[i]);
    if (!fault.empty()) return EntryText(index) + " " + fault;
    last_clock = verified.rows[i].clock;
  }
  return "";
}

}  // namespace

const EntryRow* VerifiedChunk::FirstShown() const {
  const auto shown = std::find_if(rows.begin(), rows.end(), std::not_fn(&EntryRow::withheld));
  return shown == rows.end() ? nullptr : &*shown;
}

const EntryRow* VerifiedChunk::LastShown() const {
  const auto shown = std::find_if(rows.rbegin(), rows.rend(), std::not_fn(&EntryRow::withheld));
  return shown == rows.rend() ? nullptr : &*shown;
}

ChunkVerdict VerifyChunk(Chunk chunk, merkle::Tree tree, uint64_t last_clock,
                         std::string_view trust_domain, const note::VerifierKey& key) {
  if (chunk.first_index != tree.size()) {
    return Refused(ChunkFault::kGap, chunk,
                   "the chunk begins at " + std::to_string(chunk.first_index) +
                       ", the copy ends at " + std::to_string(tree.size()));
  }
  if (const std::string fault = ShapeFault(chunk); !fault.empty()) {
    return Refused(ChunkFault::kPeer, chunk, fault);
  }
  const std::string origin = std::string(trust_domain) + "/" + chunk.log;
  auto checkpoint = note::OpenCheckpoint(chunk.checkpoint, origin, key);
  if (!checkpoint.ok()) {
    return Refused(ChunkFault::kPeer, chunk,
                   "its checkpoint: " + std::string(checkpoint.status().message()));
  }
  ChunkVerdict verdict;
  VerifiedChunk& verified = verdict.verified;
  verified.root_before = tree.Root();
  verified.chunk = std::move(chunk);
  verified.tree = std::move(tree);
  verified.checkpoint = *std::move(checkpoint);
  AppendEntries(verified);
  if (absl::Status status = CheckUnderCheckpoint(verified); !status.ok()) {
    return Refused(ChunkFault::kPeer, verified.chunk,
                   "the entries are not under the checkpoint: " + std::string(status.message()));
  }
  if (const std::string fault = HeadersFault(verified, last_clock); !fault.empty()) {
    return Refused(ChunkFault::kLog, verified.chunk, fault);
  }
  verified.commitment_places = FindCommitments(verified.chunk.entries, verified.chunk.disclosures);
  return verdict;
}

}  // namespace liggare::log
