// Static authority: who may write which type of event about which subject. A
// pure function of the three, used when recording, on arrival and in the fold.
//
//   event                                     subject                     writer
//   received, epoch_opened                    node/<path>                 that node
//   node_enrolled, node_key_changed           node/<child>                the parent; se of itself
//   node_key_revoked                          node/<child>                the parent; se of itself
//   node_closed                               node/<child>                the parent
//   verksamhet_registered                     verksamhet/<path>           the verksamhet
//   kommun_assigned                           verksamhet/<path>           its county
//   appropriation_set, grant_rate_set,
//   own_cost_booked, money_returned           anslag/<år>                 se
//   application_received                      ansokan/<år>/<kommunkod>    the kommun's county
//   grant_decided, grant_paid                 bidrag/<år>/<kommunkod>     the kommun's county
//   funds_requisitioned                       rekvisition/<år>/<länskod>  the county
//   funds_paid                                rekvisition/<år>/<länskod>  se
//   report_submitted                          rapport/<år>/<path>         the verksamhet
//   report_corrected                          rapport/<år>/<path>         it or an ancestor
//   aterkrav_decided, repayment_received      aterkrav/<år>/<kommunkod>/<n>  se
//   table_published                           tabell/<år>/<id>            se
#ifndef SERVICES_DOMAIN_AUTHORITY_H_
#define SERVICES_DOMAIN_AUTHORITY_H_

#include <string_view>

#include "absl/status/status.h"
#include "services/domain/subject.h"

namespace liggare::domain {

// OK, or NOT_AUTHORISED with who may in `expected`; INVALID_SUBJECT if the
// subject is not one that this type of event is about; UNKNOWN_TYPE if there is
// no such type here. `type` is the payload's field number; `writer_path` the path
// of the node whose log holds the entry.
absl::Status AuthoriseWriter(int type, std::string_view writer_path, std::string_view subject);

// The kind of subject that the type is about. The type must be a known one.
SubjectKind SubjectKindOf(int type);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_AUTHORITY_H_
