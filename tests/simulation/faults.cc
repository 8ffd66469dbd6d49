#include "tests/simulation/faults.h"

#include <algorithm>
#include <utility>

#include "proto/name/node_path.h"

namespace liggare::simulation {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kDayMs = 24 * 60 * kMinuteMs;
constexpr int kBurstMax = 100;
constexpr int64_t kSlowBytesPerS = 6'250;  // 50 kbit/s.

constexpr size_t kHistoryWeight = 2;

// Faults that make a node's own log suspect are drawn in few runs only: what they
// allow to happen would hide what must not happen elsewhere.
bool IsOfHistory(Fault fault) {
  return fault == Fault::kRestore || fault == Fault::kClone || fault == Fault::kLoseDisk;
}

}  // namespace

const char* FaultName(Fault fault) {
  constexpr const char* kNames[kFaultCount] = {"partition",
                                               "cut",
                                               "half-open cut",
                                               "second call",
                                               "kill",
                                               "power loss",
                                               "crash in a write",
                                               "clock",
                                               "slow link",
                                               "slow disk",
                                               "full disk",
                                               "failing sync",
                                               "other version",
                                               "later type",
                                               "burst",
                                               "herd",
                                               "restored backup",
                                               "clone",
                                               "lost disk"};
  return kNames[static_cast<int>(fault)];
}

Faults::Plan Faults::Draw(Random& random, int64_t until_us) {
  Plan plan;
  plan.until_us = until_us;
  plan.count = static_cast<int>(random.Between(0, 14));
  const bool history = random.Chance(30);
  for (int i = 0; i < kFaultCount; ++i) {
    const Fault fault = static_cast<Fault>(i);
    if (!IsOfHistory(fault) && random.Chance(60)) plan.kinds.push_back(fault);
    if (IsOfHistory(fault) && history) plan.kinds.insert(plan.kinds.end(), kHistoryWeight, fault);
  }
  if (random.Chance(6)) {  // A run of little else: two versions must meet.
    plan.kinds = {Fault::kRestore, Fault::kRestore,   Fault::kClone,   Fault::kClone,
                  Fault::kCut,     Fault::kPartition, Fault::kLoseDisk};
    plan.count = static_cast<int>(random.Between(6, 16));
  }
  const int64_t reaches_ms[] = {2'000, kMinuteMs, 20 * kMinuteMs, kDayMs};
  plan.clock_max_ms = reaches_ms[random.Below(4)];
  if (plan.kinds.empty()) plan.count = 0;
  return plan;
}

Faults::Faults(FaultTargets targets, Plan plan, Random random)
    : targets_(std::move(targets)), plan_(std::move(plan)), random_(random) {}

void Faults::Start() {
  for (int i = 0; i < plan_.count; ++i) {
    const Fault fault = plan_.kinds[random_.Below(plan_.kinds.size())];
    Later(random_.Between(0, plan_.until_us), [this, fault] { Happen(fault); });
  }
}

void Faults::Later(int64_t us, std::function<void()> closure) {
  targets_.network.parts().scheduler.After(us, [this, closure = std::move(closure)] {
    if (!healed_) closure();
  });
}

Machine& Faults::AnyMachine() {
  auto it = targets_.machines.begin();
  std::advance(it, random_.Below(targets_.machines.size()));
  return *it->second;
}

std::string Faults::AnyLink() {
  std::vector<std::string> children;
  for (const auto& [name, machine] : targets_.machines) {
    if (machine->path() != name::kNationPath) children.push_back(machine->path());
  }
  return children[random_.Below(children.size())];
}

void Faults::Happen(Fault fault) {
  Machine& machine = AnyMachine();
  const std::string link = AnyLink();
  const int64_t us = random_.Between(kSecondUs, 45 * kSecondUs);
  targets_.network.parts().trace.Add(
      "FAULT", std::string(FaultName(fault)) + ": " + machine.name() + " or the link of " + link);
  switch (fault) {
    case Fault::kPartition:
      return Partition(link, us);
    case Fault::kCut:
      return targets_.network.Cut(link, /*half_open=*/false);
    case Fault::kHalfOpen:
      return targets_.network.Cut(link, /*half_open=*/true);
    case Fault::kSecondCall:
      if (machine.process() != nullptr && machine.path() != name::kNationPath) {
        machine.process()->DialOnceMore();
      }
      return;
    case Fault::kKill:
      return machine.Kill(Machine::Death::kProcess, us);
    case Fault::kPowerLoss:
      return machine.Kill(Machine::Death::kPower, us);
    case Fault::kCrashInWrite:
      return machine.disk().CrashAtNextSync(random_.Chance(50));
    case Fault::kClock:
      return SetClock(machine);
    case Fault::kSlowLink:
      return SlowLink(link, us);
    case Fault::kSlowDisk:
      machine.temper().commit_max_us = random_.Between(kSecondUs / 10, 3 * kSecondUs);
      return Later(us, [&machine] { machine.temper() = ProcessTemper(); });
    case Fault::kFullDisk:
      return FillDisk(machine, us);
    case Fault::kFailingSync:
      return machine.disk().FailNextSync(random_.Chance(50));
    case Fault::kOtherVersion:
      return SpeakOtherVersion(machine, us);
    case Fault::kLaterType:
      if (machine.process() != nullptr && machine.process()->alive() &&
          !machine.process()->replication().recording_stopped()) {
        machine.process()->RecordLaterType();
      }
      return;
    case Fault::kBurst:
      if (targets_.clients.contains(machine.name())) {
        targets_.clients.at(machine.name())
            ->Burst(static_cast<int>(random_.Between(10, kBurstMax)));
      }
      return;
    case Fault::kHerd:
      for (auto& [name, each] : targets_.machines) {
        each->Kill(Machine::Death::kProcess, random_.Between(0, kSecondUs));
      }
      return;
    case Fault::kRestore:
      return Restore(machine, us);
    case Fault::kClone:
      return Clone(machine);
    case Fault::kLoseDisk:
      return LoseDisk(machine);
  }
}

void Faults::Partition(const std::string& child, int64_t us) {
  targets_.network.Block(child);
  Later(us, [this, child] { targets_.network.Unblock(child); });
}

void Faults::SlowLink(const std::string& child, int64_t us) {
  LinkWeather& weather = targets_.network.weather(child);
  weather.bytes_per_s = kSlowBytesPerS;
  weather.latency_us = random_.Between(kSecondUs / 10, kSecondUs);
  Later(us, [&weather] {
    const bool blocked = weather.blocked;
    weather = LinkWeather();
    weather.blocked = blocked;
  });
}

void Faults::SetClock(Machine& machine) {
  const int64_t ms = random_.Between(-plan_.clock_max_ms, plan_.clock_max_ms);
  targets_.network.parts().trace.Add(machine.name(),
                                     "clock ahead by " + std::to_string(ms) + " ms");
  machine.SetClockAhead(ms);
  clock_ahead_max_ms_ = std::max(clock_ahead_max_ms_, ms);
}

void Faults::SpeakOtherVersion(Machine& machine, int64_t us) {
  machine.temper().protocol_version = 2;
  targets_.network.Cut(machine.path(), /*half_open=*/false);
  Later(us, [&machine] { machine.temper() = ProcessTemper(); });
}

void Faults::FillDisk(Machine& machine, int64_t us) {
  machine.disk().SetFull(true);
  Later(us, [&machine] { machine.disk().SetFull(false); });
}

// Whether it has enrolled its children. Without that, nothing from below could be
// verified after a restore, until its own log is fetched back.
bool Faults::HasEnrolled(Machine& machine) const {
  if (machine.process() == nullptr) return false;
  for (const auto& [name, other] : targets_.machines) {
    if (name::ParentOf(other->path()) != machine.path()) continue;
    if (!machine.process()->hosted().keys.KeyFor(other->path()).ok()) return false;
  }
  return true;
}

void Faults::Restore(Machine& machine, int64_t us) {
  if (!HasEnrolled(machine)) return;
  machine.Backup();
  Later(us, [this, &machine] {
    if (machine.in_repair() || machine.retired()) return;
    targets_.network.parts().checker.Suspect(machine.path());
    machine.RestoreBackup(random_.Between(0, 5 * kSecondUs));
    // Some of them go on for a while before they meet anybody.
    if (machine.path() != name::kNationPath && random_.Chance(50)) {
      Partition(machine.path(), random_.Between(kSecondUs, 45 * kSecondUs));
    }
  });
}

void Faults::Clone(Machine& machine) {
  if (machine.name() != machine.path() || machine.path() == name::kNationPath) return;
  targets_.network.parts().checker.Suspect(machine.path());
  targets_.clone(machine);
}

void Faults::LoseDisk(Machine& machine) {
  if (machine.name() != machine.path() || machine.in_repair() || !HasEnrolled(machine)) return;
  targets_.network.parts().checker.Suspect(machine.path());
  machine.LoseDisk();
  targets_.disk_lost(machine);
}

void Faults::Heal() {
  healed_ = true;
  targets_.network.parts().trace.Add("FAULT", "all faults end");
  for (auto& [name, machine] : targets_.machines) {
    if (name != machine->path()) {
      machine->Retire();
      continue;
    }
    machine->disk().SetFull(false);
    machine->temper() = ProcessTemper();
    machine->SetClockAhead(0);
    LinkWeather& weather = targets_.network.weather(name);
    const bool blocked = weather.blocked;
    weather = LinkWeather();
    weather.blocked = blocked;
    targets_.network.Unblock(name);
  }
}

}  // namespace liggare::simulation
