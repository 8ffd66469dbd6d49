// Forms are versioned by year: an old report keeps the form that it was lodged in,
// and a comparison between years says where a definition has changed.
//
//   1   bidragsår 2014 to 2024: the forms that each län and kommun had of its own
//   2   bidragsår 2025 on: the national form, whose further fields are required
//       (option required_from in event.proto)
//
// All event types but report_submitted have version 1 only.
#ifndef SERVICES_DOMAIN_FORM_FORM_VERSION_H_
#define SERVICES_DOMAIN_FORM_FORM_VERSION_H_

#include <cstdint>

namespace liggare::domain {

inline constexpr uint32_t kFormVersionMax = 2;

// The first bidragsår of version 2.
inline constexpr int kSecondFormFrom = 2025;

// The version that an event of `type` about a subject of `year` (0: none) has.
uint32_t FormVersionOf(int type, int year);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_FORM_VERSION_H_
