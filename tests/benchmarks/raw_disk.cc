#include "tests/benchmarks/raw_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>

#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

namespace liggare::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kValueBytes = 512;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string RandomValue(std::mt19937_64& random) {
  std::string value(kValueBytes, 0);
  for (size_t i = 0; i < kValueBytes; i += 8) {
    const uint64_t bits = random();
    std::copy_n(reinterpret_cast<const char*>(&bits), 8, value.data() + i);
  }
  return value;
}

std::string RisingKey(uint64_t n) {
  std::string key(16, 0);
  for (int i = 0; i < 8; ++i) key[15 - i] = static_cast<char>(n >> (8 * i));
  return key;
}

}  // namespace

absl::StatusOr<double> AppendSyncRate(const std::string& directory, std::chrono::seconds duration) {
  const std::string path = directory + "/raw_append";
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
  if (file < 0) return absl::UnavailableError("cannot open " + path);
  const std::string value(kValueBytes, 'x');
  uint64_t count = 0;
  const auto start = Clock::now();
  bool failed = false;
  while (!failed && Clock::now() - start < duration) {
    failed = write(file, value.data(), value.size()) != static_cast<ssize_t>(value.size()) ||
             fdatasync(file) != 0;
    ++count;
  }
  const double rate = count / SecondsSince(start);
  close(file);
  unlink(path.c_str());
  if (failed) return absl::UnavailableError("cannot write " + path);
  return rate;
}

absl::StatusOr<double> RocksDbRate(const std::string& directory, int batch,
                                   std::chrono::seconds duration) {
  const std::string path = directory + "/raw_rocksdb";
  std::filesystem::remove_all(path);
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  if (auto status = rocksdb::DB::Open(options, path, &opened); !status.ok()) {
    return absl::UnavailableError(status.ToString());
  }
  std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::mt19937_64 random(1);
  uint64_t count = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < duration) {
    rocksdb::WriteBatch writes;
    for (int i = 0; i < batch; ++i) writes.Put(RisingKey(count++), RandomValue(random));
    if (auto status = db->Write(synced, &writes); !status.ok()) {
      return absl::UnavailableError(status.ToString());
    }
  }
  const double rate = count / SecondsSince(start);
  db.reset();
  std::filesystem::remove_all(path);
  return rate;
}

}  // namespace liggare::benchmarks
