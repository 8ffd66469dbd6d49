// A span of days, the last included; open where it goes on.
#ifndef SERVICES_DOMAIN_CALENDAR_INTERVAL_H_
#define SERVICES_DOMAIN_CALENDAR_INTERVAL_H_

#include <optional>

#include "services/domain/calendar/calendar.h"

namespace liggare::domain {

struct Interval {
  Date first;
  std::optional<Date> last;
};

inline bool Intersect(const Interval& a, const Interval& b) {
  return (!a.last || *a.last >= b.first) && (!b.last || *b.last >= a.first);
}

// The days of a year.
inline Interval YearInterval(int year) {
  using std::chrono::December;
  using std::chrono::January;
  return {std::chrono::year(year) / January / 1, std::chrono::year(year) / December / 31};
}

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_CALENDAR_INTERVAL_H_
