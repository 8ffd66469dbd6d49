// How far every log is known: now, or as some node knew it at some moment.
#ifndef SERVICES_STATE_FRONTIER_H_
#define SERVICES_STATE_FRONTIER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "eventstore/log/read/event_log.h"

namespace liggare::state {

// Per log name, how many of its entries are known. A log that is absent is not
// known at all. A value.
class Frontier {
 public:
  struct Known {
    uint64_t size = 0;
    // The clock of the last known entry; 0 if that was not looked up, which is
    // right too: clocks rise within a log, so every later entry's is above it.
    uint64_t last_clock = 0;

    bool operator==(const Known&) const = default;
  };
  using Logs = std::map<std::string, Known, std::less<>>;

  void Set(std::string_view log, Known known);
  // Raises the size to at least this.
  void Include(std::string_view log, uint64_t size);

  uint64_t SizeOf(std::string_view log) const;
  bool Holds(std::string_view log, uint64_t index) const { return index < SizeOf(log); }
  // Whether every entry known to `other` is known here.
  bool Covers(const Frontier& other) const;
  const Logs& logs() const { return logs_; }
  bool operator==(const Frontier&) const = default;

 private:
  Logs logs_;
};

// The same without the logs of the nodes above `node`: what a node below the counties
// knew of subjects that do not concern it.
Frontier WithoutLogsAbove(const Frontier& frontier, std::string_view node);

// Shared by those that look at the same moment.
using FrontierRef = std::shared_ptr<const Frontier>;

// Everything that is held now.
Frontier FrontierNow(const log::EventLog& log);

}  // namespace liggare::state

#endif  // SERVICES_STATE_FRONTIER_H_
