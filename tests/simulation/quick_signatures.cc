// The two functions at the end take the place of libsodium's of the same name: a
// program's own come before those of its shared libraries.
#include "tests/simulation/quick_signatures.h"

#include <sodium.h>

#include <string>
#include <unordered_map>

namespace liggare::simulation {
namespace {

// By signature: the public key and the message that it was made with. Only looked
// up, never walked.
std::unordered_map<std::string, std::string>& Made() {
  static std::unordered_map<std::string, std::string> made;
  return made;
}

std::string Text(const unsigned char* bytes, unsigned long long count) {
  return std::string(reinterpret_cast<const char*>(bytes), count);
}

}  // namespace

void ForgetSignatures() { Made().clear(); }

}  // namespace liggare::simulation

extern "C" int crypto_sign_detached(unsigned char* signature, unsigned long long* signature_bytes,
                                    const unsigned char* message, unsigned long long message_bytes,
                                    const unsigned char* secret) {
  namespace simulation = liggare::simulation;
  static_assert(crypto_sign_BYTES <= crypto_generichash_BYTES_MAX);
  if (signature_bytes != nullptr) *signature_bytes = crypto_sign_BYTES;
  crypto_generichash(signature, crypto_sign_BYTES, message, message_bytes, secret,
                     crypto_sign_SEEDBYTES);
  // libsodium's secret key is the seed, then the public key.
  simulation::Made()[simulation::Text(signature, crypto_sign_BYTES)] =
      simulation::Text(secret + crypto_sign_SEEDBYTES, crypto_sign_PUBLICKEYBYTES) +
      simulation::Text(message, message_bytes);
  return 0;
}

extern "C" int crypto_sign_verify_detached(const unsigned char* signature,
                                           const unsigned char* message,
                                           unsigned long long message_bytes,
                                           const unsigned char* public_key) {
  namespace simulation = liggare::simulation;
  const auto made = simulation::Made().find(simulation::Text(signature, crypto_sign_BYTES));
  const bool is_right = made != simulation::Made().end() &&
                        made->second == simulation::Text(public_key, crypto_sign_PUBLICKEYBYTES) +
                                            simulation::Text(message, message_bytes);
  return is_right ? 0 : -1;
}
