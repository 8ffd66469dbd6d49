#include "tests/services/domain/world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/form/uuid.h"
#include "proto/json/event_json.h"
#include "proto/name/log_name.h"
#include "services/domain/form/shape.h"
#include "services/domain/judge/judge.h"
#include "services/domain/judge/judge_keys.h"
#include "services/domain/law/authority.h"

namespace liggare::domain {
namespace {

std::string NextId() {
  static uint64_t counter = 0;
  std::array<uint8_t, 10> random = {};
  ++counter;
  for (int i = 0; i < 4; ++i) random[9 - i] = static_cast<uint8_t>(counter >> (8 * i));
  return form::UuidText(form::MakeUuid7(1'700'000'000'000, random));
}

uint64_t Everything(std::string_view) { return UINT64_MAX; }

}  // namespace

v1::EventData EventOf(const std::string& members) {
  const std::string line = "{\"id\": \"" + NextId() + "\", " + members + "}";
  auto parsed = json::EventFromJson(line, [] { return std::string(32, 's'); });
  if (!parsed.ok()) {
    std::fprintf(stderr, "%s: %s\n", line.c_str(), ErrorText(ErrorOf(parsed.status())).c_str());
    std::abort();
  }
  return parsed->data;
}

v1::EventData EventOf(const std::string& subject, const std::string& type,
                      const std::string& fields) {
  return EventOf("\"subject\": \"" + subject +
                 "\", \"actor\": {\"id\": \"anna\", \"role\": \"handlaggare\"}, \"" + type +
                 "\": {" + fields + "}");
}

FoldEntry EntryOf(const std::string& log, uint64_t index, uint64_t clock,
                  std::vector<LogPoint> basis, const v1::EventData& event) {
  FoldEntry entry;
  entry.log = log;
  entry.index = index;
  entry.clock = clock;
  entry.recorded_at_ms = static_cast<int64_t>(clock >> 16);
  entry.principal = "spiffe://liggare.example/" + log.substr(0, log.find('@'));
  entry.basis = std::move(basis);
  entry.data = std::make_shared<v1::EventData>(event);
  entry.type = form::TypeNumberOf(event);
  return entry;
}

State FoldAll(std::vector<FoldEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const FoldEntry& a, const FoldEntry& b) { return a.Key() < b.Key(); });
  State state;
  for (const FoldEntry& entry : entries) Fold(state, entry, Everything);
  return state;
}

absl::Status World::Record(const std::string& writer_path, const v1::EventData& event) {
  if (absl::Status status = CheckShape(event); !status.ok()) return status;
  absl::Status status = AuthoriseWriter(form::TypeNumberOf(event), writer_path, event.subject());
  if (!status.ok()) return status;
  recording_ = writer_path;
  status = JudgeEvent(event, writer_path, *this, regulation_of);
  if (!status.ok()) return status;
  std::vector<LogPoint> basis;
  const std::shared_ptr<const State> state = *StateOf(event.subject());
  for (const auto& [log, index] : state->positions) {
    basis.push_back({log, index});
  }
  Append(writer_path, event, std::move(basis));
  return absl::OkStatus();
}

absl::Status World::Record(const std::string& writer_path, const std::string& subject,
                           const std::string& type, const std::string& fields) {
  return Record(writer_path, EventOf(subject, type, fields));
}

v1::Error World::Refusal(const std::string& writer_path, const std::string& subject,
                         const std::string& type, const std::string& fields) {
  const absl::Status status = Record(writer_path, subject, type, fields);
  return status.ok() ? v1::Error() : ErrorOf(status);
}

void World::Append(const std::string& writer_path, const v1::EventData& event,
                   std::vector<LogPoint> basis) {
  const std::string log = writer_path + "@1";
  folded_.erase(event.subject());
  clock_ = std::max(clock_ + 1, static_cast<uint64_t>(now_ms) << 16);
  subjects_[event.subject()].push_back(
      EntryOf(log, log_sizes_[log]++, clock_, std::move(basis), event));
}

absl::StatusOr<std::shared_ptr<const State>> World::StateOf(std::string_view subject) {
  auto it = subjects_.find(subject);
  if (it == subjects_.end()) return std::make_shared<const State>();
  std::shared_ptr<const State>& folded = folded_[it->first];
  if (folded == nullptr) folded = std::make_shared<const State>(FoldAll(it->second));
  return folded;
}

absl::StatusOr<std::vector<TextPlace>> World::TextsOf(std::string_view subject) {
  std::vector<TextPlace> texts;
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return texts;
  for (const FoldEntry& entry : found->second) {
    for (std::string& commitment : form::CommitmentsOf(*entry.data)) {
      texts.push_back({std::move(commitment), std::string(name::PathOfLog(entry.log))});
    }
  }
  return texts;
}

absl::StatusOr<proof::NodeKeys> World::KeysOf(std::string_view path) {
  proof::NodeKeys keys;
  const auto found = subjects_.find(NodeSubject(path));
  if (found == subjects_.end()) return keys;
  for (const FoldEntry& entry : found->second) {
    if (entry.log == recording_ + "@1") proof::Apply(KeyEntryOf(TrustDomain(), path, entry), keys);
  }
  return keys;
}

absl::StatusOr<bool> World::EnrolsFewerThan(size_t most) {
  size_t enrolled = 0;
  for (const auto& [subject, entries] : subjects_) {
    enrolled += std::ranges::any_of(entries, [this](const FoldEntry& entry) {
      return entry.log == recording_ + "@1" && entry.data->has_node_enrolled();
    });
  }
  return enrolled < most;
}

absl::StatusOr<std::vector<std::string>> World::ListSubjects(std::string_view prefix) {
  std::vector<std::string> subjects;
  for (auto it = subjects_.lower_bound(prefix);
       it != subjects_.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
    subjects.push_back(it->first);
  }
  return subjects;
}

}  // namespace liggare::domain
