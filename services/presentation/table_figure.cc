#include "services/presentation/table_figure.h"

#include <cstdint>

namespace liggare::presentation {
namespace {

constexpr int kDecimals = 2;
constexpr int64_t kScale = 100;

int64_t Rounded(const v1::TableCell& cell, int64_t scale) {
  const __int128 scaled = static_cast<__int128>(cell.numerator()) * scale;
  const __int128 magnitude = scaled < 0 ? -scaled : scaled;
  const auto rounded =
      static_cast<int64_t>((2 * magnitude + cell.denominator()) / (2 * cell.denominator()));
  return scaled < 0 ? -rounded : rounded;
}

std::string WithPoint(int64_t hundredths) {
  std::string digits = std::to_string(hundredths < 0 ? -hundredths : hundredths);
  if (digits.size() <= kDecimals) digits.insert(0, kDecimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - kDecimals, ".");
  return (hundredths < 0 ? "-" : "") + digits;
}

}  // namespace

std::optional<std::string> PlainFigure(const v1::TableCell& cell) {
  if (cell.denominator() <= 0 || cell.suppressed()) return std::nullopt;
  const int64_t hundredths = Rounded(cell, kScale);
  const bool has_ore = cell.unit() == v1::TABLE_UNIT_KRONOR && hundredths % kScale != 0;
  if (has_ore || DecimalsOf(cell.unit()) > 0) return WithPoint(hundredths);
  return std::to_string(Rounded(cell, 1));
}

int DecimalsOf(v1::TableUnit unit) {
  return unit == v1::TABLE_UNIT_HUNDREDTHS || unit == v1::TABLE_UNIT_PERCENT ? kDecimals : 0;
}

std::string UnitName(v1::TableUnit unit) {
  switch (unit) {
    case v1::TABLE_UNIT_KRONOR:
      return "kronor";
    case v1::TABLE_UNIT_PERCENT:
      return "procent";
    default:
      return "antal";
  }
}

}  // namespace liggare::presentation
