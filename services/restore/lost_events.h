// The events of a lost directory that nobody above ever had: found, and recorded
// again in the new epoch under their own ids, naming their old place.
#ifndef SERVICES_RESTORE_LOST_EVENTS_H_
#define SERVICES_RESTORE_LOST_EVENTS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/restore/lost_directory.h"
#include "services/restore/restored_log.h"

namespace liggare::restore {

// An event of the lost directory, recorded again.
struct MovedEvent {
  log::LogIndex from;
  log::LogIndex to;
  std::string event_id;
};

// Walks the lost directory's own logs beyond what came back of them. Received and
// EpochOpened entries are not taken: they are the old epoch's own words, and what
// they tell of arrives again. For one use.
class LostEvents {
 public:
  // Both must outlive it.
  LostEvents(const LostDirectory& lost, RestoredLog& restored) : lost_(lost), restored_(restored) {}

  // UNAVAILABLE and the like only if something can't be written.
  absl::Status RecordAgain();

  const std::vector<MovedEvent>& moved() const { return moved_; }
  // What can't be read, a sentence each.
  const std::vector<std::string>& unreadable() const { return unreadable_; }

 private:
  using Place = std::pair<std::string, uint64_t>;

  absl::Status RecordAgain(const log::HeldLog& log);
  uint64_t CommonSize(const log::HeldLog& log) const;
  absl::Status Take(const log::HeldLog& log, uint64_t index);
  bool IsHeld(std::string_view event_id) const;
  std::vector<log::LogIndex> NewBasis(const v1::Event& event) const;
  absl::Status Flush();

  const LostDirectory& lost_;
  RestoredLog& restored_;
  std::vector<LostEvent> batch_;
  std::vector<MovedEvent> batch_places_;
  std::map<Place, uint64_t> new_index_;     // By old place.
  std::map<std::string, uint64_t> common_;  // By log: how much of it came back.
  std::vector<MovedEvent> moved_;
  std::vector<std::string> unreadable_;
};

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_LOST_EVENTS_H_
