#include "services/rpc/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/credentials.h"

namespace liggare::rpc {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
void FreeStack(STACK_OF(X509) * certificates) { sk_X509_pop_free(certificates, X509_free); }
void FreeNames(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Certificates = std::unique_ptr<STACK_OF(X509), Freer<FreeStack>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<FreeNames>>;

absl::Status Bad(const PemFile& file, const std::string& what, std::string expected = {}) {
  ERR_clear_error();
  return MakeError(
      v1::ERROR_CODE_CONFIGURATION,
      {.message = file.path + ": " + what, .field = file.field, .expected = std::move(expected)});
}

Bio Reader(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// All certificates of a PEM text, in order.
std::vector<Certificate> ReadCertificates(const std::string& pem) {
  std::vector<Certificate> certificates;
  const Bio reader = Reader(pem);
  while (X509* certificate = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
  }
  ERR_clear_error();
  return certificates;
}

std::string Text(const ASN1_TIME* time) {
  const Bio writer(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(writer.get(), time);
  char* data = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::vector<std::string> UriNames(X509* certificate) {
  std::vector<std::string> uris;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<size_t>(ASN1_STRING_length(uri)));
  }
  return uris;
}

absl::Status CheckTime(X509* certificate, const PemFile& file, time_t now) {
  if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0) {
    return Bad(file,
               "the certificate is not valid before " + Text(X509_get0_notBefore(certificate)));
  }
  if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0) {
    return Bad(file, "the certificate expired at " + Text(X509_get0_notAfter(certificate)),
               "a renewed certificate");
  }
  return absl::OkStatus();
}

absl::Status CheckKey(X509* certificate, const CertificateCheck& check) {
  const PemFile file{check.key.path, "key"};
  const Bio reader = Reader(check.key.pem);
  const PrivateKey key(PEM_read_bio_PrivateKey(reader.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return Bad(file, "holds no private key", "a private key in PEM");
  if (X509_check_private_key(certificate, key.get()) == 1) return absl::OkStatus();
  return Bad(file, "is not the key of " + check.certificate.path,
             "the private key of that certificate");
}

absl::Status CheckChain(const std::vector<Certificate>& chain, const CertificateCheck& check) {
  const std::vector<Certificate> authorities = ReadCertificates(check.ca.pem);
  if (authorities.empty()) {
    return Bad({check.ca.path, "ca"}, "holds no certificate", "the authority's certificate in PEM");
  }
  const Store store(X509_STORE_new());
  for (const Certificate& authority : authorities)
    X509_STORE_add_cert(store.get(), authority.get());
  const Certificates rest(sk_X509_new_null());
  for (size_t i = 1; i < chain.size(); ++i) {
    X509_up_ref(chain[i].get());
    sk_X509_push(rest.get(), chain[i].get());
  }
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), rest.get());
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(check.now_s));
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  const char* why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  return Bad({check.certificate.path, "certificate"},
             "does not verify under " + check.ca.path + ": " + why,
             "a certificate issued by that authority");
}

}  // namespace

absl::StatusOr<std::string> ReadPemFile(const PemFile& file) {
  const std::unique_ptr<FILE, Freer<fclose>> stream(fopen(file.path.c_str(), "rbe"));
  if (stream == nullptr) {
    return Bad(file, std::string("can't be opened: ") + strerror(errno), "a readable PEM file");
  }
  std::string text(kPemBytesMax + 1, '\0');
  text.resize(fread(text.data(), 1, text.size(), stream.get()));
  if (ferror(stream.get()) != 0) {
    return Bad(file, std::string("can't be read: ") + strerror(errno), "a readable PEM file");
  }
  if (text.empty()) return Bad(file, "is empty", "a PEM file");
  if (text.size() > kPemBytesMax) return Bad(file, "is larger than 1 MiB", "a PEM file");
  text.shrink_to_fit();  // A process keeps three of these for every node.
  return text;
}

absl::StatusOr<std::vector<std::string>> CheckCertificate(const CertificateCheck& check) {
  const PemFile file{check.certificate.path, "certificate"};
  const std::vector<Certificate> chain = ReadCertificates(check.certificate.pem);
  if (chain.empty()) return Bad(file, "holds no certificate", "a certificate in PEM");
  X509* own = chain.front().get();
  if (absl::Status status = CheckTime(own, file, static_cast<time_t>(check.now_s)); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckKey(own, check); !status.ok()) return status;
  if (absl::Status status = CheckChain(chain, check); !status.ok()) return status;
  return UriNames(own);
}

}  // namespace liggare::rpc
