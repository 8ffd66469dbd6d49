#include "services/domain/form/personnummer.h"

#include <algorithm>
#include <string>

#include "proto/text/utf8.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/place/luhn.h"

namespace liggare::domain {
namespace {

constexpr size_t kSerialDigits = 4;
constexpr int kSamordningsnummerDay = 60;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int NumberOf(std::string_view digits) {
  int number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  return number;
}

// Whether the year with these last two digits, or these four, has such a day.
bool IsDate(std::string_view year, std::string_view month, std::string_view day) {
  int of_month = NumberOf(day);
  if (of_month > kSamordningsnummerDay) of_month -= kSamordningsnummerDay;
  std::string date = year.size() == 4 ? std::string(year) : "20" + std::string(year);
  if (date < "1800" || date >= "2100") return false;
  date += "-" + std::string(month) + "-" + std::string(1, static_cast<char>('0' + of_month / 10)) +
          std::string(1, static_cast<char>('0' + of_month % 10));
  return ParseDate(date).has_value();
}

// Whether so many digits, without what stands between them, are one.
bool IsPersonnummer(std::string_view digits) {
  const size_t year_digits = digits.size() - 8;
  const std::string_view last_ten = digits.substr(digits.size() - 10);
  return IsDate(digits.substr(0, year_digits), digits.substr(year_digits, 2),
                digits.substr(year_digits + 2, 2)) &&
         HasLuhnDigit(last_ten);
}

// How many digits `text` begins with.
size_t DigitsAtStart(std::string_view text) {
  return static_cast<size_t>(std::ranges::find_if_not(text, IsDigit) - text.begin());
}

// How long what stands between date and serial number is: a sign with a space on each side at most.
size_t GapAtStart(std::string_view text) {
  size_t bytes = 0;
  const auto take = [&](std::string_view any) {
    if (bytes < text.size() && any.find(text[bytes]) != std::string_view::npos) ++bytes;
  };
  take(" ");
  take("-+");
  take(" ");
  return bytes;
}

// The one that `text`, which begins with a digit, begins with.
std::optional<std::string_view> AtStart(std::string_view text) {
  const size_t first = DigitsAtStart(text);
  if (first == 10 || first == 12) {
    const std::string_view digits = text.substr(0, first);
    if (IsPersonnummer(digits)) return digits;
    return {};
  }
  if (first != 6 && first != 8) return {};
  const std::string_view rest = text.substr(first);
  const size_t gap = GapAtStart(rest);
  if (gap == 0 || DigitsAtStart(rest.substr(gap)) != kSerialDigits) return {};
  const std::string digits =
      std::string(text.substr(0, first)) + std::string(rest.substr(gap, kSerialDigits));
  if (!IsPersonnummer(digits)) return {};
  return text.substr(0, first + gap + kSerialDigits);
}

constexpr bool IsDash(char32_t point) {
  return (point >= 0x2010 && point <= 0x2015) || point == 0x2212 || point == 0xFE63 ||
         point == 0xFF0D;
}

// Soft hyphen, what has no width, byte order mark.
constexpr bool IsUnseen(char32_t point) {
  return point == 0xAD || (point >= 0x200B && point <= 0x200F) || point == 0x2060 ||
         point == 0xFEFF;
}

// The text as a typist without other keys would write it.
std::string Folded(std::string_view text) {
  constexpr char32_t kWideZero = 0xFF10;
  std::string folded;
  while (!text.empty()) {
    const std::optional<char32_t> point = text::TakeCodePoint(text);
    if (!point) return folded;
    if (IsUnseen(*point)) continue;
    if (*point < 0x80) {
      folded += static_cast<char>(*point);
    } else if (*point >= kWideZero && *point < kWideZero + 10) {
      folded += static_cast<char>('0' + (*point - kWideZero));
    } else {
      folded += IsDash(*point) ? '-' : text::IsSpace(*point) ? ' ' : '?';
    }
  }
  return folded;
}

}  // namespace

std::optional<std::string> FindPersonnummer(std::string_view written) {
  const std::string folded = Folded(written);
  std::string_view text = folded;
  while (!text.empty()) {
    if (!IsDigit(text[0])) {
      text.remove_prefix(1);
      continue;
    }
    if (const auto found = AtStart(text)) return std::string(*found);
    text.remove_prefix(DigitsAtStart(text));
  }
  return {};
}

}  // namespace liggare::domain
