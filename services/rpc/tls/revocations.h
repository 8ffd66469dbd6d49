// Certificates that are accepted no longer, although they verify: those that a
// list of one's own denies, and those that an authority has revoked.
//
// The list, a text, takes effect without anybody else's doing:
//
//   # lost 2026-11-30, see the incident's record
//   uri spiffe://po.example.se/se/17/varmland/system/lifecare
//   serial 4f:1a:90:22                # of whichever authority; colons may be left out
//
// A line with a name denies every certificate with that name, those to come too.
#ifndef SERVICES_RPC_TLS_REVOCATIONS_H_
#define SERVICES_RPC_TLS_REVOCATIONS_H_

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace liggare::rpc {

inline constexpr size_t kDenyBytesMax = 1024 * 1024;      // The list.
inline constexpr size_t kDeniedMax = 10'000;              // Its lines.
inline constexpr size_t kCrlBytesMax = 16 * 1024 * 1024;  // A file of revocations.
inline constexpr size_t kCrlFilesMax = 64;                // In a directory.

// Paths; empty: there is none.
struct RevocationFiles {
  std::string deny;  // The list.
  std::string crl;   // Revocation lists (RFC 5280, PEM or DER): a file, or a directory of them.
};

// A text that differs when a file has: names, sizes and times. To see whether they
// must be read again.
std::string StampOf(const RevocationFiles& files);

// A value. Thread-safe when const.
class Revocations {
 public:
  // Denies nobody.
  Revocations() = default;

  // Reads the files. CONFIGURATION, naming file and line, if one can't be read or
  // parsed, has too much in it, names somebody of another trust domain, or has a
  // revocation list that no certificate in `ca_pem` has signed; `field` is deny or
  // crl. One that has been due for renewal is taken: what it revokes stays revoked.
  static absl::StatusOr<Revocations> Read(const RevocationFiles& files,
                                          std::string_view trust_domain, std::string_view ca_pem);

  // Why a certificate with this name is not accepted; `chain` are its own and those
  // of the authorities above it. Nothing if it is.
  std::optional<std::string> Denies(const std::string& uri, const std::vector<X509*>& chain) const;

  // When the first revocation list is due for renewal, in seconds since 1970;
  // nothing if there is none, or none says so.
  std::optional<int64_t> next_update_s() const { return next_update_s_; }

 private:
  class Reader;

  std::set<std::string, std::less<>> uris_;
  std::set<std::string, std::less<>> serials_;  // As SerialOf.
  std::vector<std::shared_ptr<X509_CRL>> crls_;
  std::optional<int64_t> next_update_s_;
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_REVOCATIONS_H_
