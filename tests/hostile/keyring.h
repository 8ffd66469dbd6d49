// One trust domain of a test: a certificate authority, and the signing key of every
// node in it, the hostile ones' too. Its files lie in a scratch directory.
#ifndef TESTS_HOSTILE_KEYRING_H_
#define TESTS_HOSTILE_KEYRING_H_

#include <map>
#include <string>

#include "eventstore/note/key.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::hostile {

inline constexpr char kTrustDomain[] = "po.example.se";

// Not thread-safe. What can't be made ends the test program.
class Keyring {
 public:
  // The signing key of the node; made at first use.
  const note::SigningKey& KeyOf(const std::string& path);
  // The file that holds it.
  std::string KeyFileOf(const std::string& path);
  // A certificate whose URI is this below the trust domain: se/17, se/17/system/test,
  // host/county; made at first use.
  const rpc::CredentialFiles& CertificateOf(const std::string& uri_path);
  // The same, read and checked.
  rpc::Credentials CredentialsOf(const std::string& uri_path);

  const testing::ScratchDirectory& scratch() const { return scratch_; }

 private:
  testing::ScratchDirectory scratch_;
  testing::TestAuthority authority_{scratch_.path()};
  std::map<std::string, note::SigningKey> keys_;              // By path.
  std::map<std::string, rpc::CredentialFiles> certificates_;  // By URI path.
};

// A file's name for a path.
std::string FileName(std::string path);

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_KEYRING_H_
