// The published vectors in tests/data/vectors, as JSON.
#ifndef TESTS_EVENTSTORE_MERKLE_VECTOR_FILE_H_
#define TESTS_EVENTSTORE_MERKLE_VECTOR_FILE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/proof.h"
#include "tests/testing/paths.h"

namespace liggare::testing {

// Ends the test run if the file cannot be read: nothing would be tested.
inline nlohmann::json ReadVectorFile(const std::string& name) {
  std::ifstream file(SourcePath("tests/data/vectors/" + name));
  nlohmann::json json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    ADD_FAILURE() << "cannot read " << name;
    std::abort();
  }
  return json;
}

inline std::string BytesOfHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

inline merkle::Hash HashOfHex(const std::string& hex) {
  return merkle::HashFromBytes(BytesOfHex(hex)).value();
}

// A JSON list of hashes in hex.
inline merkle::Proof ProofOf(const nlohmann::json& list) {
  merkle::Proof proof;
  for (const auto& hash : list) proof.push_back(HashOfHex(hash.get<std::string>()));
  return proof;
}

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_MERKLE_VECTOR_FILE_H_
