#include "services/domain/kontroll/kontroll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/services/domain/year_2024.h"

namespace liggare::domain {
namespace {

constexpr char kRapport[] = "rapport/2024/se/17/varmland";

std::vector<v1::Finding> Findings(World& world, const std::string& scope = "se") {
  auto findings = FindingsOf(world, {scope, 2024});
  EXPECT_TRUE(findings.ok()) << findings.status();
  return findings.ok() ? *findings : std::vector<v1::Finding>();
}

// "CODE subject stated computed", with plain spaces.
std::vector<std::string> Lines(const std::vector<v1::Finding>& findings) {
  std::vector<std::string> lines;
  for (const v1::Finding& finding : findings) {
    std::string line = finding.code() + " " + finding.subject() + " " + finding.stated() + " " +
                       finding.computed();
    for (size_t at = line.find("\u00a0"); at != std::string::npos; at = line.find("\u00a0")) {
      line.replace(at, 2, " ");
    }
    lines.push_back(line);
    EXPECT_FALSE(finding.sentence().empty());
    EXPECT_GT(finding.fields_size(), 0);
  }
  return lines;
}

void Correct(World& world, const std::string& path, const std::string& values) {
  ASSERT_TRUE(
      world.Record("se/17", kRapport, "report_corrected", "\"path\": \"" + path + "\", " + values)
          .ok());
}

// What domain.md, section 6, says of the report of 2024.
TEST(KontrollTest, FindsWhatDoesNotAddUpInThePublishedReport) {
  const auto world = Year2024();
  Publish(*world, "klienter",
          "man 18-29 1065, man 30-49 1921, man 50-64 1095, man 65+ 222, man totalt 4303, "
          "kvinna 18-29 1260, kvinna 30-49 2809, kvinna 50-64 1583, kvinna 65+ 227, kvinna totalt "
          "5879, totalt 18-29 2325, totalt 30-49 4730, totalt 50-64 2678, totalt 65+ 449, "
          "totalt totalt 10248");
  Publish(*world, "barn",
          "2023 man 548, 2023 kvinna 1379, 2023 totalt 1927, 2023 andel 19, 2024 man 492, "
          "2024 kvinna 1297, 2024 totalt 1789, 2024 andel 18, minskning totalt 248");
  Publish(*world, "budget",
          "socialstyrelsen budget 1500000, socialstyrelsen utfall 1500000, ombudstjanster budget "
          "130000000, ombudstjanster utfall 129999888, summa budget 131500000, summa utfall "
          "131499888, aterbetalning utfall -1135202, netto utfall 130364686, oforbrukade utfall "
          "122, per_arsanstallning belopp 395774, tjanster antal 328.47, tjanster_sammanfattning "
          "antal 328.49");
  EXPECT_THAT(
      Lines(Findings(*world)),
      testing::ElementsAre(
          "AMOUNT_NOT_POSTS_TIMES_RATE anslag/2024 129 999 888 129 999 885,78",
          "AMOUNT_NOT_POSTS_TIMES_RATE bidrag/2024/1780 129 999 888 129 999 885,78",
          "PUBLISHED_DIFFERS tabell/2024/barn 18 17,46 %",
          "PUBLISHED_DIFFERS tabell/2024/barn 248 138",
          "SHARE_DIFFERS tabell/2024/barn 18 % 17,46 %", "SUM_DIFFERS tabell/2024/barn 248 138",
          "PUBLISHED_DIFFERS tabell/2024/budget 122 112",
          "PUBLISHED_DIFFERS tabell/2024/budget 328,49 328,47",
          "SUM_DIFFERS tabell/2024/budget 122 112", "SUM_DIFFERS tabell/2024/budget 328,49 328,47",
          "GROUP_HIDDEN tabell/2024/klienter 10 248 10 182",
          "GROUP_HIDDEN tabell/2024/klienter 10 248 10 182"));
}

TEST(KontrollTest, ATotalThatIsWrongByRowAndByColumnSaysWhich) {
  const auto world = Year2024();
  Publish(*world, "klienter", "man 18-29 1, man totalt 1, totalt 18-29 1, totalt totalt 3");
  std::vector<std::string> sentences;
  for (const v1::Finding& finding : Findings(*world)) {
    if (finding.code() == "SUM_DIFFERS") sentences.push_back(finding.sentence());
  }
  EXPECT_THAT(sentences, testing::UnorderedElementsAre(
                             testing::HasSubstr("anges till 3, men radens kolumner ger 1."),
                             testing::HasSubstr("anges till 3, men kolumnens rader ger 1.")));
}

TEST(KontrollTest, WhatWasPublishedIsTheNationsOnly) {
  const auto world = Year2024();
  Publish(*world, "klienter", "totalt totalt 10182");
  EXPECT_EQ(Lines(Findings(*world)).size(), 3u);
  EXPECT_THAT(Lines(Findings(*world, "se/17")),
              testing::ElementsAre(testing::StartsWith("AMOUNT_NOT_POSTS_TIMES_RATE bidrag")));
  EXPECT_THAT(Lines(Findings(*world, "se/18")), testing::IsEmpty());
}

TEST(KontrollTest, PublishedTotalsOfKommunerAreAddedUp) {
  const auto world = Year2024();
  Publish(*world, "kommuner",
          "17 kommuner_med_po 1, 17 kommuner_med_po_foregaende 1, 17 forandring 1, 18 "
          "kommuner_med_po 2, totalt kommuner_med_po 4");
  EXPECT_THAT(Lines(Findings(*world)),
              testing::IsSupersetOf({"PUBLISHED_DIFFERS tabell/2024/kommuner 1 0",
                                     "PUBLISHED_DIFFERS tabell/2024/kommuner 2 0",
                                     "PUBLISHED_DIFFERS tabell/2024/kommuner 4 1",
                                     "SUM_DIFFERS tabell/2024/kommuner 4 3",
                                     "SUM_DIFFERS tabell/2024/kommuner 1 0"}));
}

TEST(KontrollTest, AKronaFromPostsTimesRateIsTooMuch) {
  const auto decided = [](const char* amount_ore) {
    World world;
    world.Append("se", EventOf("anslag/2024", "grant_rate_set", R"("rate_ore": 39577400)"), {});
    world.Append("se/17",
                 EventOf("bidrag/2024/1780", "grant_decided",
                         R"("posts_hundredths": 101, "amount_ore": )" + std::string(amount_ore)),
                 {});
    return Lines(Findings(world, "se/17")).size();
  };
  // 1,01 × 395 774 kr = 399 731,74 kr.
  EXPECT_EQ(decided("39973200"), 0u);
  EXPECT_EQ(decided("39973100"), 0u);
  EXPECT_EQ(decided("39973274"), 1u);
  EXPECT_EQ(decided("39973074"), 1u);
  EXPECT_EQ(decided("39973273"), 0u);
}

TEST(KontrollTest, MoneyAccountedForIsWhatWasPaid) {
  const auto world = Year2024();
  EXPECT_EQ(Lines(Findings(*world, "se/17")).size(), 1u);
  Correct(*world, "ekonomi[1780].oanvant_ore", R"("old": 0, "new": 100)");
  const auto findings = Findings(*world, "se/17/varmland");
  EXPECT_THAT(
      Lines(findings),
      testing::Contains("ECONOMY_DIFFERS rapport/2024/se/17/varmland 129 999 889 129 999 888"));
  EXPECT_THAT(findings.back().sentence(), testing::HasSubstr("Karlstad (1780)"));
}

TEST(KontrollTest, WhoeverHoldsNoDecisionsFindsNothingInTheMoney) {
  World world;
  world.Append("se/17/varmland",
               EventOf(kRapport, "report_submitted",
                       R"("ombud": {"personer": 8, "heltid_hundredths": 750},
                          "ekonomi": [{"kommunkod": "1780", "anvant_ore": 5, "oanvant_ore": 0}])"),
               {});
  EXPECT_THAT(Lines(Findings(world, "se/17/varmland")), testing::IsEmpty());
}

TEST(KontrollTest, AReportAccountsForItsOwnKommunerOnly) {
  const auto world = Year2024();
  Correct(*world, "ekonomi[1781].anvant_ore", R"("new": 0)");
  EXPECT_THAT(Lines(Findings(*world, "se/17")),
              testing::Contains(testing::HasSubstr("ECONOMY_NOT_ASSIGNED")));
}

TEST(KontrollTest, KlienterWithChildrenAreKlienter) {
  const auto world = Year2024();
  Correct(*world, "barn[annan].antal", R"("new": 66)");
  EXPECT_THAT(Lines(Findings(*world, "se/17")),
              testing::Not(testing::Contains(testing::HasSubstr("BARN"))));
  Correct(*world, "barn[annan].antal", R"("old": 66, "new": 67)");
  EXPECT_THAT(Lines(Findings(*world, "se/17")),
              testing::Contains("BARN_EXCEEDS_KLIENTER rapport/2024/se/17/varmland 67 högst 66"));
}

TEST(KontrollTest, RequisitionsAreTheSumOfTheDecisions) {
  const auto world = Year2024();
  ASSERT_TRUE(world
                  ->Record("se/17", "rekvisition/2024/17", "funds_requisitioned",
                           R"("posts_hundredths": 0, "amount_ore": 100)")
                  .ok());
  EXPECT_THAT(Lines(Findings(*world)),
              testing::Contains("REQUISITION_DIFFERS rekvisition/2024/17 129 999 889 129 999 888"));
}

// What is found, within the scope, of payments in öre to a county and to its only kommun.
struct Payments {
  std::vector<int> to_county;
  std::vector<int> to_kommun;
  int returned = 0;  // By the kommun.
};
std::vector<std::string> FoundOf(const Payments& payments, const std::string& scope) {
  constexpr char kGrant[] = "bidrag/2024/1780";
  constexpr char kFunds[] = "rekvisition/2024/17";
  World world;
  const auto append = [&](const std::string& writer, const std::string& subject,
                          const std::string& type, int ore, const std::string& more = "") {
    world.Append(writer, EventOf(subject, type, "\"amount_ore\": " + std::to_string(ore) + more),
                 {});
  };
  append("se/17", kGrant, "grant_decided", 1000, ", \"posts_hundredths\": 100");
  append("se/17", kFunds, "funds_requisitioned", 1000, ", \"posts_hundredths\": 100");
  for (const int ore : payments.to_county) append("se", kFunds, "funds_paid", ore);
  for (const int ore : payments.to_kommun) append("se/17", kGrant, "grant_paid", ore);
  if (payments.returned > 0) append("se", kGrant, "grant_returned", payments.returned);
  return Lines(Findings(world, scope));
}

TEST(KontrollTest, ACountyPaysOutWhatItWasPaidAndNoMore) {
  for (const char* scope : {"se", "se/17"}) {
    EXPECT_THAT(FoundOf({{600, 400}, {999}}, scope), testing::IsEmpty());
    EXPECT_THAT(FoundOf({{600, 400}, {500, 500}}, scope), testing::IsEmpty());
    EXPECT_THAT(FoundOf({{600, 399}, {500, 500}}, scope),
                testing::ElementsAre("PAID_OUT_EXCEEDS_RECEIVED rekvisition/2024/17 9,99 10"));
    EXPECT_THAT(FoundOf({{}, {1}}, scope),
                testing::ElementsAre("PAID_OUT_EXCEEDS_RECEIVED rekvisition/2024/17 0 0,01"));
  }
  EXPECT_THAT(FoundOf({{}, {1}}, "se/18"), testing::IsEmpty());
}

TEST(KontrollTest, WhatAKommunGivesBackIsNotTheCountysToPayAgain) {
  EXPECT_THAT(FoundOf({{1000}, {600, 400}, 300}, "se/17"), testing::IsEmpty());
  EXPECT_THAT(FoundOf({{700}, {600, 400}, 300}, "se/17"),
              testing::ElementsAre("PAID_OUT_EXCEEDS_RECEIVED rekvisition/2024/17 7 10"));
}

TEST(KontrollTest, ConflictsAreFindings) {
  const auto world = Year2024();
  const std::vector<LogPoint> basis = {{"se/17/varmland@1", 1}};
  world->Append(
      "se/17",
      EventOf(kRapport, "report_corrected", R"("path": "ombud.personer", "old": 357, "new": 1)"),
      basis);
  world->Append(
      "se",
      EventOf(kRapport, "report_corrected", R"("path": "ombud.personer", "old": 357, "new": 2)"),
      basis);
  EXPECT_THAT(Lines(Findings(*world)),
              testing::Contains("CONFLICT rapport/2024/se/17/varmland 1 2"));
}

TEST(KontrollTest, BadScopesAreRefused) {
  World world;
  EXPECT_FALSE(FindingsOf(world, {"se/02", 2024}).ok());
  EXPECT_FALSE(FindingsOf(world, {"se", 1999}).ok());
}

}  // namespace
}  // namespace liggare::domain
