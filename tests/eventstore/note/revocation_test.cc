#include "eventstore/note/revocation.h"

#include <gtest/gtest.h>

namespace liggare::note {
namespace {

VerifierKey Key(uint8_t seed) {
  std::array<uint8_t, kSeedBytes> bytes;
  bytes.fill(seed);
  return SigningKey::FromSeed("liggare.test/se/17", bytes)->verifier();
}

bool Stands(const std::vector<KeyRevocation>& revocations, const VerifierKey& key,
            const std::string& log, uint64_t size) {
  return CheckSignatureStands(revocations, key, {"liggare.test/" + log, size, {}}).ok();
}

TEST(RevocationTest, SignaturesStandUpToTheSizeAndNotBeyond) {
  const std::vector<KeyRevocation> revocations = {{Key(1), "se/17@2", 10, 0}};
  EXPECT_TRUE(Stands(revocations, Key(1), "se/17@2", 10));
  EXPECT_FALSE(Stands(revocations, Key(1), "se/17@2", 11));
  EXPECT_TRUE(Stands(revocations, Key(1), "se/17@1", 99)) << "an epoch before";
  EXPECT_FALSE(Stands(revocations, Key(1), "se/17@3", 0)) << "an epoch after";
  EXPECT_TRUE(Stands(revocations, Key(2), "se/17@3", 99)) << "another key";
}

TEST(RevocationTest, FromSizeNullNothingButTheEmptyLogStands) {
  const std::vector<KeyRevocation> revocations = {{Key(1), "se/17@1", 0, 0}};
  EXPECT_TRUE(Stands(revocations, Key(1), "se/17@1", 0));
  EXPECT_FALSE(Stands(revocations, Key(1), "se/17@1", 1));
}

TEST(RevocationTest, AFurtherRevocationTakesAwayAndGivesNothingBack) {
  const std::vector<KeyRevocation> revocations = {{Key(1), "se/17@1", 5, 100},
                                                  {Key(1), "se/17@1", 9, 200}};
  EXPECT_TRUE(Stands(revocations, Key(1), "se/17@1", 5));
  EXPECT_FALSE(Stands(revocations, Key(1), "se/17@1", 6));
  EXPECT_TRUE(CosignatureStands(revocations, Key(1), 100));
  EXPECT_FALSE(CosignatureStands(revocations, Key(1), 101));
}

TEST(RevocationTest, TheRefusalNamesKeyLogAndSize) {
  const absl::Status refused =
      CheckSignatureStands({{Key(1), "se/17@1", 5, 0}}, Key(1), {"liggare.test/se/17@1", 6, {}});
  for (const std::string& part : {Key(1).Text(), std::string("beyond 5 entries of se/17@1")}) {
    EXPECT_NE(refused.message().find(absl::string_view(part)), absl::string_view::npos) << part;
  }
}

TEST(RevocationTest, OnlyTheRevokedKeyIsRevoked) {
  const std::vector<KeyRevocation> revocations = {{Key(1), "se/17@1", 5, 7}};
  EXPECT_TRUE(IsRevoked(revocations, Key(1)));
  EXPECT_FALSE(IsRevoked(revocations, Key(2)));
  EXPECT_TRUE(CosignatureStands(revocations, Key(2), 8));
}

}  // namespace
}  // namespace liggare::note
