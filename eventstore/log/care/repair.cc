#include "eventstore/log/care/repair.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck_scope.h"
#include "eventstore/merkle/tree.h"
#include "liggare/v1/entry.pb.h"

namespace liggare::log {
namespace {

constexpr size_t kBatchRows = 4'096;
constexpr Family kDerived[] = {Family::kTiles, Family::kIds, Family::kSubjects, Family::kKnown};

// Writes rows that differ from what is stored, in synced batches.
class Rewriter {
 public:
  explicit Rewriter(Database& database) : database_(database) {}

  absl::Status Put(Family family, const std::string& key, const std::string& value) {
    auto stored = database_.Get(family, key);
    if (!stored.ok()) return stored.status();
    if (*stored == value) return absl::OkStatus();
    batch_.Put(family, key, value);
    ++written_;
    return WriteIfFull();
  }
  // Also if it is what is stored: its seal may not be.
  absl::Status PutAnew(Family family, std::string_view key, std::string_view value) {
    batch_.Put(family, key, value);
    ++written_;
    return WriteIfFull();
  }
  absl::Status Delete(Family family, std::string_view key) {
    batch_.Delete(family, key);
    ++removed_;
    return WriteIfFull();
  }
  absl::Status Finish() {
    if (batch_.empty()) return absl::OkStatus();
    const absl::Status status = database_.Write(batch_, Durability::kSynced);
    batch_.Clear();
    return status;
  }
  uint64_t written() const { return written_; }
  uint64_t removed() const { return removed_; }

 private:
  absl::Status WriteIfFull() { return batch_.size() < kBatchRows ? absl::OkStatus() : Finish(); }

  Database& database_;
  Batch batch_;
  uint64_t written_ = 0;
  uint64_t removed_ = 0;
};

// Goes through one log whose entries are sound and writes what they imply.
class LogRepair {
 public:
  LogRepair(FsckScope& scope, uint32_t number, Rewriter& rewriter)
      : scope_(scope), number_(number), rewriter_(rewriter) {}

  absl::Status Run() {
    const auto cursor = scope_.database.NewCursor(Family::kEvents);
    for (cursor->Seek(keys::LogPrefix(number_)); cursor->Valid(); cursor->Next()) {
      const auto key = keys::ParseEventKey(cursor->key());
      if (!key || key->log != number_) break;
      if (absl::Status status = TakeEntry(key->index, cursor->value()); !status.ok()) return status;
    }
    return cursor->status();
  }

 private:
  absl::Status TakeEntry(uint64_t index, std::string_view entry) {
    if (merkle::IsWithheld(entry)) return PutTiles(merkle::LeafOf(entry));
    const auto header = ParseEntryHeader(entry);
    if (!header.ok()) return header.status();
    const merkle::Hash leaf = merkle::LeafHash(entry);
    absl::Status status = PutIdRow(*header, index, leaf);
    if (status.ok()) {
      status = PutSubjectRow(*header, index);
    }
    if (status.ok() && header->data_header.type == kReceivedType && scope_.IsOwn(number_)) {
      status = PutKnownRows(*header, index);
    }
    return status.ok() ? PutTiles(leaf) : status;
  }

  // If the id comes again in this log, the row is of the last entry that has it.
  absl::Status PutIdRow(const EntryHeader& header, uint64_t index, const merkle::Hash& leaf) {
    const keys::IdKey id = {.event_id = header.data_header.event_id, .log = number_};
    const std::string key = keys::Encode(id);
    auto stored = scope_.database.Get(Family::kIds, key);
    if (!stored.ok()) return stored.status();
    const auto value = keys::ParseIdValue(stored->value_or(""));
    const bool is_of_later =
        value && value->index > index && !FaultOfRow(scope_, Family::kIds, key, **stored);
    if (is_of_later) return absl::OkStatus();
    return rewriter_.Put(
        Family::kIds, key,
        keys::Encode(keys::IdValue{.index = index, .leaf_prefix = keys::LeafPrefix(leaf)}));
  }

  // Where it stands, if it is not known where it must.
  absl::Status PutSubjectRow(const EntryHeader& header, uint64_t index) {
    const auto places = scope_.SubjectRowsOf(header, number_, index);
    const keys::SubjectRow* place = &places.front();
    for (const keys::SubjectRow& other : places) {
      const auto stored = scope_.database.Get(Family::kSubjects, keys::Encode(other));
      if (!stored.ok()) return stored.status();
      if (*stored) {
        place = &other;
        break;
      }
    }
    return rewriter_.Put(Family::kSubjects, keys::Encode(*place),
                         keys::EncodeType(header.data_header.type));
  }

  absl::Status PutKnownRows(const EntryHeader& header, uint64_t index) {
    v1::EntryData data;
    if (!data.ParseFromString(std::string(header.data))) return absl::OkStatus();
    for (const v1::LogState& state : data.received().logs()) {
      const auto number = scope_.numbers.find(state.log());
      if (number == scope_.numbers.end()) continue;
      const keys::KnownKey key = {.own_log = number_, .log = number->second, .own_index = index};
      absl::Status status =
          rewriter_.Put(Family::kKnown, keys::Encode(key), keys::EncodeInteger(state.size()));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status PutTiles(const merkle::Hash& leaf) {
    full_tiles_.clear();
    tree_.Append(leaf, full_tiles_);
    for (const merkle::FullTile& tile : full_tiles_) {
      absl::Status status = rewriter_.Put(
          Family::kTiles, keys::Encode(keys::TileKey{.log = number_, .id = tile.id}), tile.hashes);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  FsckScope& scope_;
  const uint32_t number_;
  Rewriter& rewriter_;
  merkle::Tree tree_;
  std::vector<merkle::FullTile> full_tiles_;
};

// Whether a stray row may be of an entry that is damaged, and say what that was.
bool MayBeWitness(const FsckScope& scope, const FsckFinding& fault) {
  const auto& damaged = scope.report.logs_with_damaged_entries;
  return fault.log.empty() ? !damaged.empty() : damaged.contains(fault.log);
}

// Removes rows that no entry accounts for.
absl::Status RemoveStrayRows(FsckScope& scope, Family family, Rewriter& rewriter) {
  const auto cursor = scope.database.NewCursor(family);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    const auto fault = FaultOfRow(scope, family, cursor->key(), cursor->value());
    if (!fault || MayBeWitness(scope, *fault)) continue;
    if (absl::Status status = rewriter.Delete(family, cursor->key()); !status.ok()) return status;
  }
  return cursor->status();
}

absl::Status RemoveDamagedTexts(FsckScope& scope, Rewriter& rewriter) {
  const auto cursor = scope.database.NewCursor(Family::kDisclosures);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    const auto value = keys::ParseDisclosureValue(cursor->value());
    if (value && CommitmentOf(value->salt, value->text) == cursor->key()) continue;
    absl::Status status = rewriter.Delete(Family::kDisclosures, cursor->key());
    if (!status.ok()) return status;
  }
  return cursor->status();
}

// The commitments whose texts are held.
absl::StatusOr<std::string> HeldOf(const Database& database, std::string_view commitments) {
  std::string held;
  for (; commitments.size() >= keys::kCommitmentBytes;
       commitments.remove_prefix(keys::kCommitmentBytes)) {
    const std::string_view commitment = commitments.substr(0, keys::kCommitmentBytes);
    const auto text = database.Get(Family::kDisclosures, commitment);
    if (!text.ok()) return text.status();
    if (*text) held += commitment;
  }
  return held;
}

// Gives up texts that are gone: their entries no longer say that they are kept. How many.
absl::StatusOr<uint64_t> ForgetLostTexts(FsckScope& scope, Rewriter& rewriter) {
  uint64_t lost = 0;
  const auto cursor = scope.database.NewCursor(Family::kMeta);
  for (cursor->Seek(std::string(1, keys::kCommitmentsTag)); cursor->Valid(); cursor->Next()) {
    if (cursor->key().front() != keys::kCommitmentsTag) break;
    const auto held = HeldOf(scope.database, cursor->value());
    if (!held.ok()) return held.status();
    if (held->size() == cursor->value().size()) continue;
    // What a damaged row says may be of no text at all.
    const std::string seal = scope.Get(Family::kMeta, keys::SealKey(cursor->key()));
    if (scope.has_seals && seal != keys::SealOf(cursor->key(), cursor->value())) continue;
    lost += (cursor->value().size() - held->size()) / keys::kCommitmentBytes;
    absl::Status status = held->empty()
                              ? rewriter.Delete(Family::kMeta, cursor->key())
                              : rewriter.Put(Family::kMeta, std::string(cursor->key()), *held);
    if (!status.ok()) return status;
  }
  if (!cursor->status().ok()) return cursor->status();
  if (absl::Status status = rewriter.Finish(); !status.ok()) return status;
  return lost;
}

// Judged by their signatures, which speak for themselves; where no key is known, only what
// is no checkpoint at all goes.
absl::Status RepairCheckpoints(FsckScope& scope, Rewriter& rewriter, RepairReport& report) {
  const auto cursor = scope.database.NewCursor(Family::kMeta);
  for (cursor->Seek(std::string(1, keys::kCheckpointTag)); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseLogMetaKey(cursor->key());
    if (!key || key->tag != keys::kCheckpointTag) break;
    if (!scope.names.contains(key->log)) continue;  // Its name may be what is damaged.
    const auto sound = SoundCheckpoint(scope, key->log, key->position, cursor->value());
    absl::Status status;
    if (!sound) {
      ++report.checkpoints_removed;
      status = rewriter.Delete(Family::kMeta, cursor->key());
    } else if (*sound != cursor->value()) {
      ++report.checkpoints_reduced;
      status = rewriter.PutAnew(Family::kMeta, cursor->key(), *sound);
    }
    if (!status.ok()) return status;
  }
  if (!cursor->status().ok()) return cursor->status();
  return rewriter.Finish();
}

absl::Status RepairRows(FsckScope& scope, Rewriter& rewriter) {
  for (const auto& [number, name] : scope.names) {
    if (scope.report.logs_with_damaged_entries.contains(name)) continue;
    absl::Status status = LogRepair(scope, number, rewriter).Run();
    if (!status.ok()) return status;
  }
  if (absl::Status status = rewriter.Finish(); !status.ok()) return status;
  for (const Family family : kDerived) {
    absl::Status status = RemoveStrayRows(scope, family, rewriter);
    if (!status.ok()) return status;
  }
  return rewriter.Finish();
}

bool Contains(const std::vector<Family>& families, Family family) {
  return std::find(families.begin(), families.end(), family) != families.end();
}

// Drops the damaged derived families; the node does not open until they are built.
absl::Status Recreate(RocksDatabase& database, const std::vector<Family>& damaged,
                      std::vector<std::string>& rebuilt) {
  Batch batch;
  batch.Put(Family::kMeta, keys::kRepairKey, "");
  absl::Status status = database.Write(batch, Durability::kSynced);
  for (const Family family : kDerived) {
    if (!status.ok() || !Contains(damaged, family)) continue;
    rebuilt.emplace_back(FamilyName(family));
    status = database.Recreate(family);
  }
  return status;
}

absl::Status FinishRecreate(RocksDatabase& database) {
  auto marked = database.Get(Family::kMeta, keys::kRepairKey);
  if (!marked.ok() || !marked->has_value()) return marked.status();
  Batch batch;
  batch.Delete(Family::kMeta, keys::kRepairKey);
  return database.Write(batch, Durability::kSynced);
}

absl::Status CannotRepair(const std::string& path, const std::string& what) {
  return absl::DataLossError(
      path + ": " + what + "; this can't be derived: restore the node from its parent or a backup");
}

// What RocksDB can't read must be derived from what it can.
absl::StatusOr<std::vector<Family>> FindDamagedFamilies(const std::string& path,
                                                        SharedResources& shared) {
  auto inspected = RocksDatabase::OpenForInspection(path, shared);
  if (absl::IsAborted(inspected.status())) {
    // The last repair was cut off between dropping a family and making it again.
    auto made = RocksDatabase::Open(path, shared, {.for_repair = true});
    if (!made.ok()) return made.status();
    made->reset();
    inspected = RocksDatabase::OpenForInspection(path, shared);
  }
  if (!inspected.ok()) return inspected.status();
  const std::vector<DamagedFile> files = (*inspected)->DamagedFiles();
  if (files.empty() && !(*inspected)->damage().empty()) {
    return CannotRepair(path, (*inspected)->damage().front());
  }
  std::vector<Family> damaged;
  for (const DamagedFile& file : files) {
    if (!Contains({std::begin(kDerived), std::end(kDerived)}, file.family)) {
      return CannotRepair(path, file.message);
    }
    damaged.push_back(file.family);
  }
  return damaged;
}

}  // namespace

absl::StatusOr<RepairReport> Repair(Database& database, const FsckOptions& options) {
  RepairReport report;
  FsckScope scope(database, options);
  CheckEverything(scope);
  report.before = scope.report;
  Rewriter rewriter(database);
  if (absl::Status status = RepairRows(scope, rewriter); !status.ok()) return status;
  report.rows_written = rewriter.written();
  report.rows_removed = rewriter.removed();
  if (absl::Status status = RemoveDamagedTexts(scope, rewriter); !status.ok()) return status;
  if (absl::Status status = rewriter.Finish(); !status.ok()) return status;
  report.texts_removed = rewriter.removed() - report.rows_removed;
  auto lost = ForgetLostTexts(scope, rewriter);
  if (!lost.ok()) return lost.status();
  report.texts_lost = *lost;
  absl::Status checkpoints = RepairCheckpoints(scope, rewriter, report);
  if (!checkpoints.ok()) return checkpoints;
  report.after = Fsck(database, options);
  return report;
}

absl::StatusOr<RepairReport> RepairDirectory(const std::string& path, SharedResources& shared,
                                             const FsckOptions& options) {
  auto damaged = FindDamagedFamilies(path, shared);
  if (!damaged.ok()) return damaged.status();
  FsckReport before;
  std::vector<std::string> rebuilt;
  if (!damaged->empty()) {
    auto database = RocksDatabase::Open(path, shared, {.for_repair = true});
    if (!database.ok()) return database.status();
    before = Fsck(**database, options);
    absl::Status status = Recreate(**database, *damaged, rebuilt);
    if (!status.ok()) return status;
  }
  // Opened again: for_repair, RocksDB would wait for ever for a flush that has failed.
  auto database = RocksDatabase::Open(path, shared, {});
  if (!database.ok()) return database.status();
  auto report = Repair(**database, options);
  if (!report.ok()) return report;
  if (!damaged->empty()) report->before = std::move(before);
  report->rebuilt_families = std::move(rebuilt);
  if (absl::Status status = FinishRecreate(**database); !status.ok()) return status;
  if (absl::Status status = (*database)->Flush(); !status.ok()) return status;
  report->after = Fsck(**database, options);
  return report;
}

}  // namespace liggare::log
