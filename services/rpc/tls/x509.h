// Owners of OpenSSL's objects, and what is read from a certificate. Private to
// this folder and its tests.
#ifndef SERVICES_RPC_TLS_X509_H_
#define SERVICES_RPC_TLS_X509_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace liggare::rpc {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
inline void FreeStack(STACK_OF(X509) * certificates) { sk_X509_pop_free(certificates, X509_free); }
inline void FreeNames(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }

using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Certificates = std::unique_ptr<STACK_OF(X509), Freer<FreeStack>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

// `text` must live as long as the reader.
Bio ReaderOf(std::string_view text);

// All certificates of a PEM text, in order; what stands between them is passed
// over. MALFORMED if one of them can't be read: the text may be cut off.
absl::StatusOr<std::vector<Certificate>> ReadCertificates(std::string_view pem);

// The same certificates, as OpenSSL takes those that a peer sends beside its own.
Certificates StackOf(std::span<const Certificate> certificates);

// Its text in PEM.
std::string PemOf(X509* certificate);

// The URI SANs.
std::vector<std::string> UriNames(X509* certificate);

// The serial number, in lower-case hexadecimal digits without zeros before them.
std::string SerialOf(const X509* certificate);

// Seconds since 1970; nothing if the time can't be read.
std::optional<int64_t> SecondsOf(const ASN1_TIME* time);

// Seconds since 1970 from which, and before which, it is valid; as OpenSSL has it.
int64_t NotBeforeOf(const X509* certificate);
int64_t NotAfterOf(const X509* certificate);

// A time as a certificate's own text has it: "Nov 30 12:00:00 2026 GMT".
std::string TimeText(const ASN1_TIME* time);

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_X509_H_
