// The numbers are the tax agency's public examples.
#include "services/domain/form/personnummer.h"

#include <gtest/gtest.h>

#include <string>

namespace liggare::domain {
namespace {

TEST(PersonnummerTest, EveryWayOfWritingOneIsFound) {
  for (const std::string number : {"19121212-1212", "191212121212", "121212-1212", "1212121212",
                                   "121212+1212", "19640823-3234", "640823-3234"}) {
    EXPECT_EQ(FindPersonnummer("Anna, " + number + ", ringde"), number);
    EXPECT_EQ(FindPersonnummer(number), number);
    EXPECT_EQ(FindPersonnummer("dnr 12-" + number), number);
  }
}

TEST(PersonnummerTest, OtherSignsAndSpacesHideNone) {
  for (const std::string number :
       {"121212 1212", "121212  1212", "19121212 1212", "121212 - 1212", "121212- 1212",
        "121212\u00A01212", "19121212\u20131212", "19121212\u22121212", "19121212\u20111212",
        "1912\u00AD1212-1212", "19121212\u200B-1212", "１２１２１２－１２１２"}) {
    EXPECT_TRUE(FindPersonnummer("Åsa, " + number + "!").has_value()) << number;
  }
  for (const char* text : {"121212   1212", "121212, 1212", "121212å1212", "121212 12 12",
                           "121212--1212", "121212 kr 1212"}) {
    EXPECT_EQ(FindPersonnummer(text), std::nullopt) << text;
  }
}

TEST(PersonnummerTest, ASamordningsnummerIsFound) {
  EXPECT_EQ(FindPersonnummer("701063-2391"), "701063-2391");
}

TEST(PersonnummerTest, WhatOnlyLooksLikeOneIsNone) {
  for (const char* text : {"19121212-1213",  // Check digit.
                           "19121312-1212",  // Month.
                           "640830-3231x",   // Check digit again.
                           "202100-5489",    // Organisationsnummer.
                           "212000-0142", "2021005489",
                           "12121212121",    // Eleven digits.
                           "1912121212123",  // Thirteen.
                           "121212-12123", "2024-01-15", "129 999 888 kr", "2024:1212", "0,17",
                           "01901212-1212-7000-8000-000000000000"}) {
    EXPECT_EQ(FindPersonnummer(text), std::nullopt) << text;
  }
}

TEST(PersonnummerTest, TheOneAfterWhatIsNoneIsFound) {
  EXPECT_EQ(FindPersonnummer("202100-5489 och 121212-1212"), "121212-1212");
}

}  // namespace
}  // namespace liggare::domain
