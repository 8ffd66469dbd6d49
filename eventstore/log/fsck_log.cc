// Fsck of one log: entries, in their order, against everything derived from them.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "eventstore/log/entry.h"
#include "eventstore/log/fsck_scope.h"
#include "eventstore/log/keys.h"
#include "eventstore/merkle/tree.h"
#include "liggare/v1/entry.pb.h"

namespace liggare::log {
namespace {

constexpr uint64_t kProgressEntries = 10'000;
// How far to look, index by index, for the next entry that can be read.
constexpr uint64_t kUnreadableEntriesMax = 4'096;

// Checks one log. Entries are taken in windows of one tile:
//
//   window     [ 0 ........ 255 ][ 256 ....... 511 ][ 512 .. 600 ]
//   compared    with tile 0       with tile 1         with nothing stored
//
// Where an entry is missing or changed, the tree goes on with the leaf hash that
// the tile has, so that one fault is found once.
class LogCheck {
 public:
  LogCheck(FsckScope& scope, uint32_t number)
      : scope_(scope), number_(number), name_(scope.NameOf(number)), claims_(scope.claims[number]) {
    std::stable_sort(claims_.begin(), claims_.end(),
                     [](const RootClaim& a, const RootClaim& b) { return a.size < b.size; });
  }

  void Run();

 private:
  // What is known of one entry of the window.
  struct Leaf {
    std::optional<merkle::Hash> hash;  // Nothing if the entry is missing.
    bool suspect = false;              // Its id row has another hash.
  };

  void Add(Family family, std::optional<uint64_t> index, std::string message);
  void AddOf(const EntryHeader& header, Family family, std::string message);
  void TakeEntry(uint64_t index, std::string_view entry);
  void TakeMissing(uint64_t end);
  void CheckHeader(const EntryHeader& header, uint64_t index);
  void CheckIdRow(const EntryHeader& header, uint64_t index, Leaf& leaf);
  // Whether an id that names a later entry is right, for that entry has it too.
  bool IsRepeatedId(std::string_view event_id, uint64_t index, uint64_t later);
  void CheckSubjectRow(const EntryHeader& header, uint64_t index);
  void CheckReceived(const EntryHeader& header, uint64_t index);
  void PushLeaf(Leaf leaf);
  void CloseWindow();
  std::string StoredTile(merkle::TileId id);
  void Append(const merkle::Hash& leaf);
  void CheckClaims();
  void CheckClaimsBeyondEnd();
  // Where reading can go on after an error at `index`.
  uint64_t NextReadable(uint64_t index);

  FsckScope& scope_;
  const uint32_t number_;
  const std::string name_;
  std::vector<RootClaim>& claims_;  // By size.
  size_t next_claim_ = 0;
  uint64_t confirmed_size_ = 0;  // The greatest size with a claim that held.
  bool root_differs_ = false;
  bool tree_broken_ = false;  // A leaf hash is not known: no root can be computed.
  uint64_t next_index_ = 0;
  uint64_t last_clock_ = 0;
  std::vector<Leaf> window_;
  merkle::Tree tree_;
  std::vector<merkle::FullTile> full_tiles_;
};

void LogCheck::Add(Family family, std::optional<uint64_t> index, std::string message) {
  scope_.Add(
      {.family = FamilyName(family), .log = name_, .index = index, .message = std::move(message)});
}

void LogCheck::AddOf(const EntryHeader& header, Family family, std::string message) {
  scope_.Add({.family = FamilyName(family),
              .log = name_,
              .index = next_index_,
              .subject = std::string(header.data_header.subject),
              .event_id = Hex(header.data_header.event_id),
              .message = std::move(message)});
}

uint64_t LogCheck::NextReadable(uint64_t index) {
  for (uint64_t next = index + 1; next < index + kUnreadableEntriesMax; ++next) {
    const auto entry = scope_.database.Get(
        Family::kEvents, keys::Encode(keys::EventKey{.log = number_, .index = next}));
    if (entry.ok()) return next;
  }
  return UINT64_MAX;
}

void LogCheck::Run() {
  CheckClaims();
  for (uint64_t from = 0; from != UINT64_MAX;) {
    const auto cursor = scope_.database.NewCursor(Family::kEvents);
    cursor->Seek(keys::Encode(keys::EventKey{.log = number_, .index = from}));
    for (; cursor->Valid(); cursor->Next()) {
      const auto key = keys::ParseEventKey(cursor->key());
      if (!key || key->log != number_) break;
      if (key->index > next_index_) TakeMissing(key->index);
      TakeEntry(key->index, cursor->value());
    }
    if (cursor->status().ok()) break;
    Add(Family::kEvents, next_index_, "can't be read: " + std::string(cursor->status().message()));
    from = NextReadable(next_index_);
  }
  CloseWindow();
  CheckClaimsBeyondEnd();
  scope_.sizes[number_] = next_index_;
}

void LogCheck::TakeMissing(uint64_t end) {
  Add(Family::kEvents, next_index_,
      end == next_index_ + 1 ? "the entry is missing"
                             : "the entries up to " + std::to_string(end - 1) + " are missing");
  for (; next_index_ < end; ++next_index_) PushLeaf({});
}

void LogCheck::TakeEntry(uint64_t index, std::string_view entry) {
  Leaf leaf = {.hash = merkle::LeafHash(entry)};
  const auto header = ParseEntryHeader(entry);
  if (header.ok()) {
    CheckHeader(*header, index);
    CheckIdRow(*header, index, leaf);
    CheckSubjectRow(*header, index);
    if (header->data_header.type == kReceivedType && scope_.IsOwn(number_)) {
      CheckReceived(*header, index);
    }
    last_clock_ = header->clock;
  } else {
    Add(Family::kEvents, index,
        "the entry does not parse: " + std::string(header.status().message()));
    leaf.suspect = true;
  }
  PushLeaf(leaf);
  ++next_index_;
  if (++scope_.report.entries % kProgressEntries == 0 && scope_.options.progress) {
    scope_.options.progress(scope_.report.entries);
  }
}

void LogCheck::CheckHeader(const EntryHeader& header, uint64_t index) {
  if (header.log != name_) {
    AddOf(header, Family::kEvents, "the entry names the log " + std::string(header.log));
  }
  if (header.index != index) {
    AddOf(header, Family::kEvents, "the entry names the index " + std::to_string(header.index));
  }
  if (header.clock <= last_clock_) AddOf(header, Family::kEvents, "the clock does not rise");
}

void LogCheck::CheckIdRow(const EntryHeader& header, uint64_t index, Leaf& leaf) {
  const std::string_view event_id = header.data_header.event_id;
  const std::string row =
      scope_.Get(Family::kIds, keys::Encode(keys::IdKey{.event_id = event_id, .log = number_}));
  const auto value = keys::ParseIdValue(row);
  if (!value) {
    AddOf(header, Family::kIds,
          row.empty() ? "the entry's id row is missing" : "the entry's id row is damaged");
    leaf.suspect = true;  // Its id may be what has changed; a tile can tell.
    return;
  }
  if (value->index != index) {
    if (!IsRepeatedId(event_id, index, value->index)) {
      AddOf(header, Family::kIds,
            "the entry's id row names the index " + std::to_string(value->index));
    }
    return;
  }
  ++scope_.id_rows;
  if (value->leaf_prefix == keys::LeafPrefix(*leaf.hash)) return;
  leaf.suspect = true;
  AddOf(header, Family::kEvents, "the entry's bytes differ from the hash in its id row");
}

bool LogCheck::IsRepeatedId(std::string_view event_id, uint64_t index, uint64_t later) {
  if (later <= index) return false;
  const std::string entry =
      scope_.Get(Family::kEvents, keys::Encode(keys::EventKey{.log = number_, .index = later}));
  const auto header = ParseEntryHeader(entry);
  return header.ok() && header->data_header.event_id == event_id;
}

void LogCheck::CheckSubjectRow(const EntryHeader& header, uint64_t index) {
  const keys::SubjectRow key = {
      .subject = header.data_header.subject, .clock = header.clock, .log = number_, .index = index};
  const std::string row = scope_.Get(Family::kSubjects, keys::Encode(key));
  const auto type = keys::ParseType(row);
  if (!type) {
    AddOf(header, Family::kSubjects, "the entry's subject row is missing or damaged");
    return;
  }
  ++scope_.subject_rows;
  if (*type != header.data_header.type) {
    AddOf(header, Family::kSubjects,
          "the subject row has the event type " + std::to_string(*type) + ", the entry " +
              std::to_string(header.data_header.type));
  }
}

void LogCheck::CheckReceived(const EntryHeader& header, uint64_t index) {
  v1::EntryData data;
  if (!data.ParseFromArray(header.data.data(), static_cast<int>(header.data.size()))) {
    AddOf(header, Family::kEvents, "the Received does not parse");
    return;
  }
  for (const v1::LogState& state : data.received().logs()) {
    const auto number = scope_.numbers.find(state.log());
    const auto root = merkle::HashFromBytes(state.root());
    if (number == scope_.numbers.end() || !root) {
      AddOf(header, Family::kEvents, "the Received names a log that is not held: " + state.log());
      continue;
    }
    const keys::KnownKey key = {.own_log = number_, .log = number->second, .own_index = index};
    if (keys::ParseInteger(scope_.Get(Family::kKnown, keys::Encode(key))) == state.size()) {
      ++scope_.known_rows;
    } else {
      AddOf(header, Family::kKnown,
            "the row of " + state.log() + " is missing or differs from the Received");
    }
    scope_.claims[number->second].push_back(
        {.size = state.size(),
         .root = *root,
         .source = "the Received at " + name_ + " " + std::to_string(index)});
  }
}

void LogCheck::PushLeaf(Leaf leaf) {
  window_.push_back(std::move(leaf));
  if (window_.size() == merkle::kTileHashes) CloseWindow();
}

std::string LogCheck::StoredTile(merkle::TileId id) {
  std::string tile =
      scope_.Get(Family::kTiles, keys::Encode(keys::TileKey{.log = number_, .id = id}));
  if (tile.size() == merkle::kTileBytes) return tile;
  Add(Family::kTiles, {},
      "tile " + std::to_string(id.number) + " of level " + std::to_string(id.level) +
          " is missing or damaged");
  return "";
}

void LogCheck::CloseWindow() {
  const uint64_t first = tree_.size();
  std::string tile;
  if (window_.size() == merkle::kTileHashes && !tree_broken_) {
    tile = StoredTile({.level = 0, .number = first / merkle::kTileHashes});
  }
  for (size_t i = 0; i < window_.size() && !tree_broken_; ++i) {
    Leaf& leaf = window_[i];
    const auto stored = merkle::HashFromBytes(std::string_view(tile).substr(
        std::min(tile.size(), i * merkle::kHashBytes), merkle::kHashBytes));
    if (stored && leaf.hash && *stored != *leaf.hash) {
      Add(leaf.suspect ? Family::kEvents : Family::kTiles, first + i,
          leaf.suspect ? "the entry's bytes differ from the hash in its tile"
                       : "the tile's hash differs from the entry, which its id row confirms");
    }
    if (stored && (!leaf.hash || leaf.suspect)) leaf.hash = stored;
    tree_broken_ = !leaf.hash;
    if (!tree_broken_) Append(*leaf.hash);
  }
  window_.clear();
}

void LogCheck::Append(const merkle::Hash& leaf) {
  full_tiles_.clear();
  tree_.Append(leaf, full_tiles_);
  for (const merkle::FullTile& full : full_tiles_) {
    if (full.id.level == 0) continue;  // Compared hash by hash already.
    const std::string stored = StoredTile(full.id);
    if (!stored.empty() && stored != full.hashes) {
      Add(Family::kTiles, {},
          "tile " + std::to_string(full.id.number) + " of level " + std::to_string(full.id.level) +
              " differs from the entries");
    }
  }
  CheckClaims();
}

void LogCheck::CheckClaims() {
  for (; next_claim_ < claims_.size() && claims_[next_claim_].size == tree_.size(); ++next_claim_) {
    const RootClaim& claim = claims_[next_claim_];
    if (root_differs_) continue;
    if (claim.root == tree_.Root()) {
      confirmed_size_ = claim.size;
      continue;
    }
    root_differs_ = true;
    const std::string range = claim.size == 0
                                  ? ""
                                  : " (something has changed in the entries " +
                                        std::to_string(confirmed_size_) + " to " +
                                        std::to_string(claim.size - 1) + ", or in what says so)";
    Add(Family::kEvents, confirmed_size_,
        "the root at size " + std::to_string(claim.size) + " is not the one in " + claim.source +
            range);
  }
}

void LogCheck::CheckClaimsBeyondEnd() {
  if (tree_broken_ || next_claim_ == claims_.size()) return;
  const RootClaim& claim = claims_.back();
  Add(Family::kEvents, tree_.size(),
      claim.source + " is of size " + std::to_string(claim.size) + ", but the log ends at " +
          std::to_string(tree_.size()));
}

}  // namespace

void CheckLog(FsckScope& scope, uint32_t number) { LogCheck(scope, number).Run(); }

}  // namespace liggare::log
