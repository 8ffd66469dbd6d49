// Files of certificates and keys: whatever they hold, they are taken or refused with
// what is wrong. As PEM, or as the bytes inside, so that what the armour protects is
// reached too.
#include <openssl/evp.h>

#include <string>

#include "proto/error/error.h"
#include "services/rpc/tls/certificate.h"
#include "services/rpc/tls/identity.h"
#include "tests/fuzz/fuzz_input.h"

namespace rpc = liggare::rpc;
using liggare::testing::FuzzInput;

namespace {

constexpr int64_t kNowS = 1'800'000'000;

std::string Armoured(std::string_view label, std::string_view bytes) {
  std::string body(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(body.data()),
                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
  body.resize(static_cast<size_t>(written));
  std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
  for (size_t at = 0; at < body.size(); at += 64) pem += body.substr(at, 64) + "\n";
  return pem + "-----END " + std::string(label) + "-----\n";
}

// A text of the input's: up to the next NUL.
std::string TakeText(FuzzInput& input) {
  std::string text(input.Bytes(input.rest().find('\0')));
  input.Byte();
  return text;
}

// What CheckCertificate borrows.
struct Texts {
  std::string ca;
  std::string certificate;
  std::string key;
};

Texts TakeTexts(FuzzInput& input) {
  Texts texts;
  texts.ca = TakeText(input);
  texts.certificate = TakeText(input);
  texts.key = TakeText(input);
  return texts;
}

Texts TakeBytes(FuzzInput& input) {
  Texts texts;
  const size_t low = input.Byte();
  const size_t certificate_bytes = low | static_cast<size_t>(input.Byte()) << 8;
  texts.certificate = Armoured("CERTIFICATE", input.Bytes(certificate_bytes));
  texts.key = Armoured("PRIVATE KEY", input.rest());
  texts.ca = texts.certificate;  // Its own authority.
  return texts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const Texts texts = input.Byte() % 2 == 0 ? TakeTexts(input) : TakeBytes(input);
  const auto checked = rpc::CheckCertificate({.ca = {"ca.crt", texts.ca},
                                              .certificate = {"own.crt", texts.certificate},
                                              .key = {"own.key", texts.key},
                                              .now_s = kNowS});
  if (!checked.ok()) {
    FUZZ_CHECK(liggare::ErrorOf(checked.status()).code() == liggare::v1::ERROR_CODE_CONFIGURATION);
    FUZZ_CHECK(!checked.status().message().empty());
    return 0;
  }
  (void)rpc::IdentityFromUris(checked->uris, "liggare.test");
  return 0;
}
