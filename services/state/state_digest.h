// One hash for many states: equal frontiers and equal fold versions mean equal
// digests, on every tier.
#ifndef SERVICES_STATE_STATE_DIGEST_H_
#define SERVICES_STATE_STATE_DIGEST_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/merkle/hash.h"
#include "services/domain/state/state_view.h"

namespace liggare::state {

// By subject: LeafHash of the state's message (query_service.proto), serialised
// with its fields in order. It names the fold version; digests of different ones
// can't be compared.
using SubjectDigests = std::map<std::string, merkle::Hash, std::less<>>;

// The digests of every subject that begins with `scope`. What differs between
// two of them names the subject. Errors are those of the view.
absl::StatusOr<SubjectDigests> DigestSubjects(domain::StateView& view, std::string_view scope);

// The root of the Merkle tree of those digests, in byte order of the subjects.
merkle::Hash RootOf(const SubjectDigests& digests);

// Both in one.
absl::StatusOr<merkle::Hash> StateDigest(domain::StateView& view, std::string_view scope);

}  // namespace liggare::state

#endif  // SERVICES_STATE_STATE_DIGEST_H_
