#include "services/replication/enrolment.h"

#include <optional>

#include "liggare/v1/event.pb.h"
#include "services/domain/node_path.h"

namespace liggare::replication {
namespace {

std::optional<note::VerifierKey> KeyNamed(const std::string& name, const std::string& text) {
  absl::StatusOr<note::VerifierKey> key = note::VerifierKey::Parse(text);
  if (!key.ok() || key->name() != name) return {};
  return *key;
}

void ApplyKeyChange(const v1::NodeKeyChanged& change, const std::string& name, EnrolledNode& node) {
  if (node.keys.empty()) return;
  std::optional<note::VerifierKey> key = KeyNamed(name, change.verifier_key());
  const note::VerifierKey& old_key = node.keys.front();
  if (!key || !old_key.Verify(KeyChangeText(old_key, *key), change.old_key_signature())) return;
  node.keys.insert(node.keys.begin(), *key);
}

void ApplyEnrolled(const v1::NodeEnrolled& enrolled, const std::string& name, bool is_nation,
                   EnrolledNode& node) {
  std::optional<note::VerifierKey> key = KeyNamed(name, enrolled.verifier_key());
  if (!key) return;
  node.display_name = enrolled.display_name();
  node.host = enrolled.host();
  node.hosted_by = enrolled.hosted_by();
  node.closed = false;
  if (!is_nation) node.keys.insert(node.keys.begin(), *key);
}

}  // namespace

bool MayEnrol(std::string_view enroller, std::string_view path) {
  return enroller == (path == domain::kNationPath ? path : domain::ParentOf(path));
}

void ApplyEnrolment(std::string_view trust_domain, std::string_view path, std::string_view entry,
                    EnrolledNode& node) {
  absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(entry);
  if (!header.ok()) return;
  v1::EventData data;
  if (!data.ParseFromArray(header->data.data(), static_cast<int>(header->data.size()))) return;
  const std::string name = std::string(trust_domain) + "/" + std::string(path);
  if (data.has_node_enrolled()) {
    ApplyEnrolled(data.node_enrolled(), name, path == domain::kNationPath, node);
  } else if (data.has_node_key_changed()) {
    ApplyKeyChange(data.node_key_changed(), name, node);
  } else if (data.has_node_closed()) {
    node.closed = true;
  }
}

std::string KeyChangeText(const note::VerifierKey& old_key, const note::VerifierKey& new_key) {
  return "liggare/key-change/v1\n" + old_key.Text() + "\n" + new_key.Text() + "\n";
}

}  // namespace liggare::replication
