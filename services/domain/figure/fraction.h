// Exact numbers as figures are computed and printed: fractions of 64-bit
// integers, and decimals with as many places as were printed. No floating point.
#ifndef SERVICES_DOMAIN_FIGURE_FRACTION_H_
#define SERVICES_DOMAIN_FIGURE_FRACTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace liggare::domain {

// numerator / denominator. A denominator of 0 means that there is no figure.
struct Fraction {
  int64_t numerator = 0;
  int64_t denominator = 0;

  bool exists() const { return denominator != 0; }
};

inline Fraction Count(int64_t count) { return {count, 1}; }
// Öre as kronor, hundredths as posts.
inline Fraction Hundredths(int64_t hundredths) { return {hundredths, 100}; }

// units / 10^places: 328.47 is {32847, 2}.
struct Decimal {
  int64_t units = 0;
  int places = 0;
  bool operator==(const Decimal&) const = default;
};

inline constexpr int kPlacesMax = 16;

// A figure as printed, with a decimal point (TEXT_FORM_DECIMAL); nothing if it is
// not one.
std::optional<Decimal> ParseDecimal(std::string_view text);

// The fraction rounded to `places` decimals; halves go away from zero. The
// denominator must be positive.
Decimal Round(Fraction fraction, int places);

// Whether the fraction, rounded to as many places as the figure has, is it.
bool PrintsAs(Fraction fraction, Decimal stated);

// a + sign * b, in the places of the one that has more.
Decimal Sum(Decimal a, Decimal b, int sign);
// Equal in value: 18 and 18.0.
bool SameValue(Decimal a, Decimal b);

// As Swedish is written: hard space between thousands, decimal comma, minus
// sign: "129 999 888", "328,47", "−1 135 202".
std::string SwedishText(Decimal number);
// With a sign also before a positive number: "+2", "0", "−1".
std::string SignedSwedishText(Decimal number);
// Whole kronor without decimals, others with two.
std::string SwedishKronor(int64_t amount_ore);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FIGURE_FRACTION_H_
