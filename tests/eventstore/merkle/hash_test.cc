#include "eventstore/merkle/hash.h"

#include <gtest/gtest.h>

namespace liggare::merkle {
namespace {

TEST(HashTest, LeafAndNodeOverTheSameBytesDiffer) {
  const Hash left = LeafHash("left");
  const Hash right = LeafHash("right");
  const std::string joined = std::string(HashBytes(left)) + std::string(HashBytes(right));
  EXPECT_NE(LeafHash(joined), NodeHash(left, right));
}

TEST(HashTest, NodeDependsOnTheOrderOfItsChildren) {
  EXPECT_NE(NodeHash(LeafHash("a"), LeafHash("b")), NodeHash(LeafHash("b"), LeafHash("a")));
}

TEST(HashTest, EmptyEntryIsNotTheEmptyTree) { EXPECT_NE(LeafHash(""), EmptyRoot()); }

TEST(HashTest, BytesAndHashConvertBothWays) {
  const Hash hash = LeafHash("entry");
  EXPECT_EQ(HashBytes(hash).size(), kHashBytes);
  EXPECT_EQ(HashFromBytes(HashBytes(hash)), hash);
}

TEST(HashTest, OtherLengthsThan32BytesAreNoHash) {
  EXPECT_FALSE(HashFromBytes(""));
  EXPECT_FALSE(HashFromBytes(std::string(31, 'x')));
  EXPECT_FALSE(HashFromBytes(std::string(33, 'x')));
}

}  // namespace
}  // namespace liggare::merkle
