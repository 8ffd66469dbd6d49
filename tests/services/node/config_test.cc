#include "services/node/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "proto/error/error.h"
#include "services/node/stray_letter.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::node {
namespace {

using ::testing::HasSubstr;

constexpr char kFile[] = "/etc/liggare/liggared.toml";

std::string NationalKey(const std::string& name = "po.example.se/se") {
  static const note::SigningKey key = *note::SigningKey::FromSeed("x", {});
  return note::VerifierKey(name, note::KeyType::kEd25519, key.verifier().public_key()).Text();
}

// Line 1: trust_domain, 2: national_key, 3: listen, 4-7: tls, 8-14: the node.
std::string Valid() {
  return "trust_domain = 'po.example.se'\n"
         "national_key = '" +
         NationalKey() +
         "'\n"
         "listen = '127.0.0.1:7443'\n"
         "[tls]\n"
         "ca = 'pki/ca.crt'\n"
         "certificate = 'pki/host.crt'\n"
         "key = 'pki/host.key'\n"
         "[[node]]\n"
         "path = 'se/17'\n"
         "data = 'data/se-17'\n"
         "signing_key = 'keys/se-17.key'\n"
         "certificate = 'pki/se-17.crt'\n"
         "key = 'pki/se-17.key'\n"
         "parent = { address = '10.0.0.1:7443', host = 'nation' }\n";
}

std::string SecondNode(const std::string& path, const std::string& data) {
  return "[[node]]\npath = '" + path + "'\ndata = '" + data +
         "'\nsigning_key = 'k'\ncertificate = 'c'\nkey = 'k'\n"
         "parent = { address = '10.0.0.1:7443', host = 'nation' }\n";
}

// `Valid()` with its line `number` replaced; empty deletes it.
std::string WithLine(int number, const std::string& line) {
  const std::string text = Valid();
  size_t begin = 0;
  for (int i = 1; i < number; ++i) begin = text.find('\n', begin) + 1;
  const size_t end = text.find('\n', begin) + 1;
  return text.substr(0, begin) + (line.empty() ? "" : line + "\n") + text.substr(end);
}

// What the mistake must say: place, what is wrong, what would be right.
struct Mistake {
  std::string text;
  std::string place;
  std::string message;
  std::string expected;
};

void ExpectMistake(const Mistake& mistake) {
  const absl::StatusOr<Config> config = ParseConfig(mistake.text, kFile);
  ASSERT_FALSE(config.ok()) << mistake.text;
  const v1::Error error = ErrorOf(config.status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION);
  EXPECT_EQ(error.message().rfind(std::string(kFile) + ":" + mistake.place, 0), 0u)
      << error.message() << " does not begin with the place " << mistake.place;
  EXPECT_THAT(error.message(), HasSubstr(mistake.message));
  EXPECT_THAT(error.expected(), HasSubstr(mistake.expected)) << error.message();
}

TEST(ConfigTest, ValidConfigurationIsReadWithAbsolutePaths) {
  const absl::StatusOr<Config> config = ParseConfig(Valid(), kFile);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->trust_domain.value, "po.example.se");
  EXPECT_EQ(config->tls.ca.value, "/etc/liggare/pki/ca.crt");
  ASSERT_EQ(config->nodes.size(), 1u);
  EXPECT_EQ(config->nodes[0].path.value, "se/17");
  EXPECT_EQ(config->nodes[0].path.line, 9);
  EXPECT_EQ(config->nodes[0].data.value, "/etc/liggare/data/se-17");
  EXPECT_EQ(config->nodes[0].parent->address.value, "10.0.0.1:7443");
  EXPECT_EQ(config->nodes[0].parent->host.value, "nation");
}

TEST(ConfigTest, NationHasNoParent) {
  std::string nation = WithLine(14, "");
  nation.replace(nation.find("'se/17'"), 7, "'se'");
  EXPECT_TRUE(ParseConfig(nation, kFile).ok()) << ParseConfig(nation, kFile).status();
  std::string with_parent = WithLine(9, "path = 'se'");
  ExpectMistake({with_parent, "14: node[0].parent.address: ", "se has no parent", "no parent"});
}

TEST(ConfigTest, NodesAndBytesAreLimited) {
  std::string text = Valid();
  for (size_t i = 1; i < kNodesMax; ++i) {
    text += SecondNode("se/17/a" + std::to_string(i), "data/" + std::to_string(i));
  }
  EXPECT_TRUE(ParseConfig(text, kFile).ok()) << ParseConfig(text, kFile).status();
  const absl::Status too_many = ParseConfig(text + SecondNode("se/17/b", "b"), kFile).status();
  EXPECT_EQ(ErrorOf(too_many).code(), v1::ERROR_CODE_CONFIGURATION);
  EXPECT_THAT(ErrorOf(too_many).expected(), HasSubstr("at most 1024"));

  const testing::ScratchDirectory scratch;
  std::string padded = Valid() + "#";
  padded.resize(kConfigBytesMax, '-');
  EXPECT_TRUE(ReadConfig(scratch.Write("full.toml", padded)).ok());
  const absl::Status too_large = ReadConfig(scratch.Write("more.toml", padded + "-")).status();
  EXPECT_EQ(ErrorOf(too_large).code(), v1::ERROR_CODE_CONFIGURATION);
}

TEST(ConfigTest, SyntaxErrorIsToldByLine) {
  ExpectMistake({WithLine(3, "listen = "), "3: ", "", "valid TOML"});
}

TEST(ConfigTest, LettersBeyondAsciiStandInTextsAndCommentsOnly) {
  ExpectMistake({WithLine(3, "adress\u00e4 = 1"), "3: ", "not ASCII", "keys"});
  for (const char* fine :
       {"a = \"\u00e5\" # \u00e4", "a = '\u00e5'", "a = \"\\\"\u00e5\"", "\"\u00e5\" = 1",
        "a = \"\"\"\n\u00e5 \" \u00e4\n\"\"\"\nb = 1", "a = '''\n\u00e5\n'''", "\uFEFFa = 1"}) {
    EXPECT_EQ(FindStrayLetter(fine), std::nullopt) << fine;
  }
  EXPECT_EQ(FindStrayLetter("a = 'b' \u00e5"), 8u);
  EXPECT_EQ(FindStrayLetter("a = \"b\n\u00e5"), 7u);
  EXPECT_EQ(FindStrayLetter("a = \"b \u00e5"), 7u);
  EXPECT_EQ(FindStrayLetter("a = 3\"\u00e5\""), 6u);
  EXPECT_EQ(FindStrayLetter("a = \"\"\"b\"\"\"\u00e5"), 11u);
}

TEST(ConfigTest, LettersBeyondAsciiDoNotFollowABackslash) {
  EXPECT_EQ(FindStrayLetter("a = \"\"\"\\\n  \n\u00e5\"\"\""), 12u);
  EXPECT_EQ(FindStrayLetter("a = \"\"\"b \\ \u00e5\"\"\""), 11u);
  EXPECT_EQ(FindStrayLetter("a = \"\\\u00e5\""), 6u);
  for (const char* fine : {"a = \"\\\\\u00e5\"", "a = \"\"\"\\\n b\u00e5\"\"\"",
                           "a = \"\\n\u00e5\"", "a = \"b\\\\\" # \u00e5", "a = '\\\u00e5'"}) {
    EXPECT_EQ(FindStrayLetter(fine), std::nullopt) << fine;
  }
}

// Where it is not TOML, a quote may stand where none begins a text.
TEST(ConfigTest, WhatIsNotTomlWithoutItsLettersIsRefused) {
  EXPECT_EQ(WithoutLetters("\uFEFFa = '\u00e5'"), "a = 'xx'");
  ExpectMistake({WithLine(3, "m=3)=\"\u00e5\""), "3: ", "", "valid TOML"});
  ExpectMistake({WithLine(3, "m=3[\"\u00e5\"]"), "3: ", "", "valid TOML"});
}

TEST(ConfigTest, UnknownKeyIsNamedWithTheKnownOnes) {
  ExpectMistake({WithLine(3, "listen = '127.0.0.1:1'\nlisten_port = 5"),
                 "4: listen_port: ", "is not a known key", "listen"});
  ExpectMistake(
      {WithLine(5, "ca = 'c'\ncert = 'x'"), "6: tls.cert: ", "is not a known key", "certificate"});
  ExpectMistake({WithLine(9, "path = 'se/17'\ndatadir = 'x'"),
                 "10: node[0].datadir: ", "is not a known key", "data"});
  ExpectMistake({WithLine(14, "parent = { address = 'a:1', host = 'b', port = 1 }"),
                 "14: node[0].parent.port: ", "is not a known key", "address"});
}

TEST(ConfigTest, MissingKeyIsNamedWithItsSection) {
  ExpectMistake({WithLine(1, ""), "1: trust_domain: ", "is missing", "a text"});
  ExpectMistake({WithLine(6, ""), "4: tls.certificate: ", "is missing", "a text"});
  ExpectMistake({WithLine(10, ""), "8: node[0].data: ", "is missing", "a text"});
  ExpectMistake({WithLine(14, ""), "8: node[0].parent: ", "is missing", "address"});
  ExpectMistake({WithLine(14, "parent = { address = 'a:1' }"),
                 "14: node[0].parent.host: ", "is missing", "a text"});
  const std::string no_node = Valid().substr(0, Valid().find("[[node]]"));
  ExpectMistake({no_node, "1: node: ", "is missing", "[[node]]"});
}

TEST(ConfigTest, WrongTypeIsNamed) {
  ExpectMistake({WithLine(3, "listen = 7443"), "3: listen: ", "is an integer", "a text"});
  ExpectMistake({WithLine(10, "data = ['a']"), "10: node[0].data: ", "is an array", "a text"});
  ExpectMistake(
      {WithLine(14, "parent = 'nation'"), "14: node[0].parent: ", "is a text", "a table"});
  ExpectMistake({WithLine(10, "data = ''"), "10: node[0].data: ", "is empty", "a text"});
  const std::string one_table = Valid().replace(Valid().find("[[node]]"), 8, "[node]");
  ExpectMistake({one_table, "8: node: ", "is a table", "[[node]]"});
}

TEST(ConfigTest, MalformedPathIsRefused) {
  for (const char* path : {"SE/17", "se//17", "no/17", "se/system", "se/17/", "17"}) {
    ExpectMistake({WithLine(9, std::string("path = '") + path + "'"), "9: node[0].path: ", path,
                   "se, or a path below it"});
  }
}

TEST(ConfigTest, PathMustBeUnderItsParent) {
  ExpectMistake({WithLine(14, "parent = { address = 'a:1', host = 'b', path = 'se/18' }"),
                 "14: node[0].parent.path: ", "se/17 is not under se/18", "se"});
  EXPECT_TRUE(
      ParseConfig(WithLine(14, "parent = { address = 'a:1', host = 'b', path = 'se' }"), kFile)
          .ok());
}

TEST(ConfigTest, AddressesMustHaveAHostAndAPort) {
  for (const char* address :
       {"127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", ":7443", "::1:7443", "127.0.0.1:"}) {
    ExpectMistake({WithLine(3, std::string("listen = '") + address + "'"), "3: listen: ", address,
                   "<host>:<port>"});
    ExpectMistake(
        {WithLine(14, std::string("parent = { host = 'b', address = '") + address + "' }"),
         "14: node[0].parent.address: ", address, "<host>:<port>"});
  }
  EXPECT_TRUE(ParseConfig(WithLine(3, "listen = '[::1]:7443'"), kFile).ok());
  EXPECT_TRUE(ParseConfig(WithLine(3, "listen = '127.0.0.1:0'"), kFile).ok());
  ExpectMistake({WithLine(14, "parent = { host = 'b', address = 'a:0' }"),
                 "14: node[0].parent.address: ", "port 0", "<host>:<port>"});
  ExpectMistake({WithLine(14, "parent = { host = 'a b', address = 'a:1' }"),
                 "14: node[0].parent.host: ", "'a b'", "host/<name>"});
}

TEST(ConfigTest, NationalKeyMustBeSesVkey) {
  ExpectMistake(
      {WithLine(2, "national_key = 'abc'"), "2: national_key: ", "is not a vkey", "/se+"});
  ExpectMistake({WithLine(2, "national_key = '" + NationalKey("other.example/se") + "'"),
                 "2: national_key: ", "other.example/se", "po.example.se/se"});
}

TEST(ConfigTest, TrustDomainMustBeWellFormed) {
  ExpectMistake({WithLine(1, "trust_domain = 'PO example'"), "1: trust_domain: ", "PO example",
                 "lower-case"});
}

TEST(ConfigTest, DuplicatesNameTheOther) {
  ExpectMistake({Valid() + SecondNode("se/17", "data/x"), "16: node[1].path: ", "line 9", "once"});
  ExpectMistake({Valid() + SecondNode("se/18", "./data/../data/se-17/"),
                 "17: node[1].data: ", "directory of se/17", "of its own"});
}

TEST(ConfigTest, LinkToAnotherNodesDirectoryIsADuplicate) {
  const testing::ScratchDirectory scratch;
  std::filesystem::create_directory(scratch / "real");
  std::filesystem::create_directory_symlink(scratch / "real", scratch / "link");
  std::string text = WithLine(10, "data = '" + scratch / "real" + "'");
  text += SecondNode("se/18", scratch / "link");
  ExpectMistake({text, "17: node[1].data: ", "directory of se/17", "of its own"});
}

TEST(ConfigTest, FileThatIsNotThereIsNamed) {
  const absl::Status status = ReadConfig("/nonexistent/liggared.toml").status();
  EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_CONFIGURATION);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nonexistent/liggared.toml"));
  EXPECT_FALSE(ReadConfig("/tmp").ok());
}

TEST(ConfigTest, BackupDirectoryIsOptionalAndFromTheFilesFolder) {
  const auto without = ParseConfig(Valid(), "/etc/liggare/liggared.toml");
  ASSERT_TRUE(without.ok());
  EXPECT_FALSE(without->nodes[0].backup.has_value());
  EXPECT_FALSE(without->tls.deny.has_value() || without->tls.crl.has_value());
  const auto with =
      ParseConfig(WithLine(13, "key = 'k'\nbackup = '../b/se-17'"), "/etc/liggare/liggared.toml");
  ASSERT_TRUE(with.ok()) << with.status().message();
  EXPECT_EQ(with->nodes[0].backup->value, "/etc/b/se-17");
  const auto denying = ParseConfig(WithLine(7, "key = 'k'\ndeny = '../denied'\ncrl = '/crl'"),
                                   "/etc/liggare/liggared.toml");
  ASSERT_TRUE(denying.ok()) << denying.status();
  EXPECT_EQ(denying->tls.deny->value, "/etc/denied");
  EXPECT_EQ(denying->tls.crl->value, "/crl");
}

TEST(ConfigTest, TheDayThatTheOperatorConfirmsCountsToItsEnd) {
  EXPECT_EQ(ClockConfirmedMs(*ParseConfig(Valid(), "l.toml")), 0);
  const auto with = ParseConfig("clock_confirmed = '2025-01-14'\n" + Valid(), "l.toml");
  ASSERT_TRUE(with.ok()) << with.status().message();
  EXPECT_EQ(ClockConfirmedMs(*with), 1'736'899'200'000);  // 2025-01-15T00:00:00Z.
  for (const char* wrong : {"'2025-02-30'", "'today'", "''", "20250114", "2025-01-14"}) {
    const absl::Status status =
        ParseConfig("clock_confirmed = " + std::string(wrong) + "\n" + Valid(), "l.toml").status();
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_CONFIGURATION) << wrong;
    EXPECT_THAT(ErrorText(ErrorOf(status)), HasSubstr("clock_confirmed")) << wrong;
  }
}

TEST(ConfigTest, TheSmallestCountIsFiveUnlessTheNodeSaysOtherwise) {
  const auto without = ParseConfig(Valid(), "/etc/liggare/liggared.toml");
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without->nodes[0].smallest_count, 5);
  const auto with = ParseConfig(WithLine(13, "key = 'k'\nsmallest_count = 10"), "l.toml");
  ASSERT_TRUE(with.ok()) << with.status().message();
  EXPECT_EQ(with->nodes[0].smallest_count, 10);
  for (const char* wrong : {"1", "1001", "'5'", "5.0"}) {
    const absl::Status status =
        ParseConfig(WithLine(13, "key = 'k'\nsmallest_count = " + std::string(wrong)), "l.toml")
            .status();
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_CONFIGURATION) << wrong;
    EXPECT_THAT(ErrorText(ErrorOf(status)), HasSubstr("a whole number from 2 to 1000")) << wrong;
  }
}

// The keys that the reader knows, as it names them to who writes another.
std::set<std::string> KnownKeys(const std::string& text) {
  const std::string expected = ErrorOf(ParseConfig(text, kFile).status()).expected();
  constexpr std::string_view kBegin = "one of ";
  EXPECT_EQ(expected.substr(0, kBegin.size()), kBegin) << expected;
  std::set<std::string> keys;
  std::string key;
  for (const char c : expected.substr(kBegin.size()) + ",") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      key += c;
    } else if (!key.empty()) {
      keys.insert(std::exchange(key, ""));
    }
  }
  return keys;
}

// Each key and the test that sees its value in use. A new key wants both.
TEST(ConfigTest, EveryKeyHasATestOfItsUse) {
  using Keys = std::map<std::string, std::string>;
  const std::map<std::string, std::pair<std::string, Keys>> tables = {
      {"the process",
       {WithLine(3, "listen = '127.0.0.1:7443'\nzzz = 1"),
        {{"trust_domain", "handshake_test, secrets_test"},
         {"national_key", "liggared_test, cluster_test"},
         {"listen", "connection_listener_test"},
         {"clock_confirmed", "replication_test (ClockCheckTest)"},
         {"tls", "below"},
         {"node", "below"}}}},
      {"tls",
       {WithLine(7, "key = 'k'\nzzz = 1"),
        {{"ca", "credentials_test, certificate_watch_test"},
         {"certificate", "credentials_test, certificate_watch_test"},
         {"key", "secrets_test"},
         {"deny", "denied_connection_test"},
         {"crl", "denied_connection_test"}}}},
      {"node",
       {WithLine(13, "key = 'k'\nzzz = 1"),
        {{"path", "cluster_test"},
         {"data", "cluster_test"},
         {"signing_key", "key_in_use_test"},
         {"certificate", "credential_rotation_test"},
         {"key", "secrets_test"},
         {"backup", "backup_way_test, every_method_test"},
         {"smallest_count", "services_test"},
         {"operators_required", "powers_test"},
         {"parent", "below"}}}},
      {"parent",
       {WithLine(14, "parent = { address = 'a:1', host = 'nation', zzz = 1 }"),
        {{"address", "cluster_test"}, {"host", "cluster_test"}, {"path", "config_test"}}}},
  };
  for (const auto& [name, table] : tables) {
    std::set<std::string> with_a_row;
    for (const auto& [key, where] : table.second) with_a_row.insert(key);
    EXPECT_EQ(KnownKeys(table.first), with_a_row) << name;
  }
}

// No key's value lands in another's place.
TEST(ConfigTest, EveryValueLandsInItsOwnPlace) {
  const std::string text =
      "trust_domain = 'po.example.se'\nnational_key = '" + NationalKey() +
      "'\nlisten = '127.0.0.1:1'\n[tls]\nca = '/tls/ca'\ncertificate = '/tls/certificate'\n"
      "key = '/tls/key'\ndeny = '/tls/deny'\ncrl = '/tls/crl'\n[[node]]\npath = 'se/17'\n"
      "data = '/n/data'\nsigning_key = '/n/signing_key'\ncertificate = '/n/certificate'\n"
      "key = '/n/key'\nbackup = '/n/backup'\nsmallest_count = 7\noperators_required = 2\n"
      "parent = { address = '10.0.0.1:2', host = 'nation', path = 'se' }\n";
  const auto config = ParseConfig(text, kFile);
  ASSERT_TRUE(config.ok()) << config.status();
  const NodeConfig& node = config->nodes.at(0);
  const std::map<std::string, std::string> values = {
      {config->trust_domain.value, "po.example.se"},
      {config->national_key.value, NationalKey()},
      {config->listen.value, "127.0.0.1:1"},
      {config->tls.ca.value, "/tls/ca"},
      {config->tls.certificate.value, "/tls/certificate"},
      {config->tls.key.value, "/tls/key"},
      {config->tls.deny->value, "/tls/deny"},
      {config->tls.crl->value, "/tls/crl"},
      {node.path.value, "se/17"},
      {node.data.value, "/n/data"},
      {node.signing_key.value, "/n/signing_key"},
      {node.certificate.value, "/n/certificate"},
      {node.key.value, "/n/key"},
      {node.backup->value, "/n/backup"},
      {node.parent->address.value, "10.0.0.1:2"},
      {node.parent->host.value, "nation"},
      {node.parent->path->value, "se"}};
  EXPECT_EQ(values.size(), 17u);
  for (const auto& [value, wanted] : values) EXPECT_EQ(value, wanted);
  EXPECT_EQ(node.smallest_count, 7);
  EXPECT_EQ(node.operators_required, 2);
}

}  // namespace
}  // namespace liggare::node
