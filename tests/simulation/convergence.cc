#include "tests/simulation/convergence.h"

#include <set>
#include <utility>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/state/concern.h"
#include "services/state/state_digest.h"
#include "tests/simulation/node_keys.h"

namespace liggare::simulation {
namespace {

// An entry has itself, its id, subject and tile, and a checkpoint; an arrival one of each.
constexpr size_t kRowsOfEntryMax = 12;
constexpr size_t kRowsOfNodeMax = 500;

std::vector<std::string> AncestorsOf(std::string_view path) {
  std::vector<std::string> ancestors;
  for (auto up = name::ParentOf(path); !up.empty(); up = name::ParentOf(up)) {
    ancestors.emplace_back(up);
  }
  return ancestors;
}

// Who has signed the newest own checkpoint that is kept, if it is of this size.
std::set<std::string> SignersAt(Process& process, const std::string& log, uint64_t size) {
  std::set<std::string> signers;
  const auto latest = process.log().LatestCheckpoint(log);
  if (!latest.ok() || !*latest) return signers;
  const auto note = note::ParseNote(**latest);
  const auto checkpoint = note::ParseCheckpoint(note.ok() ? note->text : "");
  if (!checkpoint.ok() || checkpoint->size != size) return signers;
  for (const note::Signature& signature : note->signatures) {
    signers.insert(signature.name.substr(signature.name.find('/') + 1));
  }
  return signers;
}

bool IsFrozen(const Machine& holder, const std::string& log) {
  const auto held = holder.process()->log().Find(log);
  return held && held->frozen;
}

// Whether a holder has as much of the log as its node, and the same.
std::optional<std::string> MissingAt(const std::string& holder, const std::string& path,
                                     const std::string& log, const Checker& checker) {
  const uint64_t size = checker.DurableSize(path, log);
  const uint64_t held = checker.DurableSize(holder, log);
  if (held != size) {
    return holder + " holds " + std::to_string(held) + " entries of " + log + ", its node " +
           std::to_string(size);
  }
  if (checker.Agree(holder, path, log)) return {};
  return holder + " and " + path + " hold two versions of " + log + ", and nobody knows";
}

std::optional<std::string> MissingOf(const std::string& path, const Machines& machines,
                                     const Checker& checker) {
  for (const std::string& holder : HoldersOf(path, machines)) {
    if (checker.IsBehindHostile(holder)) continue;
    std::set<std::string> logs;
    for (const std::string& from : {path, holder}) {
      for (std::string& log : checker.LogsAt(from)) {
        if (name::PathOfLog(log) == path) logs.insert(std::move(log));
      }
    }
    for (const std::string& log : logs) {
      if (IsFrozen(*machines.at(holder), log)) continue;
      if (auto missing = MissingAt(holder, path, log, checker)) return missing;
    }
  }
  Process& process = *machines.at(path)->process();
  const std::string& log = process.log().own_log();
  const uint64_t size = checker.DurableSize(path, log);
  if (size == 0) return {};
  const std::set<std::string> signers = SignersAt(process, log, size);
  for (const std::string& ancestor : AncestorsOf(path)) {
    if (signers.contains(ancestor)) continue;
    return path + " has no cosignature of " + ancestor + " at " + log + ":" + std::to_string(size);
  }
  return {};
}

// Whether a node below the counties has been shown what concerns it of a log above.
std::optional<std::string> NotShown(const Machine& machine, const log::EventLog& above,
                                    const std::string& log) {
  const log::EventLog& here = machine.process()->log();
  const uint64_t size = above.Find(log)->size;
  for (uint64_t index = 0; index < size; ++index) {
    const auto entry = above.Read(log, index);
    const std::string unreadable =
        "entry " + std::to_string(index) + " of " + log + " can't be read";
    if (!entry.ok()) return unreadable;
    const auto is_shown = state::IsShown(above, machine.path(), *entry);
    if (!is_shown.ok() || !*is_shown) continue;
    const auto shown = here.Read(log, index);
    if (shown.ok() && *shown == *entry) continue;
    return machine.path() + " has not been shown entry " + std::to_string(index) + " of " + log;
  }
  return {};
}

std::optional<std::string> NotShown(const Machine& machine, const Machines& machines,
                                    const Checker& checker) {
  if (name::DepthOf(machine.path()) <= name::kCountyDepth) return {};
  for (const std::string& ancestor : AncestorsOf(machine.path())) {
    const log::EventLog& above = machines.at(ancestor)->process()->log();
    for (const log::HeldLog& held : above.LogsOf(ancestor)) {
      // A node that holds another version of what was left behind is to be restored.
      if (checker.WasSuspected(ancestor)) continue;
      if (auto missing = NotShown(machine, above, held.name)) return missing;
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> HoldersOf(const std::string& path, const Machines& machines) {
  std::vector<std::string> holders = AncestorsOf(path);
  if (path != name::kNationPath) return holders;
  for (const auto& [name, machine] : machines) {
    if (name == machine->path() && name::DepthOf(name) == 2) holders.push_back(name);
  }
  return holders;
}

std::optional<std::string> WhatIsMissing(const Machines& machines, const Checker& checker) {
  const auto counts = [&](const std::string& name, const Machine& machine) {
    return name == machine.path() && !checker.IsBehindHostile(name);
  };
  for (const auto& [name, machine] : machines) {
    if (!counts(name, *machine)) continue;
    if (machine->process() == nullptr) return name + " is down";
    if (const auto stopped = machine->process()->replication().recording_stopped()) {
      return name + " does not record: " + *stopped;
    }
    const auto parent = machine->process()->replication().ParentStatus();
    if (parent && !parent->connected) return name + " is not connected: " + parent->last_error;
  }
  for (const auto& [name, machine] : machines) {
    if (!counts(name, *machine)) continue;
    if (auto missing = MissingOf(name, machines, checker)) return missing;
  }
  for (const auto& [name, machine] : machines) {
    if (!counts(name, *machine)) continue;
    if (auto missing = NotShown(*machine, machines, checker)) return missing;
  }
  return {};
}

void CheckAccusations(const Machines& machines, Checker& checker) {
  for (const auto& [name, machine] : machines) {
    if (name != machine->path() || machine->process() == nullptr) continue;
    if (checker.IsHostile(name)) continue;
    replication::ReplicationNode& node = machine->process()->replication();
    // A node believes its parent that it holds more (docs/security.md).
    const bool may_stop = checker.WasSuspected(name) || checker.IsBehindHostile(name);
    if (!may_stop && node.recording_stopped()) {
      checker.Fail(Invariant::kNoFalseAccusation,
                   name + " has stopped recording: " + *node.recording_stopped());
    }
    for (const log::HeldLog& held : machine->process()->log().Logs()) {
      if (!held.frozen || checker.IsSuspect(held.name)) continue;
      checker.Fail(Invariant::kNoFalseAccusation, name + " has frozen " + held.name);
    }
  }
}

void CheckForks(const Machines& machines, Checker& checker) {
  for (const auto& [name, machine] : machines) {
    if (name != machine->path() || machine->process() == nullptr) continue;
    if (checker.IsBehindHostile(name)) continue;
    const std::string& log = machine->process()->log().own_log();
    if (machine->process()->replication().recording_stopped()) continue;
    for (const std::string& holder : HoldersOf(name, machines)) {
      if (machines.at(holder)->process() == nullptr || checker.Agree(name, holder, log)) continue;
      if (checker.IsBehindHostile(holder)) continue;
      if (IsFrozen(*machines.at(holder), log)) continue;
      checker.Fail(Invariant::kForkIsFound,
                   name + " and " + holder + " hold two versions of " + log +
                       "; it is neither frozen nor has its node stopped recording");
    }
  }
}

void CheckHonestData(const Machines& machines, Checker& checker) {
  for (const auto& [name, machine] : machines) {
    if (machine->process() == nullptr || checker.IsHostile(name)) continue;
    const auto fail = [&checker, &name](const std::string& what) {
      checker.Fail(Invariant::kHonestDataIsSound, name + ": " + what);
    };
    const log::FsckReport report = log::Fsck(machine->disk(), {});
    for (const log::FsckFinding& finding : report.findings) fail(log::FindingText(finding));
    state::StateReader anew(machine->process()->log());
    auto kept = machine->process()->states().At({});
    auto folded = anew.At({});
    if (!kept.ok() || !folded.ok()) return fail("it can't be folded");
    const auto digest_kept = state::DigestSubjects(*kept, "");
    const auto digest_folded = state::DigestSubjects(*folded, "");
    if (!digest_kept.ok() || !digest_folded.ok() || *digest_kept != *digest_folded) {
      fail("its states are not those of a fold from the beginning");
    }
    size_t rows = 0;
    for (int family = 0; family < log::kFamilyCount; ++family) {
      rows += machine->disk().rows(static_cast<log::Family>(family)).size();
    }
    if (rows > kRowsOfNodeMax + kRowsOfEntryMax * report.entries) {
      fail(std::to_string(rows) + " rows for " + std::to_string(report.entries) + " entries");
    }
  }
}

bool CompareStates(Machine& knower, Machine& teller, uint64_t at_index, Checker& checker) {
  if (knower.process() == nullptr || teller.process() == nullptr) return false;
  v1::Moment moment;
  moment.set_known_by(knower.path());
  moment.set_at_index(at_index);
  auto known = knower.process()->states().At(moment);
  auto told = teller.process()->states().At(moment);
  if (!known.ok() || !told.ok()) return false;
  for (const auto& [log, size] : known->frontier().logs()) {
    if (checker.IsSuspect(log) && !checker.Agree(knower.name(), teller.name(), log)) return false;
  }
  const auto mine = state::DigestSubjects(*known, "");
  const auto theirs = state::DigestSubjects(*told, "");
  const std::string moment_text =
      "what " + knower.name() + " knew at its " + std::to_string(at_index);
  if (!mine.ok() || !theirs.ok()) {
    checker.Fail(Invariant::kEqualStates,
                 moment_text + " can't be folded at it or " + teller.name());
    return true;
  }
  for (const auto& [subject, digest] : *mine) {
    const auto other = theirs->find(subject);
    if (other != theirs->end() && other->second == digest) continue;
    checker.Fail(Invariant::kEqualStates,
                 moment_text + ": " + subject + " is another at " + teller.name());
    return true;
  }
  if (theirs->size() != mine->size()) {
    checker.Fail(Invariant::kEqualStates, moment_text + ": " + teller.name() + " has " +
                                              std::to_string(theirs->size()) + " subjects, not " +
                                              std::to_string(mine->size()));
  }
  return true;
}

}  // namespace liggare::simulation
