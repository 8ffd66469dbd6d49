// Bytes as lower-case hexadecimal digits.
#ifndef PROTO_TEXT_HEX_H_
#define PROTO_TEXT_HEX_H_

#include <string>
#include <string_view>

namespace liggare::text {

// Two digits a byte.
std::string Hex(std::string_view bytes);

}  // namespace liggare::text

#endif  // PROTO_TEXT_HEX_H_
