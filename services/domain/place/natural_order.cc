#include "services/domain/place/natural_order.h"

#include <algorithm>
#include <compare>

namespace liggare::domain {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Cuts the number off that the text begins with; without its leading zeros.
std::string_view TakeNumber(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsDigit) - text.begin();
  std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

// Of the first parts, which are cut off: two numbers, or a byte of each.
std::strong_ordering CompareParts(std::string_view& a, std::string_view& b) {
  if (IsDigit(a.front()) && IsDigit(b.front())) {
    const std::string_view of_a = TakeNumber(a);
    const std::string_view of_b = TakeNumber(b);
    return of_a.size() != of_b.size() ? of_a.size() <=> of_b.size() : of_a <=> of_b;
  }
  const auto order =
      static_cast<unsigned char>(a.front()) <=> static_cast<unsigned char>(b.front());
  a.remove_prefix(1);
  b.remove_prefix(1);
  return order;
}

}  // namespace

bool ComesBeforeByNumber(std::string_view a, std::string_view b) {
  std::string_view rest_a = a;
  std::string_view rest_b = b;
  while (!rest_a.empty() && !rest_b.empty()) {
    const auto order = CompareParts(rest_a, rest_b);
    if (order != 0) return order < 0;
  }
  if (rest_a.empty() != rest_b.empty()) return rest_a.empty();
  return a < b;
}

}  // namespace liggare::domain
