#include "tests/testing/fault_file_system.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rocksdb/file_system.h"

namespace liggare::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus ReadSlice(SimulatedDisk& disk, SimulatedDisk::Inode& file, uint64_t offset, size_t n,
                   Slice* result, char* scratch) {
  size_t read = 0;
  IOStatus status = disk.Read(file, offset, n, scratch, &read);
  *result = Slice(scratch, read);
  return status;
}

class SequentialFile : public rocksdb::FSSequentialFile {
 public:
  SequentialFile(SimulatedDisk& disk, SimulatedDisk::File file)
      : disk_(disk), file_(std::move(file)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    IOStatus status = ReadSlice(disk_, *file_, offset_, n, result, scratch);
    offset_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t n) override {
    offset_ += n;
    return IOStatus::OK();
  }

 private:
  SimulatedDisk& disk_;
  const SimulatedDisk::File file_;
  uint64_t offset_ = 0;
};

class RandomAccessFile : public rocksdb::FSRandomAccessFile {
 public:
  RandomAccessFile(SimulatedDisk& disk, SimulatedDisk::File file)
      : disk_(disk), file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return ReadSlice(disk_, *file_, offset, n, result, scratch);
  }

 private:
  SimulatedDisk& disk_;
  const SimulatedDisk::File file_;
};

class WritableFile : public rocksdb::FSWritableFile {
 public:
  WritableFile(SimulatedDisk& disk, SimulatedDisk::File file, uint64_t size)
      : disk_(disk), file_(std::move(file)), size_(size) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    size_ += data.size();
    return disk_.Append(*file_, {data.data(), data.size()});
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    size_ = size;
    return disk_.Truncate(*file_, size);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return disk_.Sync(*file_); }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }

 private:
  SimulatedDisk& disk_;
  const SimulatedDisk::File file_;
  uint64_t size_;
};

class Directory : public rocksdb::FSDirectory {
 public:
  Directory(SimulatedDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return disk_.SyncDirectory(path_); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  SimulatedDisk& disk_;
  const std::string path_;
};

class SilentLogger : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
  size_t GetLogFileSize() const override { return 0; }

 protected:
  rocksdb::Status CloseImpl() override { return rocksdb::Status::OK(); }
};

class Lock : public rocksdb::FileLock {};

class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultFileSystem(SimulatedDisk& disk)
      : FileSystemWrapper(FileSystem::Default()), disk_(disk) {}
  const char* Name() const override { return "liggare.FaultFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext*) override {
    SimulatedDisk::File file;
    IOStatus status = disk_.Open(path, &file);
    if (status.ok()) *result = std::make_unique<SequentialFile>(disk_, std::move(file));
    return status;
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    SimulatedDisk::File file;
    IOStatus status = disk_.Open(path, &file);
    if (status.ok()) *result = std::make_unique<RandomAccessFile>(disk_, std::move(file));
    return status;
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext*) override {
    SimulatedDisk::File file;
    IOStatus status = disk_.Create(path, &file);
    if (status.ok()) *result = std::make_unique<WritableFile>(disk_, std::move(file), 0);
    return status;
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext* debug) override {
    SimulatedDisk::File file;
    uint64_t size = 0;
    if (!disk_.Size(path, &size).ok()) return NewWritableFile(path, options, result, debug);
    IOStatus status = disk_.Open(path, &file);
    if (status.ok()) *result = std::make_unique<WritableFile>(disk_, std::move(file), size);
    return status;
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("ReuseWritableFile");
  }
  IOStatus NewRandomRWFile(const std::string&, const FileOptions&,
                           std::unique_ptr<rocksdb::FSRandomRWFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("NewRandomRWFile");
  }
  IOStatus NewMemoryMappedFileBuffer(const std::string&,
                                     std::unique_ptr<rocksdb::MemoryMappedFileBuffer>*) override {
    return IOStatus::NotSupported("NewMemoryMappedFileBuffer");
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) override {
    if (!disk_.IsDirectory(path)) return IOStatus::PathNotFound(path, "No such file or directory");
    *result = std::make_unique<Directory>(disk_, path);
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    SimulatedDisk::File file;
    IOStatus status = disk_.Open(path, &file);
    return status.IsPathNotFound() ? IOStatus::NotFound() : status;
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* names,
                       IODebugContext*) override {
    return disk_.Children(path, names);
  }
  IOStatus GetChildrenFileAttributes(const std::string& path, const IOOptions& options,
                                     std::vector<rocksdb::FileAttributes>* result,
                                     IODebugContext* debug) override {
    return FileSystem::GetChildrenFileAttributes(path, options, result, debug);
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_.Delete(path);
  }
  IOStatus Truncate(const std::string& path, size_t size, const IOOptions&,
                    IODebugContext*) override {
    SimulatedDisk::File file;
    IOStatus status = disk_.Open(path, &file);
    return status.ok() ? disk_.Truncate(*file, size) : status;
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_.MakeDirectory(path, false);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_.MakeDirectory(path, true);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_.Delete(path);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* bytes,
                       IODebugContext*) override {
    return disk_.Size(path, bytes);
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute,
                           IODebugContext*) override {
    *absolute = path;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    return disk_.Rename(from, to);
  }
  IOStatus LinkFile(const std::string&, const std::string&, const IOOptions&,
                    IODebugContext*) override {
    return IOStatus::NotSupported("LinkFile");
  }
  IOStatus NumFileLinks(const std::string&, const IOOptions&, uint64_t* count,
                        IODebugContext*) override {
    *count = 1;
    return IOStatus::OK();
  }
  IOStatus AreFilesSame(const std::string& a, const std::string& b, const IOOptions&, bool* same,
                        IODebugContext*) override {
    *same = a == b;
    return IOStatus::OK();
  }
  IOStatus LockFile(const std::string&, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    *lock = new Lock;
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    delete lock;
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* result,
                     IODebugContext*) override {
    *result = std::make_shared<SilentLogger>();
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, uint64_t* bytes,
                        IODebugContext*) override {
    *bytes = disk_.FreeBytes();
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_directory,
                       IODebugContext*) override {
    *is_directory = disk_.IsDirectory(path);
    return IOStatus::OK();
  }

 private:
  SimulatedDisk& disk_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> MakeFaultEnv(SimulatedDisk& disk) {
  return rocksdb::NewCompositeEnv(std::make_shared<FaultFileSystem>(disk));
}

}  // namespace liggare::testing
