// The Swedish calendar as deadlines need it. A date here is a day in
// Europe/Stockholm; no clock is read.
#ifndef SERVICES_DOMAIN_CALENDAR_CALENDAR_H_
#define SERVICES_DOMAIN_CALENDAR_CALENDAR_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace liggare::domain {

using Date = std::chrono::year_month_day;

// YYYY-MM-DD, a day that exists; nothing otherwise.
std::optional<Date> ParseDate(std::string_view text);
std::string FormatDate(Date date);

// Påskdagen by the Gregorian computus.
Date EasterSunday(int year);

// Sundays and the days of lag (1989:253) om allmänna helgdagar.
bool IsPublicHoliday(Date date);

// Whether an act may not fall due then by lag (1930:173) om beräkning av lagstadgad
// tid, 2 §: Saturday, Sunday, public holiday, midsommarafton, julafton, nyårsafton.
bool IsFreeDay(Date date);

// The day itself, or the next one that is not free (lag 1930:173, 2 §).
Date MovedDeadline(Date last_day);

// The day in Europe/Stockholm of a time in milliseconds since
// 1970-01-01T00:00:00Z, by the EU's rule for summer time (from 1996 on).
Date StockholmDate(int64_t unix_ms);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_CALENDAR_CALENDAR_H_
