// From which count of persons on a table may be published (OSL 24:8). A node's
// configuration may set another; the tiers of one grant use the same, or what one
// withholds can be computed from what another publishes.
#ifndef SERVICES_DOMAIN_PUBLISH_SMALLEST_COUNT_H_
#define SERVICES_DOMAIN_PUBLISH_SMALLEST_COUNT_H_

#include <cstdint>

namespace liggare::domain {

inline constexpr int64_t kSmallestCountDefault = 5;
inline constexpr int64_t kSmallestCountMin = 2;
inline constexpr int64_t kSmallestCountMax = 1000;

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PUBLISH_SMALLEST_COUNT_H_
