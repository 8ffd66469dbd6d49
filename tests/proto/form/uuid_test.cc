#include "proto/form/uuid.h"

#include <gtest/gtest.h>

namespace liggare::form {
namespace {

TEST(UuidTest, TextAndBytesAgree) {
  const std::string text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";  // RFC 9562, A.6.
  const auto bytes = UuidBytes(text);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(bytes->size(), kUuidBytes);
  EXPECT_TRUE(IsUuid7(*bytes));
  EXPECT_EQ(UuidText(*bytes), text);
}

TEST(UuidTest, CapitalsAreRead) {
  EXPECT_EQ(UuidBytes("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"),
            UuidBytes("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
}

TEST(UuidTest, OtherTextsAreRefused) {
  for (const char* text :
       {"", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2_79b0-7cc3-98c4-dc0c0c07398f", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f"}) {
    EXPECT_FALSE(UuidBytes(text).has_value()) << text;
  }
}

TEST(UuidTest, Version7HoldsTheTimeAndTheRandomBytes) {
  const std::array<uint8_t, 10> random = {0xfc, 0xc3, 0xd8, 0xc4, 0xdc,
                                          0x0c, 0x0c, 0x07, 0x39, 0x8f};
  const std::string bytes = MakeUuid7(0x017f22e279b0, random);
  EXPECT_EQ(UuidText(bytes), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_TRUE(IsUuid7(bytes));
}

TEST(UuidTest, LaterIdsSortLater) { EXPECT_LT(MakeUuid7(1'000, {255, 255}), MakeUuid7(1'001, {})); }

TEST(UuidTest, OtherVersionsAreNot7) {
  EXPECT_FALSE(IsUuid7(*UuidBytes("919108f7-52d1-4320-9bac-f847db4148a8")));
  EXPECT_FALSE(IsUuid7(*UuidBytes("017f22e2-79b0-7cc3-18c4-dc0c0c07398f")));
  EXPECT_FALSE(IsUuid7("short"));
}

}  // namespace
}  // namespace liggare::form
