// The entries that lead from the national key to a node's key, each with what
// proves its place: made by a parent for its child, verified by the child with
// nothing but the pinned national key.
//
//   se@1:       NodeEnrolled se/17             checkpoint signed by se (pinned)
//   se/17@1:    NodeEnrolled se/17/varmland    checkpoint signed by se/17 (link above)
#ifndef SERVICES_REPLICATION_CHUNKS_ENROLMENT_CHAIN_H_
#define SERVICES_REPLICATION_CHUNKS_ENROLMENT_CHAIN_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "liggare/v1/entry.pb.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/chunks/key_registry.h"

namespace liggare::replication {

// Under this name a node keeps the chain that its parent sent
// (EventLog::SavedNote): a serialised v1::EnrolmentChain.
inline constexpr std::string_view kEnrolmentNote = "enrolment_chain";
// Links in a chain: eight tiers, and key changes on the way.
inline constexpr int kChainLinksMax = 256;

// The entry at a place, under the smallest stored checkpoint that covers it and
// whose signature counts; of the own log one is signed if none is stored. NOT_FOUND if nothing
// covers it.
absl::StatusOr<v1::ProvenEntry> ProveEntry(const log::EventLog& log, log::Sequencer& sequencer,
                                           const KeyRegistry& keys, const log::LogIndex& place);

// The chain of `path`, which is this node, one below it, or one whose enrolments
// are held: from the logs held here as far as they reach, from the kept chain
// otherwise. NOT_FOUND if the node is not enrolled, or this node does not know its
// own chain yet.
absl::StatusOr<v1::EnrolmentChain> BuildEnrolmentChain(const log::EventLog& log,
                                                       log::Sequencer& sequencer,
                                                       const KeyRegistry& keys,
                                                       std::string_view path);

// The nodes on the way, by path, with their keys. VERIFICATION_FAILED names the
// first link that does not hold, or says nothing of a node's keys.
absl::StatusOr<std::map<std::string, EnrolledNode>> VerifyEnrolmentChain(
    const v1::EnrolmentChain& chain, std::string_view trust_domain,
    const note::VerifierKey& national);

// A verified chain as it may be kept and passed on: of each link the entry, the proof and
// the checkpoint, reduced to what verifies under the keys of `nodes`, which the chain gave.
// VERIFICATION_FAILED as above.
absl::StatusOr<v1::EnrolmentChain> ReduceEnrolmentChain(
    const v1::EnrolmentChain& chain, std::string_view trust_domain,
    const std::map<std::string, EnrolledNode>& nodes);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_ENROLMENT_CHAIN_H_
