#include "services/rpc/tls/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/error/error.h"

namespace liggare::rpc {
namespace {

using ::testing::HasSubstr;

constexpr char kDomain[] = "po.example.se";

Identity Of(const std::string& rest) {
  absl::StatusOr<Identity> identity = name::ParseIdentity("spiffe://po.example.se/" + rest);
  EXPECT_TRUE(identity.ok()) << identity.status();
  return identity.ok() ? *identity : Identity{};
}

TEST(IdentityTest, NodeIsItsPath) {
  const Identity identity = Of("se/17/varmland");
  EXPECT_EQ(identity.trust_domain, kDomain);
  EXPECT_EQ(identity.path, "se/17/varmland");
  EXPECT_TRUE(identity.is_node());
}

TEST(IdentityTest, SystemBelongsToItsNode) {
  const Identity identity = Of("se/17/varmland/system/prosona");
  EXPECT_EQ(identity.path, "se/17/varmland");
  EXPECT_EQ(identity.system, "prosona");
  EXPECT_FALSE(identity.is_node());
}

TEST(IdentityTest, OperatorBelongsToItsNodeAndIsNeitherItNorASystem) {
  const Identity identity = Of("se/17/varmland/operator/anna");
  EXPECT_EQ(identity.path, "se/17/varmland");
  EXPECT_EQ(identity.operator_name, "anna");
  EXPECT_EQ(identity.system, "");
  EXPECT_FALSE(identity.is_node());
  EXPECT_TRUE(identity.is_operator());
  EXPECT_FALSE(Of("se/17/varmland/system/anna").is_operator());
  EXPECT_EQ(Of("se/17/varmland/system/operator").system, "operator");
}

TEST(IdentityTest, OnlyAnOperatorOfTheNodeOperates) {
  EXPECT_TRUE(MayOperateAt(Of("se/17/operator/anna"), "se/17").ok());
  for (const char* caller : {"se/17", "se/17/system/a", "se/operator/anna", "se/18/operator/anna",
                             "se/17/varmland/operator/anna", "host/lan17"}) {
    const absl::Status status = MayOperateAt(Of(caller), "se/17");
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_PERMISSION_DENIED) << caller;
    EXPECT_THAT(ErrorOf(status).expected(),
                HasSubstr("spiffe://po.example.se/se/17/operator/<name>"));
  }
}

TEST(IdentityTest, OperatorIsNoNodeThatReplicates) {
  EXPECT_FALSE(MayReplicateTo(Of("se/17/operator/anna"), "se").ok());
  EXPECT_FALSE(MayRefillFrom(Of("se/17/operator/anna"), "se").ok());
  EXPECT_TRUE(MayReadAt(Of("se/17/operator/anna"), "se/17/varmland").ok());
  EXPECT_FALSE(MayReadAt(Of("se/17/varmland/operator/anna"), "se/17").ok());
}

TEST(IdentityTest, HostHasNoPath) {
  const Identity identity = Of("host/lan17");
  EXPECT_EQ(identity.host, "lan17");
  EXPECT_EQ(identity.path, "");
  EXPECT_FALSE(identity.is_node());
}

TEST(IdentityTest, UriIsBounded) {
  constexpr size_t kUriBytesMax = 512;
  const std::string begin = "spiffe://";
  const std::string end = "/se/17";
  const auto parse = [&](size_t bytes) {
    return name::ParseIdentity(begin + std::string(bytes - begin.size() - end.size(), 'd') + end);
  };
  EXPECT_TRUE(parse(kUriBytesMax).ok());
  const absl::Status above = parse(kUriBytesMax + 1).status();
  EXPECT_THAT(ErrorOf(above).message(), HasSubstr("is too long"));
}

TEST(IdentityTest, MalformedUriIsRefused) {
  for (const char* uri : {"",
                          "se",
                          "https://po.example.se/se",
                          "spiffe://po.example.se",
                          "spiffe:///se",
                          "spiffe://po.example.se/",
                          "spiffe://po.example.se/no",
                          "spiffe://po.example.se/se/",
                          "spiffe://po.example.se//se",
                          "spiffe://po.example.se/se//17",
                          "spiffe://po.example.se/se/V%C3%A4rmland",
                          "spiffe://po.example.se/se/A",
                          "spiffe://po.example.se/se/17?x",
                          "spiffe://PO.example.se/se",
                          "spiffe://po.example.se/se/system",
                          "spiffe://po.example.se/se/system/",
                          "spiffe://po.example.se/se/system/a/b",
                          "spiffe://po.example.se/se/host/a",
                          "spiffe://po.example.se/se/operator",
                          "spiffe://po.example.se/se/operator/",
                          "spiffe://po.example.se/se/operator/A",
                          "spiffe://po.example.se/se/operator/a/b",
                          "spiffe://po.example.se/se/operator/a/system/b",
                          "spiffe://po.example.se/operator/a",
                          "spiffe://po.example.se/se/person/a",
                          "spiffe://po.example.se/se/auditor/a",
                          "spiffe://po.example.se/system/a",
                          "spiffe://po.example.se/host",
                          "spiffe://po.example.se/host/",
                          "spiffe://po.example.se/host/a/b",
                          "spiffe://po.example.se/se/1/2/3/4/5/6/7/8"}) {
    EXPECT_FALSE(name::ParseIdentity(uri).ok()) << uri;
  }
  EXPECT_FALSE(name::ParseIdentity("spiffe://po.example.se/se/" + std::string(41, 'a')).ok());
  EXPECT_TRUE(name::ParseIdentity("spiffe://po.example.se/se/" + std::string(40, 'a')).ok());
}

TEST(IdentityTest, ExactlyOneUriOfTheTrustDomainAuthenticates) {
  const std::string right = "spiffe://po.example.se/se/17";
  EXPECT_TRUE(IdentityFromUris({right}, kDomain).ok());
  const std::vector<std::vector<std::string>> refused = {
      {}, {right, right}, {"spiffe://other.example/se/17"}, {"nonsense"}};
  for (const std::vector<std::string>& uris : refused) {
    const absl::Status status = IdentityFromUris(uris, kDomain).status();
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_UNAUTHENTICATED) << status;
  }
}

TEST(IdentityTest, OnlyTheNodeAndItsSystemsRecord) {
  EXPECT_TRUE(MayRecordAt(Of("se/17/varmland"), "se/17/varmland").ok());
  EXPECT_TRUE(MayRecordAt(Of("se/17/varmland/system/prosona"), "se/17/varmland").ok());
  for (const char* caller : {"se", "se/17", "se/17/varmland2", "se/17/varmlan", "se/17/system/a",
                             "se/17/varmland/under", "host/lan17"}) {
    const absl::Status status = MayRecordAt(Of(caller), "se/17/varmland");
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_PERMISSION_DENIED) << caller;
    EXPECT_THAT(std::string(status.message()), HasSubstr(caller));
  }
  EXPECT_FALSE(MayRecordAt(Of("host/lan17"), "").ok());
}

TEST(IdentityTest, TheNodeAndItsAncestorsRead) {
  for (const char* caller : {"se", "se/17", "se/17/varmland", "se/17/system/a"}) {
    EXPECT_TRUE(MayReadAt(Of(caller), "se/17/varmland").ok()) << caller;
  }
  for (const char* caller : {"se/1", "se/17/varmland/under", "se/18", "host/lan17"}) {
    EXPECT_FALSE(MayReadAt(Of(caller), "se/17/varmland").ok()) << caller;
  }
}

TEST(IdentityTest, OnlyADirectChildReplicates) {
  EXPECT_TRUE(MayReplicateTo(Of("se/17"), "se").ok());
  for (const char* caller : {"se", "se/17/varmland", "se/17/system/a", "host/lan17"}) {
    EXPECT_FALSE(MayReplicateTo(Of(caller), "se").ok()) << caller;
  }
}

TEST(IdentityTest, OnlyTheParentAndDirectChildrenRefill) {
  for (const char* caller : {"se", "se/17/varmland", "se/17/karlstad"}) {
    EXPECT_TRUE(MayRefillFrom(Of(caller), "se/17").ok()) << caller;
  }
  EXPECT_TRUE(MayRefillFrom(Of("se/17"), "se").ok());
  for (const char* caller :
       {"se/17", "se/18", "se/18/orebro", "se/17/varmland/arvika", "se/system/a", "se/operator/a",
        "se/17/varmland/system/a", "se/17/system/a", "host/lan17"}) {
    const absl::Status status = MayRefillFrom(Of(caller), "se/17");
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_PERMISSION_DENIED) << caller;
  }
  EXPECT_FALSE(MayRefillFrom(Of("se"), "").ok());
  EXPECT_FALSE(MayRefillFrom(Of("host/lan17"), "se").ok());
}

}  // namespace
}  // namespace liggare::rpc
