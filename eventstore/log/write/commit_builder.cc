#include "eventstore/log/write/commit_builder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/note/reduction.h"
#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"

namespace liggare::log {
namespace {

constexpr size_t kElementBytes = 4;  // Before each log of a Received: its tag and length.

absl::Status Refusal(v1::ErrorCode code, std::string message) {
  return MakeError(code, {.message = std::move(message), .field = "", .expected = ""});
}

// Whether what is about to be written will be read as what it was made from.
bool ReadsBack(const std::string& bytes, const note::Note& made) {
  const auto note = note::ParseNote(bytes);
  return note.ok() && note->text == made.text && note::ParseCheckpoint(note->text).ok() &&
         note->signatures.size() == made.signatures.size() && note->Encode() == bytes;
}

std::optional<v1::EntryData> DataOf(std::string_view entry) {
  const auto header = ParseEntryHeader(entry);
  v1::EntryData data;
  if (!header.ok() ||
      !data.ParseFromArray(header->data.data(), static_cast<int>(header->data.size()))) {
    return std::nullopt;
  }
  return data;
}

// What the chunk's log continues, if the chunk begins an epoch.
std::optional<v1::LogState> PreviousOf(const VerifiedChunk& verified) {
  const Chunk& chunk = verified.chunk;
  if (chunk.first_index != 0 || chunk.entries.empty() || verified.rows[0].withheld) return {};
  const auto data = DataOf(chunk.entries[0]);
  if (!data || !data->has_epoch_opened()) return {};
  return data->epoch_opened().previous();
}

}  // namespace

CommitBuilder::CommitBuilder(const CommitContext& context, Batch& batch)
    : context_(context),
      batch_(batch),
      texts_(context.database, batch),
      logs_(context.catalog),
      own_(logs_.Get(context.log.own_log())),
      last_clock_(context.catalog.last_clock()) {}

uint64_t CommitBuilder::NextClock() {
  const uint64_t now = static_cast<uint64_t>(context_.now_ms) << kClockCounterBits;
  last_clock_ = std::max(now, last_clock_ + 1);
  return last_clock_;
}

void CommitBuilder::PutEntry(WorkingLog& log, const IndexedEntry& entry) {
  const uint32_t number = log.held.number;
  const uint64_t index = log.held.size++;
  batch_.Put(Family::kEvents, keys::Encode(keys::EventKey{.log = number, .index = index}),
             entry.bytes);
  batch_.Put(
      Family::kIds, keys::Encode(keys::IdKey{.event_id = entry.event_id, .log = number}),
      keys::Encode(keys::IdValue{.index = index, .leaf_prefix = keys::LeafPrefix(entry.leaf)}));
  batch_.Put(Family::kSubjects,
             keys::Encode(keys::SubjectRow{
                 .subject = entry.subject,
                 .clock = entry.clock,
                 .log = number,
                 .index = index,
                 .aside = !context_.judge.MayWriteAbout(log.held.name, entry.subject)}),
             keys::EncodeType(entry.type));
  for (std::string& commitment : context_.judge.ErasedBy(log.held.name, entry.type, entry.bytes)) {
    texts_.Erase({.log = log.held.name, .index = index}, entry.subject, std::move(commitment));
  }
  log.held.last_clock = entry.clock;
  log.advanced = true;
  must_sync_ = true;
}

void CommitBuilder::PutWithheld(WorkingLog& log, std::string_view leaf) {
  const keys::EventKey key = {.log = log.held.number, .index = log.held.size++};
  batch_.Put(Family::kEvents, keys::Encode(key), leaf);
  log.advanced = true;
  must_sync_ = true;
}

void CommitBuilder::PutFullTiles(uint32_t log, const std::vector<merkle::FullTile>& tiles) {
  for (const merkle::FullTile& tile : tiles) {
    batch_.Put(Family::kTiles, keys::Encode(keys::TileKey{.log = log, .id = tile.id}), tile.hashes);
  }
}

void CommitBuilder::PutName(WorkingLog& log) {
  if (!log.is_new) return;
  logs_.Number(log);
  batch_.Put(Family::kMeta, keys::LogNameKey(log.held.number), log.held.name);
}

absl::Status CommitBuilder::CheckStorable(const VerifiedChunk& verified,
                                          const WorkingLog& log) const {
  const Chunk& chunk = verified.chunk;
  if (log.held.frozen) return Refusal(v1::ERROR_CODE_FORKED, "log " + chunk.log + " is frozen");
  const EntryRow* first = verified.FirstShown();
  const EntryRow* last = verified.LastShown();
  const int64_t clock_ms = last == nullptr ? 0 : ClockMs(last->clock);
  if (clock_ms > context_.now_ms + kClockAheadMaxMs) {
    return Refusal(v1::ERROR_CODE_CLOCK_AHEAD, "the clock of " + chunk.log + " is " +
                                                   std::to_string(clock_ms - context_.now_ms) +
                                                   " ms ahead of this node's");
  }
  if (chunk.first_index != log.held.size || verified.root_before != log.held.root ||
      (first != nullptr && first->clock <= log.held.last_clock)) {
    return absl::AbortedError("log " + chunk.log + " is held up to " +
                              std::to_string(log.held.size) + " by now");
  }
  return absl::OkStatus();
}

absl::Status CommitBuilder::CheckEpochs(const VerifiedChunk& verified) {
  const std::string& name = verified.chunk.log;
  const std::string path = name.substr(0, name.rfind('@'));
  uint64_t last = EpochOf(name, path).value_or(0);
  if (const auto previous = PreviousOf(verified)) {
    const WorkingLog* before = logs_.Find(previous->log());
    if (before == nullptr || before->held.size != previous->size() ||
        merkle::HashBytes(before->held.root) != previous->root()) {
      return absl::AbortedError(name + " continues " + previous->log() + " at " +
                                std::to_string(previous->size()) + ", which is not how it is held");
    }
    last = EpochOf(previous->log(), path).value_or(0);
  }
  for (const std::string& other : LogsOf(path)) {
    // A restore begins the own epoch before it fetches the earlier ones.
    if (other == name || other == own_.held.name) continue;
    if (EpochOf(other, path).value_or(0) <= last || logs_.Find(other)->held.size == 0) continue;
    return absl::AbortedError(name + " is over: " + other + " is held");
  }
  return absl::OkStatus();
}

std::set<std::string> CommitBuilder::LogsOf(const std::string& path) {
  std::set<std::string> names;
  for (HeldLog& held : context_.catalog.LogsOf(path)) names.insert(std::move(held.name));
  const auto& touched = logs_.touched();
  for (auto it = touched.lower_bound(path + "@"); it != touched.end(); ++it) {
    if (!EpochOf(it->first, path)) break;
    names.insert(it->first);
  }
  return names;
}

void CommitBuilder::AddChunkTexts(uint32_t log, const VerifiedChunk& verified) {
  const Chunk& chunk = verified.chunk;
  for (const CommitmentPlace& place : verified.commitment_places) {
    const EntryRow& row = verified.rows[place.entry];
    const std::string_view entry = chunk.entries[place.entry];
    texts_.Add({.place = {.log = log, .index = chunk.first_index + place.entry},
                .log = chunk.log,
                .subject = entry.substr(row.subject_offset, row.subject_bytes)},
               chunk.disclosures[place.disclosure]);
  }
}

absl::Status CommitBuilder::Store(const VerifiedChunk& verified) {
  const Chunk& chunk = verified.chunk;
  if (chunk.log == own_.held.name) {
    return Refusal(v1::ERROR_CODE_PERMISSION_DENIED, "a node alone writes its log " + chunk.log);
  }
  WorkingLog& log = logs_.Get(chunk.log);
  if (absl::Status status = CheckStorable(verified, log); !status.ok()) return status;
  if (absl::Status status = CheckEpochs(verified); !status.ok()) return status;
  PutName(log);
  const bool earlier_epoch = IsOwnEpoch(chunk.log);
  for (size_t i = 0; i < chunk.entries.size(); ++i) {
    const std::string_view bytes = chunk.entries[i];
    const EntryRow& row = verified.rows[i];
    if (row.withheld) {
      PutWithheld(log, bytes);
      continue;
    }
    if (earlier_epoch && row.type == kReceivedType) PutKnown(log, bytes);
    PutEntry(log, {.bytes = bytes,
                   .event_id = bytes.substr(row.event_id_offset, kEventIdBytes),
                   .subject = bytes.substr(row.subject_offset, row.subject_bytes),
                   .type = row.type,
                   .clock = row.clock,
                   .leaf = row.leaf});
    log.substantial = log.substantial || row.type != kReceivedType;
  }
  AddChunkTexts(log.held.number, verified);
  PutFullTiles(log.held.number, verified.full_tiles);
  log.tree = verified.tree;
  log.held.root = verified.root;
  log.checkpoint = verified.checkpoint;
  log.in_part = chunk.in_part;
  last_clock_ = std::max(last_clock_, log.held.last_clock);
  return absl::OkStatus();
}

bool CommitBuilder::IsOwnEpoch(std::string_view log) const {
  const std::string_view path = context_.log.path();
  return log.size() > path.size() && log.starts_with(path) && log[path.size()] == '@';
}

void CommitBuilder::PutKnown(const WorkingLog& log, std::string_view received) {
  const auto data = DataOf(received);
  if (!data) return;  // Its writer's word, such as it is: fsck names it.
  for (const v1::LogState& state : data->received().logs()) {
    // A log that has not come back yet gets its name now.
    WorkingLog& named = logs_.Get(state.log());
    PutName(named);
    const keys::KnownKey known = {
        .own_log = log.held.number, .log = named.held.number, .own_index = log.held.size};
    batch_.Put(Family::kKnown, keys::Encode(known), keys::EncodeInteger(state.size()));
  }
}

bool CommitBuilder::NeedsReceived() {
  const auto any = [&](const auto& holds) {
    return std::ranges::any_of(logs_.touched(), [&](const auto& log) { return holds(log.second); });
  };
  return any([](const WorkingLog& log) { return log.substantial; }) &&
         any([&](const WorkingLog& log) { return IsToBeNamed(log); });
}

bool CommitBuilder::IsToBeNamed(const WorkingLog& log) const {
  return log.advanced && !log.named && &log != &own_;
}

std::string CommitBuilder::ReceivedData(std::string_view event_id) {
  v1::EntryData data;
  data.set_event_id(std::string(event_id));
  data.set_subject("node/" + context_.log.path());
  v1::Received& received = *data.mutable_received();
  received.set_arrived_at_ms(context_.now_ms);
  size_t bytes = 0;
  for (auto& [name, log] : logs_.touched()) {
    if (!IsToBeNamed(log)) continue;
    v1::LogState state;
    state.set_log(name);
    state.set_size(log.held.size);
    state.set_root(std::string(merkle::HashBytes(log.held.root)));
    bytes += state.ByteSizeLong() + kElementBytes;
    if (bytes > kReceivedLogsBytesMax && received.logs_size() > 0) break;
    *received.add_logs() = std::move(state);
    log.named = true;
    const keys::KnownKey known = {
        .own_log = own_.held.number, .log = log.held.number, .own_index = own_.held.size};
    batch_.Put(Family::kKnown, keys::Encode(known), keys::EncodeInteger(log.held.size));
  }
  return data.SerializeAsString();
}

void CommitBuilder::AddReceived(std::string_view event_id) {
  Submission submission;
  submission.data = ReceivedData(event_id);
  submission.principal = context_.log.path();
  const std::string subject = "node/" + context_.log.path();
  const DataHeader header = {.event_id = event_id, .subject = subject, .type = kReceivedType};
  Append(Encode(header, submission, {}), {});
}

CommitBuilder::OwnEntry CommitBuilder::Encode(const DataHeader& data_header,
                                              const Submission& submission,
                                              const std::vector<LogIndex>& basis) {
  const NewEntry entry = {.log = own_.held.name,
                          .index = own_.held.size,
                          .clock = NextClock(),
                          .recorded_at_ms = context_.now_ms,
                          .principal = submission.principal,
                          .basis = &basis,
                          .data = submission.data,
                          .sender_signature = submission.sender_signature,
                          .earlier = submission.earlier ? &*submission.earlier : nullptr};
  return {.bytes = EncodeEntry(entry),
          .header = {.format_version = kFormatVersion,
                     .log = entry.log,
                     .index = entry.index,
                     .clock = entry.clock,
                     .recorded_at_ms = entry.recorded_at_ms,
                     .principal = entry.principal,
                     .data = entry.data,
                     .data_header = data_header}};
}

void CommitBuilder::Append(const OwnEntry& entry, const std::vector<DisclosureText>& disclosures) {
  const DataHeader& data = entry.header.data_header;
  const merkle::Hash leaf = merkle::LeafHash(entry.bytes);
  for (const DisclosureText& text : disclosures) {
    texts_.Add({.place = {.log = own_.held.number, .index = own_.held.size},
                .log = own_.held.name,
                .subject = data.subject},
               text);
  }
  PutEntry(own_, {.bytes = entry.bytes,
                  .event_id = data.event_id,
                  .subject = data.subject,
                  .type = data.type,
                  .clock = entry.header.clock,
                  .leaf = leaf});
  full_tiles_.clear();
  own_.tree.Append(leaf, full_tiles_);
  PutFullTiles(own_.held.number, full_tiles_);
}

std::string CommitBuilder::StoredCheckpoint(const std::string& key) {
  if (const auto found = checkpoints_.find(key); found != checkpoints_.end()) return found->second;
  auto stored = context_.database.Get(Family::kMeta, key);
  return stored.ok() ? stored->value_or("") : "";
}

std::string CommitBuilder::PutCheckpoint(uint32_t log, const note::SignedCheckpoint& checkpoint) {
  const std::string key = keys::CheckpointKey(log, checkpoint.checkpoint.size);
  std::string stored_bytes = StoredCheckpoint(key);
  const auto stored = note::ParseNote(stored_bytes);
  // One that can't be read is as good as none.
  if (!stored.ok()) stored_bytes.clear();
  if (stored.ok() && stored->text != checkpoint.note.text) return "";
  note::Note merged = {.text = checkpoint.note.text, .signatures = {}};
  merged.signatures =
      note::MergeSignatures(checkpoint.checkpoint.origin, context_.key.verifier().name(),
                            stored.ok() ? stored->signatures : std::vector<note::Signature>(),
                            checkpoint.note.signatures);
  std::string bytes = merged.Encode();
  if (bytes == stored_bytes || !ReadsBack(bytes, merged)) return stored_bytes;
  batch_.Put(Family::kMeta, key, bytes);
  checkpoints_[key] = bytes;
  return bytes;
}

void CommitBuilder::SaveCheckpoint(std::string_view log, const note::SignedCheckpoint& checkpoint) {
  const WorkingLog* found = logs_.Find(log);
  if (found == nullptr || found->is_new) return;
  if (checkpoint.checkpoint.size > found->held.size) return;
  PutCheckpoint(found->held.number, checkpoint);
}

void CommitBuilder::SaveNote(std::string_view key, std::string_view value) {
  batch_.Put(Family::kMeta, keys::SavedNoteKey(key), value);
}

void CommitBuilder::Freeze(std::string_view log, std::string_view evidence) {
  WorkingLog& frozen = logs_.Get(log);
  if (frozen.held.frozen) return;  // The first evidence stays.
  PutName(frozen);
  frozen.held.frozen = true;
  batch_.Put(Family::kMeta, keys::FrozenKey(frozen.held.number), evidence);
  must_sync_ = true;
}

void CommitBuilder::Cosign(WorkingLog& log) {
  note::SignedCheckpoint checkpoint = *std::move(log.checkpoint);
  auto& lines = checkpoint.note.signatures;
  // A restored node honours the receipts that it gave before: nobody else could
  // have made them, and the first time is the one that counts. What it wrote
  // itself, in an earlier epoch, it does not witness.
  // Nor a log of which it has only a part.
  if (IsOwnEpoch(log.held.name) || log.in_part ||
      note::VerifyCosignature(checkpoint.note, context_.key.verifier()).ok()) {
    cosigned_[log.held.name] = PutCheckpoint(log.held.number, checkpoint);
    return;
  }
  note::Signature ours = note::Cosign(context_.key, checkpoint.note.text,
                                      static_cast<uint64_t>(context_.now_ms) / 1000);
  // Nobody else can speak for this node; and there is always room for its word
  // (note/reduction.h).
  std::erase_if(lines, [&](const note::Signature& line) {
    return line.name == ours.name && line.key_id == ours.key_id;
  });
  lines.push_back(std::move(ours));
  cosigned_[log.held.name] = PutCheckpoint(log.held.number, checkpoint);
}

absl::Status CommitBuilder::Finish() {
  for (auto& [name, log] : logs_.touched()) {
    if (!log.advanced) continue;
    if (&log == &own_) log.held.root = log.tree.Root();
    if (log.checkpoint && log.checkpoint->checkpoint.size == log.held.size) Cosign(log);
  }
  return texts_.Finish();
}

std::string CommitBuilder::CosignedCheckpoint(std::string_view log) const {
  const auto found = cosigned_.find(log);
  return found == cosigned_.end() ? "" : found->second;
}

}  // namespace liggare::log
