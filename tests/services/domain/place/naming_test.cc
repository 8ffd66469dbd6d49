// Paths, log names, subjects and the register of kommuner.
#include <gtest/gtest.h>

#include <string>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

TEST(NodePathTest, WellFormedPathsAreAccepted) {
  for (const std::string path : {"se", "se/17", "se/01/stockholm/innerstaden", "a/b/c/d/e/f/g/h"}) {
    EXPECT_TRUE(name::IsNodePath(path)) << path;
  }
  EXPECT_TRUE(name::IsNodePath(std::string(40, 'a')));
}

TEST(NodePathTest, OthersAreRefused) {
  for (const std::string path : {"", "/", "se/", "/se", "se//17", "SE", "se/värmland", "se/a_b",
                                 "se/system", "host/a", "a/b/c/d/e/f/g/h/i", "se/17@1", "se/.."}) {
    EXPECT_FALSE(name::IsNodePath(path)) << path;
  }
  EXPECT_FALSE(name::IsNodePath(std::string(41, 'a')));
  EXPECT_EQ(ErrorOf(name::CheckNodePath("SE")).code(), v1::ERROR_CODE_INVALID_FIELD);
}

TEST(NodePathTest, PartsAreFound) {
  EXPECT_EQ(name::ParentOf("se/17/varmland"), "se/17");
  EXPECT_EQ(name::ParentOf("se"), "");
  EXPECT_EQ(name::CountyPathOf("se/01/stockholm/soderort"), "se/01");
  EXPECT_EQ(name::CountyPathOf("se/01"), "se/01");
  EXPECT_EQ(name::CountyPathOf("se"), "");
  EXPECT_EQ(name::LanskodOf("se/17/varmland"), "17");
  EXPECT_EQ(name::LanskodOf("se"), "");
  EXPECT_TRUE(name::IsAtOrBelow("se/17/varmland", "se/17"));
  EXPECT_TRUE(name::IsAtOrBelow("se/17", "se/17"));
  EXPECT_FALSE(name::IsAtOrBelow("se/170", "se/17"));
  EXPECT_FALSE(name::IsAtOrBelow("se/1", "se/17"));
}

TEST(LogNameTest, NamesAreReadStrictly) {
  const auto name = name::ParseLogName("se/17/varmland@12");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->path, "se/17/varmland");
  EXPECT_EQ(name->epoch, 12u);
  EXPECT_EQ(name::FormatLogName("se/17", 1), "se/17@1");
  for (const char* text : {"", "se", "se@", "se@0", "se@01", "se@1x", "se@-1", "se@1@1", "@1",
                           "SE@1", "se@4294967296"}) {
    EXPECT_FALSE(name::ParseLogName(text).ok()) << text;
  }
}

TEST(SubjectTest, EveryKindIsRead) {
  EXPECT_EQ(ParseSubject("verksamhet/se/17/varmland")->path, "se/17/varmland");
  EXPECT_EQ(ParseSubject("rapport/2024/se/17/varmland")->year, 2024);
  EXPECT_EQ(ParseSubject("ansokan/2024/1780")->code, "1780");
  EXPECT_EQ(ParseSubject("bidrag/2024/0180")->kind, SubjectKind::kBidrag);
  EXPECT_EQ(ParseSubject("rekvisition/2024/17")->code, "17");
  EXPECT_EQ(ParseSubject("anslag/2024")->year, 2024);
  EXPECT_EQ(ParseSubject("aterkrav/2024/1780/3")->number, 3);
  EXPECT_EQ(ParseSubject("tabell/2024/budget")->code, "budget");
  EXPECT_EQ(ParseSubject("node/se")->path, "se");
}

TEST(SubjectTest, NumbersAreBounded) {
  for (const std::string begin : {"aterkrav/2024/1780/", "brist/se/17/a/", "exempel/se/17/a/"}) {
    const auto at_limit = ParseSubject(begin + std::to_string(kSubjectNumberMax));
    ASSERT_TRUE(at_limit.ok()) << at_limit.status();
    EXPECT_EQ(at_limit->number, kSubjectNumberMax);
    EXPECT_FALSE(ParseSubject(begin + std::to_string(kSubjectNumberMax + 1)).ok()) << begin;
  }
}

TEST(SubjectTest, WhatIsWrittenIsReadBack) {
  for (const std::string& text :
       {VerksamhetSubject("se/17/a"), RapportSubject(2024, "se/17/a"), AnsokanSubject(2024, "1780"),
        BidragSubject(2024, "1780"), RekvisitionSubject(2024, "17"), AnslagSubject(2024),
        AterkravSubject(2024, "1780", 2), TabellSubject(2024, "barn"), NodeSubject("se/17")}) {
    EXPECT_TRUE(ParseSubject(text).ok()) << text;
  }
}

TEST(SubjectTest, OthersAreRefusedWithTheRightForm) {
  for (const char* text : {"",
                           "rapport",
                           "rapporter/2024/se/17/a",
                           "rapport/2024",
                           "rapport/24/se/17/a",
                           "rapport/2013/se/17/a",
                           "rapport/2100/se/17/a",
                           "rapport/2024/SE",
                           "ansokan/2024/9999",
                           "ansokan/2024/178",
                           "bidrag/2024/1780/1",
                           "rekvisition/2024/1780",
                           "rekvisition/2024/02",
                           "anslag/2024/x",
                           "anslag/02024",
                           "aterkrav/2024/1780",
                           "aterkrav/2024/1780/0",
                           "aterkrav/2024/1780/01",
                           "aterkrav/2024/1780/1000000",
                           "aterkrav/2024/1780/x",
                           "tabell/2024",
                           "tabell/2024/A",
                           "node",
                           "node/",
                           "anslag/+024"}) {
    const auto subject = ParseSubject(text);
    ASSERT_FALSE(subject.ok()) << text;
    EXPECT_EQ(ErrorOf(subject.status()).code(), v1::ERROR_CODE_INVALID_SUBJECT) << text;
    EXPECT_FALSE(ErrorOf(subject.status()).expected().empty()) << text;
  }
}

TEST(KommunTest, TheRegisterIsWhole) {
  EXPECT_EQ(AllLan().size(), 21u);
  EXPECT_EQ(AllKommuner().size(), 290u);
  size_t in_lan = 0;
  for (const Lan& lan : AllLan()) {
    EXPECT_EQ(FindLan(lan.lanskod), &lan);
    in_lan += KommunerOfLan(lan.lanskod).size();
  }
  EXPECT_EQ(in_lan, 290u);
  for (const Kommun& kommun : AllKommuner()) {
    EXPECT_EQ(FindKommun(kommun.kommunkod), &kommun);
    EXPECT_NE(FindLan(kommun.kommunkod.substr(0, 2)), nullptr);
  }
}

TEST(KommunTest, KnownOnesAreFoundAndOthersNot) {
  EXPECT_EQ(FindKommun("1780")->name, "Karlstad");
  EXPECT_EQ(FindLan("17")->short_name, "Värmland");
  EXPECT_EQ(KommunerOfLan("17").size(), 16u);
  EXPECT_EQ(KommunerOfLan("09").size(), 1u);
  EXPECT_EQ(KommunerOfLan("02").size(), 0u);
  for (const char* code : {"", "1", "178", "17800", "9999", "0000"}) {
    EXPECT_EQ(FindKommun(code), nullptr) << code;
  }
}

TEST(KommunTest, LanAreInSwedishAlphabeticalOrder) {
  EXPECT_EQ(LanByName().front()->short_name, "Blekinge");
  EXPECT_EQ(LanByName()[2]->short_name, "Gotland");
  EXPECT_EQ(LanByName()[18]->short_name, "Västra Götaland");
  EXPECT_EQ(LanByName()[19]->short_name, "Örebro");
  EXPECT_EQ(LanByName().back()->short_name, "Östergötland");
}

}  // namespace
}  // namespace liggare::domain
