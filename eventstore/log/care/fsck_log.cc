// Fsck of one log: entries, in their order, against everything derived from them.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck_scope.h"
#include "eventstore/merkle/tree.h"
#include "liggare/v1/entry.pb.h"
#include "proto/text/hex.h"

namespace liggare::log {
namespace {

constexpr uint64_t kProgressEntries = 10'000;
// How far to look, index by index, for the next entry that can be read.
constexpr uint64_t kUnreadableEntriesMax = 4'096;
// Beyond as many missing in a row no tile helps the tree over the gap.
constexpr uint64_t kMissingEntriesMax = 1'000'000;

// Checks one log. Entries are taken in windows of one tile:
//
//   window     [ 0 ........ 255 ][ 256 ....... 511 ][ 512 .. 600 ]
//   compared    with tile 0       with tile 1         with nothing stored
//
// Where an entry is missing or changed, the tree goes on with the leaf hash that
// the tile has, so that one fault is found once. Where an entry and its id row differ,
// the tile says which of the two has changed, or else the next root that somebody
// claims.
class LogCheck {
 public:
  LogCheck(FsckScope& scope, uint32_t number)
      : scope_(scope),
        number_(number),
        name_(scope.NameOf(number)),
        is_latest_own_(scope.IsLatestOwn(number)),
        claims_(scope.claims[number]) {
    std::stable_sort(claims_.begin(), claims_.end(),
                     [](const RootClaim& a, const RootClaim& b) { return a.size < b.size; });
  }

  void Run();

 private:
  // What speaks against an entry.
  enum class Doubt {
    kNone,
    kIdRowDiffers,
    kNoIdRow,   // Of this index. Or the entry does not parse.
    kWithheld,  // There is its leaf hash alone.
  };
  // What is known of one entry of the window.
  struct Leaf {
    std::optional<merkle::Hash> hash;  // Nothing if the entry is missing.
    Doubt doubt = Doubt::kNone;
    FsckFinding place = {};  // Names the entry, if there is doubt.
  };

  void Add(Family family, std::optional<uint64_t> index, std::string message);
  void AddOf(const EntryHeader& header, Family family, std::string message);
  // A finding about the entry at next_index_, still without family and message.
  FsckFinding PlaceOf(const EntryHeader& header) const;
  void AddAt(FsckFinding place, Family family, std::string message);
  // Whether the row stands where its entry does not belong, behind a gap.
  bool IsMisplaced(uint64_t index, std::string_view entry);
  void TakeEntry(uint64_t index, std::string_view entry);
  void TakeWithheld(uint64_t index, Leaf& leaf);
  void TakeMissing(uint64_t end);
  void CheckHeader(const EntryHeader& header, uint64_t index);
  void CheckIdRow(const EntryHeader& header, uint64_t index, Leaf& leaf);
  // Whether an id that names a later entry is right, for that entry has it too.
  bool IsRepeatedId(std::string_view event_id, uint64_t index, uint64_t later);
  void CheckSubjectRow(const EntryHeader& header, uint64_t index);
  void CheckReceived(const EntryHeader& header, uint64_t index);
  void PushLeaf(Leaf leaf);
  void CloseWindow();
  void CompareWithTile(Leaf& leaf, const merkle::Hash& stored, uint64_t index);
  // The root of `size` entries is confirmed, or is not: so are the entries in doubt.
  void SettleDoubts(const std::string& confirmed_by);
  // Whether some id row names the entry, though it has another id.
  bool HasRowOfAnotherId(uint64_t index, std::string_view event_id);
  std::string StoredTile(merkle::TileId id);
  void Append(const merkle::Hash& leaf);
  void CheckClaims();
  void CheckClaimsBeyondEnd();
  // Takes the entries that can be read one by one, as far as is looked from `index` on.
  // Where to go on; nothing if there was none.
  std::optional<uint64_t> TakeSingly(uint64_t index);

  FsckScope& scope_;
  const uint32_t number_;
  const std::string name_;
  const bool is_latest_own_;
  std::vector<RootClaim>& claims_;  // By size.
  size_t next_claim_ = 0;
  uint64_t confirmed_size_ = 0;  // The greatest size with a claim that held.
  bool root_differs_ = false;
  bool tree_broken_ = false;  // A leaf hash is not known: no root can be computed.
  uint64_t next_index_ = 0;
  uint64_t last_clock_ = 0;
  std::vector<Leaf> window_;
  std::vector<Leaf> doubts_;  // Of the tree, that no tile settled.
  merkle::Tree tree_;
  // Of the entries alone, whatever tiles say: where a claim has its root, they are sound.
  merkle::Tree entries_tree_;
  bool entries_whole_ = true;  // None is missing so far, none is out of its place.
  uint64_t proven_size_ = 0;
  std::vector<merkle::FullTile> full_tiles_;
};

void LogCheck::Add(Family family, std::optional<uint64_t> index, std::string message) {
  scope_.Add(
      {.family = FamilyName(family), .log = name_, .index = index, .message = std::move(message)});
}

FsckFinding LogCheck::PlaceOf(const EntryHeader& header) const {
  return {.log = name_,
          .index = next_index_,
          .subject = std::string(header.data_header.subject),
          .event_id = text::Hex(header.data_header.event_id)};
}

void LogCheck::AddAt(FsckFinding place, Family family, std::string message) {
  place.family = FamilyName(family);
  place.message = std::move(message);
  scope_.Add(std::move(place));
}

void LogCheck::AddOf(const EntryHeader& header, Family family, std::string message) {
  AddAt(PlaceOf(header), family, std::move(message));
}

bool LogCheck::IsMisplaced(uint64_t index, std::string_view entry) {
  if (index == next_index_) return false;
  const auto header = ParseEntryHeader(entry);
  if (!header.ok() || (header->log == name_ && header->index == index)) return false;
  entries_whole_ = false;
  Add(Family::kEvents, index,
      "a row that belongs elsewhere: its entry is " + std::string(header->log) + " " +
          std::to_string(header->index));
  return true;
}

std::optional<uint64_t> LogCheck::TakeSingly(uint64_t index) {
  std::optional<uint64_t> end;
  for (uint64_t next = index; next < index + kUnreadableEntriesMax; ++next) {
    const auto entry = scope_.database.Get(
        Family::kEvents, keys::Encode(keys::EventKey{.log = number_, .index = next}));
    if (!entry.ok() || !entry->has_value() || next < next_index_) continue;
    if (next > next_index_) TakeMissing(next);
    TakeEntry(next, **entry);
    end = next + 1;
  }
  return end;
}

void LogCheck::Run() {
  CheckClaims();
  std::string said;
  for (std::optional<uint64_t> from = 0; from;) {
    const auto cursor = scope_.database.NewCursor(Family::kEvents);
    cursor->Seek(keys::Encode(keys::EventKey{.log = number_, .index = *from}));
    for (; cursor->Valid(); cursor->Next()) {
      const auto key = keys::ParseEventKey(cursor->key());
      if (!key || key->log != number_) break;
      if (IsMisplaced(key->index, cursor->value())) continue;
      if (key->index > next_index_) TakeMissing(key->index);
      TakeEntry(key->index, cursor->value());
    }
    if (cursor->status().ok()) break;
    std::string why = "can't be read: " + std::string(cursor->status().message());
    if (why != said) Add(Family::kEvents, next_index_, why);
    said = std::move(why);
    // Where no range can be read, single entries may be: of another file, whose entries
    // lie between those of the damaged block. What is tried moves on each time.
    from = TakeSingly(std::max(*from, next_index_));
  }
  CloseWindow();
  SettleDoubts("");
  CheckClaimsBeyondEnd();
  // Several faults at once may have blamed an entry that a root speaks for.
  if (entries_whole_ && next_index_ > 0 && proven_size_ == next_index_) {
    scope_.report.logs_with_damaged_entries.erase(name_);
  }
  scope_.sizes[number_] = next_index_;
}

void LogCheck::TakeMissing(uint64_t end) {
  Add(Family::kEvents, next_index_,
      end == next_index_ + 1 ? "the entry is missing"
                             : "the entries up to " + std::to_string(end - 1) + " are missing");
  entries_whole_ = false;
  if (end - next_index_ > kMissingEntriesMax) {
    tree_broken_ = true;
    window_.clear();
    next_index_ = end;
  }
  for (; next_index_ < end; ++next_index_) PushLeaf({});
}

void LogCheck::TakeEntry(uint64_t index, std::string_view entry) {
  Leaf leaf = {.hash = merkle::LeafOf(entry)};
  const auto header = ParseEntryHeader(entry);
  if (merkle::IsWithheld(entry)) {
    TakeWithheld(index, leaf);
  } else if (header.ok()) {
    CheckHeader(*header, index);
    CheckIdRow(*header, index, leaf);
    CheckSubjectRow(*header, index);
    if (header->data_header.type == kReceivedType && scope_.IsOwn(number_) &&
        leaf.doubt != Doubt::kIdRowDiffers) {
      CheckReceived(*header, index);
    }
    if (leaf.doubt != Doubt::kNone) leaf.place = PlaceOf(*header);
    scope_.TakeKeys(*header);
    last_clock_ = header->clock;
  } else {
    Add(Family::kEvents, index,
        "the entry does not parse: " + std::string(header.status().message()));
    leaf.doubt = Doubt::kNoIdRow;
    leaf.place = {.log = name_, .index = index};
  }
  PushLeaf(std::move(leaf));
  ++next_index_;
  if (++scope_.report.entries % kProgressEntries == 0 && scope_.options.progress) {
    scope_.options.progress(scope_.report.entries);
  }
}

void LogCheck::TakeWithheld(uint64_t index, Leaf& leaf) {
  leaf.doubt = Doubt::kWithheld;
  leaf.place = {.log = name_, .index = index};
  if (scope_.IsAbove(number_)) return;
  Add(Family::kEvents, index, "there is the entry's leaf hash alone, in a log that is held whole");
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
    leaf.doubt = Doubt::kNoIdRow;  // Its id may be what has changed; a tile can tell.
    return;
  }
  if (value->index != index) {
    leaf.doubt = Doubt::kNoIdRow;
    if (!IsRepeatedId(event_id, index, value->index)) {
      AddOf(header, Family::kIds,
            "the entry's id row names the index " + std::to_string(value->index));
    }
    return;
  }
  ++scope_.id_rows;
  if (value->leaf_prefix != keys::LeafPrefix(*leaf.hash)) leaf.doubt = Doubt::kIdRowDiffers;
}

bool LogCheck::IsRepeatedId(std::string_view event_id, uint64_t index, uint64_t later) {
  if (later <= index) return false;
  const std::string entry =
      scope_.Get(Family::kEvents, keys::Encode(keys::EventKey{.log = number_, .index = later}));
  const auto header = ParseEntryHeader(entry);
  return header.ok() && header->data_header.event_id == event_id;
}

void LogCheck::CheckSubjectRow(const EntryHeader& header, uint64_t index) {
  std::string row;
  for (const keys::SubjectRow& key : scope_.SubjectRowsOf(header, number_, index)) {
    row = scope_.Get(Family::kSubjects, keys::Encode(key));
    if (!row.empty()) break;
  }
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
         .source = "the Received at " + name_ + " " + std::to_string(index),
         .of_earlier_epoch = !is_latest_own_});
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
  for (size_t i = 0; i < window_.size(); ++i) {
    Leaf& leaf = window_[i];
    const auto stored = merkle::HashFromBytes(std::string_view(tile).substr(
        std::min(tile.size(), i * merkle::kHashBytes), merkle::kHashBytes));
    entries_whole_ = entries_whole_ && leaf.hash;
    if (entries_whole_) entries_tree_.Append(*leaf.hash, full_tiles_);
    if (stored) {
      CompareWithTile(leaf, *stored, first + i);
    } else if (leaf.doubt != Doubt::kNone && leaf.doubt != Doubt::kWithheld && leaf.hash) {
      doubts_.push_back({.hash = leaf.hash, .doubt = leaf.doubt, .place = std::move(leaf.place)});
    }
    tree_broken_ = tree_broken_ || !leaf.hash;
    if (!tree_broken_) Append(*leaf.hash);
  }
  window_.clear();
}

void LogCheck::CompareWithTile(Leaf& leaf, const merkle::Hash& stored, uint64_t index) {
  const bool agrees = leaf.hash && *leaf.hash == stored;
  if (agrees && leaf.doubt == Doubt::kIdRowDiffers) {
    AddAt(std::move(leaf.place), Family::kIds,
          "the hash in the id row differs from the entry, which its tile confirms");
  } else if (!agrees && leaf.hash && leaf.doubt == Doubt::kNone) {
    Add(Family::kTiles, index, "the tile's hash differs from the entry, which its id row confirms");
  } else if (!agrees && leaf.hash) {
    AddAt(std::move(leaf.place), Family::kEvents,
          "the entry's bytes differ from the hash in its tile");
  }
  if (!leaf.hash || leaf.doubt != Doubt::kNone) leaf.hash = stored;
}

void LogCheck::SettleDoubts(const std::string& confirmed_by) {
  for (Leaf& leaf : doubts_) {
    FsckFinding& place = leaf.place;
    if (leaf.doubt == Doubt::kIdRowDiffers && !confirmed_by.empty()) {
      AddAt(std::move(place), Family::kIds,
            "the hash in the id row differs from the entry, which " + confirmed_by + " confirms");
    } else if (leaf.doubt == Doubt::kIdRowDiffers) {
      AddAt(std::move(place), Family::kEvents,
            "the entry's bytes differ from the hash in its id row; nothing else says which of the "
            "two has changed");
    } else if (confirmed_by.empty() && HasRowOfAnotherId(*place.index, place.event_id)) {
      AddAt(std::move(place), Family::kEvents, "the entry's bytes have changed: it had another id");
    }
  }
  doubts_.clear();
}

bool LogCheck::HasRowOfAnotherId(uint64_t index, std::string_view event_id) {
  const auto cursor = scope_.database.NewCursor(Family::kIds);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseIdKey(cursor->key());
    const auto value = keys::ParseIdValue(cursor->value());
    const bool names = key && value && key->log == number_ && value->index == index;
    if (names && text::Hex(key->event_id) != event_id) return true;
  }
  return false;
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
    if (entries_whole_ && entries_tree_.Root() == claim.root) proven_size_ = claim.size;
    if (root_differs_) continue;
    if (claim.root == tree_.Root()) {
      confirmed_size_ = claim.size;
      SettleDoubts(claim.source);
      continue;
    }
    root_differs_ = true;
    SettleDoubts("");
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
  const auto later =
      std::find_if(claims_.begin() + static_cast<ptrdiff_t>(next_claim_), claims_.end(),
                   [](const RootClaim& claim) { return !claim.of_earlier_epoch; });
  if (later == claims_.end()) return;
  const RootClaim& claim = *later;
  Add(Family::kEvents, tree_.size(),
      claim.source + " is of size " + std::to_string(claim.size) + ", but the log ends at " +
          std::to_string(tree_.size()));
}

}  // namespace

void CheckLog(FsckScope& scope, uint32_t number) { LogCheck(scope, number).Run(); }

}  // namespace liggare::log
