// What is due in a year, from whom, when it came, and what is late or missing.
//
//   what              from          to               last day
//   application       kommun        länsstyrelse     1 March of the year
//   report            verksamhet    länsstyrelse     15 January after it
//   completion        verksamhet    länsstyrelse     as the county has said
//   county's account  länsstyrelse  Socialstyrelsen  1 March after it
//   återkoppling      who is asked  who asks         as the request says
//
// Days of the law (regulation.h) move past free days; days that an authority has
// set itself do not. "In time" is judged by the receipt time in law
// (receipt_times.h), by the day in Europe/Stockholm.
#ifndef SERVICES_DOMAIN_DUTY_DUTIES_H_
#define SERVICES_DOMAIN_DUTY_DUTIES_H_

#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/register/receipt_times.h"
#include "services/domain/register/scope.h"

namespace liggare::domain {

// Expected are a report of each verksamhet that was registered for a day of the
// year, an account of each county with such a verksamhet or a grant, an application
// of each kommun that had a grant the year before (whoever has not applied is
// reminded; nobody must apply). Of återkoppling: that of brister observed in the
// year, and of all years what is still to come. `on` is the day from which it is
// counted how long something is overdue. Errors as ComputeTable's.
absl::StatusOr<v1::ListDutiesResponse> DutiesOf(ReceiptSources sources, const Scope& scope,
                                                Date on);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_DUTY_DUTIES_H_
