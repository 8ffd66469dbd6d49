// A log in memory, with checkpoints that name their signer in plain text:
//
//   ckpt se/17@1 3 4f1c… by se/17 +se
#ifndef TESTS_SERVICES_REPLICATION_SIMULATED_LOG_H_
#define TESTS_SERVICES_REPLICATION_SIMULATED_LOG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/merkle/tree.h"
#include "services/replication/session/extent.h"

namespace liggare::replication {

struct SimulatedCheckpoint {
  Extent extent;
  std::string signer;
  std::string cosigners;  // " +se +se/17"

  std::string Text() const;
  static std::optional<SimulatedCheckpoint> Parse(const std::string& text);
};

// "checkpoint 3 by se/17 +se"
std::string CheckpointText(const std::string& checkpoint);

class SimulatedLog {
 public:
  explicit SimulatedLog(std::string name = "");

  void Append(std::string entry);
  // Forgets everything from `size` on, as a restored backup would.
  void Truncate(uint64_t size);

  uint64_t size() const { return entries_.size(); }
  const std::string& entry(uint64_t index) const { return entries_[index]; }
  Extent At(uint64_t size) const;
  Extent Held() const { return At(size()); }

  // Checkpoints of copies: those that came with chunks.
  std::map<uint64_t, std::string> checkpoints;
  bool frozen = false;

 private:
  std::string name_;
  std::vector<std::string> entries_;
  std::vector<merkle::Hash> roots_;  // By size.
  merkle::Tree tree_;
};

// An entry of `log`. Entries of kind "received" are those that nodes write when
// they store the entries of others.
std::string SimulatedEntry(const std::string& log, uint64_t index, int64_t clock_ms,
                           const std::string& kind);
// The first entry of an epoch that continues `previous`.
std::string SimulatedEpoch(const std::string& log, int64_t clock_ms, const Extent& previous);
bool IsReceived(const std::string& entry);

}  // namespace liggare::replication

#endif  // TESTS_SERVICES_REPLICATION_SIMULATED_LOG_H_
