// A certificate authority for tests, made with libcrypto in memory and written
// to a directory: mutual TLS in a test needs no command and no wall clock of
// its own but the one that TLS itself checks against.
#ifndef TESTS_TESTING_CERTIFICATES_H_
#define TESTS_TESTING_CERTIFICATES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "services/rpc/tls/credentials.h"

namespace liggare::testing {

// What a certificate says. Times are seconds since 1970.
struct CertificateSpec {
  std::vector<std::string> uris;
  std::string usages = "serverAuth,clientAuth";  // Empty: any.
  int64_t not_before_s = 0;
  int64_t not_after_s = 4'102'444'800;  // 2100-01-01
};

// What a list of revoked certificates says. Serials are hexadecimal digits.
struct CrlSpec {
  std::vector<std::string> serials = {};
  int64_t next_update_s = 4'102'444'800;
  bool der = false;  // Else it is PEM.
};

// An authority with its files below `directory`, which must exist. Anything that
// fails ends the test program: there is nothing to test without certificates.
class TestAuthority {
 public:
  // `name` distinguishes the files of several authorities in one directory.
  explicit TestAuthority(std::string directory, std::string name = "ca");
  ~TestAuthority();

  // Makes a key and a certificate and writes <file>.crt and <file>.key.
  rpc::CredentialFiles Issue(const std::string& file, const CertificateSpec& spec);
  // With the one URI SAN `uri`, valid now.
  rpc::CredentialFiles Issue(const std::string& file, const std::string& uri);

  // A list of certificates that it has revoked.
  std::string Crl(const CrlSpec& spec) const;

  const std::string& ca_file() const { return ca_file_; }

 private:
  struct Keys;
  const std::string directory_;
  const std::string ca_file_;
  std::unique_ptr<Keys> keys_;
};

// The serial of a certificate in PEM, as hexadecimal digits.
std::string SerialOf(const std::string& pem);

}  // namespace liggare::testing

#endif  // TESTS_TESTING_CERTIFICATES_H_
