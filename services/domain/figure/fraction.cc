#include "services/domain/figure/fraction.h"

#include <algorithm>
#include <cstdlib>

namespace liggare::domain {
namespace {

using Wide = __int128;

constexpr char kHardSpace[] = "\u00a0";
constexpr char kMinus[] = "\u2212";

Wide PowerOfTen(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Wide Scaled(Decimal number, int places) {
  return number.units * PowerOfTen(places - number.places);
}

// Saturates; so a number always has its opposite.
int64_t Narrow(Wide number) {
  constexpr Wide kMost = INT64_MAX;
  return static_cast<int64_t>(std::clamp(number, -kMost, kMost));
}

std::string GroupedDigits(std::string_view digits) {
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += kHardSpace;
    grouped += digits[i];
  }
  return grouped;
}

}  // namespace

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Decimal number;
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  bool after_point = false;
  int digits = 0;
  for (char c : text) {
    if (c == '.' && !after_point && digits > 0) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > kPlacesMax + 1) return std::nullopt;
    number.units = number.units * 10 + (c - '0');
    if (after_point) ++number.places;
  }
  if (digits == 0 || (after_point && number.places == 0)) return std::nullopt;
  if (is_negative) number.units = -number.units;
  return number;
}

Decimal Round(Fraction fraction, int places) {
  const Wide scaled = static_cast<Wide>(fraction.numerator) * PowerOfTen(places);
  const Wide magnitude = scaled < 0 ? -scaled : scaled;
  const Wide rounded = (2 * magnitude + fraction.denominator) / (2 * fraction.denominator);
  return {Narrow(scaled < 0 ? -rounded : rounded), places};
}

bool PrintsAs(Fraction fraction, Decimal stated) {
  return fraction.exists() && Round(fraction, stated.places) == stated;
}

Decimal Sum(Decimal a, Decimal b, int sign) {
  const int places = std::max(a.places, b.places);
  return {Narrow(Scaled(a, places) + sign * Scaled(b, places)), places};
}

bool SameValue(Decimal a, Decimal b) { return Sum(a, b, -1).units == 0; }

std::string SwedishText(Decimal number) {
  std::string digits = std::to_string(std::abs(number.units));
  const size_t places = static_cast<size_t>(number.places);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  std::string text = number.units < 0 ? kMinus : "";
  text += GroupedDigits(std::string_view(digits).substr(0, digits.size() - places));
  if (places > 0) text += "," + digits.substr(digits.size() - places);
  return text;
}

std::string SignedSwedishText(Decimal number) {
  return (number.units > 0 ? "+" : "") + SwedishText(number);
}

std::string SwedishKronor(int64_t amount_ore) {
  return amount_ore % 100 == 0 ? SwedishText({amount_ore / 100, 0}) : SwedishText({amount_ore, 2});
}

}  // namespace liggare::domain
