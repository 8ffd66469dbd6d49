// Changes a message as a fuzz input says.
#ifndef TESTS_FUZZ_SPOIL_H_
#define TESTS_FUZZ_SPOIL_H_

#include <algorithm>
#include <string>

#include "tests/fuzz/fuzz_input.h"

namespace liggare::testing {

// Replaces some bytes, and perhaps cuts the end.
inline void SpoilBytes(FuzzInput& input, int changes, std::string& bytes) {
  for (int i = 0; i < changes && !bytes.empty(); ++i) {
    const size_t at = (input.Byte() << 8 | input.Byte()) % bytes.size();
    bytes[at] = static_cast<char>(input.Byte());
  }
}

// Leaves it, changes bytes, or takes the input's own. False if that is no message.
template <typename Message>
bool Spoil(FuzzInput& input, Message& message) {
  const uint8_t how = input.Byte();
  if (how % 4 == 0) return true;
  std::string bytes = message.SerializeAsString();
  if (how % 4 == 1) bytes = std::string(input.Bytes(input.Byte() * 4));
  if (how % 4 > 1) SpoilBytes(input, how / 4 % 8, bytes);
  if (how % 4 == 3) bytes.resize(bytes.size() - std::min<size_t>(bytes.size(), input.Byte()));
  return message.ParseFromString(bytes);
}

}  // namespace liggare::testing

#endif  // TESTS_FUZZ_SPOIL_H_
