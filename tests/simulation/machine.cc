#include "tests/simulation/machine.h"

#include <utility>

namespace liggare::simulation {
namespace {

constexpr int64_t kBeginningMs = 1'740'000'000'000;  // 2025-02-19.
constexpr int64_t kRetryUs = 3'000'000;              // Until a failed start is tried again.
constexpr int64_t kSuperviseUs = 5'000'000;

}  // namespace

int64_t TrueNowMs(const Scheduler& scheduler) { return kBeginningMs + scheduler.now_us() / 1'000; }

Machine::Machine(Parts parts)
    : parts_(std::move(parts)),
      disk_(Random(parts_.random.Next()), [this](const log::Batch& batch) {
        parts_.network.parts().checker.OnDurable(name(), batch);
      }) {
  disk_.Plant(parts_.plants.disk);
  Supervise();
}

Machine::~Machine() = default;

int64_t Machine::now_ms() const {
  return TrueNowMs(parts_.network.parts().scheduler) + clock_ahead_ms_;
}

void Machine::Start() { TryStart(); }

void Machine::TryStart() {
  if (retired_ || in_repair_ || process_ != nullptr) return;
  Network::Parts& world = parts_.network.parts();
  disk_.Reopen();
  world.checker.OnRestart(name(), disk_);
  absl::StatusOr<std::unique_ptr<Process>> process =
      Process::Start({.network = parts_.network,
                      .disk = disk_,
                      .name = name(),
                      .path = path(),
                      .now_ms = [this] { return now_ms(); },
                      .random = Random(parts_.random.Next()),
                      .evidence_directory = parts_.evidence_directory,
                      .temper = temper_,
                      .plants = parts_.plants,
                      .crashed = [this] { Kill(Death::kPower, kRetryUs); }});
  if (process.ok()) {
    world.trace.Add(name(), "starts, boot " + std::to_string((*process)->log().boot_count()));
    process_ = *std::move(process);
    return;
  }
  world.trace.Add(name(), "does not start: " + std::string(process.status().message()));
  if (!disk_.full() && !absl::IsUnavailable(process.status())) {
    world.checker.Fail(Invariant::kRuns,
                       name() + " does not open: " + std::string(process.status().message()));
  }
  disk_.Die(/*power_lost=*/false);
  StartLater(kRetryUs);
}

void Machine::StartLater(int64_t delay_us) {
  const uint64_t number = ++starts_planned_;
  parts_.network.parts().scheduler.After(delay_us, [this, number] {
    if (number == starts_planned_) TryStart();
  });
}

// A node that has closed itself for writing is started anew.
void Machine::Supervise() {
  parts_.network.parts().scheduler.After(kSuperviseUs, [this] {
    if (process_ != nullptr && !process_->sequencer().health().ok()) {
      Kill(Death::kProcess, kRetryUs);
    }
    Supervise();
  });
}

void Machine::End(Death death) {
  if (process_ == nullptr) return;
  Network::Parts& world = parts_.network.parts();
  world.trace.Add(name(), death == Death::kPower ? "loses power" : "is killed");
  disk_.Die(death == Death::kPower);
  parts_.network.Detach(*process_, /*silently=*/death == Death::kPower);
  world.trace.Mute(true);
  process_.reset();
  world.trace.Mute(false);
}

void Machine::Kill(Death death, int64_t down_us) {
  End(death);
  StartLater(down_us);
}

void Machine::Retire() {
  retired_ = true;
  End(Death::kProcess);
}

void Machine::RestoreBackup(int64_t down_us) {
  End(Death::kProcess);
  disk_.Restore(backup_);
  parts_.network.parts().checker.OnReplaced(name(), disk_);
  parts_.network.parts().trace.Add(name(), "is restored from a backup");
  StartLater(down_us);
}

void Machine::LoseDisk() {
  End(Death::kPower);
  disk_.Restore(Disk::Empty());
  parts_.network.parts().checker.OnReplaced(name(), disk_);
  parts_.network.parts().trace.Add(name(), "has lost its disk");
}

void Machine::BeginRepair() {
  End(Death::kProcess);
  in_repair_ = true;
}

void Machine::EndRepair(const Disk::Families* contents) {
  in_repair_ = false;
  if (contents != nullptr) disk_.Restore(*contents);
  TryStart();
}

void Machine::CloneFrom(const Machine& other) {
  disk_.Restore(Disk::Copy(other.disk_));
  parts_.network.parts().checker.OnReplaced(name(), disk_);
  parts_.network.parts().trace.Add(name(), "is a clone of " + other.name());
}

}  // namespace liggare::simulation
