#include "eventstore/log/read/log_catalog.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/read/log_tiles.h"

namespace liggare::log {
namespace {

absl::Status Damaged(const std::string& log, const absl::Status& status) {
  return absl::DataLossError("log " + log + ": " + std::string(status.message()));
}

// Reads how far the log is stored, and its last entry.
absl::Status ReadEnd(const Database& database, HeldLog& log) {
  const auto cursor = database.NewCursor(Family::kEvents);
  cursor->SeekForPrev(keys::Encode(keys::EventKey{.log = log.number, .index = UINT64_MAX}));
  if (!cursor->Valid()) return cursor->status();
  const auto key = keys::ParseEventKey(cursor->key());
  if (!key || key->log != log.number) return absl::OkStatus();
  log.size = key->index + 1;
  // Of a log that ends in withheld entries the last clock is not known. What was
  // recorded since has seen every clock that was shown, so none is forgotten.
  if (merkle::IsWithheld(cursor->value())) return absl::OkStatus();
  const auto header = ParseEntryHeader(cursor->value());
  if (!header.ok() || header->log != log.name || header->index != key->index) {
    return absl::DataLossError("entry " + std::to_string(key->index) + " is not what it should be");
  }
  log.last_clock = header->clock;
  return absl::OkStatus();
}

absl::StatusOr<CatalogLog> LoadLog(const Database& database, uint32_t number, std::string name) {
  CatalogLog log = EmptyLog(std::move(name), number);
  if (absl::Status status = ReadEnd(database, log.held); !status.ok()) {
    return Damaged(log.held.name, status);
  }
  auto tree = LoadTree(database, number, log.held.size);
  if (!tree.ok()) return Damaged(log.held.name, tree.status());
  log.held.root = tree->Root();
  log.tree = std::make_shared<const merkle::Tree>(*std::move(tree));
  auto frozen = database.Get(Family::kMeta, keys::FrozenKey(number));
  if (!frozen.ok()) return frozen.status();
  log.held.frozen = frozen->has_value();
  return log;
}

// All but the name and number, which never change: NameOf gives out the name.
void CopyState(const CatalogLog& from, CatalogLog& to) {
  to.held.size = from.held.size;
  to.held.root = from.held.root;
  to.held.last_clock = from.held.last_clock;
  to.held.frozen = from.held.frozen;
  to.tree = from.tree;
}

}  // namespace

std::optional<uint64_t> EpochOf(std::string_view name, std::string_view path) {
  if (name.size() <= path.size() + 1 || name.substr(0, path.size()) != path ||
      name[path.size()] != '@') {
    return std::nullopt;
  }
  name.remove_prefix(path.size() + 1);
  uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), epoch);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return epoch;
}

CatalogLog EmptyLog(std::string name, uint32_t number) {
  CatalogLog log;
  log.held.name = std::move(name);
  log.held.number = number;
  log.held.root = merkle::EmptyRoot();
  log.tree = std::make_shared<const merkle::Tree>();
  return log;
}

absl::Status LogCatalog::Load(const Database& database) {
  std::vector<CatalogLog> logs;
  const auto cursor = database.NewCursor(Family::kMeta);
  for (cursor->Seek(std::string(1, keys::kLogNameTag)); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseLogMetaKey(cursor->key());
    if (!key || key->tag != keys::kLogNameTag) break;
    if (key->log != keys::kFirstLogNumber + logs.size()) {
      return absl::DataLossError("the log numbers have a gap before " + std::to_string(key->log));
    }
    auto log = LoadLog(database, key->log, std::string(cursor->value()));
    if (!log.ok()) return log.status();
    logs.push_back(*std::move(log));
  }
  if (!cursor->status().ok()) return cursor->status();
  Publish(std::move(logs));
  return absl::OkStatus();
}

void LogCatalog::Publish(std::vector<CatalogLog> logs) {
  const std::unique_lock lock(mutex_);
  for (CatalogLog& log : logs) {
    last_clock_ = std::max(last_clock_, log.held.last_clock);
    const size_t place = log.held.number - keys::kFirstLogNumber;
    if (place < logs_.size()) {
      CopyState(log, logs_[place]);
    } else {
      names_.emplace(log.held.name, log.held.number);
      logs_.push_back(std::move(log));
    }
  }
}

uint32_t LogCatalog::NextNumber() const {
  const std::shared_lock lock(mutex_);
  return static_cast<uint32_t>(keys::kFirstLogNumber + logs_.size());
}

std::optional<CatalogLog> LogCatalog::Find(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return logs_[found->second - keys::kFirstLogNumber];
}

std::vector<HeldLog> LogCatalog::All() const {
  const std::shared_lock lock(mutex_);
  std::vector<HeldLog> all;
  all.reserve(logs_.size());
  for (const CatalogLog& log : logs_) all.push_back(log.held);
  return all;
}

uint64_t LogCatalog::last_clock() const {
  const std::shared_lock lock(mutex_);
  return last_clock_;
}

uint32_t LogCatalog::LatestEpochOf(std::string_view path) const {
  const std::shared_lock lock(mutex_);
  uint32_t latest = 0;
  uint64_t latest_epoch = 0;
  for (const CatalogLog& log : logs_) {
    const auto epoch = EpochOf(log.held.name, path);
    if (!epoch || *epoch < latest_epoch) continue;
    latest = log.held.number;
    latest_epoch = *epoch;
  }
  return latest;
}

std::vector<HeldLog> LogCatalog::LogsOf(std::string_view path) const {
  const std::string prefix = std::string(path) + "@";
  const std::shared_lock lock(mutex_);
  std::vector<HeldLog> logs;
  for (auto at = names_.lower_bound(prefix); at != names_.end() && at->first.starts_with(prefix);
       ++at) {
    if (EpochOf(at->first, path)) logs.push_back(logs_[at->second - keys::kFirstLogNumber].held);
  }
  std::ranges::sort(logs, {}, &HeldLog::number);
  return logs;
}

std::vector<uint32_t> LogCatalog::EpochsOf(std::string_view path) const {
  std::vector<uint32_t> numbers;
  for (const HeldLog& log : LogsOf(path)) numbers.push_back(log.number);
  return numbers;
}

std::vector<uint64_t> LogCatalog::Sizes() const {
  const std::shared_lock lock(mutex_);
  std::vector<uint64_t> sizes(keys::kFirstLogNumber, 0);
  sizes.reserve(sizes.size() + logs_.size());
  for (const CatalogLog& log : logs_) sizes.push_back(log.held.size);
  return sizes;
}

const std::string* LogCatalog::NameOf(uint32_t number) const {
  const std::shared_lock lock(mutex_);
  const size_t place = number - keys::kFirstLogNumber;
  return place < logs_.size() ? &logs_[place].held.name : nullptr;
}

}  // namespace liggare::log
