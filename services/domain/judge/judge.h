// Whether a step is allowed now: the rules that need state. Asked once, by the
// node that records the event, against what it holds; never by the fold.
//
//   events of                                          rules in
//   nodes' keys                                        judge_keys.cc
//   the register and the grant (7 to 12 §§)            judge_grant.cc
//   money that comes back                              judge_returned.cc
//   the report and its review (10, 12 §§)              judge_report.cc
//   a claim, from inquiry to closing (15, 17 §§)       judge_aterkrav.cc
//   brister and what became of them                    judge_brist.cc
//   the erasure of texts                               judge_erasure.cc
//
// What each event needs is said in docs/events.md.
#ifndef SERVICES_DOMAIN_JUDGE_JUDGE_H_
#define SERVICES_DOMAIN_JUDGE_JUDGE_H_

#include <string_view>

#include "absl/status/status.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/judge/judge_view.h"
#include "services/domain/law/regulation.h"

namespace liggare::domain {

// OK, or PREREQUISITE_MISSING, STEP_NOT_ALLOWED, AMOUNT_EXCEEDED, OLD_VALUE_DIFFERS
// (`expected` is the current value), SUBJECT_MOVED (`expected` is the current
// position), NOT_AUTHORISED (the actor's role) or INVALID_FIELD. Messages cite the paragraph. The
// event must have passed CheckShape and AuthoriseWriter; `writer_path` is the recording node's.
// Errors of the view are passed on. The rules are those of the subject's year.
using RegulationFn = const Regulation& (*)(int year);
absl::Status JudgeEvent(const v1::EventData& event, std::string_view writer_path, JudgeView& view,
                        RegulationFn regulation_of = RegulationOf);

// The sender's `expected`, where given, against the subject's positions:
// SUBJECT_MOVED unless they are the same. JudgeEvent does this first.
absl::Status CheckExpected(const v1::EventData& event, const State& state);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_JUDGE_JUDGE_H_
