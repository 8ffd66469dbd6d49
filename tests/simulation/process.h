// One life of a node: the product's own parts, from the event log to the sessions,
// over a simulated disk, clock and network, stepped in one thread. What node.cc
// wires in liggared is wired here.
//
//   events ──► Wake ──► Work: a closure of a strand
//                  └──► Commit: one batch of the sequencer
//
// It dies as a process does: at once, in the destructor, without a word.
#ifndef TESTS_SIMULATION_PROCESS_H_
#define TESTS_SIMULATION_PROCESS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "services/hosting/hosted_node.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/drive/replication_node.h"
#include "services/replication/drive/session_driver.h"
#include "services/state/state_reader.h"
#include "services/work/backoff.h"
#include "services/work/strand.h"
#include "services/work/timer.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/network.h"
#include "tests/simulation/node_keys.h"
#include "tests/simulation/plants.h"

namespace liggare::simulation {

class Misdeeds;

// What can be odd about a process while it runs.
struct ProcessTemper {
  uint32_t protocol_version = 1;  // That its greetings name.
  int64_t commit_max_us = 8'000;  // How long a sync takes, at most.
  Misdeeds* misdeeds = nullptr;   // Of a hostile member; null of an honest one.
};

class Process {
 public:
  struct Parts {
    Network& network;
    Disk& disk;
    std::string name;  // Of the machine.
    std::string path;  // Of the node.
    std::function<int64_t()> now_ms;
    Random random;
    std::string evidence_directory;
    const ProcessTemper& temper;
    const Plants& plants;
    // The disk stopped in the middle of a write: called last of all.
    std::function<void()> crashed;
  };
  // Opens what the disk holds, and dials the parent.
  static absl::StatusOr<std::unique_ptr<Process>> Start(Parts parts);
  ~Process();

  const std::string& name() const { return parts_.name; }
  const std::string& path() const { return parts_.path; }
  int64_t now_ms() const { return parts_.now_ms(); }
  // False while the disk has stopped and the process does not know it yet.
  bool alive() const { return !parts_.disk.crashed(); }
  const hosting::HostedNode& hosted() const { return *hosted_; }
  work::WorkerPool& workers() { return workers_; }
  log::EventLog& log() { return *log_; }
  log::Sequencer& sequencer() { return *sequencer_; }
  state::StateReader& states() { return *states_; }
  replication::ReplicationNode& replication() { return *replication_; }

  // Something was posted: it must be worked on soon.
  void Wake();
  std::shared_ptr<replication::SessionDriver> MakeSession(replication::Side side,
                                                          const std::string& peer,
                                                          replication::FrameStream& stream);
  // Its last touch on a frame that it sends.
  void Speak(v1::Frame& frame) const;
  // Records an event of a type that only a later version of the product knows, as a
  // node of that version does.
  void RecordLaterType();
  // Records an event that no judge is asked about, as a hostile member can.
  void RecordUnjudged(const v1::EventData& event);
  // Dials the parent, though a call is there already; not again when it is over.
  void DialOnceMore();

 private:
  class StepTimer;
  class LaterJudge;
  explicit Process(Parts parts);
  void Open(std::unique_ptr<log::EventLog> log);
  // Calls the method after a while, unless the process has died by then.
  void After(int64_t delay_us, void (Process::*method)());
  void Dial();
  void Work();
  void Commit();
  void OnCallDone(const absl::Status& why, bool lived);

  Parts parts_;
  const std::shared_ptr<bool> lives_ = std::make_shared<bool>(true);
  work::WorkerPool workers_{0};
  std::unique_ptr<work::Timer> timer_;
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<replication::KeyRegistry> keys_;
  std::unique_ptr<state::StateReader> states_;
  std::unique_ptr<LaterJudge> judge_;
  std::unique_ptr<log::Sequencer> sequencer_;
  std::unique_ptr<replication::ReplicationNode> replication_;
  std::unique_ptr<log::EventLog::Subscription> visible_;
  std::optional<hosting::HostedNode> hosted_;
  work::Backoff backoff_;
  bool work_planned_ = false;
  bool commit_planned_ = false;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_PROCESS_H_
