// Which logs have a place at a node: those that it holds, and those that a session lets
// in and that are not stored yet. What log_share.h allows is counted over both, so that
// several sessions of one child get no more than one.
//
// Thread-safe.
#ifndef SERVICES_REPLICATION_CHUNKS_LOG_SHARES_H_
#define SERVICES_REPLICATION_CHUNKS_LOG_SHARES_H_

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/read/event_log.h"

namespace liggare::replication {

class LogShares {
 public:
  // Begins with the logs that are held.
  explicit LogShares(const log::EventLog& log);

  // Gives the log a place, if there is room for it; once for each that takes it.
  bool Take(std::string_view log);
  // Entries of the log are held: it keeps its place.
  void Stored(std::string_view log);
  // Of these nothing is on its way any more. What is not held loses its place.
  void Release(const std::set<std::string, std::less<>>& logs);

 private:
  struct Place {
    bool held = false;
    int sessions = 0;  // That have let it in.
  };
  std::mutex mutex_;
  std::map<std::string, Place, std::less<>> placed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_LOG_SHARES_H_
