// Commitments to texts that may hold personal data (design §3): an entry holds
// HMAC-SHA256(salt, text); the salt and the text travel beside it and can be
// erased without harming any proof.
#ifndef PROTO_JSON_COMMITMENT_H_
#define PROTO_JSON_COMMITMENT_H_

#include <functional>
#include <string>
#include <string_view>

namespace liggare::json {

inline constexpr size_t kSaltBytes = 32;
inline constexpr size_t kCommitmentBytes = 32;

// The commitment, kCommitmentBytes. `salt` is the key (RFC 2104).
std::string Commit(std::string_view salt, std::string_view text);

// Gives kSaltBytes fresh random bytes at each call.
using SaltSource = std::function<std::string()>;

// OpenSSL's generator. Stops the process if that fails.
SaltSource SystemSalts();

}  // namespace liggare::json

#endif  // PROTO_JSON_COMMITMENT_H_
