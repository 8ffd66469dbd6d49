#include "services/replication/enrolment.h"

#include <optional>

#include "liggare/v1/event.pb.h"
#include "services/domain/log_name.h"
#include "services/domain/node_path.h"
#include "services/domain/subject.h"

namespace liggare::replication {
namespace {

std::string NameOf(std::string_view trust_domain, std::string_view path) {
  return std::string(trust_domain) + "/" + std::string(path);
}

std::optional<note::VerifierKey> KeyNamed(const std::string& name, const std::string& text) {
  absl::StatusOr<note::VerifierKey> key = note::VerifierKey::Parse(text);
  if (!key.ok() || key->name() != name) return {};
  return *key;
}

// The new key, if the one in use has handed over to it.
std::optional<note::VerifierKey> HandedOverTo(const v1::NodeKeyChanged& change,
                                              const std::string& name, const EnrolledNode& node) {
  if (node.keys.empty()) return {};
  std::optional<note::VerifierKey> key = KeyNamed(name, change.verifier_key());
  const note::VerifierKey& old_key = node.keys.front();
  if (!key || note::IsRevoked(node.revocations, old_key)) return {};
  if (!old_key.Verify(KeyChangeText(old_key, *key), change.old_key_signature())) return {};
  return key;
}

void ApplyKeyChange(const v1::NodeKeyChanged& change, const std::string& name, EnrolledNode& node) {
  std::optional<note::VerifierKey> key = HandedOverTo(change, name, node);
  if (key) node.keys.insert(node.keys.begin(), *std::move(key));
}

void ApplyRevoked(const v1::NodeKeyRevoked& revoked, const std::string& name, EnrolledNode& node) {
  std::optional<note::VerifierKey> key = KeyNamed(name, revoked.verifier_key());
  if (!key) return;
  node.revocations.push_back(
      {.key = *std::move(key),
       .log = revoked.log(),
       .size = static_cast<uint64_t>(revoked.size()),
       .cosigned_until_s = static_cast<uint64_t>(revoked.cosigned_until_s())});
}

void ApplyEnrolled(const v1::NodeEnrolled& enrolled, const std::string& name, bool is_nation,
                   EnrolledNode& node) {
  std::optional<note::VerifierKey> key = KeyNamed(name, enrolled.verifier_key());
  if (!key) return;
  node.display_name = enrolled.display_name();
  node.host = enrolled.host();
  node.hosted_by = enrolled.hosted_by();
  node.closed.reset();
  const bool is_first = node.keys.empty();
  const bool may_change = is_first || (*key != node.keys.front() &&
                                       note::IsRevoked(node.revocations, node.keys.front()));
  if (!is_nation && may_change) node.keys.insert(node.keys.begin(), *key);
}

void ApplyClosed(std::string_view path, std::string_view entry, uint64_t size, EnrolledNode& node) {
  v1::Event event;
  if (path == domain::kNationPath || node.closed) return;
  if (!event.ParseFromArray(entry.data(), static_cast<int>(entry.size()))) return;
  std::vector<std::string> logs;
  for (const v1::Basis& basis : event.basis()) logs.push_back(basis.log());
  node.closed = note::EndOfNode(path, logs, size);
}

}  // namespace

bool MayEnrol(std::string_view enroller, std::string_view path) {
  return enroller == (path == domain::kNationPath ? path : domain::ParentOf(path));
}

bool IsAboutKeys(uint32_t type) {
  return type == v1::EventData::kNodeEnrolledFieldNumber ||
         type == v1::EventData::kNodeKeyChangedFieldNumber ||
         type == v1::EventData::kNodeClosedFieldNumber ||
         type == v1::EventData::kNodeKeyRevokedFieldNumber;
}

void ApplyEnrolment(std::string_view trust_domain, std::string_view path, std::string_view entry,
                    EnrolledNode& node) {
  absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(entry);
  if (!header.ok()) return;
  v1::EventData data;
  if (!data.ParseFromArray(header->data.data(), static_cast<int>(header->data.size()))) return;
  const std::string name = NameOf(trust_domain, path);
  ++node.entry_count;
  if (data.has_node_enrolled()) {
    ApplyEnrolled(data.node_enrolled(), name, path == domain::kNationPath, node);
  } else if (data.has_node_key_changed()) {
    ApplyKeyChange(data.node_key_changed(), name, node);
  } else if (data.has_node_key_revoked()) {
    ApplyRevoked(data.node_key_revoked(), name, node);
  } else if (data.has_node_closed()) {
    ApplyClosed(path, entry, static_cast<uint64_t>(data.node_closed().size()), node);
  }
}

std::optional<note::VerifierKey> OwnKeyChange(std::string_view trust_domain, std::string_view path,
                                              std::string_view entry, const EnrolledNode& node) {
  absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(entry);
  v1::EventData data;
  if (!header.ok() || domain::PathOfLog(header->log) != path ||
      header->data_header.subject != domain::NodeSubject(path) ||
      !data.ParseFromArray(header->data.data(), static_cast<int>(header->data.size())) ||
      !data.has_node_key_changed()) {
    return {};
  }
  return HandedOverTo(data.node_key_changed(), NameOf(trust_domain, path), node);
}

std::string ClosedText(std::string_view path, const note::Reach& closed) {
  return std::string(path) + " was closed by " + std::string(domain::ParentOf(path)) + " with " +
         std::to_string(closed.size) + " entries of " + closed.log;
}

std::string KeyChangeText(const note::VerifierKey& old_key, const note::VerifierKey& new_key) {
  return "liggare/key-change/v1\n" + old_key.Text() + "\n" + new_key.Text() + "\n";
}

}  // namespace liggare::replication
