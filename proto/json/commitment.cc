#include "proto/json/commitment.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdlib>

namespace liggare::json {

std::string Commit(std::string_view salt, std::string_view text) {
  std::string mac(kCommitmentBytes, '\0');
  unsigned int mac_bytes = 0;
  const unsigned char* done = HMAC(EVP_sha256(), salt.data(), static_cast<int>(salt.size()),
                                   reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                   reinterpret_cast<unsigned char*>(mac.data()), &mac_bytes);
  if (done == nullptr || mac_bytes != kCommitmentBytes) std::abort();
  return mac;
}

SaltSource SystemSalts() {
  return [] {
    std::string salt(kSaltBytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), kSaltBytes) != 1) std::abort();
    return salt;
  };
}

}  // namespace liggare::json
