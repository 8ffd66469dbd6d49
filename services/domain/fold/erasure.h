// What a redacted event erases. The event store deletes the texts; what an entry means
// is said here, once for all tiers.
#ifndef SERVICES_DOMAIN_FOLD_ERASURE_H_
#define SERVICES_DOMAIN_FOLD_ERASURE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace liggare::domain {

// The commitments whose texts the entry orders erased, in all entries of its subject:
// those that a `redacted` names, if the node that `log` belongs to may write it and its
// form version is known. As in the fold, an entry without authority has no effect. `type`
// is the payload's field number, `entry` a serialised liggare.v1.Event. Cheap for every
// other type.
std::vector<std::string> ErasedBy(std::string_view log, uint32_t type, std::string_view entry);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FOLD_ERASURE_H_
