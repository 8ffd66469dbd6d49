#include "services/domain/judge_keys.h"

#include <set>
#include <string>
#include <utility>
#include <variant>

#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "services/domain/node_path.h"
#include "services/domain/value.h"

namespace liggare::domain {
namespace {

constexpr char kKeyField[] = "verifier_key";

absl::Status Missing(std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                   {.message = std::move(message), .expected = std::move(expected)});
}

absl::Status Invalid(std::string field, std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {std::move(message), std::move(field), std::move(expected)});
}

// The keys of a node as its state tells them.
struct NodeKeys {
  std::string used;  // The one that was enrolled or changed to last; empty: none.
  std::set<std::string, std::less<>> revoked;
};

NodeKeys KeysOf(const State& node) {
  NodeKeys keys;
  keys.used = std::string(node.Text(kKeyField).value_or(""));
  node.ForEachElement("revoked_keys", [&](const std::vector<std::string_view>&,
                                          std::string_view field, const FieldValue& value) {
    const auto* vkey = std::get_if<std::string>(&value);
    if (field == kKeyField && vkey != nullptr) keys.revoked.insert(*vkey);
  });
  return keys;
}

absl::Status CheckNotRevoked(const NodeKeys& keys, const std::string& vkey) {
  if (!keys.revoked.contains(vkey)) return absl::OkStatus();
  return Invalid(kKeyField, "the key is revoked; that is never taken back", "a new key");
}

absl::Status JudgeEnrolled(const v1::NodeEnrolled& enrolled, const NodeKeys& keys) {
  if (absl::Status status = CheckNotRevoked(keys, enrolled.verifier_key()); !status.ok()) {
    return status;
  }
  const bool may =
      keys.used.empty() || keys.used == enrolled.verifier_key() || keys.revoked.contains(keys.used);
  if (may) return absl::OkStatus();
  return Missing("another key is in use, " + keys.used,
                 "node_key_changed, signed by it; or node_key_revoked first, if it is lost");
}

absl::Status JudgeChanged(const v1::NodeKeyChanged& changed, const NodeKeys& keys) {
  if (keys.used.empty()) return Missing("no key is enrolled", "node_enrolled first");
  if (keys.revoked.contains(keys.used)) {
    return Missing("the key in use, " + keys.used + ", is revoked: it can hand over to none",
                   "node_enrolled with the new key");
  }
  if (absl::Status status = CheckNotRevoked(keys, changed.verifier_key()); !status.ok()) {
    return status;
  }
  const auto old_key = note::VerifierKey::Parse(keys.used);
  const auto new_key = note::VerifierKey::Parse(changed.verifier_key());
  if (!new_key.ok()) {
    return Invalid(kKeyField, std::string(new_key.status().message()), "a C2SP vkey");
  }
  const std::string text = "liggare/key-change/v1\n" + keys.used + "\n" + new_key->Text() + "\n";
  if (old_key.ok() && old_key->name() == new_key->name() &&
      old_key->Verify(text, changed.old_key_signature())) {
    return absl::OkStatus();
  }
  return Invalid("old_key_signature", "it is not of the key in use, for this new key",
                 "a signature by " + keys.used);
}

absl::Status JudgeRevoked(const v1::NodeKeyRevoked& revoked, const Subject& subject,
                          const NodeKeys& keys) {
  if (keys.used.empty()) return Missing("no key is enrolled", "node_enrolled first");
  if (subject.path != kNationPath || revoked.verifier_key() != keys.used) return absl::OkStatus();
  return Missing("nobody is above the nation to enrol another key",
                 "node_key_changed, signed by the key that is to be revoked, first");
}

}  // namespace

absl::Status JudgeNodeKeys(const v1::EventData& event, const Subject& subject, const State& node) {
  const NodeKeys keys = KeysOf(node);
  if (event.has_node_enrolled()) return JudgeEnrolled(event.node_enrolled(), keys);
  if (event.has_node_key_changed()) return JudgeChanged(event.node_key_changed(), keys);
  if (event.has_node_closed()) {
    return keys.used.empty() ? Missing("no key is enrolled", "node_enrolled first")
                             : absl::OkStatus();
  }
  return JudgeRevoked(event.node_key_revoked(), subject, keys);
}

absl::Status JudgeNumberEnrolled(const Subject& subject, const State& node, JudgeView& view) {
  // The nation enrols itself, and a node that is enrolled is not one more.
  if (subject.path == kNationPath || !KeysOf(node).used.empty()) return absl::OkStatus();
  const absl::StatusOr<bool> fewer = view.EnrolsFewerThan(kEnrolledNodesMax);
  if (!fewer.ok() || *fewer) return fewer.status();
  return MakeError(
      v1::ERROR_CODE_LIMIT_EXCEEDED,
      {.message = std::string(ParentOf(subject.path)) + " has enrolled " +
                  std::to_string(kEnrolledNodesMax) +
                  " nodes, closed ones too, for a path is never used again",
       .field = "subject",
       .expected = "a node that is enrolled below one of them, or a path that is enrolled"});
}

}  // namespace liggare::domain
