// RFC 6962 hashing: the leaf and node hashes of a Merkle tree over SHA-256.
// Pure functions; safe from any thread.
#ifndef EVENTSTORE_MERKLE_HASH_H_
#define EVENTSTORE_MERKLE_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace liggare::merkle {

inline constexpr size_t kHashBytes = 32;
using Hash = std::array<uint8_t, kHashBytes>;

// The root of the empty tree: SHA-256("") (RFC 6962, 2.1).
Hash EmptyRoot();

// SHA-256(0x00 || entry) (RFC 6962, 2.1).
Hash LeafHash(std::string_view entry);

// SHA-256(0x01 || left || right) (RFC 6962, 2.1).
Hash NodeHash(const Hash& left, const Hash& right);

// An entry that does not concern a node is withheld from it: in its place, stored and
// sent, stands its leaf hash, so that the tree can be computed all the same. No entry
// is so short. LeafOf is the leaf hash of either.
bool IsWithheld(std::string_view entry);
Hash LeafOf(std::string_view entry);

// The 32 bytes of a hash, for storing and sending; and back. The view lives as
// long as the hash. HashFromBytes gives nothing unless there are 32 bytes.
std::string_view HashBytes(const Hash& hash);
std::optional<Hash> HashFromBytes(std::string_view bytes);

}  // namespace liggare::merkle

#endif  // EVENTSTORE_MERKLE_HASH_H_
