#include "tests/simulation/checker.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"
#include "liggare/v1/entry.pb.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "proto/text/hex.h"

namespace liggare::simulation {
namespace {

std::string Place(std::string_view log, uint64_t index) {
  return std::string(log) + ":" + std::to_string(index);
}

uint32_t EpochOf(std::string_view log) {
  const auto name = name::ParseLogName(log);
  return name.ok() ? name->epoch : 0;
}

// A node's own words, which are not taken from one epoch into the next.
bool IsOfTheNode(uint32_t type) {
  return type == log::kReceivedType || type == log::kEpochOpenedType;
}

const std::string* FindEntry(const Disk& disk, const EventPlace& place) {
  std::optional<uint32_t> number;
  for (const auto& [key, value] : disk.rows(log::Family::kMeta)) {
    const auto meta = log::keys::ParseLogMetaKey(key);
    if (meta && meta->tag == log::keys::kLogNameTag && value == place.log) number = meta->log;
  }
  if (!number) return nullptr;
  const auto& events = disk.rows(log::Family::kEvents);
  const auto found = events.find(log::keys::Encode(log::keys::EventKey{*number, place.index}));
  return found == events.end() ? nullptr : &found->second;
}

}  // namespace

const char* InvariantName(Invariant invariant) {
  switch (invariant) {
    case Invariant::kAcknowledgedIsDurable:
      return "acknowledged <= durable";
    case Invariant::kNoHole:
      return "no hole";
    case Invariant::kOneHash:
      return "one hash per log and index";
    case Invariant::kOnceOnly:
      return "an event once only";
    case Invariant::kNothingLost:
      return "nothing acknowledged is lost";
    case Invariant::kReceivedNamesWhatIsHeld:
      return "Received names what is held";
    case Invariant::kVisibleIsDurable:
      return "nothing visible before it is durable";
    case Invariant::kNoFalseAccusation:
      return "no false accusation";
    case Invariant::kForkIsFound:
      return "a fork is found";
    case Invariant::kEqualStates:
      return "equal states at equal frontiers";
    case Invariant::kConverges:
      return "convergence after healing";
    case Invariant::kRuns:
      return "a node with a sound disk opens";
    case Invariant::kRestoredIsWhole:
      return "what a restore has filled is whole";
    case Invariant::kHonestDataIsSound:
      return "what honest nodes hold is sound, folds alike and is bounded";
  }
  return "";
}

std::string PathOfMachine(std::string_view machine) {
  return std::string(machine.substr(0, machine.find('\'')));
}

void Checker::Fail(Invariant invariant, std::string detail) {
  if (!violation_) violation_ = Violation{invariant, std::move(detail)};
}

void Checker::Suspect(std::string_view path) {
  uint32_t& epoch = suspects_[std::string(path)];
  epoch = std::max(epoch, 1u);  // Though nothing of it is there yet.
  for (const auto& [log, truth] : truths_) {
    if (name::PathOfLog(log) == path) epoch = std::max(epoch, EpochOf(log));
  }
}

void Checker::SetHostile(std::string path) {
  suspects_[path] = UINT32_MAX;
  hostile_ = std::move(path);
}

bool Checker::IsBehindHostile(std::string_view path) const {
  return !hostile_.empty() && name::IsAtOrBelow(path, hostile_);
}

bool Checker::IsSuspect(std::string_view log) const {
  const auto found = suspects_.find(name::PathOfLog(log));
  return found != suspects_.end() && EpochOf(log) <= found->second;
}

bool Checker::IsShownAt(const std::string& machine, std::string_view log) const {
  return name::IsHeldInPart(PathOfMachine(machine), name::PathOfLog(log));
}

bool Checker::IsWithheldAt(const std::string& machine, const Arriving& entry) const {
  return merkle::IsWithheld(entry.bytes) && IsShownAt(machine, entry.log);
}

bool Checker::IsOwnLog(const std::string& machine, std::string_view log) const {
  return name::PathOfLog(log) == PathOfMachine(machine);
}

// --- What becomes durable ---------------------------------------------------

void Checker::Read(const std::string& machine, const log::Batch& batch,
                   std::vector<Arriving>& entries) {
  Machine& at = machines_[machine];
  for (size_t i = 0; i < batch.size(); ++i) {
    const log::Batch::Operation operation = batch.operation(i);
    if (operation.family == log::Family::kMeta) {
      const auto key = log::keys::ParseLogMetaKey(operation.key);
      if (key && key->tag == log::keys::kLogNameTag) at.names[key->log] = operation.value;
    }
    if (operation.family != log::Family::kEvents) continue;
    const auto key = log::keys::ParseEventKey(operation.key);
    if (!key || operation.is_delete || !at.names.contains(key->log)) {
      return Fail(Invariant::kNoHole, machine + " changes events without a place");
    }
    Arriving entry{at.names[key->log], key->index, operation.value, {}};
    if (IsWithheldAt(machine, entry)) {
      entries.push_back(std::move(entry));
      continue;
    }
    const auto header = log::ParseEntryHeader(operation.value);
    if (!header.ok()) {
      return Fail(Invariant::kOneHash,
                  machine + " stores what is no entry as " + Place(entry.log, entry.index));
    }
    entry.header = *header;
    entries.push_back(std::move(entry));
  }
}

void Checker::OnDurable(const std::string& machine, const log::Batch& batch) {
  std::vector<Arriving> entries;
  Read(machine, batch, entries);
  for (const Arriving& entry : entries) Add(machine, entry);
  CheckReceived(machine, entries);
}

void Checker::Add(const std::string& machine, const Arriving& entry) {
  std::vector<merkle::Hash>& leaves = machines_[machine].logs[entry.log];
  const std::string place = Place(entry.log, entry.index) + " at " + machine;
  if (entry.index > leaves.size()) {
    return Fail(Invariant::kNoHole,
                place + " is durable, but before it only " + std::to_string(leaves.size()));
  }
  if (entry.index < leaves.size()) {
    return Fail(Invariant::kOneHash, place + " is written a second time");
  }
  const merkle::Hash leaf = merkle::LeafOf(entry.bytes);
  leaves.push_back(leaf);
  if (IsWithheldAt(machine, entry)) return AddTruth(machine, entry, leaf);
  const std::string id(entry.header.data_header.event_id);
  // From what a node is shown of the logs above it nobody is restored.
  if (!IsShownAt(machine, entry.log)) {
    machines_[machine].ids.insert(id);
    ++copies_[id];
  }
  if (IsOfTheNode(entry.header.data_header.type)) nodes_own_.insert(id);
  if (IsOwnLog(machine, entry.log)) {
    const EventPlace own{entry.log, entry.index};
    const auto [first, is_new] = machines_[machine].own_ids.emplace(id, own);
    if (!is_new) {
      Fail(Invariant::kOnceOnly,
           place + " has the event id of " + Place(first->second.log, first->second.index));
    }
  }
  AddTruth(machine, entry, leaf);
}

void Checker::AddTruth(const std::string& machine, const Arriving& entry,
                       const merkle::Hash& leaf) {
  Truth& truth = truths_[entry.log];
  if (entry.index < truth.leaves.size()) {
    if (truth.leaves[entry.index] == leaf || IsSuspect(entry.log)) return;
    return Fail(Invariant::kOneHash,
                Place(entry.log, entry.index) + " is another entry at " + machine);
  }
  if (entry.index > truth.leaves.size()) return;  // Of a suspect log.
  if (!IsOwnLog(machine, entry.log) && !IsSuspect(entry.log)) {
    return Fail(Invariant::kOneHash, Place(entry.log, entry.index) + " is at " + machine +
                                         ", but was never durable at its origin");
  }
  truth.leaves.push_back(leaf);
  truth.event_ids.emplace_back(entry.header.data_header.event_id);
  std::vector<merkle::FullTile> full;
  truth.tree.Append(leaf, full);
  truth.roots.push_back(truth.tree.Root());
}

// A batch that stores entries of other logs, Received ones apart, has one Received
// of its own that names them; it comes before the batch's other own entries.
void Checker::CheckReceived(const std::string& machine, const std::vector<Arriving>& entries) {
  std::map<std::string, uint64_t> advanced;  // Foreign ones, to their new size.
  bool substantial = false;
  const Arriving* first_own = nullptr;
  int received_count = 0;
  for (const Arriving& entry : entries) {
    const bool is_received = entry.header.data_header.type == log::kReceivedType;
    if (!IsOwnLog(machine, entry.log)) {
      advanced[entry.log] = entry.index + 1;
      substantial |= !is_received && !IsWithheldAt(machine, entry);
      continue;
    }
    if (first_own == nullptr) first_own = &entry;
    received_count += is_received ? 1 : 0;
  }
  if (received_count != (substantial ? 1 : 0)) {
    return Fail(Invariant::kReceivedNamesWhatIsHeld,
                machine + ": a batch with " + std::to_string(advanced.size()) +
                    " foreign logs has " + std::to_string(received_count) + " Received");
  }
  if (received_count == 0) return;
  if (first_own->header.data_header.type != log::kReceivedType) {
    return Fail(Invariant::kReceivedNamesWhatIsHeld, machine + ": " +
                                                         Place(first_own->log, first_own->index) +
                                                         " comes before the Received of its batch");
  }
  CheckNamed(machine, *first_own, advanced);
}

void Checker::CheckNamed(const std::string& machine, const Arriving& received,
                         const std::map<std::string, uint64_t>& advanced) {
  v1::EntryData data;
  data.ParseFromArray(received.header.data.data(), static_cast<int>(received.header.data.size()));
  std::map<std::string, uint64_t> named;
  for (const v1::LogState& state : data.received().logs()) named[state.log()] = state.size();
  const std::string place = Place(received.log, received.index) + " at " + machine;
  if (named != advanced) {
    return Fail(Invariant::kReceivedNamesWhatIsHeld,
                place + " does not name the logs that its batch advances");
  }
  for (const v1::LogState& state : data.received().logs()) {
    CheckState(machine, "the Received " + place, state);
  }
}

// --- What is said -----------------------------------------------------------

void Checker::CheckState(const std::string& machine, const std::string& what,
                         const v1::LogState& state) {
  if (state.size() > DurableSize(machine, state.log())) {
    return Fail(Invariant::kAcknowledgedIsDurable,
                what + " names " + Place(state.log(), state.size()) + "; durable at " + machine +
                    " are " + std::to_string(DurableSize(machine, state.log())));
  }
  if (IsSuspect(state.log())) return;
  const merkle::Hash& root = truths_[state.log()].roots[state.size()];
  if (state.root() != merkle::HashBytes(root)) {
    Fail(Invariant::kOneHash, what + " names another root of " + Place(state.log(), state.size()));
  }
}

void Checker::OnFrame(const std::string& machine, const v1::Frame& frame) {
  if (IsHostile(PathOfMachine(machine))) return;
  if (frame.has_frontier()) {
    for (const v1::LogState& state : frame.frontier().logs()) {
      CheckState(machine, "a frontier", state);
    }
  } else if (frame.has_acknowledged()) {
    CheckState(machine, "an acknowledgement", frame.acknowledged().state());
    CheckCosigned(machine, frame.acknowledged());
  } else if (frame.has_expected()) {
    CheckState(machine, "an expectation", frame.expected().state());
  } else if (frame.has_chunk()) {
    CheckChunk(machine, frame.chunk());
  }
}

void Checker::CheckChunk(const std::string& machine, const v1::Chunk& chunk) {
  const auto& logs = machines_[machine].logs;
  const auto held = logs.find(chunk.log());
  const uint64_t durable = held == logs.end() ? 0 : held->second.size();
  for (int i = 0; i < chunk.entries_size(); ++i) {
    const uint64_t index = chunk.first_index() + i;
    if (index >= durable) {
      return Fail(Invariant::kVisibleIsDurable,
                  machine + " sends " + Place(chunk.log(), index) + ", which is not durable there");
    }
    if (merkle::LeafOf(chunk.entries(i)) != held->second[index]) {
      return Fail(Invariant::kOneHash,
                  machine + " sends other bytes than it holds of " + Place(chunk.log(), index));
    }
  }
}

void Checker::CheckCosigned(const std::string& machine, const v1::Acknowledged& acknowledged) {
  if (acknowledged.cosigned_checkpoint().empty()) return;
  const auto note = note::ParseNote(acknowledged.cosigned_checkpoint());
  const auto checkpoint = note::ParseCheckpoint(note.ok() ? note->text : "");
  const std::string& log = acknowledged.state().log();
  if (!checkpoint.ok()) {
    return Fail(Invariant::kOneHash, machine + " sends what is no checkpoint of " + log);
  }
  v1::LogState state;
  state.set_log(log);
  state.set_size(checkpoint->size);
  state.set_root(std::string(merkle::HashBytes(checkpoint->root)));
  CheckState(machine, "a cosigned checkpoint", state);
}

void Checker::OnVisible(const std::string& machine, const std::vector<log::HeldLog>& logs) {
  for (const log::HeldLog& held : logs) {
    if (held.size <= DurableSize(machine, held.name)) continue;
    Fail(Invariant::kVisibleIsDurable, machine + " shows " + Place(held.name, held.size) +
                                           "; durable are " +
                                           std::to_string(DurableSize(machine, held.name)));
  }
}

void Checker::OnAcknowledged(const std::string& machine, std::string_view event_id,
                             const EventPlace& place) {
  const std::string where = Place(place.log, place.index);
  if (place.index >= DurableSize(machine, place.log)) {
    return Fail(Invariant::kAcknowledgedIsDurable,
                machine + " acknowledges " + where + ", which is not durable");
  }
  lost_.erase(std::string(event_id));
  const auto first =
      acknowledged_.emplace(event_id, Acknowledged{place, PathOfMachine(machine)}).first;
  const EventPlace before = std::exchange(first->second.place, place);
  if (IsSuspect(place.log) || IsSuspect(before.log)) return;
  if (truths_[place.log].event_ids[place.index] != event_id) {
    return Fail(Invariant::kOnceOnly, machine + " acknowledges " + where + ", another event");
  }
  if (before != place) {
    Fail(Invariant::kOnceOnly, machine + " acknowledges one event as " +
                                   Place(before.log, before.index) + " and as " + where);
  }
}

// --- Restarts ---------------------------------------------------------------

void Checker::Load(const std::string& machine, const Disk& disk) {
  Machine& at = machines_[machine];
  const Machine gone = std::exchange(at, Machine());
  for (const std::string& id : gone.ids) --copies_[id];
  for (const auto& [key, value] : disk.rows(log::Family::kMeta)) {
    const auto meta = log::keys::ParseLogMetaKey(key);
    if (meta && meta->tag == log::keys::kLogNameTag) at.names[meta->log] = value;
  }
  for (const auto& [key, value] : disk.rows(log::Family::kEvents)) {
    const auto place = log::keys::ParseEventKey(key);
    const auto header = log::ParseEntryHeader(value);
    if (!place) continue;
    Arriving entry{at.names[place->log], place->index, value, {}};
    if (header.ok()) entry.header = *header;
    if (header.ok() || IsWithheldAt(machine, entry)) Add(machine, entry);
  }
  for (const std::string& id : gone.ids) {
    if (copies_[id] == 0) lost_.insert(id);
  }
}

void Checker::OnRestart(const std::string& machine, const Disk& disk) {
  std::map<std::string, uint64_t> before;
  for (const auto& [log, leaves] : machines_[machine].logs) before[log] = leaves.size();
  Load(machine, disk);
  for (const auto& [log, size] : before) {
    if (DurableSize(machine, log) >= size) continue;
    Fail(Invariant::kAcknowledgedIsDurable, machine + " had " + Place(log, size) +
                                                " durably; after a restart it has " +
                                                std::to_string(DurableSize(machine, log)));
  }
}

void Checker::OnReplaced(const std::string& machine, const Disk& disk) { Load(machine, disk); }

void Checker::OnRestored(const std::string& machine, const Restored& restored) {
  const auto before = machines_[machine].own_ids;
  Load(machine, restored.after);
  const auto& after = machines_[machine].own_ids;
  for (const auto& [id, from] : before) {
    const auto to = after.find(id);
    if (to != after.end()) {
      const auto acknowledged = acknowledged_.find(id);
      if (acknowledged != acknowledged_.end()) acknowledged->second.place = to->second;
      CheckMoved(machine, restored, from, to->second);
      continue;
    }
    if (nodes_own_.contains(id)) continue;
    const bool readable = restored.before_is_readable && !restored.damaged.contains(from);
    if (!readable && !restored.named.empty()) continue;
    Fail(Invariant::kNothingLost,
         Place(from.log, from.index) + " of the lost disk of " + machine +
             (readable ? " could be read, and is not recorded again" : " is lost without a word"));
  }
}

// An event that is recorded again has the same fields, and names its first place.
void Checker::CheckMoved(const std::string& machine, const Restored& restored,
                         const EventPlace& from, const EventPlace& to) {
  v1::Event old;
  v1::Event event;
  const std::string what = Place(to.log, to.index) + " at " + machine;
  const std::string* was = FindEntry(restored.before, from);
  const std::string* is = FindEntry(restored.after, to);
  if (was == nullptr || is == nullptr || !old.ParseFromString(*was) ||
      !event.ParseFromString(*is) || old.data() != event.data()) {
    return Fail(Invariant::kOnceOnly,
                what + " is not the event that was " + Place(from.log, from.index));
  }
  const auto moved = restored.moved.find(from);
  if (moved == restored.moved.end()) return;
  ++moved_;
  const EventPlace first =
      old.has_earlier() ? EventPlace{old.earlier().log(), old.earlier().index()} : from;
  if (moved->second == to && first == EventPlace{event.earlier().log(), event.earlier().index()}) {
    return;
  }
  Fail(Invariant::kOnceOnly, what + " does not say that it was " + Place(first.log, first.index));
}

void Checker::CheckNothingLost() {
  for (const auto& [id, acknowledged] : acknowledged_) {
    if (lost_.contains(id) || machines_[acknowledged.path].own_ids.contains(id)) continue;
    return Fail(Invariant::kNothingLost,
                "what was acknowledged as " +
                    Place(acknowledged.place.log, acknowledged.place.index) + " is in no log of " +
                    acknowledged.path + ", and some disk held it all along");
  }
}

// --- Questions --------------------------------------------------------------

uint64_t Checker::DurableSize(const std::string& machine, std::string_view log) const {
  const auto at = machines_.find(machine);
  if (at == machines_.end()) return 0;
  const auto found = at->second.logs.find(log);
  return found == at->second.logs.end() ? 0 : found->second.size();
}

std::vector<std::string> Checker::LogsAt(const std::string& machine) const {
  std::vector<std::string> logs;
  const auto at = machines_.find(machine);
  if (at == machines_.end()) return logs;
  for (const auto& [log, leaves] : at->second.logs) {
    if (!leaves.empty()) logs.push_back(log);
  }
  return logs;
}

std::string Checker::NewestLogAt(const std::string& machine, std::string_view path) const {
  std::string newest;
  for (const std::string& log : LogsAt(machine)) {
    if (name::PathOfLog(log) == path && EpochOf(log) > EpochOf(newest)) newest = log;
  }
  return newest;
}

bool Checker::Agree(const std::string& a, const std::string& b, std::string_view log) const {
  const auto& left = machines_.at(a).logs;
  const auto& right = machines_.at(b).logs;
  const auto x = left.find(log);
  const auto y = right.find(log);
  if (x == left.end() || y == right.end()) return true;
  const size_t both = std::min(x->second.size(), y->second.size());
  return std::equal(x->second.begin(), x->second.begin() + both, y->second.begin());
}

std::string Checker::Fingerprint() const {
  std::string all;
  for (const auto& [name, machine] : machines_) {
    for (const auto& [log, leaves] : machine.logs) {
      all += name + " " + Place(log, leaves.size());
      for (const merkle::Hash& leaf : leaves) all += merkle::HashBytes(leaf);
    }
  }
  const merkle::Hash hash = merkle::LeafHash(all);
  return text::Hex(merkle::HashBytes(hash).substr(0, 8));
}

}  // namespace liggare::simulation
