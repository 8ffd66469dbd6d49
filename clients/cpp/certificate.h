// The caller's certificate and key, read from PEM files and checked before they
// are used, so that a mistake is named here and not by a failed handshake.
#ifndef CLIENTS_CPP_CERTIFICATE_H_
#define CLIENTS_CPP_CERTIFICATE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/name/identity.h"

namespace liggare::client {

using name::Identity;

struct CertificateFiles {
  std::string ca;
  std::string certificate;
  std::string key;
};

// The files' contents (PEM) and whose they are.
struct Certificate {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
  Identity identity;
  int64_t not_after_s = 0;  // Seconds since 1970.
};

// Reads the three files. CONFIGURATION names the option (ca, certificate, key)
// and what is wrong: no such file, no PEM, a key that is not the certificate's or
// that others can read, not exactly one URI SAN, expired or not yet valid at
// `now_s`.
absl::StatusOr<Certificate> LoadCertificate(const CertificateFiles& files, int64_t now_s);

}  // namespace liggare::client

#endif  // CLIENTS_CPP_CERTIFICATE_H_
