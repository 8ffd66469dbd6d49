// The state of one subject: its fields by path, each with the event that set it,
// and what could not take effect. A pure function of the entries of the subject
// and the frontier (fold.h); nothing of it is stored.
//
// A State is a value. Reading one from several threads is safe while no one
// folds into it.
#ifndef SERVICES_DOMAIN_STATE_STATE_H_
#define SERVICES_DOMAIN_STATE_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "liggare/v1/error.pb.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/form/value.h"
#include "services/domain/state/fold_entry.h"

namespace liggare::domain {

// Strings that repeat: logs, principals, actors. Only the last few are looked
// at, so adding costs little however many there are.
class StringTable {
 public:
  uint32_t Add(std::string_view text);
  const std::string& at(uint32_t id) const { return texts_[id]; }

 private:
  std::vector<std::string> texts_;
};

// An event that the state refers to. The uint32s are ids in State::strings.
struct EventPoint {
  uint64_t index = 0;
  uint64_t clock = 0;
  int64_t recorded_at_ms = 0;
  std::string event_id;
  int type = 0;
  uint32_t log = 0;
  uint32_t principal = 0;
  uint32_t actor_id = 0;
  uint32_t actor_role = 0;
  uint32_t actor_organisation = 0;
  uint32_t reason_code = 0;
  bool in_effect = true;  // Neither awaiting nor disregarded.
};

struct Field {
  FieldValue value;     // Nothing if an event removed it.
  uint32_t set_by = 0;  // In State::points.
  int owner = 0;        // The event type whose form it belongs to.
};

// Two events set `path` to different values, neither knowing the other. The
// later in order is in effect: the field's own value and set_by.
struct StateConflict {
  std::string path;
  FieldValue overridden;
  uint32_t overridden_by = 0;  // The event that lost, in State::points.
};

// An entry without effect until `log` is held beyond `index`.
struct AwaitingEntry {
  uint32_t point = 0;
  std::string log;
  uint64_t index = 0;
};

// How many entries without effect of each log a state shows. The others are counted: who
// writes many of them makes no state longer.
inline constexpr uint64_t kDisregardedShownMax = 3;

// How many fields the entries of one node may give a subject, those removed since among
// them: an entry beyond that has no effect.
inline constexpr uint64_t kFieldsOfWriterMax = 65'536;

// An entry that is kept but has no effect.
struct DisregardedEntry {
  uint32_t point = 0;
  v1::ErrorCode code = v1::ERROR_CODE_UNSPECIFIED;  // UNKNOWN_TYPE, NOT_AUTHORISED, …
  std::string message;
};

// Something that does not add up in the subject itself (report_kontroll.h).
struct KnownFinding {
  v1::Finding finding;
  uint32_t opened_by = 0;                // The event after which it was there.
  std::optional<uint32_t> corrected_by;  // The event after which it no longer was.
};

struct State {
  std::string subject;
  std::map<std::string, Field, std::less<>> fields;
  std::vector<EventPoint> points;
  std::vector<StateConflict> conflicts;
  std::vector<AwaitingEntry> awaiting;
  std::vector<DisregardedEntry> disregarded;                        // The first of each log.
  std::map<std::string, uint64_t, std::less<>> disregarded_counts;  // By log.
  std::map<std::string, KnownFinding, std::less<>> findings;        // By id; of reports.
  std::map<std::string, uint64_t, std::less<>> fields_made;         // By the path of the node.
  // Per log, the last index of the subject that was given to the fold, with or
  // without effect: the basis of the next entry, and a sender's `expected`.
  std::map<std::string, uint64_t, std::less<>> positions;
  uint64_t event_count = 0;  // Entries with effect.
  OrderKey last_key;         // Of the last entry given to the fold.
  bool empty = true;         // Whether no entry was given to the fold.
  StringTable strings;

  // Null if the path has no value.
  const FieldValue* Find(std::string_view path) const;
  // Nothing if the path has no value of that kind.
  std::optional<int64_t> Number(std::string_view path) const;
  std::optional<std::string_view> Text(std::string_view path) const;
  std::optional<bool> Flag(std::string_view path) const;
  bool Has(std::string_view path) const { return Find(path) != nullptr; }
  // The event that set the path, in `points`, which are in the order of the fold;
  // nothing if the path has no value.
  std::optional<uint32_t> SetBy(std::string_view path) const;

  // Calls visit(keys, field_name, value) for every valued field
  // `collection`[k1][k2].name, in path order; the views live during the call.
  template <typename Visit>
  void ForEachElement(std::string_view collection, Visit visit) const;

  // The sum of the numbers `collection`[…].`name`, whatever the key.
  int64_t SumOf(std::string_view collection, std::string_view name) const;
};

// The keys and the last part of an element's path.
struct ElementPath {
  std::vector<std::string_view> keys;
  std::string_view name;
};
// Of klienter[kvinna][30-49].antal with collection klienter: {kvinna, 30-49},
// antal. Nothing if the path is not of that form. Views into `path`.
std::optional<ElementPath> ParseElementPath(std::string_view collection, std::string_view path);

template <typename Visit>
void State::ForEachElement(std::string_view collection, Visit visit) const {
  std::string prefix(collection);
  prefix += '[';
  for (auto it = fields.lower_bound(prefix); it != fields.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    if (!HasValue(it->second.value)) continue;
    if (auto path = ParseElementPath(collection, it->first)) {
      visit(path->keys, path->name, it->second.value);
    }
  }
}

// True if a report is in effect in this state of a rapport/… subject.
bool IsReported(const State& state);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_STATE_STATE_H_
