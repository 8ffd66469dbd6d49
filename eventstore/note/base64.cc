#include "eventstore/note/base64.h"

#include <sodium.h>

namespace liggare::note {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

}  // namespace

std::string Base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const uint8_t*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // libsodium counts and writes the terminating zero.
  return text;
}

std::optional<std::string> BytesOfBase64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  size_t size = 0;
  const int refused =
      sodium_base642bin(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, kVariant);
  // libsodium 1.0.18 takes some bytes above 0x7F for letters, so what it accepts
  // is compared with the one form that the bytes have.
  std::string canonical = Base64(std::string_view(bytes).substr(0, size));
  const bool is_canonical = refused == 0 && canonical == text;
  sodium_memzero(canonical.data(), canonical.size());  // It may be a private key.
  if (!is_canonical) {
    sodium_memzero(bytes.data(), bytes.size());
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace liggare::note
