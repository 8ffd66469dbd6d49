// Which event ids the node has recorded: what makes sending twice harmless.
// Private to this folder.
#ifndef EVENTSTORE_LOG_WRITE_RECORDED_IDS_H_
#define EVENTSTORE_LOG_WRITE_RECORDED_IDS_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"

namespace liggare::log {

// Where an id was recorded first, and with what.
struct FirstRecord {
  Recorded recorded;  // With duplicate set.
  std::string_view data;
  std::vector<DisclosureText> disclosures;  // Those that are still held.
  std::string entry;                        // What `data` looks into, if durable.
};

// Looks in every epoch of the own path and in the commit being built. Clients make
// UUIDv7, which rise with time, so hardly any id has to be looked up: those
// recorded lately are kept in memory, and an id above all earlier ones is new
// unless it is among them.
//
//   earlier ids                 older_           newer_
//   [ ... all <= floor_ ] | recorded after | recorded last |
//
// When newer_ is full it becomes older_, and floor_ rises. Not thread-safe.
class RecordedIds {
 public:
  // Both must outlive it; own_logs are the numbers of the own path's logs.
  RecordedIds(const Database& database, const EventLog& log, std::vector<uint32_t> own_logs);

  // Nothing if the id is new. The answer lives until the next commit.
  absl::StatusOr<std::optional<FirstRecord>> Find(std::string_view event_id) const;

  // The submission became an entry of the commit being built. `event_id` and
  // `submission` must live until Committed().
  void Add(std::string_view event_id, const Recorded& recorded, const Submission& submission);
  // An id that is never sent by others, such as that of a Received entry.
  void AddOwn(std::string_view event_id);

  // The commit is durable.
  void Committed() { pending_.clear(); }

 private:
  struct Pending {
    uint64_t index;
    uint64_t clock;
    int64_t recorded_at_ms;
    const Submission* submission;
  };
  struct Id {
    uint64_t high = 0;
    uint64_t low = 0;
    auto operator<=>(const Id&) const = default;
    template <typename H>
    friend H AbslHashValue(H hash, const Id& id) {
      return H::combine(std::move(hash), id.high, id.low);
    }
  };
  static Id ToId(std::string_view event_id);
  bool IsSurelyNew(const Id& id) const;
  void Remember(const Id& id);
  absl::StatusOr<std::optional<FirstRecord>> FindDurable(std::string_view event_id) const;

  const Database& database_;
  const EventLog& log_;
  const std::vector<uint32_t> own_logs_;
  Id floor_;          // Ids above it were recorded lately or never.
  Id older_ceiling_;  // The greatest id of older_ and before; the next floor_.
  Id greatest_;       // No recorded id is above this.
  absl::flat_hash_set<Id> older_;
  absl::flat_hash_set<Id> newer_;
  absl::flat_hash_map<Id, Pending> pending_;  // Of the commit being built.
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_WRITE_RECORDED_IDS_H_
