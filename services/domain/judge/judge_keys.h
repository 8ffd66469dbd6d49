// Whether a parent may enrol, change or revoke a key of a node, or close it, now (judge.h).
// Pure.
#ifndef SERVICES_DOMAIN_JUDGE_JUDGE_KEYS_H_
#define SERVICES_DOMAIN_JUDGE_JUDGE_KEYS_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "eventstore/proof/node_keys.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/judge/judge_view.h"
#include "services/domain/place/subject.h"
#include "services/domain/state/fold_entry.h"

namespace liggare::domain {

// Nodes that one node enrols below itself. A path is never reused, so closed ones count.
// Of the distinct paths in its logs, those after so many give no key at any tier.
inline constexpr size_t kEnrolledNodesMax = 512;

// An entry about the keys of `path`, for those that come after it.
proof::KeyEntry KeyEntryOf(std::string_view trust_domain, std::string_view path,
                           const FoldEntry& entry);

// `event` is node_enrolled, node_key_changed, node_key_revoked or node_closed. OK,
// PREREQUISITE_MISSING, INVALID_FIELD, or LIMIT_EXCEEDED if it enrols a node that has no key yet
// and there are kEnrolledNodesMax already. Cryptography is part of it: what nobody could verify
// must not be recorded.
absl::Status JudgeNodeKeys(const v1::EventData& event, const Subject& subject, JudgeView& view);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_JUDGE_JUDGE_KEYS_H_
