// Files of RocksDB changed behind its back, in every way and at every kind of place:
// fsck ends, and finds it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <iterator>

#include "eventstore/log/care/fsck.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/event_log.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::log {
namespace {

namespace fs = std::filesystem;
using testing::ScratchDirectory;
using testing::TestNode;

constexpr auto kPatience = std::chrono::seconds(60);
constexpr int kEntries = 300;
constexpr size_t kPlacesOfTable = 60;
// RocksDB's footer (format.h) is of a fixed length: what its two handles leave of it is
// read by nobody, and nothing is lost if it changes.
constexpr size_t kFooterBytes = 53;

// `what` does not end: nothing can stop the thread that runs it, so the program ends.
template <typename Result>
Result WithinPatience(const std::string& what, std::function<Result()> run) {
  std::future<Result> done = std::async(std::launch::async, std::move(run));
  if (done.wait_for(kPatience) != std::future_status::ready) {
    std::cerr << "[  FAILED  ] fsck did not end in 60 s after this: " << what << std::endl;
    _exit(1);
  }
  return done.get();
}

class DamagedFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = RocksDatabase::Open(whole_, shared_, {.create_if_missing = true});
    ASSERT_TRUE(database.ok()) << database.status();
    {
      TestNode node(**database, "se/17");
      node.RecordSome(kEntries);
    }
    ASSERT_TRUE((*database)->Flush().ok());
    database->reset();
    for (const auto& file : fs::directory_iterator(whole_)) {
      if (file.path().extension() == ".sst") tables_.push_back(file.path().filename());
    }
    ASSERT_GT(tables_.size(), 3U);
  }

  // A copy of the directory to be changed.
  fs::path Copy() {
    const fs::path copy = scratch_ / "copy";
    fs::remove_all(copy);
    fs::copy(whole_, copy, fs::copy_options::recursive);
    return copy;
  }

  // Whether fsck says that something is wrong with the directory.
  bool IsFound(const fs::path& directory, const std::string& what) {
    return WithinPatience<bool>(what, [this, directory] {
      const auto report = FsckDirectory(directory, shared_, {.findings_max = 10});
      return !report.ok() || !report->ok();
    });
  }

  ScratchDirectory scratch_;
  const std::string whole_ = scratch_ / "whole";
  SharedResources shared_;
  std::vector<fs::path> tables_;
};

TEST_F(DamagedFilesTest, AByteOfAnyBlockIsFound) {
  EXPECT_FALSE(IsFound(Copy(), "nothing"));
  for (const fs::path& table : tables_) {
    const size_t bytes = fs::file_size(fs::path(whole_) / table);
    for (size_t n = 0; n < kPlacesOfTable; ++n) {
      const size_t at = n * (bytes - kFooterBytes - 1) / (kPlacesOfTable - 1);
      const fs::path copy = Copy();
      std::fstream file(copy / table, std::ios::binary | std::ios::in | std::ios::out);
      file.seekg(static_cast<std::streamoff>(at));
      const char changed = static_cast<char>(file.peek() ^ 0x20);
      file.seekp(static_cast<std::streamoff>(at));
      file.put(changed);
      file.close();
      const std::string what = table.string() + ": byte " + std::to_string(at) + " of " +
                               std::to_string(bytes) + " changed";
      EXPECT_TRUE(IsFound(copy, what)) << what;
    }
  }
}

// With what is read beyond a checksum that is wrong, RocksDB's assertions would end the
// process. The entries of the block are lost to whoever reads, so all of them are named.
TEST_F(DamagedFilesTest, EveryEntryOfADamagedBlockIsNamedWithItsIdAndSubject) {
  const fs::path copy = Copy();
  std::string entry;
  {
    auto database = RocksDatabase::OpenForInspection(whole_, shared_);
    ASSERT_TRUE(database.ok());
    auto log = EventLog::Open(**database, {.trust_domain = "", .path = "", .read_only = true});
    ASSERT_TRUE(log.ok()) << log.status();
    entry = *(*log)->Read("se/17@1", kEntries / 2);
  }
  for (const fs::path& table : tables_) {
    std::ifstream in(copy / table, std::ios::binary);
    std::string contents((std::istreambuf_iterator<char>(in)), {});
    const size_t at = contents.find(entry);
    if (at == std::string::npos) continue;
    contents[at + entry.size() / 2] ^= 1;
    std::ofstream(copy / table, std::ios::binary) << contents;
  }
  const auto report = FsckDirectory(copy, shared_, {});
  ASSERT_TRUE(report.ok()) << report.status();
  const auto names = [&](auto of) {
    return std::ranges::any_of(report->findings, [&](const FsckFinding& finding) {
      return finding.log == "se/17@1" && finding.index == kEntries / 2 && !of(finding).empty();
    });
  };
  EXPECT_TRUE(names([](const FsckFinding& finding) { return finding.event_id; }));
  EXPECT_TRUE(names([](const FsckFinding& finding) { return finding.subject; }));
}

TEST_F(DamagedFilesTest, ATableThatIsMissingCutEmptyOrAnotherIsFound) {
  for (size_t i = 0; i < tables_.size(); ++i) {
    const fs::path& table = tables_[i];
    const size_t bytes = fs::file_size(fs::path(whole_) / table);
    {
      const fs::path copy = Copy();
      fs::remove(copy / table);
      EXPECT_TRUE(IsFound(copy, table.string() + " removed"));
    }
    for (const size_t left : {size_t{0}, size_t{1}, bytes / 2, bytes - 100, bytes - 1}) {
      const fs::path copy = Copy();
      fs::resize_file(copy / table, left);
      const std::string what = table.string() + " cut to " + std::to_string(left);
      EXPECT_TRUE(IsFound(copy, what)) << what;
    }
    const fs::path copy = Copy();
    const fs::path& other = tables_[(i + 1) % tables_.size()];
    fs::copy_file(copy / other, copy / table, fs::copy_options::overwrite_existing);
    EXPECT_TRUE(IsFound(copy, table.string() + " replaced")) << table << " by " << other;
  }
}

}  // namespace
}  // namespace liggare::log
