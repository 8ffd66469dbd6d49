#include "services/domain/concern.h"

#include <set>

#include "services/domain/node_path.h"
#include "services/domain/subject.h"

namespace liggare::domain {
namespace {

bool IsOfNode(std::string_view node, std::string_view brist) {
  const auto subject = ParseSubject(brist);
  return subject.ok() && subject->kind == SubjectKind::kBrist && IsAtOrBelow(subject->path, node);
}

// Groups may be grouped in turn, and whoever groups may err: each is looked at once.
absl::StatusOr<bool> HasMemberOf(std::string_view node, std::string_view brist,
                                 MembersOf members_of) {
  std::vector<std::string> waiting = {std::string(brist)};
  std::set<std::string> seen(waiting.begin(), waiting.end());
  while (!waiting.empty()) {
    const std::string group = waiting.back();
    waiting.pop_back();
    const auto members = members_of(group);
    if (!members.ok()) return members.status();
    for (const std::string& member : *members) {
      if (IsOfNode(node, member)) return true;
      if (seen.insert(member).second) waiting.push_back(member);
    }
  }
  return false;
}

bool IsOfOthers(std::string_view node, std::string_view brist) {
  const auto subject = ParseSubject(brist);
  if (!subject.ok() || subject->kind != SubjectKind::kBrist) return true;
  return !IsAtOrBelow(subject->path, node) && !IsAtOrBelow(node, subject->path);
}

// Of medlemmar[brist/se/17/karlstad/3].ingar: a key that is a brist of others.
bool KeysNameOthers(std::string_view node, std::string_view path) {
  for (size_t open = path.find('['); open != std::string_view::npos; open = path.find('[')) {
    path.remove_prefix(open + 1);
    const std::string_view key = path.substr(0, path.find(']'));
    if (key.find('/') != std::string_view::npos && IsOfOthers(node, key)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<bool> Concerns(std::string_view node, std::string_view subject,
                              MembersOf members_of) {
  const auto parsed = ParseSubject(subject);
  if (!parsed.ok()) return false;
  switch (parsed->kind) {
    case SubjectKind::kVerksamhet:
    case SubjectKind::kRapport:
      return IsAtOrBelow(parsed->path, node);
    case SubjectKind::kBrist:
      if (IsAtOrBelow(parsed->path, node)) return true;
      if (!IsAtOrBelow(node, parsed->path)) return false;
      return HasMemberOf(node, subject, members_of);
    case SubjectKind::kExempel:
      return IsAtOrBelow(parsed->path, node) || IsAtOrBelow(node, parsed->path);
    case SubjectKind::kAnslag:
      return true;
    default:
      return false;
  }
}

bool MayNameOthers(int type) {
  return type == v1::EventData::kBristGroupedFieldNumber ||
         type == v1::EventData::kMoneyReturnedFieldNumber ||
         type == v1::EventData::kConflictResolvedFieldNumber;
}

bool NamesOthers(std::string_view node, int type, const v1::EventData& event) {
  switch (type) {
    case v1::EventData::kBristGroupedFieldNumber:
      return IsOfOthers(node, event.brist_grouped().brist());
    case v1::EventData::kMoneyReturnedFieldNumber:
      return !event.money_returned().aterkrav().empty();
    case v1::EventData::kConflictResolvedFieldNumber:
      return KeysNameOthers(node, event.conflict_resolved().path());
    default:
      return false;
  }
}

}  // namespace liggare::domain
