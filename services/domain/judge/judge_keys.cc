#include "services/domain/judge/judge_keys.h"

#include <string>
#include <utility>

#include "eventstore/proof/node_keys.h"
#include "proto/error/error.h"
#include "proto/name/node_path.h"

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

absl::Status NotAKey(const proof::KeyEntry& entry, const std::string& vkey) {
  const std::string name = std::string(entry.trust_domain) + "/" + std::string(entry.path);
  return Invalid(kKeyField, std::string(proof::KeyNamed(name, vkey).status().message()),
                 "a C2SP vkey of " + name);
}

// Why the key of the entry, `vkey`, gives nothing, in the words of the one who records.
absl::Status Refused(proof::KeyFault fault, const proof::KeyEntry& entry,
                     const proof::NodeKeys& node, const std::string& vkey) {
  const std::string used = node.keys.empty() ? "" : node.keys.front().Text();
  switch (fault) {
    case proof::KeyFault::kNone:
    case proof::KeyFault::kNotAboutKeys:
      return absl::OkStatus();
    case proof::KeyFault::kNotAKey:
    case proof::KeyFault::kOtherName:
      return NotAKey(entry, vkey);
    case proof::KeyFault::kNothingEnrolled:
      return Missing("no key is enrolled", "node_enrolled first");
    case proof::KeyFault::kAnotherInUse:
      return Missing("another key is in use, " + used,
                     "node_key_changed, signed by it; or node_key_revoked first, if it is lost");
    case proof::KeyFault::kHadBefore:
      return Invalid(kKeyField,
                     "the node has had this key; one that is replaced or revoked never comes back",
                     "a new key");
    case proof::KeyFault::kIsRevoked:
      return Invalid(kKeyField, "the key is revoked; that is never taken back", "a new key");
    case proof::KeyFault::kInUseIsRevoked:
      return Missing("the key in use, " + used + ", is revoked: it can hand over to none",
                     "node_enrolled with the new key");
    case proof::KeyFault::kNotSigned:
      return Invalid("old_key_signature", "it is not of the key in use, for this new key",
                     "a signature by " + used);
  }
  return absl::OkStatus();
}

absl::Status JudgeRevoked(const v1::NodeKeyRevoked& revoked, const Subject& subject,
                          const proof::NodeKeys& node) {
  if (subject.path != name::kNationPath || revoked.verifier_key() != node.keys.front().Text()) {
    return absl::OkStatus();
  }
  return Missing("nobody is above the nation to enrol another key",
                 "node_key_changed, signed by the key that is to be revoked, first");
}

// LIMIT_EXCEEDED if one more node would be one too many.
absl::Status JudgeNumberEnrolled(const Subject& subject, JudgeView& view) {
  if (subject.path == name::kNationPath) return absl::OkStatus();  // It enrols itself.
  const absl::StatusOr<bool> fewer = view.EnrolsFewerThan(kEnrolledNodesMax);
  if (!fewer.ok() || *fewer) return fewer.status();
  return MakeError(
      v1::ERROR_CODE_LIMIT_EXCEEDED,
      {.message = std::string(name::ParentOf(subject.path)) + " has enrolled " +
                  std::to_string(kEnrolledNodesMax) +
                  " nodes, closed ones too, for a path is never used again",
       .field = "subject",
       .expected = "a node that is enrolled below one of them, or a path that is enrolled"});
}

const std::string& VkeyOf(const v1::EventData& event) {
  if (event.has_node_enrolled()) return event.node_enrolled().verifier_key();
  if (event.has_node_key_changed()) return event.node_key_changed().verifier_key();
  return event.node_key_revoked().verifier_key();
}

}  // namespace

proof::KeyEntry KeyEntryOf(std::string_view trust_domain, std::string_view path,
                           const FoldEntry& entry) {
  proof::KeyEntry of{
      .trust_domain = trust_domain, .path = path, .data = *entry.data, .clock = entry.clock};
  for (const LogPoint& basis : entry.basis) of.basis_logs.push_back(basis.log);
  return of;
}

absl::Status JudgeNodeKeys(const v1::EventData& event, const Subject& subject, JudgeView& view) {
  const absl::StatusOr<proof::NodeKeys> node = view.KeysOf(subject.path);
  if (!node.ok()) return node.status();
  if (node->keys.empty() && !event.has_node_enrolled()) {
    return Missing("no key is enrolled", "node_enrolled first");
  }
  const proof::KeyEntry entry{
      .trust_domain = view.TrustDomain(), .path = subject.path, .data = event};
  const proof::KeyFault fault = proof::FaultOf(*node, entry);
  if (absl::Status status = Refused(fault, entry, *node, VkeyOf(event)); !status.ok()) {
    return status;
  }
  if (event.has_node_key_revoked()) return JudgeRevoked(event.node_key_revoked(), subject, *node);
  if (event.has_node_enrolled() && node->keys.empty()) return JudgeNumberEnrolled(subject, view);
  return absl::OkStatus();
}

}  // namespace liggare::domain
