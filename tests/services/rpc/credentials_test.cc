#include "services/rpc/tls/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "proto/error/error.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::CertificateSpec;
using ::liggare::testing::ScratchDirectory;
using ::liggare::testing::TestAuthority;
using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000;
constexpr char kUri[] = "spiffe://po.example.se/se/17";

class CredentialsTest : public ::testing::Test {
 protected:
  // Expects a refusal whose message names `file` and says `why`.
  void ExpectRefused(const CredentialFiles& files, const std::string& file, const std::string& why,
                     const std::string& field) {
    const absl::Status status = LoadCredentials(files, "po.example.se", kNow).status();
    const v1::Error error = ErrorOf(status);
    EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION) << status;
    EXPECT_THAT(error.message(), HasSubstr(file));
    EXPECT_THAT(error.message(), HasSubstr(why));
    EXPECT_EQ(error.field(), field);
  }

  ScratchDirectory directory_;
  TestAuthority authority_{directory_.path()};
};

TEST_F(CredentialsTest, ValidFilesAreLoadedWithTheirIdentity) {
  absl::StatusOr<Credentials> loaded =
      LoadCredentials(authority_.Issue("se17", kUri), "po.example.se", kNow);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->identity.path, "se/17");
  EXPECT_NE(ServerCredentials(*loaded), nullptr);
  EXPECT_NE(ChannelCredentials(*loaded, {"po.example.se", ""}), nullptr);
}

TEST_F(CredentialsTest, MissingFileIsNamed) {
  CredentialFiles files = authority_.Issue("se17", kUri);
  files.key = directory_ / "absent.key";
  ExpectRefused(files, "absent.key", "No such file", "key");
  files.certificate = directory_ / "absent.crt";
  ExpectRefused(files, "absent.crt", "No such file", "certificate");
  files.ca = directory_ / "absent-ca.crt";
  ExpectRefused(files, "absent-ca.crt", "No such file", "ca");
}

TEST_F(CredentialsTest, FilesThatHoldSomethingElseAreRefused) {
  const CredentialFiles good = authority_.Issue("se17", kUri);
  const std::string text = directory_.Write("text", "not PEM");
  ASSERT_EQ(chmod(text.c_str(), 0600), 0);
  ExpectRefused({good.ca, text, good.key}, text, "holds no certificate", "certificate");
  ExpectRefused({good.ca, good.certificate, text}, text, "holds no private key", "key");
  ExpectRefused({text, good.certificate, good.key}, text, "holds no certificate", "ca");
  const std::string empty = directory_.Write("empty", "");
  ExpectRefused({good.ca, empty, good.key}, empty, "is empty", "certificate");
}

TEST_F(CredentialsTest, FilesAreBounded) {
  CredentialFiles files = authority_.Issue("se17", kUri);
  std::stringstream pem;
  pem << std::ifstream(files.ca).rdbuf();
  const std::string filler(kPemBytesMax - pem.str().size(), '\n');
  files.ca = directory_.Write("full", filler + pem.str());
  EXPECT_TRUE(LoadCredentials(files, "po.example.se", kNow).ok());
  files.ca = directory_.Write("above", filler + pem.str() + "\n");
  ExpectRefused(files, "above", "is larger than 1 MiB", "ca");
}

TEST_F(CredentialsTest, KeyOfAnotherCertificateIsRefused) {
  CredentialFiles files = authority_.Issue("se17", kUri);
  files.key = authority_.Issue("se18", "spiffe://po.example.se/se/18").key;
  ExpectRefused(files, "se18.key", "is not the key of", "key");
}

TEST_F(CredentialsTest, KeyThatOthersCanReadIsRefused) {
  const CredentialFiles files = authority_.Issue("se17", kUri);
  for (const mode_t mode : {0640, 0604, 0620}) {
    ASSERT_EQ(chmod(files.key.c_str(), mode), 0);
    ExpectRefused(files, "se17.key", "can be read by others", "key");
  }
  ASSERT_EQ(chmod(files.key.c_str(), 0400), 0);
  EXPECT_TRUE(LoadCredentials(files, "po.example.se", kNow).ok());
}

TEST_F(CredentialsTest, ExpiredAndFutureCertificatesAreRefused) {
  ExpectRefused(authority_.Issue("old", CertificateSpec{.uris = {kUri}, .not_after_s = kNow - 1}),
                "old.crt", "expired at", "certificate");
  ExpectRefused(
      authority_.Issue("early", CertificateSpec{.uris = {kUri}, .not_before_s = kNow + 60}),
      "early.crt", "not valid before", "certificate");
}

TEST_F(CredentialsTest, CertificateOfAnotherAuthorityIsRefused) {
  TestAuthority other(directory_.path(), "other");
  CredentialFiles files = other.Issue("foreign", kUri);
  files.ca = authority_.ca_file();
  ExpectRefused(files, "foreign.crt", "does not verify under", "certificate");
}

TEST_F(CredentialsTest, CertificateNeedsExactlyOneUriOfTheTrustDomain) {
  ExpectRefused(authority_.Issue("none", CertificateSpec{}), "none.crt", "0 URI SANs",
                "certificate");
  ExpectRefused(authority_.Issue("two", CertificateSpec{.uris = {kUri, kUri}}), "two.crt",
                "2 URI SANs", "certificate");
  ExpectRefused(authority_.Issue("other-domain", "spiffe://other.example/se"), "other-domain.crt",
                "trust domain other.example", "certificate");
}

TEST_F(CredentialsTest, UsagesAreThoseOfWhoShowsIt) {
  const auto issue = [&](const char* uri, const char* usages) {
    return authority_.Issue("used", CertificateSpec{.uris = {uri}, .usages = usages});
  };
  constexpr char kHost[] = "spiffe://po.example.se/host/h";
  EXPECT_TRUE(LoadCredentials(issue(kHost, "serverAuth"), "po.example.se", kNow).ok());
  EXPECT_TRUE(LoadCredentials(issue(kUri, "clientAuth"), "po.example.se", kNow).ok());
  for (const char* uri : {kHost, kUri}) {
    EXPECT_TRUE(LoadCredentials(issue(uri, ""), "po.example.se", kNow).ok()) << uri;
  }
  ExpectRefused(issue(kHost, "clientAuth"), "used.crt", "do not let a server", "certificate");
  ExpectRefused(issue(kUri, "serverAuth"), "used.crt", "do not let a client", "certificate");
}

TEST_F(CredentialsTest, TheEndsOfCertificateAndAuthorityAreKnown) {
  const auto loaded = LoadCredentials(
      authority_.Issue("ends", CertificateSpec{.uris = {kUri}, .not_after_s = kNow + 7}),
      "po.example.se", kNow);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->not_after_s, kNow + 7);
  EXPECT_EQ(loaded->ca_not_after_s, CertificateSpec{}.not_after_s);
}

TEST_F(CredentialsTest, AKeyWithAPassphraseIsRefusedAndNobodyIsAskedForIt) {
  CredentialFiles files = authority_.Issue("se17", kUri);
  FILE* in = fopen(files.key.c_str(), "r");
  EVP_PKEY* key = PEM_read_PrivateKey(in, nullptr, nullptr, nullptr);
  fclose(in);
  FILE* out = fopen(files.key.c_str(), "w");
  unsigned char passphrase[] = "secret";
  ASSERT_EQ(PEM_write_PrivateKey(out, key, EVP_aes_128_cbc(), passphrase, 6, nullptr, nullptr), 1);
  fclose(out);
  EVP_PKEY_free(key);
  ExpectRefused(files, "se17.key", "holds no private key", "key");
}

// The server with this URI SAN.
Identity Server(const char* uri) { return *name::ParseIdentity(uri); }

TEST(ServerNameTest, NamedHostMustBeThatHost) {
  const ServerName expected{"po.example.se", "lan17"};
  EXPECT_TRUE(CheckServerName(Server("spiffe://po.example.se/host/lan17"), expected).ok());
  for (const char* uri : {"spiffe://po.example.se/host/lan18", "spiffe://po.example.se/se/17",
                          "spiffe://other.example/host/lan17"}) {
    EXPECT_EQ(ErrorOf(CheckServerName(Server(uri), expected)).code(),
              v1::ERROR_CODE_UNAUTHENTICATED)
        << uri;
  }
}

TEST(ServerNameTest, AnyHostOfTheTrustDomainDoesWithoutAName) {
  const ServerName any{"po.example.se", ""};
  EXPECT_TRUE(CheckServerName(Server("spiffe://po.example.se/host/lan18"), any).ok());
  EXPECT_FALSE(CheckServerName(Server("spiffe://po.example.se/se/17"), any).ok());
  EXPECT_FALSE(CheckServerName(Server("spiffe://other.example/host/lan18"), any).ok());
}

}  // namespace
}  // namespace liggare::rpc
