// Figures and times as they are written for people: Swedish, with hard spaces
// between thousands and a decimal comma; times in UTC, to the second.
#ifndef SERVICES_PRESENTATION_SWEDISH_TEXT_H_
#define SERVICES_PRESENTATION_SWEDISH_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace liggare::presentation {

// 129999888 -> "129 999 888", -1135202 -> "−1 135 202", 328.47 -> "328,47", from a
// decimal number with a point. Other text is given back as it is.
std::string SwedishNumber(std::string_view decimal);

// 2025-01-14T09:12:33.120Z and 2025-01-14 09:12:33Z, from milliseconds since 1970.
std::string IsoTime(int64_t ms);
std::string TimeText(int64_t ms);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_SWEDISH_TEXT_H_
