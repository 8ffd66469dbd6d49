#include "services/state/state_reader.h"

#include <optional>
#include <utility>

#include "proto/name/node_path.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/fold/history.h"
#include "services/domain/place/subject.h"
#include "services/domain/state/fold_entry.h"
#include "services/state/concern.h"
#include "services/state/frontier_at.h"

namespace liggare::state {

StateReader::View::View(StateReader& reader, FrontierRef frontier, std::string knower)
    : reader_(reader), frontier_(std::move(frontier)), knower_(std::move(knower)) {
  if (knower_.empty() || name::DepthOf(knower_) <= name::kCountyDepth) return;
  of_others_ = std::make_shared<const Frontier>(WithoutLogsAbove(*frontier_, knower_));
}

absl::StatusOr<FrontierRef> StateReader::View::FrontierOf(std::string_view subject) const {
  if (of_others_ == nullptr) return frontier_;
  const auto concerns = Concerns(reader_.log_, knower_, subject);
  if (!concerns.ok()) return concerns.status();
  return *concerns ? frontier_ : of_others_;
}

absl::StatusOr<std::shared_ptr<const domain::State>> StateReader::View::StateOf(
    std::string_view subject) {
  auto frontier = FrontierOf(subject);
  if (!frontier.ok()) return frontier.status();
  if (!IsShownInPart(subject)) return reader_.Fold(subject, *frontier);
  auto folded = Refold(subject, nullptr);
  if (!folded.ok()) return folded.status();
  return std::make_shared<const domain::State>(*std::move(folded));
}

bool StateReader::View::IsShownInPart(std::string_view subject) const {
  if (of_others_ == nullptr) return false;
  const auto parsed = domain::ParseSubject(subject);
  if (!parsed.ok()) return false;
  return parsed->kind == domain::SubjectKind::kAnslag ||
         (parsed->kind == domain::SubjectKind::kBrist && !name::IsAtOrBelow(parsed->path, knower_));
}

absl::StatusOr<domain::State> StateReader::View::Refold(std::string_view subject,
                                                        domain::ChangeListener* listener) const {
  const auto frontier = FrontierOf(subject);
  if (!frontier.ok()) return frontier.status();
  SubjectFold::IsShownFn is_shown;
  if (IsShownInPart(subject)) {
    is_shown = [this](std::string_view bytes) { return !NamesOthers(knower_, bytes); };
  }
  return SubjectFold::Refold(reader_.log_, subject, **frontier, listener, is_shown);
}

absl::StatusOr<std::vector<std::string>> StateReader::View::ListSubjects(std::string_view prefix) {
  return reader_.SubjectsAt(prefix,
                            [this](std::string_view subject) { return FrontierOf(subject); });
}

absl::StatusOr<std::vector<v1::Change>> StateReader::View::HistoryOf(std::string_view subject,
                                                                     std::string_view path_prefix) {
  auto all = HistoryPartOf(subject, path_prefix, {});
  if (!all.ok()) return all.status();
  return std::move(all->changes);
}

absl::StatusOr<StateReader::View::HistoryPart> StateReader::View::HistoryPartOf(
    std::string_view subject, std::string_view path_prefix,
    const domain::HistoryRecorder::Limits& limits) {
  domain::HistoryRecorder recorder(std::string(path_prefix), limits);
  const auto folded = Refold(subject, &recorder);
  if (!folded.ok()) return folded.status();
  HistoryPart part = {.changes = {}, .more = recorder.more()};
  size_t reason_bytes = 0;
  for (const domain::RecordedChange& recorded : recorder.changes()) {
    v1::Change change = recorded.change;
    const absl::Status disclosed = reader_.Disclose(subject, recorded.reason_commitment, change);
    if (!disclosed.ok()) return disclosed;
    reason_bytes += change.reason().size();
    if (reason_bytes > limits.bytes_max && !part.changes.empty()) {
      part.more = true;
      break;
    }
    part.changes.push_back(std::move(change));
  }
  return part;
}

absl::Status StateReader::View::Replay(std::string_view subject,
                                       domain::ChangeListener& listener) const {
  return Refold(subject, &listener).status();
}

StateReader::StateReader(const log::EventLog& log, Options options)
    : log_(log), options_(options) {}

StateReader::~StateReader() = default;

StateReader::View StateReader::Now() { return View(*this, CurrentFrontier()); }

absl::StatusOr<StateReader::View> StateReader::At(const v1::Moment& moment) {
  if (moment.known_by().empty()) return Now();
  auto frontier = FrontierAt(log_, {.node = moment.known_by(), .at_index = moment.at_index()});
  if (!frontier.ok()) return frontier.status();
  return View(*this, Shared(*std::move(frontier)), moment.known_by());
}

absl::StatusOr<std::shared_ptr<const domain::State>> StateReader::StateOf(
    std::string_view subject) {
  return Fold(subject, CurrentFrontier());
}

absl::StatusOr<std::vector<std::string>> StateReader::ListSubjects(std::string_view prefix) {
  return SubjectsAt(prefix, [now = CurrentFrontier()](std::string_view) { return now; });
}

FrontierRef StateReader::CurrentFrontier() {
  auto frontier = std::make_shared<const Frontier>(FrontierNow(log_));
  std::lock_guard lock(frontier_mutex_);
  if (current_ != nullptr && current_->Covers(*frontier)) return current_;
  current_ = std::move(frontier);
  return current_;
}

FrontierRef StateReader::Shared(Frontier past) {
  std::lock_guard lock(frontier_mutex_);
  if (past_ != nullptr && *past_ == past) return past_;
  past_ = std::make_shared<const Frontier>(std::move(past));
  return past_;
}

absl::StatusOr<std::shared_ptr<const domain::State>> StateReader::Fold(
    std::string_view subject, const FrontierRef& frontier) {
  const std::shared_ptr<Slot> slot = SlotOf(subject);
  std::unique_lock lock(slot->mutex);
  auto state = slot->fold.At(frontier);
  const size_t weight = slot->fold.weight();
  lock.unlock();
  Keep(subject, slot, weight);
  return state;
}

std::shared_ptr<StateReader::Slot> StateReader::SlotOf(std::string_view subject) {
  std::lock_guard lock(cache_mutex_);
  const auto found = kept_.find(subject);
  if (found != kept_.end()) return found->second.slot;
  return std::make_shared<Slot>(log_, std::string(subject));
}

// Puts the slot first among the kept, with its new weight, and lets the least
// used go. Where two threads began the same subject, the first to come here stays.
void StateReader::Keep(std::string_view subject, const std::shared_ptr<Slot>& slot, size_t weight) {
  std::lock_guard lock(cache_mutex_);
  auto found = kept_.find(subject);
  if (found == kept_.end()) {
    by_use_.emplace_front(subject);
    found = kept_.emplace(by_use_.front(), Kept{.slot = slot, .used = by_use_.begin()}).first;
  } else {
    by_use_.splice(by_use_.begin(), by_use_, found->second.used);
  }
  if (found->second.slot != slot) return;
  kept_weight_ += weight - found->second.weight;
  found->second.weight = weight;
  while (kept_weight_ > options_.kept_weight_max && by_use_.size() > 1) {
    const auto least_used = kept_.find(by_use_.back());
    kept_weight_ -= least_used->second.weight;
    kept_.erase(least_used);
    by_use_.pop_back();
  }
}

absl::StatusOr<bool> StateReader::HasEntry(std::string_view subject, const log::LogIndex& first,
                                           const FrontierRef& frontier) {
  if (frontier->Holds(first.log, first.index)) return true;
  const auto state = Fold(subject, frontier);
  if (!state.ok()) return state.status();
  return !(*state)->empty;
}

absl::StatusOr<std::vector<std::string>> StateReader::SubjectsAt(std::string_view prefix,
                                                                 FrontierOf frontier_of) {
  std::vector<std::pair<std::string, log::LogIndex>> subjects;
  const absl::Status scanned =
      log_.ScanSubjects(prefix, "", [&](std::string_view subject, const log::LogIndex& entry) {
        subjects.emplace_back(subject, entry);
        return true;
      });
  if (!scanned.ok()) return scanned;
  std::vector<std::string> in_view;
  for (auto& [subject, entry] : subjects) {
    const absl::StatusOr<FrontierRef> frontier = frontier_of(subject);
    if (!frontier.ok()) return frontier.status();
    const auto has_entry = HasEntry(subject, entry, *frontier);
    if (!has_entry.ok()) return has_entry.status();
    if (*has_entry) in_view.push_back(std::move(subject));
  }
  return in_view;
}

absl::StatusOr<std::string> StateReader::ErasureText(std::string_view subject, std::string_view log,
                                                     const std::string& commitment) const {
  const auto by = log_.ErasedBy(commitment, subject, log);
  if (!by.ok()) return by.status();
  if (!*by) return "";
  const auto bytes = log_.Read((*by)->log, (*by)->index);
  const auto entry = domain::ParseFoldEntry(bytes.ok() ? *bytes : "");
  if (!entry.ok()) return "(gallrad)";  // The order came without its log.
  return "(gallrad " + domain::FormatDate(domain::StockholmDate(entry->recorded_at_ms)) +
         " enligt " + entry->data->redacted().grund() + ")";
}

absl::Status StateReader::Disclose(std::string_view subject, const std::string& commitment,
                                   v1::Change& change) const {
  if (commitment.empty()) return absl::OkStatus();
  auto erased = ErasureText(subject, change.event().log(), commitment);
  if (!erased.ok()) return erased.status();
  if (!erased->empty()) {
    change.set_reason(*std::move(erased));
    return absl::OkStatus();
  }
  const auto text = log_.Disclosure(commitment);
  if (!text.ok()) return text.status();
  if (*text) change.set_reason((*text)->text);
  return absl::OkStatus();
}

}  // namespace liggare::state
