// Whether a parent may enrol, change or revoke a key of a node, or close it, now (judge.h).
// Pure.
#ifndef SERVICES_DOMAIN_JUDGE_KEYS_H_
#define SERVICES_DOMAIN_JUDGE_KEYS_H_

#include "absl/status/status.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/state.h"
#include "services/domain/subject.h"

namespace liggare::domain {

// `event` is node_enrolled, node_key_changed, node_key_revoked or node_closed; `node` is the state
// of its subject. OK, PREREQUISITE_MISSING or INVALID_FIELD. Cryptography is part of
// it: what nobody could verify must not be recorded.
absl::Status JudgeNodeKeys(const v1::EventData& event, const Subject& subject, const State& node);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_JUDGE_KEYS_H_
