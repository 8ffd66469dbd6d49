// OpenSSL 3 marks its low-level SHA-256 as deprecated. It is used all the same:
// it needs no allocated context and no lookup, and takes 120 ns for a node where
// EVP with a reused context takes 200 ns.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "eventstore/merkle/hash.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace liggare::merkle {
namespace {

constexpr uint8_t kLeafPrefix = 0x00;
constexpr uint8_t kNodePrefix = 0x01;

Hash Sha256(const void* data, size_t size) {
  Hash hash;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data, size);
  SHA256_Final(hash.data(), &context);
  return hash;
}

}  // namespace

Hash EmptyRoot() { return Sha256("", 0); }

Hash LeafHash(std::string_view entry) {
  Hash hash;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, &kLeafPrefix, 1);
  SHA256_Update(&context, entry.data(), entry.size());
  SHA256_Final(hash.data(), &context);
  return hash;
}

bool IsWithheld(std::string_view entry) { return entry.size() == kHashBytes; }

Hash LeafOf(std::string_view entry) {
  return IsWithheld(entry) ? *HashFromBytes(entry) : LeafHash(entry);
}

Hash NodeHash(const Hash& left, const Hash& right) {
  std::array<uint8_t, 1 + 2 * kHashBytes> input;
  input[0] = kNodePrefix;
  std::memcpy(input.data() + 1, left.data(), kHashBytes);
  std::memcpy(input.data() + 1 + kHashBytes, right.data(), kHashBytes);
  return Sha256(input.data(), input.size());
}

std::string_view HashBytes(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::optional<Hash> HashFromBytes(std::string_view bytes) {
  if (bytes.size() != kHashBytes) return std::nullopt;
  Hash hash;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

}  // namespace liggare::merkle
