#include "proto/name/node_path.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/name/log_name.h"

namespace liggare::name {
namespace {

TEST(NodePathFormTest, SegmentsAndTheirBytesAreLimited) {
  EXPECT_TRUE(IsNodePath("a/b/c/d/e/f/g/h"));
  EXPECT_FALSE(IsNodePath("a/b/c/d/e/f/g/h/i"));
  EXPECT_TRUE(IsNodePath("se/" + std::string(kPathSegmentBytesMax, 'a')));
  EXPECT_FALSE(IsNodePath("se/" + std::string(kPathSegmentBytesMax + 1, 'a')));
}

TEST(NodePathFormTest, OtherNamesAreRefused) {
  for (const std::string path :
       {"", "/", "se/", "/se", "se//17", "SE", "se/å", "se/system", "host", "se/17@1", "se/.."}) {
    EXPECT_FALSE(IsNodePath(path)) << path;
  }
}

TEST(LogNameFormTest, PathAndEpochAreFound) {
  const auto parts = ParseLogName("se/17/varmland@4294967295");
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(parts->path, "se/17/varmland");
  EXPECT_EQ(parts->epoch, 4'294'967'295u);
}

TEST(LogNameFormTest, OtherNamesAreRefused) {
  for (const char* log : {"", "se", "se@", "@1", "se@0", "se@01", "se@+1", "se@1x", "se@-1",
                          "se@1@1", "SE@1", "se@4294967296"}) {
    EXPECT_FALSE(ParseLogName(log).ok()) << log;
  }
}

}  // namespace
}  // namespace liggare::name
