#include "clients/cpp/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "clients/cpp/file_bytes.h"
#include "proto/error/error.h"

namespace liggare::client {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

absl::Status Wrong(std::string option, std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_CONFIGURATION,
                   {std::move(message), std::move(option), std::move(expected)});
}

absl::StatusOr<std::string> ReadPem(const std::string& option, const std::string& file) {
  if (file.empty()) return Wrong(option, "no file is given", "the name of a PEM file");
  auto pem = ReadFile(file);
  if (pem.ok()) return pem;
  return Wrong(option, ErrorOf(pem.status()).message(), "a PEM file");
}

Owned<BIO> MemoryOf(const std::string& text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Owned<X509> ParseCertificate(const std::string& pem) {
  return Owned<X509>(PEM_read_bio_X509(MemoryOf(pem).get(), nullptr, nullptr, nullptr));
}

// The URIs among the certificate's subject alternative names.
std::vector<std::string> UrisOf(X509* certificate) {
  std::vector<std::string> uris;
  Owned<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      ASN1_STRING_length(uri));
  }
  return uris;
}

int64_t SecondsOf(const ASN1_TIME* time) {
  std::tm parts = {};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

std::string DayOf(int64_t seconds) {
  const time_t time = seconds;
  std::tm parts = {};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

absl::Status CheckValidity(const std::string& file, X509* certificate, int64_t now_s) {
  const int64_t from = SecondsOf(X509_get0_notBefore(certificate));
  const int64_t to = SecondsOf(X509_get0_notAfter(certificate));
  if (now_s > to) {
    return Wrong("certificate", file + " expired at " + DayOf(to), "a certificate that is valid");
  }
  if (now_s < from) {
    return Wrong("certificate", file + " is valid from " + DayOf(from), "one that is valid now");
  }
  return absl::OkStatus();
}

// The key's file is its owner's alone.
absl::Status CheckPrivate(const std::string& file) {
  using std::filesystem::perms;
  std::error_code error;
  const perms mode = std::filesystem::status(file, error).permissions();
  if (!error && (mode & (perms::group_all | perms::others_all)) == perms::none) {
    return absl::OkStatus();
  }
  return Wrong("key", file + " can be read by others", "mode 0600");
}

absl::Status CheckKey(const CertificateFiles& files, const std::string& key_pem,
                      X509* certificate) {
  if (auto status = CheckPrivate(files.key); !status.ok()) return status;
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(MemoryOf(key_pem).get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return Wrong("key", files.key + " holds no private key", "a PEM private key");
  if (X509_check_private_key(certificate, key.get()) != 1) {
    return Wrong("key", files.key + " is not the key of " + files.certificate,
                 "the private key of the certificate");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Certificate> LoadCertificate(const CertificateFiles& files, int64_t now_s) {
  auto ca = ReadPem("ca", files.ca);
  if (!ca.ok()) return ca.status();
  auto certificate = ReadPem("certificate", files.certificate);
  if (!certificate.ok()) return certificate.status();
  auto key = ReadPem("key", files.key);
  if (!key.ok()) return key.status();

  if (ParseCertificate(*ca) == nullptr) {
    return Wrong("ca", files.ca + " holds no certificate", "a PEM certificate");
  }
  const Owned<X509> parsed = ParseCertificate(*certificate);
  if (parsed == nullptr) {
    return Wrong("certificate", files.certificate + " holds no certificate", "a PEM certificate");
  }
  if (auto status = CheckValidity(files.certificate, parsed.get(), now_s); !status.ok()) {
    return status;
  }
  if (auto status = CheckKey(files, *key, parsed.get()); !status.ok()) return status;
  const std::vector<std::string> uris = UrisOf(parsed.get());
  if (uris.size() != 1) {
    return Wrong("certificate",
                 files.certificate + " has " + std::to_string(uris.size()) + " URI names",
                 "exactly one URI name");
  }
  auto identity = name::ParseIdentity(uris.front());
  if (!identity.ok()) return identity.status();
  return Certificate{*std::move(ca), *std::move(certificate), *std::move(key), *std::move(identity),
                     SecondsOf(X509_get0_notAfter(parsed.get()))};
}

}  // namespace liggare::client
