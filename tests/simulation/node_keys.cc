#include "tests/simulation/node_keys.h"

#include <array>
#include <cstdlib>
#include <map>
#include <string>

#include "eventstore/merkle/hash.h"

namespace liggare::simulation {

const note::SigningKey& KeyOf(std::string_view path) {
  static std::map<std::string, note::SigningKey, std::less<>> keys;
  const auto found = keys.find(path);
  if (found != keys.end()) return found->second;
  std::array<uint8_t, note::kSeedBytes> seed = merkle::LeafHash(path);
  auto key = note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + std::string(path), seed);
  if (!key.ok()) std::abort();
  return keys.emplace(path, *std::move(key)).first->second;
}

}  // namespace liggare::simulation
