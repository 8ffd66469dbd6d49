#include "tests/testing/simulated_disk.h"

#include <algorithm>
#include <cstring>

namespace liggare::testing {
namespace {

using rocksdb::IOStatus;

// "/a//b/" is "/a/b".
std::string Plain(std::string_view path) {
  std::string plain;
  for (const char c : path) {
    if (c != '/' || plain.empty() || plain.back() != '/') plain += c;
  }
  if (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  return plain;
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

IOStatus NoSuchFile(const std::string& path) {
  return IOStatus::PathNotFound(path, "No such file or directory");
}

}  // namespace

struct SimulatedDisk::Inode {
  std::string path;  // Where it was last.
  bool is_directory = false;
  std::string bytes;
  size_t synced_bytes = 0;
  // Ranges below synced_bytes that a failed sync did not write.
  std::vector<std::pair<size_t, size_t>> unwritten = {};
};

SimulatedDisk::SimulatedDisk(uint64_t seed) : random_(seed) {
  const auto root = std::make_shared<Inode>(Inode{.path = "/", .is_directory = true, .bytes = ""});
  names_["/"] = root;
  durable_names_["/"] = root;
}

SimulatedDisk::~SimulatedDisk() = default;

uint64_t SimulatedDisk::Random(uint64_t end) { return random_() % end; }

void SimulatedDisk::CrashAt(uint64_t n) {
  const std::lock_guard lock(mutex_);
  crash_at_ = n == 0 ? 0 : operations_ + n;
}

void SimulatedDisk::Stop() {
  const std::lock_guard lock(mutex_);
  crashed_ = true;
  hold_syncs_ = false;
  sync_changed_.notify_all();
}

bool SimulatedDisk::crashed() const {
  const std::lock_guard lock(mutex_);
  return crashed_;
}

uint64_t SimulatedDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

IOStatus SimulatedDisk::Alive() const {
  return crashed_ ? IOStatus::IOError("the machine has stopped") : IOStatus::OK();
}

IOStatus SimulatedDisk::Begin() {
  if (!crashed_ && ++operations_ == crash_at_) crashed_ = true;
  return Alive();
}

void SimulatedDisk::Restart(End end) {
  const std::lock_guard lock(mutex_);
  crashed_ = false;
  crash_at_ = 0;
  if (end == End::kKilled) return;
  LoseNames();
  Names left;
  for (const auto& [path, file] : durable_names_) {
    // The old file stays as it is with whoever still has it open.
    auto copy = std::make_shared<Inode>(*file);
    copy->path = path;
    LoseBytes(*copy);
    left[path] = std::move(copy);
  }
  names_ = left;
  durable_names_ = std::move(left);
}

// Those that were not synced are lost from some point on. As on every journalling
// file system, no later change outlives an earlier one: RocksDB counts on it when it
// names a manifest in CURRENT before the directory was synced.
void SimulatedDisk::LoseNames() {
  enum { kNone, kAll, kFirst };
  const uint64_t kept = Random(3);
  size_t count = Random(unsynced_changes_.size() + 1);
  if (kept == kNone) count = 0;
  if (kept == kAll) count = unsynced_changes_.size();
  for (size_t i = 0; i < count; ++i) MakeDurable(unsynced_changes_[i]);
  unsynced_changes_.clear();
  DropOrphans();
}

void SimulatedDisk::MakeDurable(const NameChange& change) {
  for (const auto& [path, file] : change.names) {
    if (file == nullptr) {
      durable_names_.erase(path);
    } else {
      durable_names_[path] = file;
    }
  }
}

void SimulatedDisk::DropOrphans() {
  for (auto it = durable_names_.begin(); it != durable_names_.end();) {
    // Parents sort before their children.
    it = durable_names_.contains(ParentOf(it->first)) ? std::next(it) : durable_names_.erase(it);
  }
}

void SimulatedDisk::LoseBytes(Inode& file) {
  for (const auto& [begin, end] : file.unwritten) {
    std::fill(file.bytes.begin() + static_cast<ptrdiff_t>(begin),
              file.bytes.begin() + static_cast<ptrdiff_t>(std::min(end, file.bytes.size())), '\0');
  }
  const size_t unsynced = file.bytes.size() - file.synced_bytes;
  const uint64_t kept = Random(4);
  size_t left = 0;
  if (kept == 0) left = unsynced;
  if (kept >= 2) left = Random(unsynced + 1);
  file.bytes.resize(file.synced_bytes + left);
  file.synced_bytes = file.bytes.size();
}

void SimulatedDisk::LimitSpace(uint64_t bytes_max) {
  const std::lock_guard lock(mutex_);
  space_bytes_ = bytes_max;
}

void SimulatedDisk::FailSyncs(uint64_t count) {
  const std::lock_guard lock(mutex_);
  failing_syncs_ = count;
}

void SimulatedDisk::IgnoreDirectorySyncs(bool ignore) {
  const std::lock_guard lock(mutex_);
  ignore_directory_syncs_ = ignore;
}

void SimulatedDisk::FailReads(std::string part_of_path, uint64_t count) {
  const std::lock_guard lock(mutex_);
  failing_reads_ = {std::move(part_of_path), count};
}

void SimulatedDisk::FlipReads(std::string part_of_path, uint64_t count) {
  const std::lock_guard lock(mutex_);
  flipped_reads_ = {std::move(part_of_path), count};
}

void SimulatedDisk::FlipAtRest(const std::string& path, uint64_t offset, uint8_t mask) {
  const std::lock_guard lock(mutex_);
  char& byte = Find(Plain(path))->bytes.at(offset);
  byte = static_cast<char>(byte ^ mask);
}

void SimulatedDisk::HoldSyncs() {
  const std::lock_guard lock(mutex_);
  hold_syncs_ = true;
}

void SimulatedDisk::ReleaseSyncs() {
  const std::lock_guard lock(mutex_);
  hold_syncs_ = false;
  sync_changed_.notify_all();
}

void SimulatedDisk::AwaitHeldSync() {
  std::unique_lock lock(mutex_);
  sync_changed_.wait(lock, [this] { return held_syncs_ > 0; });
}

std::vector<std::string> SimulatedDisk::Paths() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, file] : names_) {
    if (!file->is_directory) paths.push_back(path);
  }
  return paths;
}

std::string SimulatedDisk::Contents(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return Find(Plain(path))->bytes;
}

uint64_t SimulatedDisk::TotalBytesLocked() const {
  uint64_t bytes = 0;
  for (const auto& [path, file] : names_) bytes += file->bytes.size();
  return bytes;
}

uint64_t SimulatedDisk::TotalBytes() const {
  const std::lock_guard lock(mutex_);
  return TotalBytesLocked();
}

uint64_t SimulatedDisk::FreeBytes() const {
  const std::lock_guard lock(mutex_);
  const uint64_t used = TotalBytesLocked();
  return used < space_bytes_ ? space_bytes_ - used : 0;
}

SimulatedDisk::File SimulatedDisk::Find(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

void SimulatedDisk::Change(NameChange change) {
  for (const auto& [path, file] : change.names) {
    if (file == nullptr) {
      names_.erase(path);
    } else {
      names_[path] = file;
      file->path = path;
    }
  }
  unsynced_changes_.push_back(std::move(change));
}

IOStatus SimulatedDisk::Open(const std::string& path, File* file) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Alive(); !status.ok()) return status;
  *file = Find(Plain(path));
  return *file == nullptr ? NoSuchFile(path) : IOStatus::OK();
}

IOStatus SimulatedDisk::Create(const std::string& path, File* file) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Begin(); !status.ok()) return status;
  const std::string plain = Plain(path);
  if (Find(ParentOf(plain)) == nullptr) return NoSuchFile(path);
  *file = std::make_shared<Inode>(Inode{.path = plain, .is_directory = false, .bytes = ""});
  Change({.directory = ParentOf(plain), .names = {{plain, *file}}});
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Append(Inode& file, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Alive(); !status.ok()) return status;
  if (IOStatus status = Begin(); !status.ok()) {
    file.bytes.append(bytes.substr(0, Random(bytes.size() + 1)));
    return status;
  }
  const uint64_t used = space_bytes_ == UINT64_MAX ? 0 : TotalBytesLocked();
  const uint64_t free = used < space_bytes_ ? space_bytes_ - used : 0;
  file.bytes.append(bytes.substr(0, free));
  return free < bytes.size() ? IOStatus::NoSpace("No space left on device", file.path)
                             : IOStatus::OK();
}

IOStatus SimulatedDisk::Read(Inode& file, uint64_t offset, size_t n, char* out, size_t* read) {
  const std::lock_guard lock(mutex_);
  *read = 0;
  if (IOStatus status = Alive(); !status.ok()) return status;
  const auto strikes = [&](ReadFault& fault) {
    if (fault.count == 0 || file.path.find(fault.part_of_path) == std::string::npos) return false;
    --fault.count;
    return true;
  };
  if (strikes(failing_reads_)) return IOStatus::IOError(file.path, "Input/output error");
  if (offset >= file.bytes.size()) return IOStatus::OK();
  *read = std::min(n, file.bytes.size() - offset);
  std::memcpy(out, file.bytes.data() + offset, *read);
  if (*read > 0 && strikes(flipped_reads_)) {
    char& byte = out[Random(*read)];
    byte = static_cast<char>(byte ^ (1 << Random(8)));
  }
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Sync(Inode& file) {
  std::unique_lock lock(mutex_);
  ++held_syncs_;
  sync_changed_.notify_all();
  sync_changed_.wait(lock, [this] { return !hold_syncs_; });
  --held_syncs_;
  if (IOStatus status = Begin(); !status.ok()) return status;
  const size_t begin = file.synced_bytes;
  file.synced_bytes = file.bytes.size();
  if (failing_syncs_ == 0) return IOStatus::OK();
  if (failing_syncs_ != UINT64_MAX) --failing_syncs_;
  if (begin < file.synced_bytes) file.unwritten.emplace_back(begin, file.synced_bytes);
  return IOStatus::IOError(file.path, "Input/output error");
}

IOStatus SimulatedDisk::Truncate(Inode& file, uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Begin(); !status.ok()) return status;
  file.bytes.resize(std::min<size_t>(size, file.bytes.size()));
  file.synced_bytes = std::min(file.synced_bytes, file.bytes.size());
  return IOStatus::OK();
}

IOStatus SimulatedDisk::MakeDirectory(const std::string& path, bool may_exist) {
  const std::lock_guard lock(mutex_);
  const std::string plain = Plain(path);
  if (const File found = Find(plain)) {
    const bool fine = may_exist && found->is_directory && !crashed_;
    return fine ? IOStatus::OK() : IOStatus::IOError(path, "File exists");
  }
  if (IOStatus status = Begin(); !status.ok()) return status;
  if (Find(ParentOf(plain)) == nullptr) return NoSuchFile(path);
  auto made = std::make_shared<Inode>(Inode{.path = plain, .is_directory = true, .bytes = ""});
  Change({.directory = ParentOf(plain), .names = {{plain, std::move(made)}}});
  return IOStatus::OK();
}

IOStatus SimulatedDisk::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Begin(); !status.ok()) return status;
  if (ignore_directory_syncs_) return IOStatus::OK();
  const std::string directory = Plain(path);
  std::erase_if(unsynced_changes_, [&](const NameChange& change) {
    if (change.directory != directory) return false;
    MakeDurable(change);
    return true;
  });
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Begin(); !status.ok()) return status;
  const std::string old_path = Plain(from);
  const File file = Find(old_path);
  if (file == nullptr) return NoSuchFile(from);
  Change({.directory = ParentOf(old_path), .names = {{old_path, nullptr}, {Plain(to), file}}});
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Delete(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Begin(); !status.ok()) return status;
  const std::string plain = Plain(path);
  if (Find(plain) == nullptr) return NoSuchFile(path);
  Change({.directory = ParentOf(plain), .names = {{plain, nullptr}}});
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Children(const std::string& path, std::vector<std::string>* names) {
  const std::lock_guard lock(mutex_);
  names->clear();
  if (IOStatus status = Alive(); !status.ok()) return status;
  const std::string plain = Plain(path);
  if (Find(plain) == nullptr) return NoSuchFile(path);
  for (const auto& [child, file] : names_) {
    if (child != "/" && ParentOf(child) == plain)
      names->push_back(child.substr(child.rfind('/') + 1));
  }
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Size(const std::string& path, uint64_t* bytes) {
  const std::lock_guard lock(mutex_);
  if (IOStatus status = Alive(); !status.ok()) return status;
  const File file = Find(Plain(path));
  if (file == nullptr) return NoSuchFile(path);
  *bytes = file->bytes.size();
  return IOStatus::OK();
}

bool SimulatedDisk::IsDirectory(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const File file = Find(Plain(path));
  return file != nullptr && file->is_directory;
}

}  // namespace liggare::testing
