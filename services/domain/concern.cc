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

}  // namespace liggare::domain
