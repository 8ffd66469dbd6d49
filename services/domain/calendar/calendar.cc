#include "services/domain/calendar/calendar.h"

#include <array>
#include <cstdio>

namespace liggare::domain {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::Saturday;
using std::chrono::Sunday;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year;

struct MonthDay {
  unsigned month;
  unsigned day;
};

// Nyårsdagen, trettondedag jul, första maj, nationaldagen, juldagen, annandag jul.
constexpr std::array<MonthDay, 6> kFixedHolidays = {
    {{1, 1}, {1, 6}, {5, 1}, {6, 6}, {12, 25}, {12, 26}}};

// Långfredagen, påskdagen, annandag påsk, Kristi himmelsfärdsdag, pingstdagen:
// days from påskdagen.
constexpr std::array<int, 5> kEasterHolidays = {-2, 0, 1, 39, 49};

bool IsSaturdayBetween(Date date, Date first, Date last) {
  return weekday(sys_days(date)) == Saturday && date >= first && date <= last;
}

bool IsMidsummerDay(Date date) {
  return IsSaturdayBetween(date, date.year() / 6 / 20, date.year() / 6 / 26);
}

bool IsAllSaintsDay(Date date) {
  return IsSaturdayBetween(date, date.year() / 10 / 31, date.year() / 11 / 6);
}

bool IsMonthDay(Date date, MonthDay wanted) {
  return date.month() == month(wanted.month) && date.day() == day(wanted.day);
}

// The last Sunday of the month at 01:00 UTC, where summer time begins and ends.
std::chrono::sys_seconds ChangeOfTime(year y, unsigned m) {
  return sys_days(y / month(m) / Sunday[std::chrono::last]) + std::chrono::hours(1);
}

}  // namespace

std::optional<Date> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int y = 0;
  unsigned m = 0;
  unsigned d = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    const unsigned digit = static_cast<unsigned>(text[i] - '0');
    if (i < 4) {
      y = y * 10 + static_cast<int>(digit);
    } else if (i < 7) {
      m = m * 10 + digit;
    } else {
      d = d * 10 + digit;
    }
  }
  const Date date = year(y) / month(m) / day(d);
  return date.ok() && y > 0 ? std::optional<Date>(date) : std::nullopt;
}

std::string FormatDate(Date date) {
  std::array<char, 16> text = {};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

// The anonymous Gregorian algorithm (Nature, 20 April 1876), as in Meeus,
// Astronomical Algorithms, chapter 8.
Date EasterSunday(int y) {
  const int a = y % 19;
  const int b = y / 100;
  const int c = y % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return year(y) / month(static_cast<unsigned>(n / 31)) / day(static_cast<unsigned>(n % 31 + 1));
}

bool IsPublicHoliday(Date date) {
  if (weekday(sys_days(date)) == Sunday) return true;
  for (MonthDay fixed : kFixedHolidays) {
    if (IsMonthDay(date, fixed)) return true;
  }
  const sys_days easter = EasterSunday(static_cast<int>(date.year()));
  for (int offset : kEasterHolidays) {
    if (sys_days(date) == easter + days(offset)) return true;
  }
  return IsMidsummerDay(date) || IsAllSaintsDay(date);
}

bool IsFreeDay(Date date) {
  if (weekday(sys_days(date)) == Saturday || IsPublicHoliday(date)) return true;
  if (IsMonthDay(date, {12, 24}) || IsMonthDay(date, {12, 31})) return true;
  return IsMidsummerDay(Date(sys_days(date) + days(1)));
}

Date MovedDeadline(Date last_day) {
  while (IsFreeDay(last_day)) last_day = Date(sys_days(last_day) + days(1));
  return last_day;
}

Date StockholmDate(int64_t unix_ms) {
  const auto utc = std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(unix_ms)));
  const year y = Date(std::chrono::floor<days>(utc)).year();
  const bool is_summer = utc >= ChangeOfTime(y, 3) && utc < ChangeOfTime(y, 10);
  return Date(std::chrono::floor<days>(utc + std::chrono::hours(is_summer ? 2 : 1)));
}

}  // namespace liggare::domain
