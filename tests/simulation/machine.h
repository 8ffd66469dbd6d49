// A machine that runs one node: its disk and clock, which last, and the process,
// which comes and goes. A supervisor starts the process again when it has died or
// has closed itself for writing.
#ifndef TESTS_SIMULATION_MACHINE_H_
#define TESTS_SIMULATION_MACHINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/disk.h"
#include "tests/simulation/network.h"
#include "tests/simulation/process.h"

namespace liggare::simulation {

class Machine {
 public:
  struct Parts {
    Network& network;
    std::string name;
    std::string evidence_directory;
    Plants plants;
    Random random;
  };
  explicit Machine(Parts parts);
  ~Machine();

  const std::string& name() const { return parts_.name; }
  std::string path() const { return PathOfMachine(parts_.name); }
  bool retired() const { return retired_; }
  Disk& disk() { return disk_; }
  const Disk& disk() const { return disk_; }
  ProcessTemper& temper() { return temper_; }
  // Null while it is down.
  Process* process() const { return process_.get(); }

  // Its wall clock, which may be wrong.
  int64_t now_ms() const;
  int64_t clock_ahead_ms() const { return clock_ahead_ms_; }
  void SetClockAhead(int64_t ms) { clock_ahead_ms_ = ms; }

  // Starts the process, and keeps starting it whenever it ends, unless `stay_down`.
  void Start();
  enum class Death {
    kProcess,  // Killed: its connections break, its writes are with the system.
    kPower,    // The machine stops: the peers are not told, the journal is lost in part.
  };
  void Kill(Death death, int64_t down_us);
  // Stops for good.
  void Retire();

  // A backup is taken, and the newest put back; the process must be down, and is
  // started after `down_us`.
  void Backup() {
    backup_ = Disk::Copy(disk_);
    has_backup_ = true;
  }
  bool has_backup() const { return has_backup_; }
  void RestoreBackup(int64_t down_us);
  // Takes on what another machine's disk holds; the process must be down.
  void CloneFrom(const Machine& other);
  // An empty disk is put in its place; the process must be started.
  void LoseDisk();
  // The process is ended, and stays down until EndRepair; the new contents of the
  // disk, if any, are the checker's to know already.
  void BeginRepair();
  void EndRepair(const Disk::Families* contents);
  bool in_repair() const { return in_repair_; }

 private:
  void TryStart();
  void Supervise();
  void StartLater(int64_t delay_us);
  void End(Death death);

  Parts parts_;
  Disk disk_;
  Disk::Families backup_;
  bool has_backup_ = false;
  ProcessTemper temper_;
  int64_t clock_ahead_ms_ = 0;
  bool retired_ = false;
  bool in_repair_ = false;
  uint64_t starts_planned_ = 0;
  std::unique_ptr<Process> process_;
};

// The wall clock of the world: what a right clock shows.
int64_t TrueNowMs(const Scheduler& scheduler);

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_MACHINE_H_
