#include "services/rpc/tls/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/tls/credentials.h"
#include "services/rpc/tls/x509.h"

namespace liggare::rpc {
namespace {

absl::Status Bad(const PemFile& file, const std::string& what, std::string expected = {}) {
  ERR_clear_error();
  return MakeError(
      v1::ERROR_CODE_CONFIGURATION,
      {.message = file.path + ": " + what, .field = file.field, .expected = std::move(expected)});
}

absl::Status CheckTime(X509* certificate, const PemFile& file, time_t now) {
  if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0) {
    return Bad(file,
               "the certificate is not valid before " + TimeText(X509_get0_notBefore(certificate)));
  }
  if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0) {
    return Bad(file, "the certificate expired at " + TimeText(X509_get0_notAfter(certificate)),
               "a renewed certificate");
  }
  return absl::OkStatus();
}

absl::Status CheckKey(X509* certificate, const CertificateCheck& check) {
  const PemFile file{std::string(check.key.path), "key"};
  const Bio reader = ReaderOf(check.key.pem);
  // An empty passphrase; without it, a key that has one would be asked for at a terminal.
  char passphrase[] = "";
  const PrivateKey key(PEM_read_bio_PrivateKey(reader.get(), nullptr, nullptr, passphrase));
  if (key == nullptr) {
    return Bad(file, "holds no private key", "a private key in PEM, without a passphrase");
  }
  if (X509_check_private_key(certificate, key.get()) == 1) return absl::OkStatus();
  return Bad(file, "is not the key of " + std::string(check.certificate.path),
             "the private key of that certificate");
}

// The certificates of a file, at least one.
absl::StatusOr<std::vector<Certificate>> CertificatesOf(const NamedPem& named, const char* field,
                                                        const char* expected) {
  absl::StatusOr<std::vector<Certificate>> read = ReadCertificates(named.pem);
  if (!read.ok())
    return Bad({std::string(named.path), field}, ErrorOf(read.status()).message(), expected);
  if (read->empty()) return Bad({std::string(named.path), field}, "holds no certificate", expected);
  return read;
}

// When the authority at the end of the chain ends.
absl::StatusOr<int64_t> CheckChain(const std::vector<Certificate>& chain,
                                   const CertificateCheck& check) {
  const absl::StatusOr<std::vector<Certificate>> authorities =
      CertificatesOf(check.ca, "ca", "the authority's certificate in PEM");
  if (!authorities.ok()) return authorities.status();
  const Store store(X509_STORE_new());
  for (const Certificate& authority : *authorities) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  const Certificates rest = StackOf(std::span(chain).subspan(1));
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), rest.get());
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(check.now_s));
  if (X509_verify_cert(context.get()) == 1) {
    const STACK_OF(X509)* verified = X509_STORE_CTX_get0_chain(context.get());
    return NotAfterOf(sk_X509_value(verified, sk_X509_num(verified) - 1));
  }
  const char* why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  return Bad({std::string(check.certificate.path), "certificate"},
             "does not verify under " + std::string(check.ca.path) + ": " + why,
             "a certificate issued by that authority");
}

}  // namespace

absl::StatusOr<std::string> ReadBoundedFile(const PemFile& file, size_t bytes_max,
                                            const char* what) {
  std::error_code ignored;
  const auto kind = std::filesystem::status(file.path, ignored).type();
  // A pipe would be waited for.
  if (std::filesystem::exists(std::filesystem::file_status(kind)) &&
      kind != std::filesystem::file_type::regular) {
    return Bad(file, "is not a file", what);
  }
  const std::unique_ptr<FILE, Freer<fclose>> stream(fopen(file.path.c_str(), "rbe"));
  if (stream == nullptr) {
    return Bad(file, std::string("can't be opened: ") + strerror(errno), what);
  }
  std::string text;
  char part[16 * 1024];
  while (const size_t count = fread(part, 1, sizeof(part), stream.get())) {
    text.append(part, count);
    if (text.size() > bytes_max) {
      return Bad(file, "is larger than " + std::to_string(bytes_max / 1024 / 1024) + " MiB", what);
    }
  }
  if (ferror(stream.get()) != 0) {
    return Bad(file, std::string("can't be read: ") + strerror(errno), what);
  }
  text.shrink_to_fit();  // A process keeps three of these for every node.
  return text;
}

absl::StatusOr<std::string> ReadPemFile(const PemFile& file) {
  absl::StatusOr<std::string> text = ReadBoundedFile(file, kPemBytesMax, "a readable PEM file");
  if (text.ok() && text->empty()) return Bad(file, "is empty", "a PEM file");
  return text;
}

absl::StatusOr<CheckedCertificate> CheckCertificate(const CertificateCheck& check) {
  const PemFile file{std::string(check.certificate.path), "certificate"};
  const absl::StatusOr<std::vector<Certificate>> chain =
      CertificatesOf(check.certificate, "certificate", "a certificate in PEM");
  if (!chain.ok()) return chain.status();
  X509* own = chain->front().get();
  if (absl::Status status = CheckTime(own, file, static_cast<time_t>(check.now_s)); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckKey(own, check); !status.ok()) return status;
  const absl::StatusOr<int64_t> ca_not_after_s = CheckChain(*chain, check);
  if (!ca_not_after_s.ok()) return ca_not_after_s.status();
  return CheckedCertificate{.uris = UriNames(own),
                            .not_after_s = NotAfterOf(own),
                            .ca_not_after_s = *ca_not_after_s,
                            .serves = X509_check_purpose(own, X509_PURPOSE_SSL_SERVER, 0) == 1,
                            .dials = X509_check_purpose(own, X509_PURPOSE_SSL_CLIENT, 0) == 1};
}

}  // namespace liggare::rpc
