#include "eventstore/log/care/fsck.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck_scope.h"
#include "proto/text/hex.h"

namespace liggare::log {
namespace {

// Every log that has a name or entries, own ones first.
std::vector<uint32_t> LogsInOrder(const FsckScope& scope) {
  std::vector<uint32_t> own;
  std::vector<uint32_t> others;
  for (const auto& [number, name] : scope.names) {
    (scope.IsOwn(number) ? own : others).push_back(number);
  }
  own.insert(own.end(), others.begin(), others.end());
  return own;
}

// Entries under a number without a name belong to no log.
void CheckNameless(FsckScope& scope) {
  const auto cursor = scope.database.NewCursor(Family::kEvents);
  for (cursor->Seek(""); cursor->Valid();) {
    const auto key = keys::ParseEventKey(cursor->key());
    if (!key) {
      scope.Add({.family = "events",
                 .message = "the key " + text::Hex(cursor->key()) + " is not an entry's"});
      cursor->Next();
      continue;
    }
    if (!scope.names.contains(key->log)) {
      scope.Add({.family = "events",
                 .log = scope.NameOf(key->log),
                 .index = key->index,
                 .message = "the log has entries but no name"});
    }
    if (key->log == UINT32_MAX) break;
    cursor->Seek(keys::LogPrefix(key->log + 1));
  }
}

}  // namespace

void FsckScope::Add(FsckFinding finding) {
  ++report.findings_count;
  if (finding.family == FamilyName(Family::kEvents)) {
    report.logs_with_damaged_entries.insert(finding.log);
  }
  if (report.findings.size() < options.findings_max) report.findings.push_back(std::move(finding));
}

void FsckScope::AddRemark(FsckFinding remark) {
  ++report.remarks_count;
  if (report.remarks.size() < options.findings_max) report.remarks.push_back(std::move(remark));
}

std::optional<note::Signer> FsckScope::SignerNamed(std::string_view name) const {
  const auto known = keys.find(name);
  if (known == keys.end()) return {};
  return note::Signer{.keys = known->second, .revocations = {}};
}

std::string FsckScope::OriginOf(uint32_t number) const {
  return report.trust_domain + "/" + NameOf(number);
}

std::string FsckScope::Get(Family family, std::string_view key) {
  auto value = database.Get(family, key);
  if (value.ok()) return value->value_or("");
  Add({.family = FamilyName(family),
       .message = "the row " + text::Hex(key) +
                  " can't be read: " + std::string(value.status().message())});
  return "";
}

std::string FsckScope::NameOf(uint32_t number) const {
  const auto found = names.find(number);
  return found != names.end() ? found->second : "log number " + std::to_string(number);
}

bool FsckScope::IsOwn(uint32_t number) const {
  const std::string name = NameOf(number);
  return name.substr(0, name.rfind('@')) == report.path;
}

bool FsckScope::IsAbove(uint32_t number) const {
  const std::string name = NameOf(number);
  return report.path.starts_with(name.substr(0, name.rfind('@')) + "/");
}

void FsckScope::TakeKey(const note::VerifierKey& key) {
  auto& known = keys[key.name()];
  if (std::find(known.begin(), known.end(), key) == known.end()) known.push_back(key);
}

void FsckScope::TakeKeys(const EntryHeader& header) {
  if (options.keys == nullptr) return;
  for (const auto& key : options.keys->InEvent(header.data_header.type, header.data)) TakeKey(key);
}

std::vector<keys::SubjectRow> FsckScope::SubjectRowsOf(const EntryHeader& header, uint32_t log,
                                                       uint64_t index) const {
  const keys::SubjectRow of_subject = {
      .subject = header.data_header.subject, .clock = header.clock, .log = log, .index = index};
  const keys::SubjectRow aside = {
      .subject = header.data_header.subject, .log = log, .index = index, .aside = true};
  if (!options.may_write_about) return {of_subject, aside};
  const bool may = options.may_write_about(NameOf(log), header.data_header.subject);
  return {may ? of_subject : aside};
}

bool FsckScope::IsLatestOwn(uint32_t number) const {
  if (!IsOwn(number)) return false;
  // Epochs have no leading zeros: a longer name is of a greater one.
  const auto rank = [](const std::string& name) { return std::pair(name.size(), name); };
  for (const auto& [other, name] : names) {
    if (IsOwn(other) && rank(name) > rank(NameOf(number))) return false;
  }
  return true;
}

std::string FindingText(const FsckFinding& finding) {
  std::string text = finding.family;
  if (!finding.log.empty()) text += " " + finding.log;
  if (finding.index) text += " " + std::to_string(*finding.index);
  if (!finding.subject.empty()) text += " subject " + finding.subject;
  if (!finding.event_id.empty()) text += " event " + finding.event_id;
  return text + ": " + finding.message;
}

void CheckEverything(FsckScope& scope) {
  CheckMeta(scope);
  CheckNameless(scope);
  for (const uint32_t number : LogsInOrder(scope)) CheckLog(scope, number);
  CheckRows(scope);
  CheckDisclosures(scope);
  CheckSignatures(scope);
  scope.report.logs = scope.names.size();
}

FsckReport Fsck(const Database& database, const FsckOptions& options) {
  FsckScope scope(database, options);
  CheckEverything(scope);
  return std::move(scope.report);
}

absl::StatusOr<FsckReport> FsckDirectory(const std::string& path, SharedResources& shared,
                                         const FsckOptions& options) {
  auto database = RocksDatabase::OpenForInspection(path, shared);
  if (!database.ok()) return database.status();
  FsckReport report = Fsck(**database, options);
  std::vector<std::string> damage = (*database)->damage();
  for (DamagedFile& file : (*database)->DamagedFiles()) damage.push_back(std::move(file.message));
  for (std::string& message : damage) {
    ++report.findings_count;
    report.findings.push_back({.family = "files", .message = std::move(message)});
  }
  return report;
}

}  // namespace liggare::log
