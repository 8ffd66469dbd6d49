#include "services/state/enrolments.h"

#include <algorithm>
#include <utility>

#include "eventstore/merkle/hash.h"
#include "liggare/v1/event.pb.h"
#include "proto/name/node_path.h"
#include "services/domain/judge/judge_keys.h"
#include "services/domain/place/subject.h"

namespace liggare::state {
namespace {

constexpr uint32_t kNodeEnrolled = v1::EventData::kNodeEnrolledFieldNumber;
constexpr uint32_t kNodeKeyRevoked = v1::EventData::kNodeKeyRevokedFieldNumber;

// Epochs have no leading zeros: a longer name is of a greater one.
bool ComesFirst(const log::HeldLog& a, const log::HeldLog& b) {
  return std::pair(a.name.size(), std::string_view(a.name)) <
         std::pair(b.name.size(), std::string_view(b.name));
}

}  // namespace

std::string_view EnrolledBy(std::string_view enroller, std::string_view subject) {
  static const std::string kPrefix = domain::NodeSubject("");
  if (!subject.starts_with(kPrefix)) return {};
  subject.remove_prefix(kPrefix.size());
  const std::string_view parent = subject == name::kNationPath ? subject : name::ParentOf(subject);
  return parent == enroller ? subject : std::string_view();
}

absl::Status Enrolments::ReadOn() {
  std::vector<log::HeldLog> logs = log_.LogsOf(enroller_);
  std::ranges::sort(logs, ComesFirst);
  for (const log::HeldLog& held : logs) {
    if (absl::Status status = ReadLog(held); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Enrolments::ReadLog(const log::HeldLog& held) {
  uint64_t& next = read_[held.name];
  while (next < held.size) {
    absl::StatusOr<log::EntryRange> range =
        log_.ReadRange(held.name, next, {.end_index = held.size});
    if (!range.ok()) return range.status();
    for (const std::string& entry : range->entries) Take(held.name, next++, entry);
  }
  return absl::OkStatus();
}

void Enrolments::Take(const std::string& log, uint64_t index, std::string_view entry) {
  if (merkle::IsWithheld(entry)) return;
  const absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(entry);
  if (!header.ok()) return;
  const log::DataHeader& data = header->data_header;
  if (data.type < kNodeEnrolled || data.type > kNodeKeyRevoked) return;
  const std::string_view path = EnrolledBy(enroller_, data.subject);
  if (path.empty()) return;
  auto places = places_.find(path);
  if (places == places_.end()) {
    const bool is_nation = path == name::kNationPath;  // Its key is pinned.
    if (!is_nation && (data.type != kNodeEnrolled || count() >= domain::kEnrolledNodesMax)) return;
    places = places_.emplace(std::string(path), std::vector<log::LogIndex>()).first;
  }
  if (places->second.size() < kKeyEntriesMax) places->second.push_back({log, index});
}

const std::vector<log::LogIndex>& Enrolments::PlacesOf(std::string_view path) const {
  static const std::vector<log::LogIndex> kNone;
  const auto places = places_.find(path);
  return places == places_.end() ? kNone : places->second;
}

size_t Enrolments::count() const {
  return places_.size() - (places_.contains(name::kNationPath) ? 1 : 0);
}

std::vector<std::string> Enrolments::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, places] : places_) {
    if (path != name::kNationPath) paths.push_back(path);
  }
  return paths;
}

}  // namespace liggare::state
