// How callers share what there is a limited number of: whoever has some may take
// another only while it then has no more than is still free. One that floods gets
// half, the next half of the rest, and as places are given back they come to even
// shares; who comes after them finds room.
//
// Pure. The sequencer's queue shares alike (eventstore/log/write/command_queue.h).
#ifndef SERVICES_WORK_FAIR_SHARE_H_
#define SERVICES_WORK_FAIR_SHARE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace liggare::work {

// Counts places by caller. Not thread-safe.
class FairShare {
 public:
  explicit FairShare(size_t places_max) : places_max_(places_max) {}

  // Takes places for the caller. False, and nothing taken, if there are not so many,
  // or its share is used up.
  bool Take(std::string_view caller, size_t count = 1) {
    const size_t mine = Of(caller);
    const size_t free = places_max_ - all_;
    if (free < count || (mine > 0 && mine + 2 * count > free)) return false;
    all_ += count;
    taken_[std::string(caller)] += count;
    return true;
  }

  // Gives back places that were taken.
  void Give(std::string_view caller, size_t count = 1) {
    const auto found = taken_.find(caller);
    all_ -= count;
    found->second -= count;
    if (found->second == 0) taken_.erase(found);
  }

  size_t all() const { return all_; }
  // Places of one caller.
  size_t Of(std::string_view caller) const {
    const auto found = taken_.find(caller);
    return found == taken_.end() ? 0 : found->second;
  }

 private:
  const size_t places_max_;
  size_t all_ = 0;
  std::map<std::string, size_t, std::less<>> taken_;
};

}  // namespace liggare::work

#endif  // SERVICES_WORK_FAIR_SHARE_H_
