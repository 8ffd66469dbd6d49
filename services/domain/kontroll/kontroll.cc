#include "services/domain/kontroll/kontroll.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "proto/name/node_path.h"
#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/natural_order.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/state/state_proto.h"

namespace liggare::domain {
namespace {

std::string ValueText(const FieldValue& value) {
  return HasValue(value) ? TextOf(value) : "inget värde";
}

void AddConflicts(const ScopedState& scoped, std::vector<v1::Finding>& out) {
  for (const StateConflict& conflict : scoped.state->conflicts) {
    const Field& field = scoped.state->fields.find(conflict.path)->second;
    const v1::EventRef lost = EventRefOf(*scoped.state, conflict.overridden_by);
    const v1::EventRef won = EventRefOf(*scoped.state, field.set_by);
    out.push_back(MakeFinding(
        "CONFLICT",
        {.subject = scoped.subject,
         .fields = {conflict.path},
         .stated = ValueText(conflict.overridden),
         .computed = ValueText(field.value),
         .sentence = "Två händelser har satt " + conflict.path + " utan att känna till varandra: " +
                     ValueText(conflict.overridden) + " (" + lost.log() + " nr " +
                     std::to_string(lost.index()) + ") och " + ValueText(field.value) + " (" +
                     won.log() + " nr " + std::to_string(won.index()) + "), som gäller."}));
  }
}

// The beginnings of the subjects that belong to the scope by name alone.
std::vector<std::string> PrefixesOf(const Scope& scope) {
  const std::string year = std::to_string(scope.year);
  std::vector<std::string> prefixes = {RapportSubject(scope.year, scope.path),
                                       VerksamhetSubject(scope.path), "brist/" + scope.path,
                                       "exempel/" + scope.path};
  if (!scope.IsNation() && !scope.IsLan()) return prefixes;
  const std::string lanskod(scope.Lanskod());
  for (const char* kind : {"ansokan/", "bidrag/", "rekvisition/", "aterkrav/", "lansrapport/"}) {
    prefixes.push_back(kind + year + "/" + lanskod);
  }
  if (!scope.IsNation()) return prefixes;
  prefixes.push_back(AnslagSubject(scope.year));
  prefixes.push_back("tabell/" + year + "/");
  return prefixes;
}

// Of a subject with a path: whether it is the scope's, and not merely begins
// so.
bool IsWithin(const ScopedState& scoped, const Scope& scope) {
  const bool is_path = scoped.about.find('/') != std::string::npos;
  return !is_path || name::IsAtOrBelow(scoped.about, scope.path);
}

// The event that explains the finding; nothing if it was said of an earlier one
// that has been corrected since.
std::optional<uint32_t> ExplainedBy(const State& state, const std::string& id) {
  const auto explained_by = state.SetBy("forklaringar[" + id + "].forklaring");
  const auto known = state.findings.find(id);
  const bool is_of_earlier = known != state.findings.end() && explained_by.has_value() &&
                             known->second.opened_by > *explained_by;
  return is_of_earlier ? std::nullopt : explained_by;
}

// Those that finding_explained names in their own subject.
absl::Status MarkExplained(StateView& view, std::vector<v1::Finding>& findings) {
  for (v1::Finding& finding : findings) {
    if (finding.status() == v1::FINDING_STATUS_CORRECTED) continue;
    auto state = view.StateOf(finding.subject());
    if (!state.ok()) return state.status();
    const auto explained_by = ExplainedBy(**state, finding.id());
    if (!explained_by) continue;
    finding.set_status(v1::FINDING_STATUS_EXPLAINED);
    *finding.mutable_explained_by() = EventRefOf(**state, *explained_by);
  }
  return absl::OkStatus();
}

bool ComesBefore(const v1::Finding& a, const v1::Finding& b) {
  const bool a_is_corrected = a.status() == v1::FINDING_STATUS_CORRECTED;
  const bool b_is_corrected = b.status() == v1::FINDING_STATUS_CORRECTED;
  if (a.subject() != b.subject()) return ComesBeforeByNumber(a.subject(), b.subject());
  return std::tie(a_is_corrected, a.code()) < std::tie(b_is_corrected, b.code());
}

// Where every finding about the subject is seen.
Scope ScopeOfFindings(const Subject& subject) {
  // A verksamhet has findings of its own, by no year.
  const int year = subject.year == 0 ? kYearMin : subject.year;
  std::string path(name::kNationPath);
  if (!subject.path.empty() && name::DepthOf(subject.path) > 1)
    path = name::CountyPathOf(subject.path);
  const bool is_of_lan = subject.kind != SubjectKind::kTabell && !subject.code.empty();
  if (is_of_lan) path = name::CountyPath(subject.code.substr(0, 2));
  return {path, year};
}

}  // namespace

absl::Status AddConflictFindings(StateView& view, const Scope& scope,
                                 std::vector<v1::Finding>& out) {
  for (const std::string& prefix : PrefixesOf(scope)) {
    absl::StatusOr<std::vector<ScopedState>> states = StatesWithPrefix(view, prefix);
    if (!states.ok()) return states.status();
    for (const ScopedState& scoped : *states) {
      if (IsWithin(scoped, scope)) AddConflicts(scoped, out);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Finding>> FindingsOf(StateView& view, const Scope& scope) {
  if (absl::Status status = CheckScope(scope); !status.ok()) return status;
  std::vector<v1::Finding> findings;
  for (auto* add : {AddPublishedFindings, AddPrintedShareFindings, AddPrintedWordFindings,
                    AddApplicationFindings, AddGrantFindings, AddReportFindings, AddHistoryFindings,
                    AddConflictFindings}) {
    if (absl::Status status = add(view, scope, findings); !status.ok()) return status;
  }
  if (absl::Status status = MarkExplained(view, findings); !status.ok()) return status;
  std::stable_sort(findings.begin(), findings.end(), ComesBefore);
  return findings;
}

absl::StatusOr<std::vector<v1::Finding>> FindingsAbout(StateView& view, std::string_view subject) {
  const absl::StatusOr<Subject> parsed = ParseSubject(subject);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<std::vector<v1::Finding>> findings = FindingsOf(view, ScopeOfFindings(*parsed));
  if (!findings.ok()) return findings.status();
  std::erase_if(*findings,
                [&](const v1::Finding& finding) { return finding.subject() != subject; });
  return findings;
}

}  // namespace liggare::domain
