// Personnummer and samordningsnummer (folkbokföringslagen 18 §, SFS 1991:481; lag 2022:1697)
// in a text. Pure.
#ifndef SERVICES_DOMAIN_FORM_PERSONNUMMER_H_
#define SERVICES_DOMAIN_FORM_PERSONNUMMER_H_

#include <optional>
#include <string>
#include <string_view>

namespace liggare::domain {

// The first one in `written`: 12 or 10 digits, with a dash, + or space before the last four or
// without, a date that exists (of a samordningsnummer with 60 added to the day) and the right
// check digit; no further digit stands beside it. Other dashes, spaces and wide digits come as
// those of ASCII, and what has no width is left out. Nothing if there is none: an
// organisationsnummer is none, for its third digit is 2 or more.
std::optional<std::string> FindPersonnummer(std::string_view written);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_PERSONNUMMER_H_
