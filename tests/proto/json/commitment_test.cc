#include "proto/json/commitment.h"

#include <gtest/gtest.h>

#include "proto/text/hex.h"

namespace liggare::json {
namespace {

TEST(CommitmentTest, IsHmacSha256OfRfc4231) {
  // RFC 4231, test cases 2 and 1.
  EXPECT_EQ(text::Hex(Commit("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(text::Hex(Commit(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(CommitmentTest, DependsOnSaltAndText) {
  EXPECT_NE(Commit(std::string(32, 'a'), "text"), Commit(std::string(32, 'b'), "text"));
  EXPECT_NE(Commit(std::string(32, 'a'), "text"), Commit(std::string(32, 'a'), "texu"));
}

TEST(CommitmentTest, SystemSaltsAreFreshAndOfTheRightLength) {
  const SaltSource salts = SystemSalts();
  const std::string first = salts();
  EXPECT_EQ(first.size(), kSaltBytes);
  EXPECT_NE(first, salts());
}

}  // namespace
}  // namespace liggare::json
