#include "eventstore/log/database/rocksdb_options.h"

#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"

namespace liggare::log {
namespace {

constexpr uint64_t kKiB = 1024;
constexpr uint64_t kMiB = 1024 * kKiB;
constexpr double kBloomBitsPerKey = 10;

rocksdb::BlockBasedTableOptions TableOptions(Family family, const RocksShared& shared) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = shared.block_cache;
  table.format_version = 5;
  // Entries are read in runs, the rest row by row.
  table.block_size = family == Family::kEvents ? 16 * kKiB : 4 * kKiB;
  if (family == Family::kIds) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
    table.whole_key_filtering = true;
  }
  return table;
}

// What a key of subjects begins with: all but clock, log number and index.
class SubjectPrefix : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "liggare.SubjectPrefix"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), key.size() - kTailBytes};
  }
  bool InDomain(const rocksdb::Slice& key) const override { return key.size() > kTailBytes; }

 private:
  static constexpr size_t kTailBytes = 20;
};

// Keys that share such a prefix mostly come in rising order: the memtable then
// goes on where the last one went, which halves the cost of a commit.
std::shared_ptr<const rocksdb::SliceTransform> RisingPrefix(Family family) {
  constexpr size_t kLogNumberBytes = 4;
  constexpr size_t kMinutesBytes = 4;  // Of the milliseconds that begin a UUIDv7.
  switch (family) {
    case Family::kEvents:
      return std::shared_ptr<const rocksdb::SliceTransform>(
          rocksdb::NewFixedPrefixTransform(kLogNumberBytes));
    case Family::kIds:
      return std::shared_ptr<const rocksdb::SliceTransform>(
          rocksdb::NewFixedPrefixTransform(kMinutesBytes));
    case Family::kSubjects:
      return std::make_shared<SubjectPrefix>();
    default:
      return nullptr;
  }
}

rocksdb::ColumnFamilyOptions FamilyOptions(Family family, const RocksShared& shared) {
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(family, shared)));
  // Hashes, ids and signatures do not compress, keys are shortened by RocksDB; and
  // an entry that lies plainly in its file can be named when a byte has changed.
  options.compression = rocksdb::kNoCompression;
  // A memtable takes memory in arena blocks; an idle node should cost a few.
  options.arena_block_size = 64 * kKiB;
  options.write_buffer_size = family == Family::kEvents ? 16 * kMiB : 8 * kMiB;
  options.max_write_buffer_number = 4;
  options.memtable_insert_with_hint_prefix_extractor = RisingPrefix(family);
  return options;
}

// After a full disk RocksDB waits for space in a thread of its own and then goes on by
// itself: max_bgerror_resume_count does not stop that, only a listener does. A node
// that has failed to write stays closed until it is opened again.
class NoRecovery : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

// meta is in the family that every RocksDB has.
std::string ColumnFamilyName(Family family) {
  return family == Family::kMeta ? rocksdb::kDefaultColumnFamilyName : FamilyName(family);
}

}  // namespace

rocksdb::DBOptions DatabaseOptions(const RocksShared& shared) {
  rocksdb::DBOptions options;
  options.env = shared.env;
  options.write_buffer_manager = shared.write_buffers;
  options.paranoid_checks = true;
  // A record that a crash cut off was never acknowledged and is dropped; any other
  // damage to the write-ahead log must not be passed over (write_ahead_log.h).
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.max_bgerror_resume_count = 0;  // What has failed is not tried again by itself.
  options.listeners.push_back(std::make_shared<NoRecovery>());
  options.max_total_wal_size = 16 * kMiB;
  // With a write buffer manager given, this says only how far ahead of the
  // write-ahead log's end its file gets disk space; a hundred idle nodes would
  // otherwise hold 16 MiB each.
  options.db_write_buffer_size = kMiB;
  // What was read of a write-ahead log may be in the system's cache only: its process
  // was killed before the sync, or the sync failed. It is written again before anything
  // is built upon it. A node that was stopped in order has nothing there.
  options.avoid_flush_during_recovery = false;
  options.avoid_flush_during_shutdown = true;
  options.manifest_preallocation_size = 64 * kKiB;
  options.max_file_opening_threads = 1;
  options.skip_stats_update_on_db_open = true;
  options.max_open_files = 512;
  options.max_background_jobs = 2;
  // There is one writer.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = kMiB;
  options.keep_log_file_num = 2;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> FamilyDescriptors(const RocksShared& shared) {
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const Family family : kFamilies) {
    descriptors.emplace_back(ColumnFamilyName(family), FamilyOptions(family, shared));
  }
  return descriptors;
}

}  // namespace liggare::log
