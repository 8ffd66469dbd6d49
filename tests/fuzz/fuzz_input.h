// The bytes of one fuzz input, taken from the front. When they are used up,
// numbers are 0 and texts empty.
#ifndef TESTS_FUZZ_FUZZ_INPUT_H_
#define TESTS_FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace liggare::testing {

class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

  uint8_t Byte() {
    const std::string_view one = Bytes(1);
    return one.empty() ? 0 : static_cast<uint8_t>(one[0]);
  }
  // Little-endian.
  uint64_t Number() {
    uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number |= static_cast<uint64_t>(Byte()) << (8 * i);
    return number;
  }
  // At most `count` bytes: as many as there are.
  std::string_view Bytes(size_t count) {
    const std::string_view bytes = rest_.substr(0, std::min(count, rest_.size()));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

 private:
  std::string_view rest_;
};

}  // namespace liggare::testing

// A property that must hold for every input.
#define FUZZ_CHECK(condition)           \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (false)

#endif  // TESTS_FUZZ_FUZZ_INPUT_H_
