#include "tests/testing/memory_database.h"

#include <utility>
#include <vector>

namespace liggare::testing {
namespace {

class MemoryCursor : public log::Cursor {
 public:
  explicit MemoryCursor(std::shared_ptr<const MemoryDatabase::Rows> rows)
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
  const std::shared_ptr<const MemoryDatabase::Rows> rows_;
  MemoryDatabase::Rows::const_iterator at_;
};

size_t Place(log::Family family) { return static_cast<size_t>(family); }

}  // namespace

MemoryDatabase::MemoryDatabase() {
  for (auto& rows : current_) rows = std::make_shared<Rows>();
}

MemoryDatabase::Rows& MemoryDatabase::MutableRows(log::Family family) {
  std::shared_ptr<Rows>& rows = current_[Place(family)];
  if (rows.use_count() > 1) rows = std::make_shared<Rows>(*rows);
  return *rows;
}

absl::Status MemoryDatabase::Write(const log::Batch& batch, log::Durability durability) {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return failure_;
  for (size_t i = 0; i < batch.size(); ++i) {
    const log::Batch::Operation operation = batch.operation(i);
    std::string key(operation.key);
    Rows& rows = MutableRows(operation.family);
    if (operation.is_delete) {
      rows.erase(key);
      buffered_.push_back({operation.family, std::move(key), std::nullopt});
    } else {
      rows[key] = std::string(operation.value);
      buffered_.push_back({operation.family, std::move(key), std::string(operation.value)});
    }
  }
  ++writes_;
  if (durability != log::Durability::kSynced) return absl::OkStatus();
  ++synced_writes_;
  for (Change& change : buffered_) {
    if (change.value) {
      synced_[Place(change.family)][change.key] = *std::move(change.value);
    } else {
      synced_[Place(change.family)].erase(change.key);
    }
  }
  buffered_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> MemoryDatabase::Get(log::Family family,
                                                               std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const Rows& rows = *current_[Place(family)];
  const auto found = rows.find(key);
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

std::unique_ptr<log::Cursor> MemoryDatabase::NewCursor(log::Family family) const {
  const std::lock_guard lock(mutex_);
  return std::make_unique<MemoryCursor>(current_[Place(family)]);
}

absl::Status MemoryDatabase::Purge(log::Family) {
  const std::lock_guard lock(mutex_);
  if (purge_failure_.ok()) ++purges_;
  return purge_failure_;
}

void MemoryDatabase::FailPurges(absl::Status status) {
  const std::lock_guard lock(mutex_);
  purge_failure_ = std::move(status);
}

uint64_t MemoryDatabase::purges() const {
  const std::lock_guard lock(mutex_);
  return purges_;
}

std::unique_ptr<MemoryDatabase> MemoryDatabase::AfterCrash() const {
  const std::lock_guard lock(mutex_);
  auto left = std::make_unique<MemoryDatabase>();
  left->synced_ = synced_;
  for (size_t i = 0; i < synced_.size(); ++i) *left->current_[i] = synced_[i];
  return left;
}

void MemoryDatabase::FailWrites(absl::Status status) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(status);
}

uint64_t MemoryDatabase::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

uint64_t MemoryDatabase::synced_writes() const {
  const std::lock_guard lock(mutex_);
  return synced_writes_;
}

void MemoryDatabase::Overwrite(log::Family family, std::string_view key, std::string_view value) {
  const std::lock_guard lock(mutex_);
  MutableRows(family)[std::string(key)] = std::string(value);
  synced_[Place(family)][std::string(key)] = std::string(value);
}

void MemoryDatabase::Erase(log::Family family, std::string_view key) {
  const std::lock_guard lock(mutex_);
  MutableRows(family).erase(std::string(key));
  synced_[Place(family)].erase(std::string(key));
}

MemoryDatabase::Rows MemoryDatabase::Contents(log::Family family) const {
  const std::lock_guard lock(mutex_);
  return *current_[Place(family)];
}

}  // namespace liggare::testing
