#include "eventstore/log/read/purge.h"

#include "eventstore/log/bytes/keys.h"

namespace liggare::log {
namespace {

absl::StatusOr<uint64_t> ReadCount(const Database& database, std::string_view key) {
  auto stored = database.Get(Family::kMeta, key);
  if (!stored.ok()) return stored.status();
  if (!*stored) return 0;
  const auto count = keys::ParseInteger(**stored);
  if (!count) return absl::DataLossError(std::string(key.substr(1)) + " is damaged");
  return *count;
}

}  // namespace

absl::StatusOr<Erasures> ReadErasures(const Database& database) {
  const auto committed = ReadCount(database, keys::kErasuresKey);
  if (!committed.ok()) return committed.status();
  const auto purged = ReadCount(database, keys::kPurgedKey);
  if (!purged.ok()) return purged.status();
  return Erasures{.committed = *committed, .purged = *purged};
}

absl::Status PurgeIfOwed(Database& database) {
  const auto erasures = ReadErasures(database);
  if (!erasures.ok()) return erasures.status();
  if (erasures->purged == erasures->committed) return absl::OkStatus();
  if (absl::Status purged = database.Purge(Family::kDisclosures); !purged.ok()) return purged;
  Batch batch;
  batch.Put(Family::kMeta, keys::kPurgedKey, keys::EncodeInteger(erasures->committed));
  return database.Write(batch, Durability::kSynced);
}

}  // namespace liggare::log
