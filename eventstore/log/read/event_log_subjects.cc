// EventLog's reading by subject and its texts.
#include <algorithm>
#include <tuple>
#include <utility>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/read/event_log_state.h"

namespace liggare::log {
namespace {

bool InOrder(const SubjectEntry& a, const SubjectEntry& b) {
  return std::tie(a.key.clock, a.key.log, a.key.index) <
         std::tie(b.key.clock, b.key.log, b.key.index);
}

// Gives entries on in the order clock, log name, index. They come ordered by
// clock only, since log numbers are local: entries of one clock are held back
// until the last of them has come.
class SubjectOrder {
 public:
  SubjectOrder(const std::optional<SubjectKey>& after,
               const std::function<bool(const SubjectEntry&)>& visit)
      : visit_(visit) {
    if (after) after_ = SubjectEntry{.key = *after};
  }

  // False when the visitor wants no more.
  bool Add(SubjectEntry entry) {
    if (!same_clock_.empty() && same_clock_.front().key.clock != entry.key.clock && !Flush()) {
      return false;
    }
    same_clock_.push_back(std::move(entry));
    return true;
  }

  bool Flush() {
    std::sort(same_clock_.begin(), same_clock_.end(), InOrder);
    for (const SubjectEntry& entry : same_clock_) {
      if (after_ && !InOrder(*after_, entry)) continue;
      if (!visit_(entry)) return false;
    }
    same_clock_.clear();
    return true;
  }

 private:
  const std::function<bool(const SubjectEntry&)>& visit_;
  std::optional<SubjectEntry> after_;
  std::vector<SubjectEntry> same_clock_;
};

}  // namespace

absl::Status EventLog::ScanSubject(std::string_view subject, const std::optional<SubjectKey>& after,
                                   const std::function<bool(const SubjectEntry&)>& visit) const {
  const std::vector<uint64_t> sizes = state_->catalog.Sizes();
  SubjectOrder order(after, visit);
  const auto cursor = state_->database.NewCursor(Family::kSubjects);
  for (cursor->Seek(keys::SubjectSeek(subject, after ? after->clock : 0)); cursor->Valid();
       cursor->Next()) {
    const auto row = keys::ParseSubjectRow(cursor->key());
    if (!row || row->subject != subject) break;
    if (row->log >= sizes.size() || row->index >= sizes[row->log]) continue;
    const auto type = keys::ParseType(cursor->value());
    if (!type)
      return absl::DataLossError("a row of subject " + std::string(subject) + " is damaged");
    SubjectEntry entry = {
        .key = {.clock = row->clock, .log = *state_->catalog.NameOf(row->log), .index = row->index},
        .type = *type};
    if (!order.Add(std::move(entry))) return absl::OkStatus();
  }
  if (!cursor->status().ok()) return cursor->status();
  order.Flush();
  return absl::OkStatus();
}

absl::Status EventLog::ScanAside(
    std::string_view subject, const std::optional<LogIndex>& after,
    const std::function<AsideStep(const LogIndex& entry)>& visit) const {
  const std::vector<uint64_t> sizes = state_->catalog.Sizes();
  keys::SubjectRow next = {.subject = subject, .aside = true};
  if (after) {
    const auto held = Find(after->log);
    if (!held) return absl::NotFoundError("no log " + after->log + " is held");
    next.log = held->number;
    next.index = after->index + 1;
  }
  const auto cursor = state_->database.NewCursor(Family::kSubjects);
  cursor->Seek(keys::Encode(next));
  while (cursor->Valid()) {
    const auto row = keys::ParseSubjectRow(cursor->key());
    if (!row || !row->aside || row->subject != subject) break;
    AsideStep step = AsideStep::kNextLog;  // Of what is not visible yet.
    if (row->log < sizes.size() && row->index < sizes[row->log]) {
      step = visit({.log = *state_->catalog.NameOf(row->log), .index = row->index});
    }
    if (step == AsideStep::kEnd) return absl::OkStatus();
    if (step == AsideStep::kOn) {
      cursor->Next();
      continue;
    }
    next.log = row->log + 1;
    next.index = 0;
    cursor->Seek(keys::Encode(next));
  }
  return cursor->status();
}

absl::Status EventLog::ScanSubjects(
    std::string_view prefix, std::string_view after,
    const std::function<bool(std::string_view subject, const LogIndex& entry)>& visit) const {
  const std::vector<uint64_t> sizes = state_->catalog.Sizes();
  const auto cursor = state_->database.NewCursor(Family::kSubjects);
  // Past all of `after`, or to the first subject with the prefix; past what stands aside.
  const std::string first =
      after.empty() || after < prefix ? std::string(prefix) : keys::SubjectEnd(after);
  cursor->Seek(std::max(first, std::string(keys::kAsideEnd)));
  while (cursor->Valid()) {
    const auto row = keys::ParseSubjectRow(cursor->key());
    if (!row) return absl::DataLossError("a row of the subjects is damaged");
    if (row->subject.substr(0, prefix.size()) != prefix) break;
    if (row->log >= sizes.size() || row->index >= sizes[row->log]) {
      cursor->Next();  // Not visible yet; another row of the subject may be.
      continue;
    }
    const std::string subject(row->subject);
    if (!visit(subject, {.log = *state_->catalog.NameOf(row->log), .index = row->index})) {
      return absl::OkStatus();
    }
    cursor->Seek(keys::SubjectEnd(subject));
  }
  return cursor->status();
}

absl::StatusOr<std::optional<DisclosureText>> EventLog::Disclosure(
    std::string_view commitment) const {
  auto stored = state_->database.Get(Family::kDisclosures, commitment);
  if (!stored.ok()) return stored.status();
  if (!*stored) return std::nullopt;
  const auto value = keys::ParseDisclosureValue(**stored);
  if (!value) return absl::DataLossError("a disclosure is damaged");
  return DisclosureText{.commitment = std::string(commitment),
                        .salt = std::string(value->salt),
                        .text = std::string(value->text)};
}

absl::StatusOr<std::optional<LogIndex>> EventLog::ErasedBy(std::string_view commitment,
                                                           std::string_view subject,
                                                           std::string_view log) const {
  for (const std::string& key : keys::ErasedKeysOf(commitment, subject, log)) {
    auto stored = state_->database.Get(Family::kMeta, key);
    if (!stored.ok()) return stored.status();
    if (!*stored) continue;
    const auto by = keys::ParseErasedValue(**stored);
    if (!by) return absl::DataLossError("a row of an erased text is damaged");
    return LogIndex{.log = std::string(by->log), .index = by->index};
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<DisclosureText>> EventLog::DisclosuresOf(std::string_view log,
                                                                    uint64_t first,
                                                                    uint64_t end) const {
  std::vector<DisclosureText> texts;
  const auto held = Find(log);
  if (!held) return texts;
  end = std::min(end, held->size);
  const auto cursor = state_->database.NewCursor(Family::kMeta);
  for (cursor->Seek(keys::CommitmentsKey(held->number, first)); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseLogMetaKey(cursor->key());
    if (!key || key->tag != keys::kCommitmentsTag || key->log != held->number ||
        key->position >= end) {
      break;
    }
    for (std::string_view rest = cursor->value(); rest.size() >= keys::kCommitmentBytes;
         rest.remove_prefix(keys::kCommitmentBytes)) {
      auto text = Disclosure(rest.substr(0, keys::kCommitmentBytes));
      if (!text.ok()) return text.status();
      if (*text) texts.push_back(**std::move(text));
    }
  }
  if (!cursor->status().ok()) return cursor->status();
  return texts;
}

}  // namespace liggare::log
