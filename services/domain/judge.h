// Whether a step is allowed now: the rules that need state. Asked once, by the
// node that records the event, against what it holds; never by the fold.
//
//   event                 needs
//   node_enrolled         no other key in use, but a revoked one
//   node_key_changed      the signature of the key in use, which is not revoked
//   node_key_revoked      a key; the nation's own only when another is in use
//   kommun_assigned       a kommun of the county; no other verksamhet reports its
//                         economy in the same days
//   application_received  the kommun is assigned in the year
//   grant_decided         the application; the year's rate (förordning 2013:522, 9 §)
//   grant_paid            the decision; all payments together not above it
//   funds_requisitioned   decisions in the län (9 § andra stycket)
//   funds_paid            the requisition; all payments together not above it
//   report_submitted      the verksamhet is registered in the year (10 §)
//   report_corrected      the report; the old value is the current one
//   aterkrav_decided      the grant is paid; all claims together not above it (15 §)
//   repayment_received    the claim; all repayments together not above it
#ifndef SERVICES_DOMAIN_JUDGE_H_
#define SERVICES_DOMAIN_JUDGE_H_

#include <string_view>

#include "absl/status/status.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/state_view.h"

namespace liggare::domain {

// OK, or PREREQUISITE_MISSING, AMOUNT_EXCEEDED, OLD_VALUE_DIFFERS (`expected` is
// the current value), SUBJECT_MOVED (`expected` is the current position) or
// INVALID_FIELD. Messages cite the paragraph. The event must have passed
// CheckShape and AuthoriseWriter; `writer_path` is the recording node's. Errors of
// the view are passed on.
absl::Status JudgeEvent(const v1::EventData& event, std::string_view writer_path, StateView& view);

// The sender's `expected`, where given, against the subject's positions:
// SUBJECT_MOVED unless they are the same. JudgeEvent does this first.
absl::Status CheckExpected(const v1::EventData& event, const State& state);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_JUDGE_H_
