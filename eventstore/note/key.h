// Ed25519 keys of nodes, in the C2SP signed-note encoding.
//
//   vkey          <name>+<hex key id>+<base64 of type byte and 32-byte public key>
//   private key   PRIVATE+KEY+<name>+<hex key id>+<base64 of type byte and 32-byte seed>
//
// The key id is the first 4 bytes of SHA-256(name || 0x0A || type || public key).
// Type 0x01 signs notes; type 0x04 cosigns checkpoints (cosignature/v1). A node
// has one key pair and signs with it under both types.
#ifndef EVENTSTORE_NOTE_KEY_H_
#define EVENTSTORE_NOTE_KEY_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace liggare::note {

inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSeedBytes = 32;
inline constexpr size_t kSignatureBytes = 64;

enum class KeyType : uint8_t { kEd25519 = 0x01, kCosignatureV1 = 0x04 };

// A public key with the name it signs under. A value.
class VerifierKey {
 public:
  // Parses a vkey; INVALID_ARGUMENT says what is wrong: form, base64, length,
  // type, or a key id that does not match.
  static absl::StatusOr<VerifierKey> Parse(std::string_view vkey);

  // `name` is taken as it is: it must be one that Parse would accept.
  VerifierKey(std::string name, KeyType type, std::array<uint8_t, kPublicKeyBytes> public_key);

  const std::string& name() const { return name_; }
  KeyType type() const { return type_; }
  uint32_t key_id() const { return key_id_; }  // Big-endian reading of the 4 bytes.
  const std::array<uint8_t, kPublicKeyBytes>& public_key() const { return public_key_; }

  // The same public key under the other type.
  VerifierKey WithType(KeyType type) const;

  // The vkey text.
  std::string Text() const;

  // Whether `signature` (64 bytes) is this key's over `message`.
  bool Verify(std::string_view message, std::string_view signature) const;

  bool operator==(const VerifierKey&) const = default;

 private:
  std::string name_;
  KeyType type_;
  uint32_t key_id_;
  std::array<uint8_t, kPublicKeyBytes> public_key_;
};

// A private key. The seed is wiped when the object dies. Thread-safe.
class SigningKey {
 public:
  // Makes a new key from the system's randomness. A name is refused
  // (INVALID_ARGUMENT) if it is empty or has a space, a plus or a control byte.
  static absl::StatusOr<SigningKey> Generate(std::string name);
  static absl::StatusOr<SigningKey> FromSeed(std::string name,
                                             const std::array<uint8_t, kSeedBytes>& seed);
  // Parses the text of a private key file.
  static absl::StatusOr<SigningKey> Parse(std::string_view text);

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  const VerifierKey& verifier() const { return verifier_; }

  // The private key's text, ending in a newline. Handle with care.
  std::string Text() const;

  // 64 bytes of Ed25519 signature over `message`.
  std::string Sign(std::string_view message) const;

 private:
  SigningKey(VerifierKey verifier, const std::array<uint8_t, 64>& secret);
  VerifierKey verifier_;
  std::array<uint8_t, 64> secret_;  // libsodium's form: seed and public key.
};

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_KEY_H_
