// How RocksDB is set. Private to this folder; only rocksdb_database.cc uses it.
#ifndef EVENTSTORE_LOG_DATABASE_ROCKSDB_OPTIONS_H_
#define EVENTSTORE_LOG_DATABASE_ROCKSDB_OPTIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "eventstore/log/database/database.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/write_buffer_manager.h"

namespace liggare::log {

// What every database of the process shares.
struct RocksShared {
  rocksdb::Env* env = nullptr;
  std::shared_ptr<rocksdb::Cache> block_cache;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
};

rocksdb::DBOptions DatabaseOptions(const RocksShared& shared);

// One for each Family, in the order of the enumeration.
std::vector<rocksdb::ColumnFamilyDescriptor> FamilyDescriptors(const RocksShared& shared);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_DATABASE_ROCKSDB_OPTIONS_H_
