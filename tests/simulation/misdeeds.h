// What a hostile member of the simulated tree does: it runs the product, signs with its own
// key whatever it likes, and changes what it says before it is sent. Which misdeeds, and how
// often, its seed decides.
#ifndef TESTS_SIMULATION_MISDEEDS_H_
#define TESTS_SIMULATION_MISDEEDS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "eventstore/log/read/event_log.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/replication_service.pb.h"
#include "tests/simulation/random.h"

namespace liggare::simulation {

enum class Misdeed {
  kForgesCosignatures,  // In an acknowledgement, in the names of those above.
  kAddsForeignLines,    // To the checkpoints of its chunks.
  kLiesInFrontier,      // It holds other sizes and roots, of its own logs and the peer's.
  kChangesBytes,        // Of entries of its own and of those that it relays.
  kOpensEpochs,         // That continue what they must not.
  kAcknowledgesMore,    // Than it was sent, and other roots.
  kSignsTwoRoots,       // For one size of its own log.
  kWritesAboutOthers,   // Without authority: reports, enrolments, closings, revocations.
  kWritesFigures,       // That no form allows.
};
inline constexpr int kMisdeedCount = 9;
const char* MisdeedName(Misdeed misdeed);

// Not thread-safe.
class Misdeeds {
 public:
  // `others` are the paths of the nodes that it may write about.
  Misdeeds(std::string path, std::vector<std::string> others, Random random);

  // Changes, or leaves, a frame that its node, with this log, is about to send.
  void Distort(v1::Frame& frame, const log::EventLog& log, int64_t now_ms);
  // Whether it records what no judge admits.
  bool writes() const;
  // The next such event.
  v1::EventData NextEvent(int64_t now_ms);

  // How often it has done what.
  const std::map<Misdeed, uint64_t>& done() const { return done_; }

 private:
  // Whether it does it this time.
  bool Does(Misdeed misdeed);
  bool Has(Misdeed misdeed) const;
  void Distort(v1::Frontier& frontier);
  void Distort(v1::Acknowledged& acknowledged);
  void Distort(v1::Chunk& chunk, const log::EventLog& log, int64_t now_ms);
  void ChangeBytes(v1::Chunk& chunk);
  void OpenEpoch(v1::Chunk& chunk, const log::EventLog& log, int64_t now_ms);
  void SignAnotherRoot(v1::Chunk& chunk, const log::EventLog& log);
  // The note with lines in others' names.
  std::string WithForgedLines(const std::string& note, int count);
  v1::EventData AboutAnother();
  v1::EventData WithFigures();
  std::string AnyOther() { return others_[random_.Below(others_.size())]; }
  std::string Bytes(size_t count);

  const std::string path_;
  const std::vector<std::string> others_;
  Random random_;
  int percent_ = 0;  // Of frames.
  std::vector<Misdeed> has_;
  std::map<Misdeed, uint64_t> done_;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_MISDEEDS_H_
