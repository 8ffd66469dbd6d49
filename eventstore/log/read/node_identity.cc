#include "eventstore/log/read/node_identity.h"

#include <sys/random.h>

#include <optional>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"

namespace liggare::log {
namespace {

constexpr size_t kInstanceIdBytes = 16;

absl::StatusOr<std::string> NewInstanceId(const EventLog::Options& options) {
  std::string id(kInstanceIdBytes, '\0');
  if (options.random) {
    options.random(reinterpret_cast<uint8_t*>(id.data()), id.size());
    return id;
  }
  if (getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    return absl::InternalError("the system gave no randomness");
  }
  return id;
}

// A directory without a format version must be empty altogether.
absl::Status CheckEmpty(const Database& database) {
  for (const Family family : kFamilies) {
    const auto cursor = database.NewCursor(family);
    cursor->Seek("");
    if (!cursor->status().ok()) return cursor->status();
    if (cursor->Valid()) {
      return absl::DataLossError("the data directory has " + std::string(FamilyName(family)) +
                                 " but no format version");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<NodeIdentity> Begin(Database& database, const EventLog::Options& options) {
  if (absl::Status status = CheckEmpty(database); !status.ok()) return status;
  if (options.read_only) return absl::NotFoundError("the data directory holds no node");
  auto instance_id = NewInstanceId(options);
  if (!instance_id.ok()) return instance_id.status();
  Batch batch;
  batch.Put(Family::kMeta, keys::kFormatVersionKey, keys::EncodeInteger(keys::kDirectoryFormat));
  batch.Put(Family::kMeta, keys::kPathKey, options.path);
  batch.Put(Family::kMeta, keys::kTrustDomainKey, options.trust_domain);
  batch.Put(Family::kMeta, keys::kInstanceIdKey, *instance_id);
  batch.Put(Family::kMeta, keys::kBootCountKey, keys::EncodeInteger(1));
  batch.Put(Family::kMeta, keys::LogNameKey(keys::kFirstLogNumber),
            options.path + "@" + std::to_string(options.first_epoch));
  if (absl::Status status = database.Write(batch, Durability::kSynced); !status.ok()) return status;
  return NodeIdentity{.path = options.path,
                      .trust_domain = options.trust_domain,
                      .instance_id = *std::move(instance_id),
                      .boot_count = 1};
}

absl::StatusOr<uint64_t> ParseFormat(const std::string& stored) {
  const auto version = keys::ParseInteger(stored);
  if (!version) return absl::DataLossError("the format version is damaged");
  if (*version >= keys::kDirectoryFormatWithoutSeals && *version <= keys::kDirectoryFormat) {
    return *version;
  }
  return absl::FailedPreconditionError("the data directory has format version " +
                                       std::to_string(*version) + "; this program knows version " +
                                       std::to_string(keys::kDirectoryFormat));
}

// Gives every row of meta its seal.
absl::Status AddSeals(Database& database) {
  Batch batch;
  const auto cursor = database.NewCursor(Family::kMeta);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    if (!keys::IsSealKey(cursor->key())) batch.Put(Family::kMeta, cursor->key(), cursor->value());
  }
  if (!cursor->status().ok()) return cursor->status();
  batch.Put(Family::kMeta, keys::kFormatVersionKey, keys::EncodeInteger(keys::kDirectoryFormat));
  return database.Write(batch, Durability::kSynced);
}

absl::Status CheckNotUnderRepair(const Database& database) {
  auto repairing = database.Get(Family::kMeta, keys::kRepairKey);
  if (!repairing.ok()) return repairing.status();
  if (!repairing->has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "a repair of the data directory was begun and not finished; run liggare fsck --repair again");
}

absl::Status CheckBelongs(const std::string& what, const std::string& stored,
                          const std::string& expected, bool read_only) {
  if (stored == expected || (read_only && expected.empty())) return absl::OkStatus();
  return absl::FailedPreconditionError("the data directory belongs to the " + what + " " + stored +
                                       ", not " + expected);
}

absl::StatusOr<std::string> ReadText(const Database& database, std::string_view key) {
  auto value = database.Get(Family::kMeta, key);
  if (!value.ok()) return value.status();
  if (*value && !(*value)->empty()) return **std::move(value);
  return absl::DataLossError("the data directory lacks " + std::string(key.substr(1)));
}

absl::StatusOr<NodeIdentity> ReadIdentity(const Database& database) {
  auto path = ReadText(database, keys::kPathKey);
  if (!path.ok()) return path.status();
  auto trust_domain = ReadText(database, keys::kTrustDomainKey);
  if (!trust_domain.ok()) return trust_domain.status();
  auto instance_id = ReadText(database, keys::kInstanceIdKey);
  if (!instance_id.ok()) return instance_id.status();
  auto boots = ReadText(database, keys::kBootCountKey);
  if (!boots.ok()) return boots.status();
  const auto boot_count = keys::ParseInteger(*boots);
  if (instance_id->size() != kInstanceIdBytes || !boot_count) {
    return absl::DataLossError("the data directory's instance id or boot count is damaged");
  }
  return NodeIdentity{.path = *std::move(path),
                      .trust_domain = *std::move(trust_domain),
                      .instance_id = *std::move(instance_id),
                      .boot_count = *boot_count};
}

}  // namespace

absl::StatusOr<NodeIdentity> OpenIdentity(Database& database, const EventLog::Options& options) {
  auto format = database.Get(Family::kMeta, keys::kFormatVersionKey);
  if (!format.ok()) return format.status();
  if (!*format) return Begin(database, options);
  const auto version = ParseFormat(**format);
  if (!version.ok()) return version.status();
  absl::Status status = CheckNotUnderRepair(database);
  if (!status.ok()) return status;
  auto identity = ReadIdentity(database);
  if (!identity.ok()) return identity.status();
  status = CheckBelongs("path", identity->path, options.path, options.read_only);
  if (status.ok()) {
    status = CheckBelongs("trust domain", identity->trust_domain, options.trust_domain,
                          options.read_only);
  }
  if (!status.ok() || options.read_only) return status.ok() ? identity : status;
  if (*version == keys::kDirectoryFormatWithoutSeals) status = AddSeals(database);
  if (!status.ok()) return status;
  Batch batch;
  batch.Put(Family::kMeta, keys::kBootCountKey, keys::EncodeInteger(++identity->boot_count));
  status = database.Write(batch, Durability::kSynced);
  return status.ok() ? identity : status;
}

}  // namespace liggare::log
