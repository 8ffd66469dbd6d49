#include "services/rpc/tls/revocations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "proto/error/error.h"
#include "services/rpc/tls/peer_judge.h"
#include "services/rpc/tls/x509.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::CertificateSpec;
using ::liggare::testing::CrlSpec;
using ::liggare::testing::TestAuthority;
using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000;
constexpr char kDomain[] = "po.example.se";
constexpr char kUri[] = "spiffe://po.example.se/se/17/system/test";

std::string Text(const std::string& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
std::string SerialIn(const std::string& pem) {
  return SerialOf(ReadCertificates(pem)->front().get());
}

class RevocationsTest : public ::testing::Test {
 protected:
  // The message of the judge about `pem` with these files; empty if it is good.
  std::string Judged(const std::string& pem, const RevocationFiles& files) {
    absl::StatusOr<Revocations> read = Revocations::Read(files, kDomain, ca_);
    EXPECT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(judge_.Trust(ca_, {*std::move(read)}).ok());
    return ErrorOf(judge_.Judge(pem, kNow).status()).message();
  }
  std::string Denied(const std::string& pem, const std::string& list) {
    return Judged(pem, {.deny = scratch_.Write("deny", list), .crl = ""});
  }
  std::string Revoked(const std::string& pem, const std::string& crl) {
    return Judged(pem, {.deny = "", .crl = crl});
  }
  void ExpectRefused(const RevocationFiles& files, const std::string& field,
                     const std::string& why) {
    const v1::Error error = ErrorOf(Revocations::Read(files, kDomain, ca_).status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION) << why;
    EXPECT_EQ(error.field(), field);
    EXPECT_THAT(error.message(), HasSubstr(why));
    EXPECT_NE(error.expected(), "");
  }
  void ExpectListRefused(const std::string& list, const std::string& why) {
    ExpectRefused({.deny = scratch_.Write("deny", list), .crl = ""}, "deny", why);
  }

  testing::ScratchDirectory scratch_;
  TestAuthority authority_{scratch_.path()};
  TestAuthority other_{scratch_.path(), "other"};
  const std::string ca_ = Text(authority_.ca_file());
  const std::string pem_ = Text(authority_.Issue("peer", kUri).certificate);
  PeerJudge judge_{kDomain};
};

TEST_F(RevocationsTest, WhoIsNamedIsDeniedAndNobodyElse) {
  EXPECT_EQ(Denied(pem_, ""), "");
  EXPECT_EQ(Denied(pem_, "# uri " + std::string(kUri) + "\n\n  \n"), "");
  EXPECT_EQ(Denied(pem_, "uri " + std::string(kUri) + "2\n"), "");
  EXPECT_THAT(Denied(pem_, "uri " + std::string(kUri)), HasSubstr("is denied"));
  EXPECT_THAT(Denied(pem_, "\n\turi " + std::string(kUri) + " # lost\r\n"), HasSubstr("is denied"));
  // And whoever gets that name later.
  EXPECT_NE(Denied(Text(authority_.Issue("again", kUri).certificate), "uri " + std::string(kUri)),
            "");
}

TEST_F(RevocationsTest, ASerialIsDeniedHoweverItIsWritten) {
  const std::string serial = SerialIn(pem_);
  const std::string next = Text(authority_.Issue("next", kUri).certificate);
  for (const std::string& text : {serial, "0" + serial, "00:" + serial}) {
    EXPECT_THAT(Denied(pem_, "serial " + text + "\n"),
                HasSubstr("serial " + serial + " is denied"));
    EXPECT_EQ(Denied(next, "serial " + text + "\n"), "");
  }
}

TEST_F(RevocationsTest, TheSerialOfAnAuthorityDeniesAllThatItIssued) {
  EXPECT_THAT(Denied(pem_, "serial " + SerialIn(ca_)), HasSubstr("is denied"));
}

TEST_F(RevocationsTest, LinesThatDenyNothingAreErrors) {
  ExpectListRefused("# fine\nurl " + std::string(kUri), "deny:2: ");
  ExpectListRefused("uri", "is not a SPIFFE id");
  ExpectListRefused("uri spiffe://po.example.se/se two", "denies nothing");
  ExpectListRefused("uri spiffe://other.example/se", "trust domain other.example");
  ExpectListRefused("uri spiffe://po.example.se/SE/17", "names no node's path");
  ExpectListRefused("serial", "denies nothing");
  ExpectListRefused("serial 0", "denies nothing");
  ExpectListRefused("serial 12g4", "denies nothing");
  ExpectListRefused(std::string(kUri), "denies nothing");
}

TEST_F(RevocationsTest, TheListIsBounded) {
  std::string list;
  for (size_t i = 0; i < kDeniedMax; ++i) list += "serial 7fff\n";
  EXPECT_EQ(Denied(pem_, list), "");
  ExpectListRefused(list + "serial 7fff\n", "too many lines");
  ExpectListRefused("#" + std::string(kDenyBytesMax, 'x'), "is larger than 1 MiB");
}

TEST_F(RevocationsTest, FilesThatAreNotThereAreErrors) {
  ExpectRefused({.deny = scratch_ / "absent", .crl = ""}, "deny", "No such file");
  ExpectRefused({.deny = "", .crl = scratch_ / "absent"}, "crl", "No such file");
  ExpectRefused({.deny = scratch_.path(), .crl = ""}, "deny", "is not a file");
  ASSERT_EQ(mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
  ExpectRefused({.deny = scratch_ / "pipe", .crl = ""}, "deny", "is not a file");
}

TEST_F(RevocationsTest, WhatAnAuthorityHasRevokedIsDenied) {
  const std::string serial = SerialIn(pem_);
  const std::string none = scratch_.Write("none.crl", authority_.Crl({}));
  const std::string pem = scratch_.Write("pem.crl", authority_.Crl({.serials = {serial}}));
  const std::string der =
      scratch_.Write("der.crl", authority_.Crl({.serials = {serial}, .der = true}));
  EXPECT_EQ(Revoked(pem_, none), "");
  EXPECT_THAT(Revoked(pem_, pem), HasSubstr("is revoked by"));
  EXPECT_THAT(Revoked(pem_, der), HasSubstr("is revoked by"));
  const std::string two = scratch_.Write("two.crl", Text(none) + Text(pem));
  EXPECT_THAT(Revoked(pem_, two), HasSubstr("is revoked by"));
}

TEST_F(RevocationsTest, ADirectoryHoldsOneFileForEachAuthority) {
  const std::string directory = scratch_ / "crls";
  std::filesystem::create_directory(directory);
  ExpectRefused({.deny = "", .crl = directory}, "crl", "holds no file");
  scratch_.Write("crls/a.crl", authority_.Crl({}));
  EXPECT_EQ(Revoked(pem_, directory), "");
  scratch_.Write("crls/b.crl", authority_.Crl({.serials = {SerialIn(pem_)}}));
  EXPECT_NE(Revoked(pem_, directory), "");
  for (size_t i = 2; i <= kCrlFilesMax; ++i) {
    scratch_.Write("crls/" + std::to_string(i), authority_.Crl({}));
  }
  ExpectRefused({.deny = "", .crl = directory}, "crl", "holds too many files");
}

TEST_F(RevocationsTest, ALateListStillRevokes) {
  const std::string late = scratch_.Write(
      "late.crl", authority_.Crl({.serials = {SerialIn(pem_)}, .next_update_s = kNow - 1}));
  EXPECT_NE(Revoked(pem_, late), "");
  EXPECT_EQ(Revocations::Read({.deny = "", .crl = late}, kDomain, ca_)->next_update_s(), kNow - 1);
}

TEST_F(RevocationsTest, ListsOfOthersAndDamagedOnesAreErrors) {
  const auto refused = [&](const std::string& text, const std::string& why) {
    ExpectRefused({.deny = "", .crl = scratch_.Write("bad.crl", text)}, "crl", why);
  };
  const std::string good = authority_.Crl({});
  refused(other_.Crl({}), "is not signed by an authority in ca");
  refused(good + other_.Crl({}), "is not signed by an authority in ca");
  refused("", "can be read");
  refused("nonsense", "can be read");
  refused(good + good.substr(0, good.size() / 2), "can be read");
  std::string forged = authority_.Crl({.der = true});
  forged.back() = static_cast<char>(forged.back() ^ 1);
  refused(forged, "is not signed by an authority in ca");
}

TEST_F(RevocationsTest, WhatWasGoodIsJudgedAnewWhenTheListChanges) {
  EXPECT_EQ(Denied(pem_, ""), "");
  ASSERT_TRUE(judge_.Judge(pem_, kNow).ok());
  EXPECT_NE(Denied(pem_, "uri " + std::string(kUri)), "");
  EXPECT_EQ(Denied(pem_, ""), "");
}

TEST_F(RevocationsTest, WhatWasGoodExpires) {
  const std::string pem =
      Text(authority_.Issue("short", CertificateSpec{.uris = {kUri}, .not_after_s = kNow + 1})
               .certificate);
  EXPECT_EQ(Denied(pem, ""), "");
  EXPECT_TRUE(judge_.Judge(pem, kNow).ok());
  EXPECT_FALSE(judge_.Judge(pem, kNow + 1).ok());
}

TEST_F(RevocationsTest, AnAuthorityThatIsTrustedNoLongerVouchesForNobody) {
  EXPECT_EQ(Denied(pem_, ""), "");
  ASSERT_TRUE(judge_.Trust(Text(other_.ca_file()), {}).ok());
  EXPECT_THAT(ErrorOf(judge_.Judge(pem_, kNow).status()).message(), HasSubstr("does not verify"));
  EXPECT_FALSE(judge_.Trust("-----BEGIN CERTIFICATE-----\nAA", {}).ok());
}

}  // namespace
}  // namespace liggare::rpc
