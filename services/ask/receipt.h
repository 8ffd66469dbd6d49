// The receipt of one event: everything that proves offline, with the national
// key alone, that it stands in its log and which tiers had it when.
//
//   national key ── enrolment chain ── key of the log's node ── checkpoint
//                                                                   │ inclusion proof
//   cosignatures (with times) of the tiers above ──────────────── entry ── disclosures
#ifndef SERVICES_ASK_RECEIPT_H_
#define SERVICES_ASK_RECEIPT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "eventstore/log/bytes/entry.h"
#include "liggare/v1/audit_service.pb.h"
#include "services/ask/audited_node.h"

namespace liggare::ask {

// Of the entry at that place, from what the node holds (audit_service.proto,
// Receipt). NOT_FOUND if the log or the entry is not held here, or no enrolment
// chain of the log's node is known yet.
absl::StatusOr<v1::Receipt> BuildReceipt(const AuditedNode& node, const log::LogIndex& place);

// The place that a request names, by event id or by log and index. Of an event
// that was recorded again after a restore, the first. NOT_FOUND if there is none;
// MISSING_FIELD if it names neither; INVALID_FIELD if the id is not 16 bytes, or several
// events have it: then the places are named, to ask for one of them.
absl::StatusOr<log::LogIndex> PlaceOf(const AuditedNode& node,
                                      const v1::GetReceiptRequest& request);

}  // namespace liggare::ask

#endif  // SERVICES_ASK_RECEIPT_H_
