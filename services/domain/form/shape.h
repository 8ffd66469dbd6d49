// Whether an event is well formed in itself: what can be said without any state.
// Derived from the annotations of the messages (options.proto); the few rules
// that no annotation can say stand in payload_shape.h.
#ifndef SERVICES_DOMAIN_FORM_SHAPE_H_
#define SERVICES_DOMAIN_FORM_SHAPE_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "liggare/v1/event.pb.h"

namespace liggare::domain {

inline constexpr size_t kTextCharsMax = 400;
inline constexpr size_t kTokenBytesMax = 64;
inline constexpr size_t kPatternBytesMax = 128;
inline constexpr size_t kElementsMax = 4'096;  // Of one repeated field.
inline constexpr size_t kExpectedMax = 256;    // Positions in `expected`.
inline constexpr size_t kCommitmentBytes = 32;
inline constexpr size_t kHashBytes = 32;
inline constexpr size_t kSignatureBytes = 64;
inline constexpr size_t kBytesFieldMax = 1'024;
// The largest figure, in its unit: sums of as many as fit in memory stay below
// 64 bits.
inline constexpr int64_t kFigureMax = 1'000'000'000'000'000;

// OK, or the first fault: MISSING_FIELD, INVALID_FIELD, UNKNOWN_FIELD (a field of
// the payload that this version does not know), UNKNOWN_TYPE, INVALID_SUBJECT or
// LIMIT_EXCEEDED. `field` is the path within the payload, with keys
// (klienter[kvinna][30-49].antal), or the name of a field of EventData; `expected`
// says what would be right.
absl::Status CheckShape(const v1::EventData& event);

// The same for an entry of whatever log, which nobody may have checked: all of it that a
// state is made of. Fields that this version does not know are passed over, as its state
// is; the id and `expected` were the recording node's affair.
absl::Status CheckFoldedShape(const v1::EventData& event);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_SHAPE_H_
