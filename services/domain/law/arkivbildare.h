// Whose archive an entry belongs to. Every tier holds a copy of every log, but what
// several authorities can read forms archive at only one of them (arkivlagen 1990:782,
// 3 §): first the one that answers for the main part. The others' copies are for use and
// may go when they are not needed.
//
// This is the order that the system begins with; the authorities may agree on another.
// docs/authority.md is the same as a column; a test compares them.
#ifndef SERVICES_DOMAIN_LAW_ARKIVBILDARE_H_
#define SERVICES_DOMAIN_LAW_ARKIVBILDARE_H_

#include <string>
#include <string_view>

#include "services/domain/place/subject.h"

namespace liggare::domain {

// The path of the node whose authority forms the archive of the entries about `subject`
// that `writer_path` has recorded. A case has one archive, whoever writes in it; entries
// about nodes are the recording node's own.
std::string ArkivbildareOf(const Subject& subject, std::string_view writer_path);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_LAW_ARKIVBILDARE_H_
