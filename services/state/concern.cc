#include "services/state/concern.h"

#include <map>
#include <string>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/law/concern.h"

namespace liggare::state {
namespace {

absl::StatusOr<std::vector<std::string>> MembersOf(const log::EventLog& log,
                                                   std::string_view brist) {
  std::vector<log::SubjectKey> groupings;
  const absl::Status scanned = log.ScanSubject(brist, {}, [&](const log::SubjectEntry& entry) {
    if (entry.type == v1::EventData::kBristGroupedFieldNumber) groupings.push_back(entry.key);
    return true;
  });
  if (!scanned.ok()) return scanned;
  std::map<std::string, bool> belongs;  // The last word on each counts.
  for (const log::SubjectKey& key : groupings) {
    const auto bytes = log.Read(key.log, key.index);
    if (!bytes.ok()) return bytes.status();
    const auto header = log::ParseEntryHeader(*bytes);
    v1::EventData data;
    if (!header.ok() || !data.ParseFromString(std::string(header->data))) continue;
    belongs[data.brist_grouped().brist()] = data.brist_grouped().ingar();
  }
  std::vector<std::string> members;
  for (const auto& [member, is_one] : belongs) {
    if (is_one) members.push_back(member);
  }
  return members;
}

}  // namespace

absl::StatusOr<bool> Concerns(const log::EventLog& log, std::string_view node,
                              std::string_view subject) {
  return domain::Concerns(node, subject,
                          [&log](std::string_view brist) { return MembersOf(log, brist); });
}

bool NamesOthers(std::string_view node, std::string_view bytes) {
  const auto header = log::ParseEntryHeader(bytes);
  if (!header.ok()) return true;
  const int type = static_cast<int>(header->data_header.type);
  if (!domain::MayNameOthers(type)) return false;
  v1::EventData event;
  return !event.ParseFromString(std::string(header->data)) || domain::NamesOthers(node, event);
}

absl::StatusOr<bool> IsShown(const log::EventLog& log, std::string_view node,
                             std::string_view bytes) {
  const auto header = log::ParseEntryHeader(bytes);
  if (!header.ok()) return false;  // Withheld from this node too, or nobody can read it.
  // Where an epoch begins must be seen by all who hold its log.
  if (header->data_header.type == log::kEpochOpenedType) return true;
  const auto concerns = Concerns(log, node, header->data_header.subject);
  if (!concerns.ok() || !*concerns) return concerns;
  return !NamesOthers(node, bytes);
}

}  // namespace liggare::state
