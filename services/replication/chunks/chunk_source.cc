#include "services/replication/chunks/chunk_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "proto/error/error.h"
#include "services/replication/chunks/chunk_form.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

// Entries whose texts are looked at together: few enough for one chunk.
constexpr uint64_t kTextsReadAtOnce = 16;

absl::StatusOr<note::Checkpoint> CheckpointIn(const std::string& bytes) {
  absl::StatusOr<note::Note> note = note::ParseNote(bytes);
  if (!note.ok()) return note.status();
  return note::ParseCheckpoint(note->text);
}

}  // namespace

absl::StatusOr<LocalLog> ChunkSource::View(const log::HeldLog& held) const {
  LocalLog view{{held.name, held.size, held.root}, held.size, held.frozen};
  if (IsOwn(held.name)) return view;
  absl::StatusOr<std::optional<std::string>> latest = log_.LatestCheckpoint(held.name);
  if (!latest.ok()) return latest.status();
  view.sendable = 0;
  if (*latest) {
    absl::StatusOr<note::Checkpoint> checkpoint = CheckpointIn(**latest);
    if (!checkpoint.ok()) return checkpoint.status();
    view.sendable = checkpoint->size;
  }
  // An older one is not sent in place of one that can't be read.
  if (view.sendable < held.size) {
    if (absl::Status status = log_.CheckNewestCheckpoint(held.name); !status.ok()) return status;
  }
  return view;
}

absl::StatusOr<ChunkSource::Covering> ChunkSource::CoveringAt(const std::string& log,
                                                              uint64_t size) const {
  absl::StatusOr<Covering> stored = StoredAt(log, size);
  if (!IsOwn(log) || (stored.ok() && stored->size == size)) return stored;
  return SignedAt(size);
}

absl::StatusOr<ChunkSource::Covering> ChunkSource::SignedAt(uint64_t size) const {
  absl::StatusOr<note::SignedCheckpoint> own = sequencer_->OwnCheckpoint(size);
  if (!own.ok()) return own.status();
  return Covering{own->checkpoint.size, own->checkpoint.root, own->note.Encode()};
}

absl::StatusOr<ChunkSource::Covering> ChunkSource::StoredAt(const std::string& log,
                                                            uint64_t size) const {
  absl::StatusOr<std::optional<std::string>> stored = keys_ != nullptr
                                                          ? keys_->CheckpointAtOrAfter(log, size)
                                                          : log_.CheckpointAtOrAfter(log, size);
  if (!stored.ok()) return stored.status();
  if (!*stored) {
    return MakeError(v1::ERROR_CODE_NOT_FOUND,
                     {"No checkpoint covers " + log + " at " + std::to_string(size) + ".", "", ""});
  }
  absl::StatusOr<note::Checkpoint> checkpoint = CheckpointIn(**stored);
  if (!checkpoint.ok()) return checkpoint.status();
  return Covering{checkpoint->size, checkpoint->root, *std::move(*stored)};
}

absl::StatusOr<uint64_t> ChunkSource::CutAfter(const std::string& log, uint64_t size) const {
  absl::StatusOr<Covering> stored = StoredAt(log, size);
  if (!stored.ok()) return stored.status();
  return stored->size;
}

absl::StatusOr<ChunkSource::Covering> ChunkSource::BestCut(const std::string& log, uint64_t first,
                                                           uint64_t end) const {
  if (IsOwn(log)) {
    // New entries, as a rule. What is sent again is cut where a checkpoint is
    // stored: a parent that was set back gets its own receipts back.
    absl::StatusOr<Covering> next = StoredAt(log, first + 1);
    if (!next.ok() && !absl::IsNotFound(next.status())) return next;
    if (!next.ok() || next->size > end) return SignedAt(end);
  }
  absl::StatusOr<Covering> best = StoredAt(log, end);
  if (best.ok() ? best->size == end : !absl::IsNotFound(best.status())) return best;
  // The size of the checkpoint at or after n rises with n: find the last n whose
  // checkpoint is not beyond the end.
  uint64_t low = first + 1;
  uint64_t high = end - 1;
  while (low <= high) {
    const uint64_t middle = low + (high - low) / 2;
    absl::StatusOr<Covering> found = StoredAt(log, middle);
    if (!found.ok() && !absl::IsNotFound(found.status())) return found;
    if (found.ok() && found->size <= end) {
      low = found->size + 1;
      best = std::move(found);
    } else {
      high = middle - 1;
    }
  }
  return best;
}

absl::StatusOr<uint64_t> ChunkSource::CountWithTexts(const std::string& log, uint64_t first,
                                                     uint64_t end) const {
  size_t bytes = 0;
  for (uint64_t at = first; at < end; at += kTextsReadAtOnce) {
    const uint64_t stop = std::min(end, at + kTextsReadAtOnce);
    absl::StatusOr<std::vector<log::DisclosureText>> texts = log_.DisclosuresOf(log, at, stop);
    if (!texts.ok()) return texts.status();
    for (const log::DisclosureText& text : *texts) bytes += text.salt.size() + text.text.size();
    if (bytes > kChunkTextBytesMax) return std::max<uint64_t>(at - first, 1);
  }
  return end - first;
}

absl::StatusOr<ChunkSource::Reading> ChunkSource::Read(const ReadChunk& read) const {
  absl::StatusOr<log::EntryRange> range = log_.ReadRange(
      read.log, read.first_index, {.end_index = read.end_index, .bytes_max = read.bytes_max});
  if (!range.ok()) return range.status();
  Reading reading;
  reading.chunk.set_log(read.log);
  reading.chunk.set_first_index(read.first_index);
  if (range->entries.empty()) return reading;
  absl::StatusOr<uint64_t> count =
      CountWithTexts(read.log, read.first_index, read.first_index + range->entries.size());
  if (!count.ok()) return count.status();
  range->entries.resize(*count);

  absl::StatusOr<Covering> covering =
      BestCut(read.log, read.first_index, read.first_index + range->entries.size());
  if (absl::IsNotFound(covering.status())) return reading;
  if (!covering.ok()) return covering.status();
  const uint64_t end = std::min<uint64_t>(read.first_index + range->entries.size(), covering->size);
  range->entries.resize(end - read.first_index);

  absl::StatusOr<merkle::Hash> root = log_.RootAt(read.log, end);
  if (!root.ok()) return root.status();
  absl::StatusOr<merkle::Proof> proof = log_.ConsistencyProof(read.log, end, covering->size);
  if (!proof.ok()) return proof.status();
  absl::StatusOr<std::vector<log::DisclosureText>> disclosures =
      log_.DisclosuresOf(read.log, read.first_index, end);
  if (!disclosures.ok()) return disclosures.status();

  reading.end_root = *root;
  for (std::string& entry : range->entries) reading.chunk.add_entries(std::move(entry));
  reading.chunk.set_checkpoint(std::move(covering->note));
  ProofToWire(*proof, reading.chunk);
  DisclosuresToWire(*std::move(disclosures), reading.chunk);
  return reading;
}

absl::StatusOr<ChunkSource::StateProof> ChunkSource::Prove(const std::string& log,
                                                           uint64_t size) const {
  absl::StatusOr<merkle::Hash> root = log_.RootAt(log, size);
  if (!root.ok()) return root.status();
  // What lies here is signed for as it is now: a log that was rewritten beneath an
  // older checkpoint must be shown, too.
  absl::StatusOr<Covering> covering = IsOwn(log) ? SignedAt(size) : CoveringAt(log, size);
  if (!covering.ok()) return covering.status();
  absl::StatusOr<merkle::Proof> proof = log_.ConsistencyProof(log, size, covering->size);
  if (!proof.ok()) return proof.status();
  StateProof made{{log, size, *root}, {}};
  made.proof.set_log(log);
  made.proof.set_first_index(size);
  made.proof.set_checkpoint(std::move(covering->note));
  ProofToWire(*proof, made.proof);
  return made;
}

}  // namespace liggare::replication
