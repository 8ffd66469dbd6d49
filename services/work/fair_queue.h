// What waits for a turn, by whose it is: callers take turns, each one's own in the
// order in which they came. A caller with a thousand waiting delays another's one
// by one.
//
//   a: a1 a2 a3 a4 ─┐
//   b: b1           ├──► a1 b1 c1 a2 c2 a3 a4
//   c: c1 c2       ─┘
#ifndef SERVICES_WORK_FAIR_QUEUE_H_
#define SERVICES_WORK_FAIR_QUEUE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "services/work/fair_share.h"

namespace liggare::work {

// Not thread-safe.
template <typename T>
class FairQueue {
 public:
  explicit FairQueue(size_t waiting_max) : share_(waiting_max) {}

  // False, and `item` left as it was, if the queue or the caller's share of it is
  // full.
  bool Add(const std::string& caller, T& item) {
    if (!share_.Take(caller)) return false;
    waiting_[caller].push_back(std::move(item));
    return true;
  }

  // The first of the caller whose turn it is; nothing if none waits.
  std::optional<T> Take() {
    if (waiting_.empty()) return {};
    auto turn = waiting_.upper_bound(last_);
    if (turn == waiting_.end()) turn = waiting_.begin();
    last_ = turn->first;
    std::optional<T> item = std::move(turn->second.front());
    turn->second.pop_front();
    if (turn->second.empty()) waiting_.erase(turn);
    share_.Give(last_);
    return item;
  }

 private:
  FairShare share_;
  std::map<std::string, std::deque<T>> waiting_;  // By caller.
  std::string last_;                              // Who was served last.
};

}  // namespace liggare::work

#endif  // SERVICES_WORK_FAIR_QUEUE_H_
