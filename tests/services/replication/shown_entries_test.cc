// What flows down to a node below the counties: over gRPC, between real logs.
#include "services/replication/chunks/shown_entries.h"

#include <gtest/gtest.h>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/merkle/hash.h"
#include "services/replication/session/limits.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

constexpr char kVarmland[] = "se/17/varmland";
constexpr char kKarlstad[] = "se/17/karlstad";

class ShownEntriesTest : public ::testing::Test {
 protected:
  ShownEntriesTest() {
    se_.Enrol("se");
    se_.Enrol("se/17");
    se_.Serve();
    county_.Enrol(kVarmland);
    county_.Enrol(kKarlstad);
    county_.Serve();
  }

  // The text beside the commitment that RecordAbout makes of it.
  static bool HasText(const NodeUnderTest& node, const std::string& text) {
    const auto held = node.log->Disclosure(log::CommitmentOf(std::string(32, 'a'), text));
    return held.ok() && held->has_value();
  }
  static bool Shows(const NodeUnderTest& node, const std::string& log, uint64_t index) {
    const auto entry = node.log->Read(log, index);
    return entry.ok() && !merkle::IsWithheld(*entry);
  }

  TestHost host_;
  NodeUnderTest se_{host_, "se"};
  NodeUnderTest county_{host_, "se/17"};
  NodeUnderTest varmland_{host_, kVarmland};
  NodeUnderTest karlstad_{host_, kKarlstad};
};

TEST_F(ShownEntriesTest, AVerksamhetIsShownWhatConcernsItAndNothingElse) {
  county_.RecordAbout(kVarmland, "Varför en ombud färre?");  // At 2.
  county_.RecordAbout(kKarlstad, "Hur många barn?");         // At 3.
  county_.Dial(se_);
  varmland_.Dial(county_);
  karlstad_.Dial(county_);
  ASSERT_TRUE(Eventually([&] { return Shows(varmland_, "se/17@1", 2); }));
  ASSERT_TRUE(Eventually([&] { return Shows(karlstad_, "se/17@1", 3); }));
  EXPECT_EQ(*varmland_.log->Read("se/17@1", 2), *county_.log->Read("se/17@1", 2));
  EXPECT_FALSE(Shows(varmland_, "se/17@1", 3));
  EXPECT_FALSE(Shows(karlstad_, "se/17@1", 2));
  EXPECT_TRUE(HasText(varmland_, "Varför en ombud färre?"));
  EXPECT_FALSE(HasText(varmland_, "Hur många barn?"));
  EXPECT_TRUE(HasText(karlstad_, "Hur många barn?"));
  EXPECT_FALSE(HasText(karlstad_, "Varför en ombud färre?"));
  // The tree is the county's, and it is not cosigned by one who has a part.
  const uint64_t size = varmland_.SizeOf("se/17@1");
  EXPECT_EQ(varmland_.RootOf("se/17@1"), *county_.log->RootAt("se/17@1", size));
  EXPECT_FALSE(varmland_.IsCosigned("se/17@1", kVarmland));
  EXPECT_TRUE(log::Fsck(*varmland_.database, {}).ok());
}

// What is sent, not what the child keeps of it.
TEST_F(ShownEntriesTest, TextsOfWithheldEntriesAreNotSent) {
  county_.RecordAbout(kVarmland, "Varför en ombud färre?");
  county_.RecordAbout(kKarlstad, "Hur många barn?");
  county_.Dial(se_);
  ASSERT_TRUE(Eventually([&] { return county_.IsCosigned(county_.own(), "se"); }));
  const uint64_t size = county_.SizeOf("se/17@1");
  for (const auto& [child, text] :
       {std::pair{kVarmland, "Varför en ombud färre?"}, std::pair{kKarlstad, "Hur många barn?"}}) {
    ShownEntries shown(*county_.log, *county_.keys, child);
    const auto reading = shown.Read({"se/17@1", 0, size, kChunkBytesMax, 1});
    ASSERT_TRUE(reading.ok()) << reading.status();
    ASSERT_EQ(reading->chunk.disclosures_size(), 1) << child;
    EXPECT_EQ(reading->chunk.disclosures(0).text(), text);
    const std::string bytes = reading->chunk.SerializeAsString();
    for (const char* of_another : {"Varför en ombud färre?", "Hur många barn?"}) {
      EXPECT_EQ(bytes.find(of_another) != std::string::npos, std::string(of_another) == text);
    }
  }
}

TEST_F(ShownEntriesTest, TheNationsWordComesThroughTheCounty) {
  county_.Dial(se_);
  karlstad_.Dial(county_);
  varmland_.Dial(county_);
  se_.RecordAbout(kVarmland, "Rättelse av ett skrivfel.");
  ASSERT_TRUE(Eventually([&] { return HasText(varmland_, "Rättelse av ett skrivfel."); }));
  EXPECT_EQ(varmland_.RootOf("se@1"), *se_.log->RootAt("se@1", varmland_.SizeOf("se@1")));
  EXPECT_FALSE(HasText(karlstad_, "Rättelse av ett skrivfel."));
}

TEST_F(ShownEntriesTest, WhatNobodyAboveHasCountersignedIsNotShown) {
  county_.Dial(se_);
  varmland_.Dial(county_);
  ASSERT_TRUE(Eventually([&] { return varmland_.keys->KeyFor("se/17").ok(); }));
  county_.HangUp();
  const uint64_t index_of_word = county_.SizeOf("se/17@1");
  county_.RecordAbout(kVarmland, "Ännu inte sagt.");
  const ShownEntries shown(*county_.log, *county_.keys, kVarmland);
  EXPECT_LE(shown.View(*county_.log->Find("se/17@1"))->sendable, index_of_word);
  EXPECT_LE(varmland_.SizeOf("se/17@1"), index_of_word);
  county_.Dial(se_);
  EXPECT_TRUE(Eventually([&] { return HasText(varmland_, "Ännu inte sagt."); }));
}

TEST_F(ShownEntriesTest, AnOfficeIsShownWhatItsCityWasShownAndWhatTheCitySays) {
  constexpr char kOffice[] = "se/17/varmland/arvika";
  NodeUnderTest office(host_, kOffice);
  varmland_.Enrol(kOffice);
  varmland_.Serve();
  county_.RecordAbout(kOffice, "Från länet.");
  county_.RecordAbout(kVarmland, "Till staden.");
  varmland_.RecordAbout(kOffice, "Från staden.");
  varmland_.RecordAbout("se/17/varmland/saffle", "Till ett annat kontor.");
  county_.Dial(se_);
  varmland_.Dial(county_);
  office.Dial(varmland_);
  EXPECT_TRUE(Eventually(
      [&] { return HasText(office, "Från länet.") && HasText(office, "Från staden."); }));
  EXPECT_TRUE(Eventually([&] { return HasText(varmland_, "Till staden."); }));
  EXPECT_FALSE(HasText(office, "Till staden."));
  EXPECT_FALSE(HasText(office, "Till ett annat kontor."));
  EXPECT_EQ(office.RootOf("se/17@1"), *county_.log->RootAt("se/17@1", office.SizeOf("se/17@1")));
}

TEST_F(ShownEntriesTest, EntriesComeInTheirTurnHoweverManyLieBetween) {
  county_.Record(static_cast<int>(kPassedOverMax) + 100, 10);
  county_.Dial(se_);
  ASSERT_TRUE(Eventually([&] { return county_.IsCosigned(county_.own(), "se"); }));
  ShownEntries shown(*county_.log, *county_.keys, kVarmland);
  const uint64_t size = county_.SizeOf("se/17@1");
  // Nothing concerns the child: what was passed over is sent all the same, for it has
  // come to the limit.
  auto reading = shown.Read({"se/17@1", 0, size, kChunkBytesMax, 1});
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_GT(reading->chunk.entries_size(), 0);
  for (const std::string& entry : reading->chunk.entries()) {
    EXPECT_TRUE(merkle::IsWithheld(entry));
  }
  // One short of the limit it waits, where the child can prove what it has.
  const auto first = ChunkSource(*county_.log).CutAfter("se/17@1", size - kPassedOverMax + 1);
  ASSERT_TRUE(first.ok()) << first.status();
  reading = shown.Read({"se/17@1", *first, size, kChunkBytesMax, 2});
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->chunk.entries_size(), 0);
}

TEST_F(ShownEntriesTest, AChunkThatWasCutForItsBytesIsFollowedToTheNextCheckpoint) {
  county_.RecordAbout(kVarmland, "Komplettera.");
  county_.Record(40);
  county_.Dial(se_);
  ASSERT_TRUE(Eventually([&] { return county_.IsCosigned(county_.own(), "se"); }));
  ShownEntries shown(*county_.log, *county_.keys, kVarmland);
  const uint64_t size = county_.SizeOf("se/17@1");
  const auto begun = shown.Read({"se/17@1", 0, size, /*bytes_max=*/1'000, 1});
  ASSERT_TRUE(begun.ok()) << begun.status();
  const auto sent = static_cast<uint64_t>(begun->chunk.entries_size());
  const auto covered = ChunkSource(*county_.log).CutAfter("se/17@1", sent);
  ASSERT_TRUE(covered.ok()) << covered.status();
  ASSERT_GT(sent, 2u) << "the entry that concerns the child";
  ASSERT_LT(sent, *covered) << "the test needs a cut before a checkpoint";
  // Nothing that is left concerns the child; without it, it could pass on nothing.
  const auto rest = shown.Read({"se/17@1", sent, size, kChunkBytesMax, 2});
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(sent + static_cast<uint64_t>(rest->chunk.entries_size()), *covered);
}

}  // namespace
}  // namespace liggare::replication
