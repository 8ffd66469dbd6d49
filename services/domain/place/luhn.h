// The check digit of organisationsnummer and personnummer.
#ifndef SERVICES_DOMAIN_PLACE_LUHN_H_
#define SERVICES_DOMAIN_PLACE_LUHN_H_

#include <string_view>

namespace liggare::domain {

// Whether the last digit checks the others by Luhn's algorithm (ISO/IEC 7812-1, annex B).
// All must be digits.
bool HasLuhnDigit(std::string_view digits);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PLACE_LUHN_H_
