// The bytes that docs/storage_format.md shows are those that the code makes.
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "liggare/v1/event.pb.h"
#include "tests/testing/paths.h"

namespace liggare::log {
namespace {

constexpr char kExampleLog[] = "se@1";

// What the document says of its example.
std::string Entry(uint64_t index) {
  v1::EventData data;
  std::string id("\x01\x90\x16\x40\x00\x00\x70\x00\x80\x00\x00\x00\x00\x00\x00\x00", kEventIdBytes);
  id[14] = static_cast<char>(index >> 8);
  id[15] = static_cast<char>(index);
  data.set_event_id(id);
  data.set_subject("anslag/2024");
  data.mutable_grant_rate_set()->set_rate_ore(39'577'400);
  const std::string bytes = data.SerializeAsString();
  const std::string principal = "spiffe://liggare.example/se/system/agresso";
  return EncodeEntry({.log = kExampleLog,
                      .index = index,
                      .clock = (uint64_t{1'709'280'000'000} << 16) + index,
                      .recorded_at_ms = 1'709'280'000'000,
                      .principal = principal,
                      .data = bytes,
                      .sender_signature = ""});
}

struct ExampleTree {
  merkle::Tree tree;
  std::vector<merkle::FullTile> full;
};
ExampleTree TreeOf(uint64_t size) {
  ExampleTree made;
  for (uint64_t i = 0; i < size; ++i) {
    made.tree.Append(merkle::LeafHash(Entry(i)), made.full);
  }
  return made;
}

std::map<std::string, std::string> Examples() {
  std::array<uint8_t, note::kSeedBytes> seed = {};
  std::iota(seed.begin(), seed.end(), uint8_t{0});
  const note::SigningKey key = note::SigningKey::FromSeed("liggare.example/se", seed).value();
  const ExampleTree tree = TreeOf(merkle::kTileHashes);
  const note::Checkpoint checkpoint = {.origin = std::string("liggare.example/") + kExampleLog,
                                       .size = merkle::kTileHashes,
                                       .root = tree.tree.Root()};
  return {
      {"entry-key", keys::Encode(keys::EventKey{.log = 1, .index = 1})},
      {"entry", Entry(1)},
      {"tile-key", keys::Encode(keys::TileKey{.log = 1, .id = tree.full.at(0).id})},
      {"tile", tree.full.at(0).hashes},
      {"checkpoint-key", keys::CheckpointKey(1, merkle::kTileHashes)},
      {"checkpoint", note::SignCheckpoint(checkpoint, key).Encode()},
  };
}

// What a block shows: bytes, and after a line with … the last ones.
struct Shown {
  std::string first;
  std::optional<std::string> last;
};

bool IsHex(const std::string& word) {
  return word.size() == 2 && word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The blocks that begin with ```hex <name>; in each line words of two digits, then what
// they mean.
std::map<std::string, Shown> Blocks() {
  std::map<std::string, Shown> blocks;
  std::ifstream document(testing::SourcePath("docs/storage_format.md"));
  Shown* block = nullptr;
  for (std::string line; std::getline(document, line);) {
    const std::string opening = "```hex ";
    if (line.starts_with("```")) {
      block = line.starts_with(opening) ? &blocks[line.substr(opening.size())] : nullptr;
      continue;
    }
    if (block == nullptr) continue;
    if (line.starts_with("\u2026")) block->last.emplace();
    std::string& bytes = block->last ? *block->last : block->first;
    std::istringstream words(line.substr(0, line.find("  ")));
    for (std::string word; words >> word && IsHex(word);) {
      bytes += static_cast<char>(std::stoi(word, nullptr, 16));
    }
  }
  return blocks;
}

std::string HexLines(const std::string& bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    char digits[4];
    std::snprintf(digits, sizeof(digits), "%02x", static_cast<uint8_t>(bytes[i]));
    text += std::string(digits) + (i % 16 == 15 ? "\n" : " ");
  }
  return text;
}

TEST(StorageDocumentTest, ShownBytesAreThoseOfTheCode) {
  const auto blocks = Blocks();
  const auto examples = Examples();
  EXPECT_EQ(blocks.size(), examples.size());
  for (const auto& [name, bytes] : examples) {
    ASSERT_TRUE(blocks.contains(name)) << name << ":\n" << HexLines(bytes);
    const Shown& shown = blocks.at(name);
    if (!shown.last) {
      EXPECT_EQ(HexLines(shown.first), HexLines(bytes)) << name;
      continue;
    }
    EXPECT_GE(shown.first.size() + shown.last->size(), 2 * merkle::kHashBytes) << name;
    EXPECT_EQ(HexLines(shown.first), HexLines(bytes.substr(0, shown.first.size()))) << name;
    EXPECT_EQ(HexLines(*shown.last), HexLines(bytes.substr(bytes.size() - shown.last->size())))
        << name;
  }
}

}  // namespace
}  // namespace liggare::log
