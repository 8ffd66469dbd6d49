// A log as C2SP tlog-tiles: where the files are, what is in them, and what a directory
// that is there already is protected from.
#include "clients/cli/verify/tile_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "clients/cli/verify/tile_layout.h"
#include "clients/cpp/file_bytes.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/note/checkpoint.h"
#include "proto/error/error.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kOrigin[] = "liggare.test/se@1";

TEST(TileLayoutTest, NumbersAreWrittenInGroupsOfThreeDigits) {
  EXPECT_EQ(TilePath({.level = 0, .number = 0}, 256), "tile/0/000");
  EXPECT_EQ(TilePath({.level = 1, .number = 7}, 3), "tile/1/007.p/3");
  EXPECT_EQ(TilePath({.level = 0, .number = 1234067}, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({.level = 2, .number = 1000}, 255), "tile/2/x001/000.p/255");
  EXPECT_EQ(BundlePath(999, 256), "tile/entries/999");
  EXPECT_EQ(BundlePath(1000000, 1), "tile/entries/x001/x000/000.p/1");
}

TEST(TileLayoutTest, AnEntryStandsAfterItsLength) {
  std::string bundle;
  ASSERT_TRUE(AddToBundle("abc", bundle).ok());
  ASSERT_TRUE(AddToBundle(std::string(258, 'x'), bundle).ok());
  EXPECT_EQ(bundle.substr(0, 7), std::string("\0\3abc\1\2", 7));
  ASSERT_TRUE(AddToBundle(std::string(log::kEntryBytesMax, 'x'), bundle).ok());
  const size_t before = bundle.size();
  EXPECT_EQ(ErrorOf(AddToBundle(std::string(log::kEntryBytesMax + 1, 'x'), bundle)).code(),
            v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(bundle.size(), before);
}

class TileExportTest : public ::testing::Test {
 protected:
  static std::string Entry(uint64_t index) { return "the entry number " + std::to_string(index); }

  // The checkpoint of that many entries, of which `other` is another.
  static std::string CheckpointAt(uint64_t size, std::string_view origin = kOrigin,
                                  uint64_t other = UINT64_MAX) {
    merkle::Tree tree;
    std::vector<merkle::FullTile> full;
    for (uint64_t i = 0; i < size; ++i) {
      tree.Append(merkle::LeafHash(i == other ? "another" : Entry(i)), full);
    }
    const note::SigningKey key = note::SigningKey::Generate("liggare.test/se").value();
    return note::SignCheckpoint({std::string(origin), size, tree.Root()}, key).Encode();
  }

  // Exports `size` entries, of which `other` is another, or withheld.
  absl::Status Export(uint64_t size, uint64_t other = UINT64_MAX, bool withheld = false) {
    auto tiles = TileExport::Begin(directory_, kOrigin);
    if (!tiles.ok()) return tiles.status();
    for (uint64_t i = 0; i < size; ++i) {
      const std::string entry = i == other ? "another" : Entry(i);
      const merkle::Hash leaf = merkle::LeafHash(entry);
      absl::Status added =
          i == other && withheld ? (*tiles)->Add(merkle::HashBytes(leaf)) : (*tiles)->Add(entry);
      if (!added.ok()) return added;
    }
    left_out_ = (*tiles)->bundles_left_out();
    absl::Status finished = (*tiles)->Finish(CheckpointAt(size, kOrigin, other));
    left_out_ = (*tiles)->bundles_left_out();
    return finished;
  }

  // By path below the directory.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
      if (!entry.is_regular_file()) continue;
      files[fs::relative(entry.path(), directory_)] = client::ReadFile(entry.path()).value();
    }
    return files;
  }
  void Write(const std::string& path, const std::string& bytes) const {
    std::ofstream(directory_ + "/" + path, std::ios::binary) << bytes;
  }
  static v1::ErrorCode CodeOf(const absl::Status& status) { return ErrorOf(status).code(); }

  testing::ScratchDirectory scratch_;
  const std::string directory_ = scratch_ / "tiles";
  uint64_t left_out_ = 0;
};

TEST_F(TileExportTest, WritesTilesBundlesAndTheCheckpoint) {
  ASSERT_TRUE(Export(600).ok());
  const auto files = Files();
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files) names.push_back(name);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("checkpoint", "tile/0/000", "tile/0/001",
                                                     "tile/0/002.p/88", "tile/1/000.p/2",
                                                     "tile/entries/000", "tile/entries/001",
                                                     "tile/entries/002.p/88"));
  EXPECT_EQ(files.at("tile/0/000").size(), merkle::kTileBytes);
  EXPECT_EQ(files.at("tile/0/002.p/88").size(), 88 * merkle::kHashBytes);
  EXPECT_EQ(files.at("tile/0/001").substr(0, 32),
            std::string(merkle::HashBytes(merkle::LeafHash(Entry(256)))));
  EXPECT_THAT(files.at("tile/entries/002.p/88"), HasSubstr(Entry(599)));
}

// Whoever runs the web server may read the files once the owner opens the directory.
TEST_F(TileExportTest, TheDirectoryIsItsOwnersAndTheFilesAreReadable) {
  ASSERT_TRUE(Export(1).ok());
  EXPECT_EQ(fs::status(directory_).permissions(), fs::perms::owner_all);
  const fs::perms file = fs::status(directory_ + "/checkpoint").permissions();
  EXPECT_EQ(file & fs::perms::others_read, fs::perms::others_read);
}

TEST_F(TileExportTest, AnEmptyLogIsACheckpointAlone) {
  ASSERT_TRUE(Export(0).ok());
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(TileExportTest, RunAgainItGoesOnAndKeepsWhatIsThere) {
  ASSERT_TRUE(Export(255).ok());
  const auto before = Files();
  ASSERT_TRUE(Export(255).ok());
  EXPECT_EQ(Files().size(), before.size());
  ASSERT_TRUE(Export(70000).ok());
  const auto after = Files();
  for (const auto& [name, bytes] : before) {
    if (name == "checkpoint") continue;
    EXPECT_EQ(after.at(name), bytes) << name;
  }
  EXPECT_TRUE(after.contains("tile/2/000.p/1"));
  EXPECT_TRUE(after.contains("tile/1/000"));
  EXPECT_THAT(after.at("checkpoint"), HasSubstr("\n70000\n"));
}

TEST_F(TileExportTest, AnotherHistoryReplacesNothing) {
  ASSERT_TRUE(Export(300).ok());
  const auto before = Files();
  EXPECT_EQ(CodeOf(Export(400, 3)), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_EQ(CodeOf(Export(400, 299)), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_EQ(CodeOf(Export(300, 299)), v1::ERROR_CODE_VERIFICATION_FAILED);
  for (const auto& [name, bytes] : before) EXPECT_EQ(Files().at(name), bytes) << name;
}

TEST_F(TileExportTest, AChangedFileUnderTheCheckpointIsFoundAndLeft) {
  ASSERT_TRUE(Export(300).ok());
  for (const char* name : {"tile/0/000", "tile/entries/000"}) {
    std::string bytes = Files().at(name);
    const std::string good = bytes;
    bytes[100] ^= 1;
    Write(name, bytes);
    const absl::Status status = Export(400);
    EXPECT_EQ(CodeOf(status), v1::ERROR_CODE_VERIFICATION_FAILED) << name;
    EXPECT_THAT(ErrorOf(status).field(), HasSubstr(name));
    EXPECT_EQ(Files().at(name), bytes);
    Write(name, good);
  }
  EXPECT_TRUE(Export(400).ok());
}

TEST_F(TileExportTest, FewerEntriesThanTheDirectoryHasAreRefused) {
  ASSERT_TRUE(Export(300).ok());
  EXPECT_EQ(CodeOf(Export(299)), v1::ERROR_CODE_STEP_NOT_ALLOWED);
  EXPECT_THAT(Files().at("checkpoint"), HasSubstr("\n300\n"));
}

// Killed before the checkpoint: what is there was never shown under one.
TEST_F(TileExportTest, AnExportThatWasCutOffIsDoneAgain) {
  {
    auto tiles = TileExport::Begin(directory_, kOrigin);
    ASSERT_TRUE(tiles.ok());
    for (uint64_t i = 0; i < 300; ++i) ASSERT_TRUE((*tiles)->Add("of a lying server").ok());
  }
  Write("checkpoint.unfinished", "half");
  Write("tile/0/001.unfinished", "half");
  ASSERT_TRUE(Export(520).ok());
  EXPECT_EQ(Files().at("tile/0/000").substr(0, 32),
            std::string(merkle::HashBytes(merkle::LeafHash(Entry(0)))));
  EXPECT_FALSE(Files().contains("checkpoint.unfinished"));
  EXPECT_FALSE(Files().contains("tile/0/001.unfinished"));
}

TEST_F(TileExportTest, AForeignDirectoryIsNotTouched) {
  fs::create_directories(directory_);
  Write("letters.txt", "of somebody");
  EXPECT_EQ(CodeOf(Export(3)), v1::ERROR_CODE_ALREADY_EXISTS);
  EXPECT_EQ(Files().size(), 1u);
  fs::remove(directory_ + "/letters.txt");
  Write("checkpoint", "of somebody");
  EXPECT_EQ(CodeOf(Export(3)), v1::ERROR_CODE_ALREADY_EXISTS);
  Write("checkpoint", CheckpointAt(1, "liggare.test/se/17@1"));
  const absl::Status status = Export(3);
  EXPECT_EQ(CodeOf(status), v1::ERROR_CODE_ALREADY_EXISTS);
  EXPECT_THAT(ErrorOf(status).message(), HasSubstr("liggare.test/se/17@1"));
  EXPECT_EQ(Files().size(), 1u);
}

// A bundle needs every entry's bytes; a tile only their hashes.
TEST_F(TileExportTest, ABundleWithAnEntryThatIsWithheldIsLeftOut) {
  ASSERT_TRUE(Export(600, 300, /*withheld=*/true).ok());
  EXPECT_EQ(left_out_, 1u);
  const auto files = Files();
  EXPECT_TRUE(files.contains("tile/entries/000"));
  EXPECT_FALSE(files.contains("tile/entries/001"));
  EXPECT_TRUE(files.contains("tile/entries/002.p/88"));
  EXPECT_TRUE(files.contains("tile/0/001"));
  fs::remove_all(directory_);
  ASSERT_TRUE(Export(600, 599, /*withheld=*/true).ok());
  EXPECT_EQ(left_out_, 1u);
  EXPECT_FALSE(Files().contains("tile/entries/002.p/88"));
  EXPECT_TRUE(Files().contains("tile/0/002.p/88"));
}

}  // namespace
}  // namespace liggare::cli
