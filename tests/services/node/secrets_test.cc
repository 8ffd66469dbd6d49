#include "services/node/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <utility>

#include "proto/error/error.h"
#include "services/node/signing_key_file.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::node {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000;
constexpr char kDomain[] = "po.example.se";

class SecretsTest : public ::testing::Test {
 protected:
  SecretsTest() {
    config_.trust_domain = Make("trust_domain", kDomain);
    const rpc::CredentialFiles host = authority_.Issue("host", "spiffe://po.example.se/host/h");
    config_.tls = {Make("tls.ca", host.ca),
                   Make("tls.certificate", host.certificate),
                   Make("tls.key", host.key),
                   {},
                   {}};
    const rpc::CredentialFiles own = authority_.Issue("se", "spiffe://po.example.se/se");
    NodeConfig node;
    node.path = Make("node[0].path", "se");
    node.data = Make("node[0].data", directory_ / "data");
    node.signing_key = Make("node[0].signing_key", NewKey("se-signing.key", "po.example.se/se"));
    node.certificate = Make("node[0].certificate", own.certificate);
    node.key = Make("node[0].key", own.key);
    config_.nodes.push_back(std::move(node));
    config_.national_key = Make("national_key", vkey_);
  }

  Setting Make(const std::string& key, const std::string& value) {
    return {.value = value, .file = "liggared.toml", .line = 7, .key = key};
  }

  // Writes a new key named `name`; its vkey is in vkey_.
  std::string NewKey(const std::string& file, const std::string& name) {
    const note::SigningKey key = *note::SigningKey::Generate(name);
    vkey_ = key.verifier().Text();
    const std::string path = directory_.Write(file, key.Text());
    chmod(path.c_str(), 0600);
    return path;
  }

  void ExpectRefused(const Setting& place, const std::string& message,
                     const std::string& expected) {
    const v1::Error error = ErrorOf(ReadSecrets(config_, kNow).status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION);
    EXPECT_EQ(error.field(), place.key);
    EXPECT_THAT(error.message(), HasSubstr("liggared.toml:7: " + place.key + ": "));
    EXPECT_THAT(error.message(), HasSubstr(message));
    EXPECT_THAT(error.expected(), HasSubstr(expected));
  }

  testing::ScratchDirectory directory_;
  testing::TestAuthority authority_{directory_.path()};
  std::string vkey_;
  Config config_;
};

TEST_F(SecretsTest, MatchingFilesAreRead) {
  absl::StatusOr<Secrets> secrets = ReadSecrets(config_, kNow);
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  EXPECT_EQ(secrets->host.identity.host, "h");
  ASSERT_EQ(secrets->nodes.size(), 1u);
  EXPECT_EQ(secrets->nodes[0].signing_key.verifier().Text(), vkey_);
}

TEST_F(SecretsTest, SigningKeyMustBePrivate) {
  chmod(config_.nodes[0].signing_key.value.c_str(), 0640);
  ExpectRefused(config_.nodes[0].signing_key, "can be read by others", "mode 0600");
}

TEST_F(SecretsTest, MissingSigningKeyIsNamed) {
  config_.nodes[0].signing_key.value = directory_ / "absent.key";
  ExpectRefused(config_.nodes[0].signing_key, "absent.key", "liggare node init");
}

TEST_F(SecretsTest, FileThatIsNoSigningKeyIsRefused) {
  config_.nodes[0].signing_key.value = directory_.Write("text", "nonsense");
  chmod(config_.nodes[0].signing_key.value.c_str(), 0600);
  ExpectRefused(config_.nodes[0].signing_key, "text", "PRIVATE+KEY+");
}

TEST_F(SecretsTest, FileOfASigningKeyIsBounded) {
  const auto read = [&](size_t bytes) {
    // All of the text but the name.
    const size_t rest = note::SigningKey::Generate("x")->Text().size() - 1;
    const std::string name(bytes - rest, 'n');
    return ReadSigningKey(Make("signing_key", NewKey("long.key", name)), name);
  };
  EXPECT_EQ(read(kKeyFileBytesMax).status(), absl::OkStatus());
  // Without its last byte, a line's end, it would be a key.
  const v1::Error above = ErrorOf(read(kKeyFileBytesMax + 1).status());
  EXPECT_EQ(above.code(), v1::ERROR_CODE_CONFIGURATION);
  EXPECT_THAT(above.message(), HasSubstr("is larger than 4096 bytes"));
}

TEST_F(SecretsTest, SigningKeyMustHaveTheNodesName) {
  config_.nodes[0].signing_key.value = NewKey("other.key", "po.example.se/se/17");
  ExpectRefused(config_.nodes[0].signing_key, "po.example.se/se/17",
                "a key named po.example.se/se");
}

TEST_F(SecretsTest, AnyAccessOfOthersToASigningKeyIsRefusedAndNoneIsNot) {
  const Setting& place = config_.nodes[0].signing_key;
  for (const mode_t mode : {0601, 0602, 0604, 0610, 0620, 0644, 0660, 0777}) {
    chmod(place.value.c_str(), mode);
    ExpectRefused(place, "can be read by others", "mode 0600");
  }
  for (const mode_t mode : {0600, 0400}) {
    chmod(place.value.c_str(), mode);
    EXPECT_TRUE(ReadSecrets(config_, kNow).ok()) << mode;
  }
}

TEST_F(SecretsTest, TheKeysOfTheHostAndOfTheNodeMustBePrivate) {
  for (const Setting* place : {&config_.tls.key, &config_.nodes[0].key}) {
    for (const mode_t mode : {0604, 0640, 0660}) {
      chmod(place->value.c_str(), mode);
      ExpectRefused(*place, "can be read by others", "mode 0600");
    }
    chmod(place->value.c_str(), 0600);
    EXPECT_TRUE(ReadSecrets(config_, kNow).ok());
  }
}

TEST_F(SecretsTest, AnEnrolledKeyIsFoundInItsPlaceOrBesideIt) {
  const Setting& place = config_.nodes[0].signing_key;
  const auto read = [&](const note::VerifierKey& wanted) {
    return ReadSigningKeyOf(place, wanted);
  };
  const note::VerifierKey first = *note::VerifierKey::Parse(vkey_);
  EXPECT_EQ(read(first)->verifier(), first);
  NewKey("se-signing.key.next", "po.example.se/se");
  const note::VerifierKey second = *note::VerifierKey::Parse(vkey_);
  EXPECT_EQ(read(second)->verifier(), second);
  EXPECT_EQ(read(first)->verifier(), first);
  const note::SigningKey third = *note::SigningKey::Generate("po.example.se/se");
  EXPECT_THAT(std::string(read(third.verifier()).status().message()), HasSubstr("another key"));
  chmod((place.value + ".next").c_str(), 0640);
  EXPECT_THAT(std::string(read(second).status().message()), HasSubstr("can be read by others"));
  EXPECT_EQ(read(first)->verifier(), first);
}

TEST_F(SecretsTest, CertificateMustBeTheNodesOwn) {
  const rpc::CredentialFiles other = authority_.Issue("se17", "spiffe://po.example.se/se/17");
  config_.nodes[0].certificate.value = other.certificate;
  ExpectRefused(config_.nodes[0].key, "is not the key of", "private key");
  config_.nodes[0].key.value = other.key;
  ExpectRefused(config_.nodes[0].certificate, "spiffe://po.example.se/se/17",
                "spiffe://po.example.se/se");
}

TEST_F(SecretsTest, ClientCertificateIsNoNodesCertificate) {
  const rpc::CredentialFiles client = authority_.Issue("c", "spiffe://po.example.se/se/system/x");
  config_.nodes[0].certificate.value = client.certificate;
  config_.nodes[0].key.value = client.key;
  ExpectRefused(config_.nodes[0].certificate, "/system/x", "spiffe://po.example.se/se");
}

TEST_F(SecretsTest, ProcessNeedsAHostsCertificate) {
  config_.tls.certificate.value = config_.nodes[0].certificate.value;
  config_.tls.key.value = config_.nodes[0].key.value;
  ExpectRefused(config_.tls.certificate, "spiffe://po.example.se/se", "/host/<name>");
}

TEST_F(SecretsTest, MissingAndExpiredFilesAreToldByTheirSetting) {
  const Config good = config_;
  config_.tls.ca.value = directory_ / "absent.crt";
  ExpectRefused(config_.tls.ca, "absent.crt", "PEM");
  config_ = good;
  const rpc::CredentialFiles old = authority_.Issue(
      "old",
      testing::CertificateSpec{.uris = {"spiffe://po.example.se/se"}, .not_after_s = kNow - 1});
  config_.nodes[0].certificate.value = old.certificate;
  config_.nodes[0].key.value = old.key;
  ExpectRefused(config_.nodes[0].certificate, "expired", "renewed");
}

}  // namespace
}  // namespace liggare::node
