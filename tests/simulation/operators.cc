#include "tests/simulation/operators.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "tests/simulation/node_keys.h"
#include "tests/simulation/process.h"
#include "tests/simulation/simulated_peer.h"

namespace liggare::simulation {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kLookMaxUs = 20 * kSecondUs;
constexpr int64_t kLookHealingUs = 3 * kSecondUs;
constexpr int kActPercent = 40;      // Of what is seen while faults go on.
constexpr int kDamagedPercent = 15;  // Of the lost disks that can be read.
constexpr char kNotTaken[] = "is not taken";
constexpr char kPeerHasMore[] = "a restore from the peer fetches them";

bool Says(const replication::PeerStatus& peer, std::string_view words) {
  return std::ranges::any_of(peer.problems, [words](const replication::Problem& problem) {
    return problem.text.find(words) != std::string::npos;
  });
}

// The place of the entry in a row of the family events.
std::optional<EventPlace> PlaceOf(const Disk& disk, const std::string& row) {
  const auto key = log::keys::ParseEventKey(row);
  if (!key) return {};
  for (const auto& [meta_key, value] : disk.rows(log::Family::kMeta)) {
    const auto meta = log::keys::ParseLogMetaKey(meta_key);
    if (meta && meta->tag == log::keys::kLogNameTag && meta->log == key->log) {
      return EventPlace{value, key->index};
    }
  }
  return {};
}

}  // namespace

void Operators::Start() {
  const int64_t wait_us = healing_ ? kLookHealingUs : random_.Between(kSecondUs, kLookMaxUs);
  parts_.network.parts().scheduler.After(wait_us, [this] {
    Start();
    Look();
  });
}

void Operators::Heal() {
  healing_ = true;
  for (const auto& [name, machine] : parts_.machines) {
    if (name == machine->path()) StopCopies(name);
  }
}

void Operators::OnDiskLost(Machine& machine) {
  if (random_.Chance(50)) {
    without_disk_.insert(machine.name());
    machine.BeginRepair();
  } else {
    machine.Start();
    parts_.enrol(machine);
  }
}

bool Operators::NeedsRestore(const Machine& machine) const {
  const std::string& path = machine.name();
  if (path != machine.path() || restoring_.contains(path)) return false;
  if (without_disk_.contains(path)) return true;
  if (machine.in_repair() || machine.process() == nullptr) return false;
  const replication::ReplicationNode& node = machine.process()->replication();
  if (node.recording_stopped()) return true;
  // Either its own epoch, or the parent's, which then continues what is not here.
  const auto parent = node.ParentStatus();
  if (parent && Says(*parent, kNotTaken)) return true;
  if (parent && asked_in_vain_.contains(path) && Says(*parent, kPeerHasMore)) return true;
  const std::string& log = machine.process()->log().own_log();
  return std::ranges::any_of(HoldersOf(path, parts_.machines), [&](const std::string& holder) {
    Process* process = parts_.machines.at(holder)->process();
    const auto held = process == nullptr ? std::nullopt : process->log().Find(log);
    return held && held->frozen;
  });
}

bool Operators::AncestorNeedsRestore(const Machine& machine) const {
  const std::string path = machine.path();
  for (auto up = name::ParentOf(path); !up.empty(); up = name::ParentOf(up)) {
    const Machine& above = *parts_.machines.at(std::string(up));
    if (above.in_repair() || NeedsRestore(above)) return true;
  }
  return false;
}

bool Operators::HasWork() const {
  return std::ranges::any_of(parts_.machines, [this](const auto& each) {
    return restoring_.contains(each.first) || NeedsRestore(*each.second);
  });
}

void Operators::Look() {
  std::vector<std::string> names;
  for (const auto& [name, machine] : parts_.machines) names.push_back(name);
  for (const std::string& name : names) {
    Machine& machine = *parts_.machines.at(name);
    if (parts_.network.parts().checker.violation() || !NeedsRestore(machine)) continue;
    if (healing_ ? AncestorNeedsRestore(machine) : !random_.Chance(kActPercent)) continue;
    Restore(machine);
  }
}

// Of several copies of a node one goes on; the disks of the others are wiped.
void Operators::StopCopies(const std::string& path) {
  Machine& machine = *parts_.machines.at(path);
  for (const auto& [name, copy] : parts_.machines) {
    if (name == path || copy->path() != path || copy->disk().rows(log::Family::kMeta).empty()) {
      continue;
    }
    copy->Retire();
    if (random_.Chance(50) && !machine.in_repair()) {
      // What is wiped may be of a later epoch, that nobody else knows of: its name comes again.
      parts_.network.parts().checker.Suspect(path);
      machine.BeginRepair();
      machine.CloneFrom(*copy);
      machine.EndRepair(nullptr);
      parts_.enrol(machine);
    }
    copy->LoseDisk();
  }
}

std::vector<Machine*> Operators::PeersOf(const Machine& machine) const {
  const std::string path = machine.path();
  if (path != name::kNationPath) {
    return {parts_.machines.at(std::string(name::ParentOf(path))).get()};
  }
  std::vector<Machine*> counties;
  for (const auto& [name, other] : parts_.machines) {
    if (name != other->path() || name::ParentOf(name) != path) continue;
    if (!without_disk_.contains(name)) counties.push_back(other.get());
  }
  return unanimous_ && !counties.empty() ? LargestUnanimous(std::move(counties)) : counties;
}

// If the counties hold two versions of the nation's log: one that holds most, and
// those that agree with it. The others are restored afterwards.
std::vector<Machine*> Operators::LargestUnanimous(std::vector<Machine*> counties) const {
  const Checker& checker = parts_.network.parts().checker;
  const std::string log = checker.NewestLogAt(counties.front()->name(), name::kNationPath);
  const Machine* most = *std::ranges::max_element(counties, {}, [&](const Machine* county) {
    return checker.DurableSize(county->name(), log);
  });
  std::erase_if(counties, [&](const Machine* county) {
    return !checker.Agree(county->name(), most->name(), log);
  });
  return counties;
}

absl::StatusOr<restore::RestoreReport> Operators::Fill(Machine& machine, Disk& fresh,
                                                       std::set<EventPlace>& damaged,
                                                       bool& lost_is_readable) {
  std::unique_ptr<restore::LostDirectory> lost;
  if (!machine.disk().rows(log::Family::kMeta).empty() && !parts_.plants.forgets_lost_disk) {
    auto copy = std::make_unique<Disk>(Random(random_.Next()), [](const log::Batch&) {});
    copy->Restore(Disk::Copy(machine.disk()));
    const auto row = random_.Chance(kDamagedPercent) ? copy->DamageAnEntry() : std::nullopt;
    const auto place = row ? PlaceOf(*copy, *row) : std::nullopt;
    if (place) damaged.insert(*place);
    auto opened = restore::LostDirectory::Over(std::move(copy), "the lost disk", machine.path());
    if (!opened.ok()) return opened.status();
    lost = *std::move(opened);
    lost_is_readable = lost->log() != nullptr;
  }
  const note::VerifierKey national = KeyOf(name::kNationPath).verifier();
  const restore::NodeParts node{
      .path = machine.path(),
      .trust_domain = std::string(kTrustDomain),
      .signing_key = KeyOf(machine.path()),
      .national_key = national,
      .environment = {.now_ms = [&machine] { return machine.now_ms(); },
                      .random = [this](uint8_t* out, size_t n) { random_.Fill(out, n); }}};
  std::vector<std::unique_ptr<SimulatedPeer>> peers;
  restore::Plan::Parts parts{.node = node, .peers = {}, .make_database = {}};
  for (Machine* peer : PeersOf(machine)) {
    peers.push_back(std::make_unique<SimulatedPeer>(parts_.network, *peer, machine.path(),
                                                    Random(random_.Next())));
    parts.peers.push_back(peers.back().get());
  }
  parts.lost = lost.get();
  parts.make_database = [&fresh] { return &fresh; };
  return restore::Plan(std::move(parts)).Run();
}

// Nobody is left who could have anything: it begins anew.
void Operators::BeginAnew(Machine& machine) {
  without_disk_.erase(machine.name());
  machine.EndRepair(nullptr);
  parts_.enrol(machine);
}

// All counties have lost their disks: without its own the nation begins anew, and
// otherwise gives them what it has, to be restored from them.
void Operators::ManageAlone(Machine& nation) {
  if (without_disk_.contains(nation.name())) return BeginAnew(nation);
  for (const std::string& name : std::set<std::string>(without_disk_)) {
    if (name::ParentOf(name) == nation.path()) Restore(*parts_.machines.at(name));
  }
}

// No county has anything of the nation's: what it has itself, they fetch from it, and
// then it can be restored from them.
void Operators::RestoreCounties() {
  for (const auto& [name, machine] : parts_.machines) {
    if (name::ParentOf(name) == name::kNationPath && NeedsRestore(*machine)) Restore(*machine);
  }
}

void Operators::Restore(Machine& machine) {
  Checker& checker = parts_.network.parts().checker;
  Trace& trace = parts_.network.parts().trace;
  StopCopies(machine.path());
  if (PeersOf(machine).empty()) return ManageAlone(machine);
  machine.BeginRepair();
  trace.Add(machine.name(), "is being restored from those that hold its log");
  Disk fresh(Random(random_.Next()), [](const log::Batch&) {});
  fresh.Plant(parts_.plants.restored_disk);
  std::set<EventPlace> damaged;
  bool lost_is_readable = true;
  restoring_.insert(machine.name());
  const auto report = Fill(machine, fresh, damaged, lost_is_readable);
  restoring_.erase(machine.name());
  if (checker.violation()) return;
  if (!report.ok()) {
    trace.Add(machine.name(), "is not restored: " + std::string(report.status().message()));
    // The counties do not agree: the next attempt is made from those that do.
    if (machine.path() == name::kNationPath) unanimous_ = !unanimous_;
    if (absl::IsNotFound(report.status())) {
      asked_in_vain_.insert(std::string(name::ParentOf(machine.path())));
      BeginAnew(machine);
      if (machine.path() == name::kNationPath) RestoreCounties();
      return;
    }
    if (!without_disk_.contains(machine.name())) machine.EndRepair(nullptr);
    return;
  }
  trace.Add(machine.name(), "is restored: " + report->own_log + " continues " +
                                replication::Describe(report->previous) + ", " +
                                std::to_string(report->moved.size()) + " events are moved");
  ++restores_;
  without_disk_.erase(machine.name());
  asked_in_vain_.erase(machine.name());
  // Of a log with two versions, what the node said earlier may be of the other.
  for (const log::FsckFinding& finding : log::Fsck(fresh, {}).findings) {
    if (checker.IsSuspect(finding.log)) continue;
    checker.Fail(Invariant::kRestoredIsWhole, machine.name() + ": " + log::FindingText(finding));
  }
  // The disk may have begun an epoch that nobody else knows of: its name comes again.
  if (!lost_is_readable) checker.Suspect(machine.path());
  Checker::Restored restored{.before = machine.disk(),
                             .after = fresh,
                             .before_is_readable = lost_is_readable,
                             .damaged = std::move(damaged),
                             .moved = {},
                             .named = report->unreadable};
  for (const restore::MovedEvent& moved : report->moved) {
    restored.moved.emplace(EventPlace{moved.from.log, moved.from.index},
                           EventPlace{moved.to.log, moved.to.index});
  }
  checker.OnRestored(machine.name(), restored);
  const Disk::Families contents = Disk::Copy(fresh);
  machine.EndRepair(&contents);
  parts_.enrol(machine);
  if (parts_.clients.contains(machine.name())) parts_.clients.at(machine.name())->Repeat();
}

}  // namespace liggare::simulation
