#include "services/rpc/tls/revocations.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/tls/certificate.h"
#include "services/rpc/tls/identity.h"
#include "services/rpc/tls/x509.h"

namespace liggare::rpc {
namespace {

namespace fs = std::filesystem;

constexpr char kLineForm[] = "uri spiffe://..., serial <hexadecimal>, or # and a comment";
constexpr char kCrlForm[] = "a revocation list of an authority in ca, in PEM or DER";
constexpr size_t kSerialDigitsMax = 64;

absl::Status Bad(const std::string& place, const char* field, const std::string& what,
                 std::string expected) {
  ERR_clear_error();
  return MakeError(
      v1::ERROR_CODE_CONFIGURATION,
      {.message = place + ": " + what, .field = field, .expected = std::move(expected)});
}

// A line of the list: its word and what follows, or none of both.
struct DenyLine {
  std::string word;
  std::string value;
};
std::optional<DenyLine> ParseLine(const std::string& text) {
  std::istringstream words(text.substr(0, text.find('#')));
  DenyLine line;
  std::string rest;
  words >> line.word >> line.value >> rest;
  return rest.empty() ? std::optional(line) : std::nullopt;
}

// As SerialOf writes it; nothing if it is none.
std::optional<std::string> ParseSerial(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return {};
    digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty() || digits.size() > kSerialDigitsMax) return {};
  return digits;
}

absl::StatusOr<std::vector<std::string>> CrlFiles(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().front() != '.') files.push_back(at->path().string());
  }
  if (error) return Bad(path, "crl", "can't be read: " + error.message(), kCrlForm);
  if (files.empty()) return Bad(path, "crl", "holds no file", kCrlForm);
  if (files.size() > kCrlFilesMax) {
    return Bad(path, "crl", "holds too many files", "at most " + std::to_string(kCrlFilesMax));
  }
  std::ranges::sort(files);
  return files;
}

bool IsSignedBy(X509_CRL* crl, const X509* authority) {
  if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(authority)) != 0) return false;
  return X509_CRL_verify(crl, X509_get0_pubkey(authority)) == 1;
}

std::string NameText(const X509_NAME* name) {
  char text[256] = "";
  X509_NAME_oneline(name, text, sizeof(text));
  return text;
}

}  // namespace

class Revocations::Reader {
 public:
  explicit Reader(Revocations& read) : read_(read) {}

  absl::Status ReadDeny(const std::string& path, std::string_view trust_domain);
  absl::Status ReadCrls(const std::string& path, std::string_view ca_pem);

 private:
  absl::Status ReadCrlFile(const std::string& path);
  absl::Status AddCrl(X509_CRL* crl, const std::string& path);

  Revocations& read_;
  std::vector<Certificate> authorities_;
};

absl::Status Revocations::Reader::ReadDeny(const std::string& path, std::string_view trust_domain) {
  absl::StatusOr<std::string> text = ReadBoundedFile({path, "deny"}, kDenyBytesMax, "a text file");
  if (!text.ok()) return text.status();
  std::istringstream lines(*text);
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = path + ":" + std::to_string(++number);
    if (number > kDeniedMax) {
      return Bad(place, "deny", "too many lines", "at most " + std::to_string(kDeniedMax));
    }
    const std::optional<DenyLine> parsed = ParseLine(line);
    if (parsed && parsed->word.empty()) continue;
    if (parsed && parsed->word == "uri") {
      const absl::StatusOr<Identity> identity = IdentityFromUris({parsed->value}, trust_domain);
      if (!identity.ok()) {
        const v1::Error error = ErrorOf(identity.status());
        return Bad(place, "deny", error.message(), error.expected());
      }
      read_.uris_.insert(identity->uri);
    } else if (parsed && parsed->word == "serial" && ParseSerial(parsed->value)) {
      read_.serials_.insert(*ParseSerial(parsed->value));
    } else {
      return Bad(place, "deny", "'" + line.substr(0, 80) + "' denies nothing", kLineForm);
    }
  }
  return absl::OkStatus();
}

absl::Status Revocations::Reader::ReadCrls(const std::string& path, std::string_view ca_pem) {
  absl::StatusOr<std::vector<Certificate>> authorities = ReadCertificates(ca_pem);
  if (!authorities.ok()) return authorities.status();
  authorities_ = *std::move(authorities);
  const absl::StatusOr<std::vector<std::string>> files = CrlFiles(path);
  if (!files.ok()) return files.status();
  for (const std::string& file : *files) {
    if (absl::Status status = ReadCrlFile(file); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Revocations::Reader::ReadCrlFile(const std::string& path) {
  absl::StatusOr<std::string> text =
      ReadBoundedFile({path, "crl"}, kCrlBytesMax, "a revocation list");
  if (!text.ok()) return text.status();
  const Bio reader = ReaderOf(*text);
  ERR_clear_error();
  if (!text->starts_with("-----") && text->find("-----BEGIN") == std::string::npos) {
    return AddCrl(d2i_X509_CRL_bio(reader.get(), nullptr), path);
  }
  size_t count = 0;
  while (X509_CRL* crl = PEM_read_bio_X509_CRL(reader.get(), nullptr, nullptr, nullptr)) {
    ++count;
    if (absl::Status status = AddCrl(crl, path); !status.ok()) return status;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (count > 0 && at_end) return absl::OkStatus();
  return AddCrl(nullptr, path);
}

absl::Status Revocations::Reader::AddCrl(X509_CRL* taken, const std::string& path) {
  if (taken == nullptr) {
    return Bad(path, "crl", "holds no revocation list that can be read", kCrlForm);
  }
  std::shared_ptr<X509_CRL> crl(taken, X509_CRL_free);
  const bool known = std::ranges::any_of(authorities_, [&](const Certificate& authority) {
    return IsSignedBy(crl.get(), authority.get());
  });
  if (!known) {
    return Bad(path, "crl",
               "is not signed by an authority in ca: " + NameText(X509_CRL_get_issuer(crl.get())),
               kCrlForm);
  }
  if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl.get())) {
    const int64_t next_s = SecondsOf(next).value_or(0);
    read_.next_update_s_ = std::min(read_.next_update_s_.value_or(next_s), next_s);
  }
  read_.crls_.push_back(std::move(crl));
  return absl::OkStatus();
}

absl::StatusOr<Revocations> Revocations::Read(const RevocationFiles& files,
                                              std::string_view trust_domain,
                                              std::string_view ca_pem) {
  Revocations read;
  Reader reader(read);
  if (!files.deny.empty()) {
    if (absl::Status status = reader.ReadDeny(files.deny, trust_domain); !status.ok()) {
      return status;
    }
  }
  if (!files.crl.empty()) {
    if (absl::Status status = reader.ReadCrls(files.crl, ca_pem); !status.ok()) return status;
  }
  return read;
}

std::string StampOf(const RevocationFiles& files) {
  std::string stamp;
  const auto add = [&](const std::string& path) {
    struct stat found = {};
    stamp += path + "\n";
    if (stat(path.c_str(), &found) != 0) return;
    for (const int64_t part :
         {static_cast<int64_t>(found.st_ino), static_cast<int64_t>(found.st_size),
          int64_t{found.st_mtim.tv_sec}, int64_t{found.st_mtim.tv_nsec}}) {
      stamp += std::to_string(part) + " ";
    }
  };
  if (!files.deny.empty()) add(files.deny);
  if (files.crl.empty()) return stamp;
  add(files.crl);
  const absl::StatusOr<std::vector<std::string>> crls = CrlFiles(files.crl);
  if (crls.ok()) std::ranges::for_each(*crls, add);
  return stamp;
}

std::optional<std::string> Revocations::Denies(const std::string& uri,
                                               const std::vector<X509*>& chain) const {
  if (uris_.contains(uri)) return uri + " is denied";
  for (X509* certificate : chain) {
    const std::string serial = SerialOf(certificate);
    if (serials_.contains(serial))
      return "the certificate with the serial " + serial + " is denied";
    for (const std::shared_ptr<X509_CRL>& crl : crls_) {
      X509_REVOKED* revoked = nullptr;
      const bool same_issuer =
          X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), X509_get_issuer_name(certificate)) == 0;
      // 2: taken back (removeFromCRL).
      if (same_issuer && X509_CRL_get0_by_cert(crl.get(), &revoked, certificate) == 1) {
        return "the certificate with the serial " + serial + " is revoked by " +
               NameText(X509_CRL_get_issuer(crl.get()));
      }
    }
  }
  return {};
}

}  // namespace liggare::rpc
