// Whether a parent may enrol, change or revoke a key of a node, or close it, now (judge.h).
// Pure.
#ifndef SERVICES_DOMAIN_JUDGE_KEYS_H_
#define SERVICES_DOMAIN_JUDGE_KEYS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/judge_view.h"
#include "services/domain/state.h"
#include "services/domain/subject.h"

namespace liggare::domain {

// Nodes that one node enrols below itself. A path is never reused, so closed ones count.
// Of the distinct paths in its logs, those after so many give no key at any tier.
inline constexpr size_t kEnrolledNodesMax = 512;

// `event` is node_enrolled, node_key_changed, node_key_revoked or node_closed; `node` is the state
// of its subject. OK, PREREQUISITE_MISSING or INVALID_FIELD. Cryptography is part of
// it: what nobody could verify must not be recorded.
absl::Status JudgeNodeKeys(const v1::EventData& event, const Subject& subject, const State& node);

// Whether `event`, a node_enrolled, may enrol a node that has no key yet: LIMIT_EXCEEDED
// if there are kEnrolledNodesMax already.
absl::Status JudgeNumberEnrolled(const Subject& subject, const State& node, JudgeView& view);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_JUDGE_KEYS_H_
