#include "services/domain/place/luhn.h"

#include <cstddef>

namespace liggare::domain {

bool HasLuhnDigit(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    const bool is_doubled = (digits.size() - i) % 2 == 0;
    const int weighted = (digits[i] - '0') * (is_doubled ? 2 : 1);
    sum += weighted / 10 + weighted % 10;
  }
  return sum % 10 == 0;
}

}  // namespace liggare::domain
