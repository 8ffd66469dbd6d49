// Decides which events in its ancestors' logs a node below county level may see. It never sees
// another verksamhet's events.
#ifndef SERVICES_DOMAIN_LAW_CONCERN_H_
#define SERVICES_DOMAIN_LAW_CONCERN_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "liggare/v1/event.pb.h"

namespace liggare::domain {

// The brister that are grouped under a brist (BristGrouped), by subject.
using MembersOf =
    absl::FunctionRef<absl::StatusOr<std::vector<std::string>>(std::string_view brist)>;

// Whether an event about `subject`, recorded above `node`, concerns it: it is about
// the node's verksamhet, report, brist or example, or those of a node below it; about a
// brist of a node above under which, at whatever depth, a brist of these is grouped;
// about an example that a node above shares, or a year's anslag. Errors of `members_of`
// are passed on.
absl::StatusOr<bool> Concerns(std::string_view node, std::string_view subject,
                              MembersOf members_of);

// Whether the event, though it is about a subject that concerns `node`, names what is
// another's: a brist of a node that is neither at, below nor above it, or a case of återkrav.
// `type` is the payload's field number.
bool NamesOthers(std::string_view node, const v1::EventData& event);

// Whether events of the type may name others.
bool MayNameOthers(int type);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_LAW_CONCERN_H_
