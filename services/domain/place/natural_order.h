// The order in which people expect names with numbers in them: brist/se/17/1, /2, /10.
#ifndef SERVICES_DOMAIN_PLACE_NATURAL_ORDER_H_
#define SERVICES_DOMAIN_PLACE_NATURAL_ORDER_H_

#include <string_view>

namespace liggare::domain {

// Whether `a` comes before `b`: digits that follow each other count as one number, of any
// length; all else as bytes. Names that differ only in leading zeros are in the order of
// their bytes, so that the order is total.
bool ComesBeforeByNumber(std::string_view a, std::string_view b);

// The same for maps and sorts.
struct ByNumber {
  bool operator()(std::string_view a, std::string_view b) const {
    return ComesBeforeByNumber(a, b);
  }
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PLACE_NATURAL_ORDER_H_
