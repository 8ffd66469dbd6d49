// Reading PEM files and checking a certificate with OpenSSL, before gRPC gets
// them: gRPC itself would only say that a handshake failed. Private to this
// folder and its tests.
#ifndef SERVICES_RPC_TLS_CERTIFICATE_H_
#define SERVICES_RPC_TLS_CERTIFICATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace liggare::rpc {

// A file, and the name of the setting that holds its path.
struct PemFile {
  std::string path;
  std::string field;
};

// The bytes of the file. CONFIGURATION, naming the file, if it can't be read, is
// empty or larger than kPemBytesMax.
absl::StatusOr<std::string> ReadPemFile(const PemFile& file);

// The same of any file. `what` is what it should be.
absl::StatusOr<std::string> ReadBoundedFile(const PemFile& file, size_t bytes_max,
                                            const char* what);

// Texts with the names of their files, which errors name. Borrowed.
struct NamedPem {
  std::string_view path;
  std::string_view pem;
};
struct CertificateCheck {
  NamedPem ca;
  NamedPem certificate;
  NamedPem key;
  int64_t now_s = 0;  // Seconds since 1970.
};

// A certificate that is good.
struct CheckedCertificate {
  std::vector<std::string> uris;  // Its URI SANs.
  int64_t not_after_s = 0;        // Until when it is valid, in seconds since 1970.
  int64_t ca_not_after_s = 0;     // And the authority at the end of its chain.
  bool serves = false;            // Whether its usages let a server show it,
  bool dials = false;             // and a client.
};

// What the certificate says, if it is valid at `now_s`, issued under `ca` and the key
// is its own. CONFIGURATION otherwise.
absl::StatusOr<CheckedCertificate> CheckCertificate(const CertificateCheck& check);

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_CERTIFICATE_H_
