#include "eventstore/note/key.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "eventstore/note/base64.h"
#include "eventstore/note/utf8.h"

namespace liggare::note {
namespace {

static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES);
static_assert(kSeedBytes == crypto_sign_SEEDBYTES);
static_assert(kSignatureBytes == crypto_sign_BYTES);

constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr size_t kKeyIdDigits = 8;
using Key = std::array<uint8_t, 32>;

// libsodium must be initialised before randomness is drawn or keys are used.
void EnsureSodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::string_view View(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

void Wipe(std::string& secret) { sodium_memzero(secret.data(), secret.size()); }

// The first 4 bytes of SHA-256(name || 0x0A || type || public key).
uint32_t KeyId(std::string_view name, KeyType type, const Key& public_key) {
  std::string input(name);
  input += '\n';
  input += static_cast<char>(type);
  input += View(public_key);
  uint8_t hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, Bytes(input), input.size());
  return uint32_t{hash[0]} << 24 | uint32_t{hash[1]} << 16 | uint32_t{hash[2]} << 8 | hash[3];
}

std::string HexKeyId(uint32_t key_id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += kDigits[key_id >> shift & 0xF];
  return text;
}

// <name>+<hex key id>+<base64 of type byte and key>, taken apart.
struct KeyText {
  std::string name;
  std::string key_id;
  KeyType type = KeyType::kEd25519;
  Key key = {};
};

absl::Status Refused(const std::string& what) {
  return absl::InvalidArgumentError("not a key: " + what);
}

absl::StatusOr<KeyType> KeyTypeOf(char byte) {
  switch (const auto type = static_cast<KeyType>(byte)) {
    case KeyType::kEd25519:
    case KeyType::kCosignatureV1:
      return type;
  }
  return Refused("its type is neither 0x01 nor 0x04");
}

// Base64 has '+' among its own characters, so only the first two separate.
absl::StatusOr<KeyText> ParseKeyText(std::string_view text) {
  const size_t first = text.find('+');
  const size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return Refused("the form is <name>+<key id>+<base64>");
  KeyText parsed;
  parsed.name = text.substr(0, first);
  parsed.key_id = text.substr(first + 1, second - first - 1);
  if (!IsKeyName(parsed.name)) return Refused("its name is empty or has a forbidden character");
  if (parsed.key_id.size() != kKeyIdDigits) return Refused("its key id is not 8 hex digits");
  auto bytes = BytesOfBase64(text.substr(second + 1));
  if (!bytes) return Refused("its last part is not base64");
  if (bytes->size() != 1 + parsed.key.size()) {
    Wipe(*bytes);
    return Refused("it has not the length of an Ed25519 key");
  }
  auto type = KeyTypeOf((*bytes)[0]);
  std::copy(bytes->begin() + 1, bytes->end(), parsed.key.begin());
  Wipe(*bytes);
  if (!type.ok()) return type.status();
  parsed.type = *type;
  return parsed;
}

std::string KeyTextOf(const VerifierKey& verifier, const Key& key) {
  std::string bytes(1, static_cast<char>(verifier.type()));
  bytes += View(key);
  std::string base64 = Base64(bytes);
  std::string text = verifier.name() + "+" + HexKeyId(verifier.key_id()) + "+" + base64;
  Wipe(bytes);
  Wipe(base64);
  return text;
}

}  // namespace

absl::StatusOr<VerifierKey> VerifierKey::Parse(std::string_view vkey) {
  auto parsed = ParseKeyText(vkey);
  if (!parsed.ok()) return parsed.status();
  VerifierKey key(std::move(parsed->name), parsed->type, parsed->key);
  if (HexKeyId(key.key_id()) != parsed->key_id) {
    return Refused("its key id does not match its name, type and bytes");
  }
  return key;
}

VerifierKey::VerifierKey(std::string name, KeyType type,
                         std::array<uint8_t, kPublicKeyBytes> public_key)
    : name_(std::move(name)),
      type_(type),
      key_id_(KeyId(name_, type, public_key)),
      public_key_(public_key) {}

VerifierKey VerifierKey::WithType(KeyType type) const {
  return type == type_ ? *this : VerifierKey(name_, type, public_key_);
}

std::string VerifierKey::Text() const { return KeyTextOf(*this, public_key_); }

bool VerifierKey::Verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  EnsureSodium();
  return crypto_sign_verify_detached(Bytes(signature), Bytes(message), message.size(),
                                     public_key_.data()) == 0;
}

absl::StatusOr<SigningKey> SigningKey::Generate(std::string name) {
  EnsureSodium();
  std::array<uint8_t, kSeedBytes> seed;
  randombytes_buf(seed.data(), seed.size());
  auto key = FromSeed(std::move(name), seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

absl::StatusOr<SigningKey> SigningKey::FromSeed(std::string name,
                                                const std::array<uint8_t, kSeedBytes>& seed) {
  if (!IsKeyName(name)) {
    return absl::InvalidArgumentError(
        "a key's name may not be empty or have a space, a plus or a control character");
  }
  EnsureSodium();
  std::array<uint8_t, kPublicKeyBytes> public_key;
  std::array<uint8_t, crypto_sign_SECRETKEYBYTES> secret;
  crypto_sign_seed_keypair(public_key.data(), secret.data(), seed.data());
  SigningKey key(VerifierKey(std::move(name), KeyType::kEd25519, public_key), secret);
  sodium_memzero(secret.data(), secret.size());
  return key;
}

absl::StatusOr<SigningKey> SigningKey::Parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (!text.starts_with(kPrivatePrefix)) return Refused("it does not begin with PRIVATE+KEY+");
  auto parsed = ParseKeyText(text.substr(kPrivatePrefix.size()));
  if (!parsed.ok()) return parsed.status();
  auto key = FromSeed(std::move(parsed->name), parsed->key);
  sodium_memzero(parsed->key.data(), parsed->key.size());
  if (!key.ok()) return key.status();
  if (parsed->type != KeyType::kEd25519) return Refused("a private key's type is 0x01");
  if (HexKeyId(key->verifier().key_id()) != parsed->key_id) {
    return Refused("its key id does not match its name and seed");
  }
  return key;
}

SigningKey::SigningKey(VerifierKey verifier, const std::array<uint8_t, 64>& secret)
    : verifier_(std::move(verifier)), secret_(secret) {}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : verifier_(std::move(other.verifier_)), secret_(other.secret_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this == &other) return *this;
  verifier_ = std::move(other.verifier_);
  secret_ = other.secret_;
  sodium_memzero(other.secret_.data(), other.secret_.size());
  return *this;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

std::string SigningKey::Text() const {
  Key seed;
  crypto_sign_ed25519_sk_to_seed(seed.data(), secret_.data());
  std::string text(kPrivatePrefix);
  text += KeyTextOf(verifier_, seed) + "\n";
  sodium_memzero(seed.data(), seed.size());
  return text;
}

std::string SigningKey::Sign(std::string_view message) const {
  EnsureSodium();
  std::string signature(kSignatureBytes, '\0');
  crypto_sign_detached(reinterpret_cast<uint8_t*>(signature.data()), nullptr, Bytes(message),
                       message.size(), secret_.data());
  return signature;
}

}  // namespace liggare::note
