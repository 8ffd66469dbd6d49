// UUIDs (RFC 9562): event ids, as 16 bytes and as text.
#ifndef PROTO_FORM_UUID_H_
#define PROTO_FORM_UUID_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace liggare::form {

inline constexpr size_t kUuidBytes = 16;

// 0190163d-8694-739b-aea5-966c26f8ad91. `bytes` must be kUuidBytes long.
std::string UuidText(std::string_view bytes);

// The 16 bytes; nothing unless `text` is 8-4-4-4-12 hexadecimal digits.
std::optional<std::string> UuidBytes(std::string_view text);

// A UUIDv7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then the random bytes
// less six bits for version and variant. Ids made in one millisecond differ by
// the random bytes only.
std::string MakeUuid7(int64_t unix_ms, const std::array<uint8_t, 10>& random);

// Whether the 16 bytes carry version 7 and the RFC's variant.
bool IsUuid7(std::string_view bytes);

}  // namespace liggare::form

#endif  // PROTO_FORM_UUID_H_
