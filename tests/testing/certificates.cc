#include "tests/testing/certificates.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace liggare::testing {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "making a test certificate failed: %s\n", what);
  abort();
}

void SetName(X509_NAME* name, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Require(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* NewCertificate(EVP_PKEY* key, const std::string& common_name, const CertificateSpec& spec) {
  static long serial = 1;
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), static_cast<time_t>(spec.not_before_s));
  ASN1_TIME_set(X509_getm_notAfter(certificate), static_cast<time_t>(spec.not_after_s));
  X509_set_pubkey(certificate, key);
  SetName(X509_get_subject_name(certificate), common_name);
  return certificate;
}

void WriteCertificate(const std::string& path, X509* certificate) {
  FILE* file = fopen(path.c_str(), "wb");
  Require(file != nullptr && PEM_write_X509(file, certificate) == 1, path.c_str());
  fclose(file);
}

void WriteKey(const std::string& path, EVP_PKEY* key) {
  FILE* file = fopen(path.c_str(), "wb");
  Require(file != nullptr && fchmod(fileno(file), 0600) == 0 &&
              PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          path.c_str());
  fclose(file);
  chmod(path.c_str(), 0600);
}

}  // namespace

struct TestAuthority::Keys {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  ~Keys() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

TestAuthority::TestAuthority(std::string directory, std::string name)
    : directory_(std::move(directory)),
      ca_file_(directory_ + "/" + name + ".crt"),
      keys_(std::make_unique<Keys>()) {
  keys_->key = EVP_EC_gen("P-256");
  Require(keys_->key != nullptr, "key");
  X509* certificate = NewCertificate(keys_->key, "Test authority " + name, {});
  keys_->certificate = certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  AddExtension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(certificate, certificate, NID_subject_key_identifier, "hash");
  Require(X509_sign(certificate, keys_->key, EVP_sha256()) > 0, "signature");
  WriteCertificate(ca_file_, certificate);
}

TestAuthority::~TestAuthority() = default;

rpc::CredentialFiles TestAuthority::Issue(const std::string& file, const CertificateSpec& spec) {
  const rpc::CredentialFiles files{.ca = ca_file_,
                                   .certificate = directory_ + "/" + file + ".crt",
                                   .key = directory_ + "/" + file + ".key"};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  Require(key != nullptr, "key");
  X509* certificate = NewCertificate(key, file, spec);
  X509_set_issuer_name(certificate, X509_get_subject_name(keys_->certificate));
  AddExtension(certificate, keys_->certificate, NID_basic_constraints, "critical,CA:FALSE");
  if (!spec.usages.empty()) {
    AddExtension(certificate, keys_->certificate, NID_ext_key_usage, spec.usages);
  }
  std::string names;
  for (const std::string& uri : spec.uris) names += (names.empty() ? "URI:" : ",URI:") + uri;
  if (!names.empty()) {
    AddExtension(certificate, keys_->certificate, NID_subject_alt_name, names);
  }
  Require(X509_sign(certificate, keys_->key, EVP_sha256()) > 0, "signature");
  WriteCertificate(files.certificate, certificate);
  WriteKey(files.key, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

rpc::CredentialFiles TestAuthority::Issue(const std::string& file, const std::string& uri) {
  return Issue(file, CertificateSpec{.uris = {uri}});
}

std::string SerialOf(const std::string& pem) {
  BIO* reader = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(reader, nullptr, nullptr, nullptr);
  Require(certificate != nullptr, "its serial");
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* digits = BN_bn2hex(number);
  std::string text = digits;
  OPENSSL_free(digits);
  BN_free(number);
  X509_free(certificate);
  BIO_free(reader);
  return text;
}

std::string TestAuthority::Crl(const CrlSpec& spec) const {
  X509_CRL* crl = X509_CRL_new();
  X509_CRL_set_version(crl, 1);
  X509_CRL_set_issuer_name(crl, X509_get_subject_name(keys_->certificate));
  ASN1_TIME* time = ASN1_TIME_set(nullptr, 0);
  X509_CRL_set1_lastUpdate(crl, time);
  ASN1_TIME_set(time, static_cast<time_t>(spec.next_update_s));
  X509_CRL_set1_nextUpdate(crl, time);
  for (const std::string& serial : spec.serials) {
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, serial.c_str());
    ASN1_INTEGER* revoked_serial = BN_to_ASN1_INTEGER(number, nullptr);
    X509_REVOKED* revoked = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(revoked, revoked_serial);
    X509_REVOKED_set_revocationDate(revoked, time);
    X509_CRL_add0_revoked(crl, revoked);
    ASN1_INTEGER_free(revoked_serial);
    BN_free(number);
  }
  ASN1_TIME_free(time);
  Require(X509_CRL_sign(crl, keys_->key, EVP_sha256()) > 0, "signature of a revocation list");
  BIO* writer = BIO_new(BIO_s_mem());
  Require((spec.der ? i2d_X509_CRL_bio(writer, crl) : PEM_write_bio_X509_CRL(writer, crl)) == 1,
          "a revocation list");
  char* data = nullptr;
  const long size = BIO_get_mem_data(writer, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(writer);
  X509_CRL_free(crl);
  return text;
}

}  // namespace liggare::testing
