// How large a text beside an entry may be, when it is recorded and when it arrives.
#ifndef SERVICES_DOMAIN_FORM_DISCLOSURE_TEXT_H_
#define SERVICES_DOMAIN_FORM_DISCLOSURE_TEXT_H_

#include <cstddef>

namespace liggare::domain {

// Of one text; an event has as many as it has commitments, two by its form.
inline constexpr size_t kDisclosureTextBytesMax = 64 * 1024;

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_DISCLOSURE_TEXT_H_
