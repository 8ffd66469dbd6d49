// The value of one field of a state.
#ifndef SERVICES_DOMAIN_FORM_VALUE_H_
#define SERVICES_DOMAIN_FORM_VALUE_H_

#include <cstdint>
#include <string>
#include <variant>

#include "liggare/v1/event.pb.h"

namespace liggare::domain {

// Nothing, a whole number in the field's unit, a text or token, yes or no.
using FieldValue = std::variant<std::monostate, int64_t, std::string, bool>;

inline bool HasValue(const FieldValue& value) {
  return !std::holds_alternative<std::monostate>(value);
}

FieldValue FromProto(const v1::Value& value);
// An empty Value (no kind) for nothing.
v1::Value ToProto(const FieldValue& value);
// The 32 bytes of a text that stands in no entry, of which the value is
// hmac-sha256:<hexadecimal>; empty if it is anything else.
std::string CommitmentIn(std::string_view value);
// 41, "text", true, or "no value": for messages.
std::string TextOf(const FieldValue& value);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_VALUE_H_
