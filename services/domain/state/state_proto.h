// A state as the query service answers it.
#ifndef SERVICES_DOMAIN_STATE_STATE_PROTO_H_
#define SERVICES_DOMAIN_STATE_STATE_PROTO_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/state/state.h"

namespace liggare::domain {

// Of the texts of an entry without effect, that are shown.
inline constexpr size_t kRefTextBytesMax = 512;

v1::State ToProto(const State& state);

// The event behind a point of the state.
v1::EventRef EventRefOf(const State& state, uint32_t point);

// An entry without effect, with the code of the reason. What its writer may have made long is cut.
v1::Disregarded DisregardedOf(const FoldEntry& entry, const absl::Status& why);

// report_corrected, or "unknown(999)" for a type that this version does not know.
std::string TypeName(int type);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_STATE_STATE_PROTO_H_
