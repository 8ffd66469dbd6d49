// What a node that crashes again and again was asked, what it answered, and
// whether what it holds after each reopening agrees with that.
#ifndef TESTS_EVENTSTORE_LOG_CRASH_HISTORY_H_
#define TESTS_EVENTSTORE_LOG_CRASH_HISTORY_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"

namespace liggare::testing {

// Thread-safe.
class CrashHistory {
 public:
  // A sender's event number `turn` of this life goes to the node. Senders repeat
  // what was not acknowledged, so an id may come in several lives.
  void Attempted(int sender, const std::string& event_id, const std::string& data);
  void Acknowledged(const std::string& event_id, const log::Recorded& recorded);
  // Somebody was shown that the log has this root at this size: a subscriber, a
  // cosignature, a signed checkpoint.
  void Shown(const std::string& log, uint64_t size, const merkle::Hash& root);
  // The next life's order of sending begins.
  void NewLife();

  // Events that were sent and not acknowledged.
  std::vector<std::string> UnacknowledgedIds() const;
  uint64_t acknowledged() const;

  // Checks a node that was just opened, with gtest's expectations:
  // - its own log holds nothing that was not attempted, each event once, byte for
  //   byte, in each sender's order without a gap;
  // - everything acknowledged stands where the answer said;
  // - everything shown is still so, and the log goes on where it was;
  // - a check of the whole database finds nothing.
  void Check(const log::EventLog& log, const log::Database& database);

 private:
  struct Attempt {
    std::string data;
    std::optional<log::Recorded> answer;
  };
  struct Point {
    std::string log;
    uint64_t size = 0;
    merkle::Hash root = {};
  };
  std::map<std::string, uint64_t> CheckOwnEntries(const log::EventLog& log)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CheckAnswers(const std::map<std::string, uint64_t>& places)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CheckOrder(const std::map<std::string, uint64_t>& places)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable std::mutex mutex_;
  std::map<std::string, Attempt> attempts_ ABSL_GUARDED_BY(mutex_);       // By event id.
  std::map<int, std::vector<std::string>> sent_ ABSL_GUARDED_BY(mutex_);  // In this life.
  std::vector<Point> shown_ ABSL_GUARDED_BY(mutex_);
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_LOG_CRASH_HISTORY_H_
