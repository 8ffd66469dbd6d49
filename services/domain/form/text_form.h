// What a text field must look like (options.proto, TextForm).
#ifndef SERVICES_DOMAIN_FORM_TEXT_FORM_H_
#define SERVICES_DOMAIN_FORM_TEXT_FORM_H_

#include <string>
#include <string_view>

#include "liggare/v1/options.pb.h"

namespace liggare::domain {

// Whether `text` has the form. An organisationsnummer's last digit is checked by
// Luhn's algorithm, a kommunkod against SCB's list, a date against the calendar.
bool HasForm(v1::TextForm form, std::string_view text);

// What the form asks for: "a date that exists, YYYY-MM-DD".
std::string DescriptionOf(v1::TextForm form);

// Whether a text of this form is anything that people write, and has a personnummer in it
// (personnummer.h). A field of an entry can't be erased, so none is taken there.
bool HoldsPersonnummer(v1::TextForm form, std::string_view text);
// What is said then; the number itself is not repeated.
inline constexpr char kPersonnummerFound[] = "the text holds a personnummer";
inline constexpr char kPersonnummerExpected[] =
    "a text without one: what stands in this field can never be erased. A text that can, such as "
    "beskrivning, is shown in docs/events.md";

// NNNNNN-NNNC with the right check digit.
bool IsOrganisationsnummer(std::string_view text);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_TEXT_FORM_H_
