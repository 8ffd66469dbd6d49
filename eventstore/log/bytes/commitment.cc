#include "eventstore/log/bytes/commitment.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace liggare::log {

std::string CommitmentOf(std::string_view salt, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_bytes = 0;
  HMAC(EVP_sha256(), salt.data(), static_cast<int>(salt.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &digest_bytes);
  return std::string(reinterpret_cast<const char*>(digest), digest_bytes);
}

}  // namespace liggare::log
