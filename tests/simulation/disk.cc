#include "tests/simulation/disk.h"

#include <utility>

namespace liggare::simulation {
namespace {

class DiskCursor : public log::Cursor {
 public:
  explicit DiskCursor(std::shared_ptr<const Disk::Rows> rows)
      : rows_(std::move(rows)), at_(rows_->end()) {}
  void Seek(std::string_view key) override { at_ = rows_->lower_bound(key); }
  void SeekForPrev(std::string_view key) override {
    at_ = rows_->upper_bound(key);
    Prev();
  }
  bool Valid() const override { return at_ != rows_->end(); }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ == rows_->begin() ? rows_->end() : std::prev(at_); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  const std::shared_ptr<const Disk::Rows> rows_;
  Disk::Rows::const_iterator at_;
};

size_t Place(log::Family family) { return static_cast<size_t>(family); }

}  // namespace

Disk::Disk(Random random, Observer observer)
    : random_(random), observer_(std::move(observer)), rows_(Empty()) {}

Disk::Families Disk::Empty() {
  Families rows;
  for (auto& each : rows) each = std::make_shared<Rows>();
  return rows;
}

Disk::Families Disk::Copy(const Disk& from) {
  // Batches that are not synced may be in a backup; what matters is that it is a
  // state that the disk had.
  return from.rows_;
}

Disk::Rows& Disk::MutableRows(log::Family family) {
  std::shared_ptr<Rows>& rows = rows_[Place(family)];
  if (rows.use_count() > 1) rows = std::make_shared<Rows>(*rows);
  return *rows;
}

void Disk::Apply(const log::Batch& batch, std::vector<Undo>& undo) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const log::Batch::Operation operation = batch.operation(i);
    Rows& rows = MutableRows(operation.family);
    Undo before{operation.family, std::string(operation.key), std::nullopt};
    auto found = rows.find(operation.key);
    if (found != rows.end()) before.value = std::move(found->second);
    if (operation.is_delete) {
      if (found != rows.end()) rows.erase(found);
    } else if (found != rows.end()) {
      found->second = std::string(operation.value);
    } else {
      rows.emplace(before.key, operation.value);
    }
    undo.push_back(std::move(before));
  }
}

void Disk::Revert(const std::vector<Undo>& undo) {
  for (auto it = undo.rbegin(); it != undo.rend(); ++it) {
    Rows& rows = MutableRows(it->family);
    if (it->value) {
      rows[it->key] = *it->value;
    } else {
      rows.erase(it->key);
    }
  }
}

void Disk::MakeDurable() {
  std::vector<Written> durable = std::exchange(journal_, {});
  for (const Written& written : durable) observer_(written.batch);
}

absl::Status Disk::Write(const log::Batch& written, log::Durability durability) {
  if (crashed_) return absl::UnavailableError("the machine has stopped");
  if (!failure_.ok()) return failure_;
  if (full_) return failure_ = absl::UnavailableError("IO error: No space left on device");
  log::Batch batch = bug_ == DiskBug::kNone ? written : Spoilt(written);
  const bool synced = durability == log::Durability::kSynced;
  if (synced && fail_next_sync_) {
    if (*std::exchange(fail_next_sync_, {})) in_doubt_.push_back(std::move(batch));
    return failure_ = absl::UnavailableError("IO error: While fsync: Input/output error");
  }
  if (synced && crash_at_next_sync_) {
    crashed_ = true;
    if (*std::exchange(crash_at_next_sync_, {})) {
      MakeDurable();
      in_doubt_.push_back(std::move(batch));
    }
    return absl::UnavailableError("the machine has stopped");
  }
  Written& kept = journal_.emplace_back();
  Apply(batch, kept.undo);
  kept.batch = std::move(batch);
  if (synced && bug_ != DiskBug::kSyncIsALie) MakeDurable();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> Disk::Get(log::Family family,
                                                     std::string_view key) const {
  const Rows& rows = *rows_[Place(family)];
  const auto found = rows.find(key);
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

std::unique_ptr<log::Cursor> Disk::NewCursor(log::Family family) const {
  return std::make_unique<DiskCursor>(rows_[Place(family)]);
}

void Disk::Die(bool power_lost) {
  crashed_ = true;
  size_t kept = journal_.size();
  if (power_lost) kept = random_.Below(journal_.size() + 1);
  while (journal_.size() > kept) {
    Revert(journal_.back().undo);
    journal_.pop_back();
    in_doubt_.clear();  // It came after what was lost.
  }
  MakeDurable();
}

void Disk::Reopen() {
  crashed_ = false;
  failure_ = absl::OkStatus();
  fail_next_sync_.reset();
  crash_at_next_sync_.reset();
  for (const log::Batch& batch : std::exchange(in_doubt_, {})) {
    std::vector<Undo> undo;
    Apply(batch, undo);
    observer_(batch);
  }
}

void Disk::Restore(const Families& copy) {
  rows_ = copy;
  journal_.clear();
  in_doubt_.clear();
}

std::optional<std::string> Disk::DamageAnEntry() {
  Rows& rows = MutableRows(log::Family::kEvents);
  if (rows.empty()) return {};
  auto row = rows.begin();
  std::advance(row, random_.Below(rows.size()));
  row->second[random_.Below(row->second.size())] ^= 1;
  return row->first;
}

log::Batch Disk::Spoilt(const log::Batch& batch) {
  log::Batch spoilt;
  for (size_t i = 0; i < batch.size(); ++i) {
    const log::Batch::Operation operation = batch.operation(i);
    std::string value(operation.value);
    const bool now = random_.Chance(5);
    if (operation.family == log::Family::kEvents) {
      if (bug_ == DiskBug::kDropsEntry && now) continue;
      if (bug_ == DiskBug::kChangesEntry && now) value.back() ^= 1;
    }
    if (operation.family == log::Family::kIds && bug_ == DiskBug::kForgetsIds) continue;
    if (operation.family == log::Family::kSubjects && bug_ == DiskBug::kLosesSubject && now) {
      continue;
    }
    if (operation.is_delete) {
      spoilt.Delete(operation.family, operation.key);
    } else {
      spoilt.Put(operation.family, operation.key, value);
    }
  }
  return spoilt;
}

}  // namespace liggare::simulation
