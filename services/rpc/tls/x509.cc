#include "services/rpc/tls/x509.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <limits>

#include "proto/error/error.h"

namespace liggare::rpc {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, Freer<FreeNames>>;
void FreeText(char* text) { OPENSSL_free(text); }

}  // namespace

Bio ReaderOf(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

absl::StatusOr<std::vector<Certificate>> ReadCertificates(std::string_view pem) {
  std::vector<Certificate> certificates;
  ERR_clear_error();
  const Bio reader = ReaderOf(pem);
  while (X509* certificate = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (at_end) return certificates;
  return MakeError(v1::ERROR_CODE_MALFORMED,
                   {.message = "holds a certificate that can't be read, its number " +
                               std::to_string(certificates.size() + 1)});
}

Certificates StackOf(std::span<const Certificate> certificates) {
  Certificates stack(sk_X509_new_null());
  for (const Certificate& certificate : certificates) {
    X509_up_ref(certificate.get());
    sk_X509_push(stack.get(), certificate.get());
  }
  return stack;
}

std::string PemOf(X509* certificate) {
  const Bio writer(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(writer.get(), certificate);
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

std::string SerialOf(const X509* certificate) {
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  const std::unique_ptr<char, Freer<FreeText>> digits(BN_bn2hex(number.get()));
  std::string text = digits == nullptr ? "" : digits.get();
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
  return text;
}

std::optional<int64_t> SecondsOf(const ASN1_TIME* time) {
  tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return static_cast<int64_t>(timegm(&parts));
}

// A certificate whose times can't be read is never valid.
int64_t NotBeforeOf(const X509* certificate) {
  return SecondsOf(X509_get0_notBefore(certificate)).value_or(std::numeric_limits<int64_t>::max());
}

int64_t NotAfterOf(const X509* certificate) {
  return SecondsOf(X509_get0_notAfter(certificate)).value_or(std::numeric_limits<int64_t>::min());
}

std::string TimeText(const ASN1_TIME* time) {
  const Bio writer(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(writer.get(), time);
  char* data = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace liggare::rpc
