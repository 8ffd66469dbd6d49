#include "services/record/sequenced_states.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/name/log_name.h"
#include "services/domain/fold/fold.h"
#include "services/domain/judge/judge_keys.h"
#include "services/domain/place/subject.h"

namespace liggare::record {
namespace {

bool InOrder(const log::SubjectKey& a, const log::SubjectKey& b) {
  return std::tie(a.clock, a.log, a.index) < std::tie(b.clock, b.log, b.index);
}

size_t WeightOf(const domain::State& state) {
  constexpr size_t kEmptyWeight = 8;
  return kEmptyWeight + state.fields.size() + state.points.size();
}

bool HasPrefix(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool InEveryLog(std::string_view) { return true; }

}  // namespace

SequencedStates::SequencedStates(const log::EventLog& log, size_t kept_weight_max)
    : log_(log), kept_weight_max_(kept_weight_max), enrolments_(log, log.path()) {
  for (const log::HeldLog& held : log.Logs()) held_[held.name] = held.size;
}

uint64_t SequencedStates::Held(std::string_view log) const {
  const auto found = held_.find(log);
  return found == held_.end() ? 0 : found->second;
}

absl::StatusOr<std::shared_ptr<const domain::State>> SequencedStates::StateOf(
    std::string_view subject) {
  const auto held = [this](std::string_view log) { return Held(log); };
  const auto found = kept_.find(subject);
  if (found != kept_.end()) {
    if (!domain::AwaitedHasCome(*found->second.state, held)) {
      by_use_.splice(by_use_.begin(), by_use_, found->second.used);
      return found->second.state;
    }
    Drop(subject);
  }
  absl::StatusOr<std::shared_ptr<domain::State>> state = FoldFromLog(subject);
  if (!state.ok()) return state.status();
  Keep(subject, *state);
  return *state;
}

absl::Status SequencedStates::ForEachEntry(
    std::string_view subject, CountsFn counts,
    absl::FunctionRef<void(const domain::FoldEntry&)> visit) const {
  struct Place {
    log::SubjectKey key;
    const std::string* bytes;  // Null: to be read from the log.
  };
  std::vector<Place> places;
  const absl::Status scanned = log_.ScanSubject(subject, {}, [&](const log::SubjectEntry& entry) {
    if (counts(entry.key.log)) places.push_back({entry.key, nullptr});
    return true;
  });
  if (!scanned.ok()) return scanned;
  if (const auto pending = pending_.find(subject); pending != pending_.end()) {
    for (const Pending& entry : pending->second) {
      if (counts(entry.key.log)) places.push_back({entry.key, &entry.bytes});
    }
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return InOrder(a.key, b.key); });
  }
  for (const Place& place : places) {
    absl::StatusOr<std::string> bytes = place.bytes != nullptr
                                            ? absl::StatusOr<std::string>(*place.bytes)
                                            : log_.Read(place.key.log, place.key.index);
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<domain::FoldEntry> entry = domain::ParseFoldEntry(*bytes);
    if (entry.ok()) visit(*entry);  // Otherwise another writer's fault: it has no effect.
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<domain::State>> SequencedStates::FoldFromLog(
    std::string_view subject) {
  auto state = std::make_shared<domain::State>();
  state->subject = std::string(subject);
  const auto held = [this](std::string_view log) { return Held(log); };
  const absl::Status read = ForEachEntry(subject, InEveryLog, [&](const domain::FoldEntry& entry) {
    domain::Fold(*state, entry, held);
  });
  if (!read.ok()) return read;
  return state;
}

absl::StatusOr<std::vector<domain::TextPlace>> SequencedStates::TextsOf(std::string_view subject) {
  std::vector<domain::TextPlace> texts;
  const absl::Status read = ForEachEntry(subject, InEveryLog, [&](const domain::FoldEntry& entry) {
    for (std::string& commitment : form::CommitmentsOf(*entry.data)) {
      texts.push_back({std::move(commitment), std::string(name::PathOfLog(entry.log))});
    }
  });
  if (!read.ok()) return read;
  return texts;
}

absl::StatusOr<proof::NodeKeys> SequencedStates::KeysOf(std::string_view path) {
  proof::NodeKeys keys;
  const auto is_own = [this](std::string_view log) { return name::PathOfLog(log) == log_.path(); };
  const absl::Status read =
      ForEachEntry(domain::NodeSubject(path), is_own, [&](const domain::FoldEntry& entry) {
        proof::Apply(domain::KeyEntryOf(log_.trust_domain(), path, entry), keys);
      });
  if (!read.ok()) return read;
  return keys;
}

absl::StatusOr<bool> SequencedStates::FewerAreNamed(size_t most) const {
  const std::string prefix = domain::NodeSubject(log_.path()) + "/";
  std::set<std::string, std::less<>> named;
  const auto add = [&](std::string_view subject) {
    if (!state::EnrolledBy(log_.path(), subject).empty()) named.emplace(subject);
  };
  size_t seen = 0;
  const absl::Status scanned =
      log_.ScanSubjects(prefix, "", [&](std::string_view subject, const log::LogIndex&) {
        add(subject);
        return ++seen < 2 * most && named.size() < most;
      });
  if (!scanned.ok()) return scanned;
  for (auto it = pending_.lower_bound(prefix); it != pending_.end(); ++it) {
    if (!HasPrefix(it->first, prefix)) break;
    add(it->first);
  }
  return seen < 2 * most && named.size() < most;
}

absl::StatusOr<bool> SequencedStates::EnrolsFewerThan(size_t most) {
  absl::StatusOr<bool> fewer = FewerAreNamed(most);
  if (!fewer.ok() || *fewer) return fewer;
  if (absl::Status status = enrolments_.ReadOn(); !status.ok()) return status;
  size_t pending = 0;  // Of the commit that is being built.
  for (const auto& [subject, entries] : pending_) {
    const std::string_view path = state::EnrolledBy(log_.path(), subject);
    if (path.empty() || !enrolments_.PlacesOf(path).empty()) continue;
    pending += std::ranges::any_of(entries, [this](const Pending& entry) {
      const auto header = log::ParseEntryHeader(entry.bytes);
      return header.ok() && entry.key.log == log_.own_log() &&
             header->data_header.type == v1::EventData::kNodeEnrolledFieldNumber;
    });
  }
  return enrolments_.count() + pending < most;
}

absl::StatusOr<std::vector<std::string>> SequencedStates::ListSubjects(std::string_view prefix) {
  std::vector<std::string> subjects;
  const absl::Status scanned =
      log_.ScanSubjects(prefix, "", [&](std::string_view subject, const log::LogIndex&) {
        subjects.emplace_back(subject);
        return true;
      });
  if (!scanned.ok()) return scanned;
  const size_t durable = subjects.size();
  for (auto it = pending_.lower_bound(prefix); it != pending_.end(); ++it) {
    if (!HasPrefix(it->first, prefix)) break;
    subjects.push_back(it->first);
  }
  if (subjects.size() == durable) return subjects;
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  return subjects;
}

void SequencedStates::Add(const domain::FoldEntry& entry, std::string_view bytes) {
  const std::string& subject = entry.data->subject();
  held_[entry.log] = entry.index + 1;
  pending_[subject].push_back(
      {.key = {.clock = entry.clock, .log = entry.log, .index = entry.index},
       .bytes = std::string(bytes)});
  Extend(subject, entry);
}

void SequencedStates::Extend(std::string_view subject, const domain::FoldEntry& entry) {
  const auto found = kept_.find(subject);
  if (found == kept_.end()) return;
  Kept& kept = found->second;
  const auto held = [this](std::string_view log) { return Held(log); };
  const bool in_order = kept.state->empty || entry.Key() > kept.state->last_key;
  if (!in_order || kept.state.use_count() > 1) {
    Drop(subject);
    return;
  }
  domain::Fold(*kept.state, entry, held);
  kept_weight_ -= kept.weight;
  kept.weight = WeightOf(*kept.state);
  kept_weight_ += kept.weight;
  Shrink();
}

void SequencedStates::AddForeign(const log::SubjectKey& key, std::string_view subject,
                                 std::string_view bytes) {
  Hold(key.log, key.index);
  auto pending = pending_.find(subject);
  if (pending == pending_.end()) pending = pending_.try_emplace(std::string(subject)).first;
  pending->second.push_back({.key = key, .bytes = std::string(bytes)});
  Drop(subject);
}

void SequencedStates::Hold(std::string_view log, uint64_t index) {
  auto held = held_.find(log);
  if (held == held_.end()) held = held_.emplace(log, 0).first;
  held->second = std::max(held->second, index + 1);
}

void SequencedStates::Committed(const std::vector<log::HeldLog>& advanced) {
  for (const log::HeldLog& log : advanced) {
    uint64_t& held = held_[log.name];
    // The node's own Received entries come without being told of.
    if (held < log.size && log.name == log_.own_log()) Drop("node/" + log_.path());
    held = std::max(held, log.size);
  }
  const auto durable = [&](const Pending& entry) {
    return std::any_of(advanced.begin(), advanced.end(), [&](const log::HeldLog& log) {
      return log.name == entry.key.log && entry.key.index < log.size;
    });
  };
  for (auto it = pending_.begin(); it != pending_.end();) {
    std::erase_if(it->second, durable);
    it = it->second.empty() ? pending_.erase(it) : std::next(it);
  }
}

void SequencedStates::Keep(std::string_view subject, std::shared_ptr<domain::State> state) {
  by_use_.emplace_front(subject);
  const size_t weight = WeightOf(*state);
  kept_.emplace(subject, Kept{std::move(state), weight, by_use_.begin()});
  kept_weight_ += weight;
  Shrink();
}

void SequencedStates::Drop(std::string_view subject) {
  const auto found = kept_.find(subject);
  if (found == kept_.end()) return;
  kept_weight_ -= found->second.weight;
  by_use_.erase(found->second.used);
  kept_.erase(found);
}

void SequencedStates::Shrink() {
  while (kept_weight_ > kept_weight_max_ && by_use_.size() > 1) Drop(std::string(by_use_.back()));
}

}  // namespace liggare::record
