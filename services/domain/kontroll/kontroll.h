// Kontroll: what does not add up. A figure that does not add up is recorded all
// the same, because the law says the report has arrived; it is shown here, by
// every tier that holds it.
//
//   PUBLISHED_DIFFERS            a published cell, rounded as printed, is not the
//                                computed one (the nation's tables)
//   SUM_DIFFERS                  a published total is not the sum of its published
//                                parts, or a change not the difference (the nation's
//                                tables)
//   GROUP_HIDDEN                 the same, and what is missing is a group that the
//                                published table does not show
//   SHARE_DIFFERS                a published percentage is not that of the published
//                                number beside it
//   PERCENT_SUM_DIFFERS          published parts of a whole are not 100 percent
//   PARTS_EXCEED_INCOMPLETE      more ledningsgrupper are published to lack a part than
//                                to be incomplete
//   CLASSES_WITH_GAPS            published classes leave values out, or overlap
//   NAME_NOT_LAN                 what is published as a län is none
//   AMOUNT_NOT_POSTS_TIMES_RATE  a grant is 1 krona or more from posts × rate; for
//                                the nation also the paid total
//   ECONOMY_DIFFERS              used and unused money together are not what the
//                                kommun was paid
//   ECONOMY_NOT_ASSIGNED         a report accounts for a kommun that no assignment
//                                lets it account for
//   APPLICATIONS_DIFFER          what a county says was applied for is not the sum of
//                                the applications
//   GRANT_EXCEEDS_APPLICATION    more posts are granted than were applied for
//   KOMMUN_COUNTED_TWICE         two reports account for the same kommun
//   OUTLIER                      more than twice, or less than half, the klienter of
//                                the years before
//   and of one report in itself: report_kontroll.h
//   REQUISITION_DIFFERS          the requisitions of a län are not the sum of its
//                                decisions
//   PAID_OUT_EXCEEDS_RECEIVED    a län has paid its kommuner more than it was paid
//   CONFLICT                     two events set a field, neither knowing the other
#ifndef SERVICES_DOMAIN_KONTROLL_KONTROLL_H_
#define SERVICES_DOMAIN_KONTROLL_KONTROLL_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// By subject, then code, then fields. Sentences are Swedish. Errors as
// ComputeTable's.
absl::StatusOr<std::vector<v1::Finding>> FindingsOf(StateView& view, const Scope& scope);

// The findings about that one subject, in the smallest scope in which all of them are
// seen: its county, or, of what only the nation writes about, the nation. Errors also
// as ParseSubject's.
absl::StatusOr<std::vector<v1::Finding>> FindingsAbout(StateView& view, std::string_view subject);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_KONTROLL_KONTROLL_H_
