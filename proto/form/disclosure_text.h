// How large a text beside an entry may be, at every door: in JSON, when it is recorded,
// and when it arrives from another node.
#ifndef PROTO_FORM_DISCLOSURE_TEXT_H_
#define PROTO_FORM_DISCLOSURE_TEXT_H_

#include <cstddef>

namespace liggare::form {

// Of one text; an event has as many as it has commitments, two by its form.
inline constexpr size_t kDisclosureTextBytesMax = 64 * 1024;

}  // namespace liggare::form

#endif  // PROTO_FORM_DISCLOSURE_TEXT_H_
