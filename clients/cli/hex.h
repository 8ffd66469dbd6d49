// Bytes as lower-case hexadecimal digits.
#ifndef CLIENTS_CLI_HEX_H_
#define CLIENTS_CLI_HEX_H_

#include <string>
#include <string_view>

namespace liggare::cli {

inline std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_HEX_H_
