// The seed of a random test. Every failure prints it; the environment variable
// LIGGARE_SEED brings it back.
#ifndef TESTS_MERKLE_SEED_H_
#define TESTS_MERKLE_SEED_H_

#include <cstdint>
#include <cstdlib>
#include <random>

namespace liggare::testing {

inline uint32_t TestSeed() {
  const char* given = std::getenv("LIGGARE_SEED");
  return given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

}  // namespace liggare::testing

#endif  // TESTS_MERKLE_SEED_H_
