// What a text field must look like (options.proto, TextForm).
#ifndef SERVICES_DOMAIN_TEXT_FORM_H_
#define SERVICES_DOMAIN_TEXT_FORM_H_

#include <string>
#include <string_view>

#include "liggare/v1/options.pb.h"

namespace liggare::domain {

// Whether `text` has the form. An organisationsnummer's last digit is checked by
// Luhn's algorithm, a kommunkod against SCB's list, a date against the calendar.
bool HasForm(v1::TextForm form, std::string_view text);

// What the form asks for: "a date that exists, YYYY-MM-DD".
std::string DescriptionOf(v1::TextForm form);

// NNNNNN-NNNC with the right check digit.
bool IsOrganisationsnummer(std::string_view text);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TEXT_FORM_H_
