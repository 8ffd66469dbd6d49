#include "services/replication/chunks/key_registry.h"

#include <gtest/gtest.h>

#include "eventstore/note/checkpoint.h"
#include "proto/error/error.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

class KeyRegistryTest : public ::testing::Test {
 protected:
  TestHost host_;
};

TEST_F(KeyRegistryTest, TheNationalKeyIsThePinnedOneWhateverTheLogSays) {
  NodeUnderTest county(host_, "se/17");
  EXPECT_EQ(*county.keys->KeyFor("se"), KeyOf("se").verifier());
  NodeUnderTest se(host_, "se");
  se.EnrolKey("se", KeyOf("se", /*variant=*/1));
  EXPECT_EQ(*se.keys->KeyFor("se"), KeyOf("se").verifier());
}

TEST_F(KeyRegistryTest, AnEnrolmentInTheParentsLogIsBelievedAtOnce) {
  NodeUnderTest se(host_, "se");
  EXPECT_TRUE(absl::IsNotFound(se.keys->KeyFor("se/17").status()));
  se.Enrol("se/17");
  EXPECT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17").verifier());
  EXPECT_EQ(se.keys->Find("se/17")->places, (std::vector<log::LogIndex>{{"se@1", 0}}));
}

TEST_F(KeyRegistryTest, AnEnrolmentInAnotherLogIsNotBelieved) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se/17/varmland");  // Only se/17 may.
  EXPECT_TRUE(absl::IsNotFound(se.keys->KeyFor("se/17/varmland").status()));
}

TEST_F(KeyRegistryTest, AKeyOfAnotherNameIsPassedOver) {
  NodeUnderTest se(host_, "se");
  se.EnrolKey("se/17", KeyOf("se/18"));
  EXPECT_TRUE(absl::IsNotFound(se.keys->KeyFor("se/17").status()));
}

TEST_F(KeyRegistryTest, AKeyChangeSignedByTheOldKeyTakesEffectAndOldNotesStillVerify) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se/17");
  se.ChangeKey("se/17", KeyOf("se/17", 0), KeyOf("se/17", 1));
  EXPECT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17", 1).verifier());
  const note::Checkpoint old{std::string(kTrustDomain) + "/se/17@1", 1, {}};
  const std::string old_note = note::SignCheckpoint(old, KeyOf("se/17", 0)).Encode();
  EXPECT_EQ(se.keys->OpenCheckpoint("se/17@1", old_note)->key, KeyOf("se/17", 0).verifier());
}

TEST_F(KeyRegistryTest, AnEarlierKeyNeverComesBack) {
  NodeUnderTest se(host_, "se");
  const auto key = [](int variant) { return KeyOf("se/17", variant); };
  se.Enrol("se/17");
  se.ChangeKey("se/17", key(0), key(1));
  se.ChangeKey("se/17", key(1), key(0));  // Its writer's judge had to refuse that.
  EXPECT_EQ(*se.keys->KeyFor("se/17"), key(1).verifier());
  se.ChangeKey("se/17", key(0), key(2));
  EXPECT_EQ(*se.keys->KeyFor("se/17"), key(1).verifier()) << "the earlier key hands over nothing";
  se.ChangeKey("se/17", key(1), key(2));
  EXPECT_EQ(*se.keys->KeyFor("se/17"), key(2).verifier());
}

TEST_F(KeyRegistryTest, WhatIsRecordedAfterALookUpIsFoundByTheNext) {
  NodeUnderTest se(host_, "se");
  se.Record(3);
  se.Enrol("se/17");
  ASSERT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17", 0).verifier());
  se.Record(3);
  ASSERT_EQ(se.keys->Find("se/17")->places.size(), 1u);
  se.ChangeKey("se/17", KeyOf("se/17", 0), KeyOf("se/17", 1));
  EXPECT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17", 1).verifier());
  EXPECT_EQ(se.keys->Find("se/17")->places.size(), 2u);
}

TEST_F(KeyRegistryTest, AKeyChangeSignedByAnotherKeyHasNoEffect) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se/17");
  se.ChangeKey("se/17", KeyOf("se/17", 2), KeyOf("se/17", 1));
  EXPECT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17", 0).verifier());
}

TEST_F(KeyRegistryTest, ANodesOwnKeyCountsUntilAnEnrolmentIsHeld) {
  NodeUnderTest varmland(host_, "se/17/varmland");
  EXPECT_EQ(*varmland.keys->KeyFor("se/17/varmland"), KeyOf("se/17/varmland").verifier());
  EXPECT_FALSE(varmland.keys->KeyFor("se/17").ok());
}

TEST_F(KeyRegistryTest, TheNationHandsOverInItsOwnLog) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se");
  se.ChangeKey("se", KeyOf("se", 2), KeyOf("se", 1));  // Another's signature.
  EXPECT_EQ(*se.keys->KeyFor("se"), KeyOf("se").verifier());
  se.ChangeKey("se", KeyOf("se"), KeyOf("se", 1));
  EXPECT_EQ(*se.keys->KeyFor("se"), KeyOf("se", 1).verifier());
}

TEST_F(KeyRegistryTest, ASecondEnrolmentCountsOnlyAfterARevocation) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se/17");
  se.EnrolKey("se/17", KeyOf("se/17", 1));
  EXPECT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17").verifier());
  se.RevokeKey("se/17", KeyOf("se/17"), {"se/17@1", 5});
  se.ChangeKey("se/17", KeyOf("se/17"), KeyOf("se/17", 2));  // By a thief, perhaps.
  EXPECT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17").verifier());
  se.EnrolKey("se/17", KeyOf("se/17", 1));
  EXPECT_EQ(*se.keys->KeyFor("se/17"), KeyOf("se/17", 1).verifier());
}

TEST_F(KeyRegistryTest, ARevokedKeysCheckpointsStandUpToTheSize) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se/17");
  const auto open = [&](uint64_t size) {
    const note::Checkpoint checkpoint{std::string(kTrustDomain) + "/se/17@1", size, {}};
    return se.keys
        ->OpenCheckpoint("se/17@1", note::SignCheckpoint(checkpoint, KeyOf("se/17")).Encode())
        .status();
  };
  EXPECT_TRUE(open(6).ok());
  se.RevokeKey("se/17", KeyOf("se/17"), {"se/17@1", 5});
  const absl::Status refused = open(6);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_NE(std::string(refused.message()).find("A stolen key"), std::string::npos) << refused;
  EXPECT_TRUE(open(5).ok());
}

TEST_F(KeyRegistryTest, ASignerIsKnownByItsKeyAndNotByItsNameAlone) {
  NodeUnderTest se(host_, "se");
  const auto signed_by = [](const note::SigningKey& key) {
    return note::SignCheckpoint({std::string(kTrustDomain) + "/se/17@1", 1, {}}, key).Encode();
  };
  EXPECT_FALSE(se.keys->KnowsSigner("se/17", ""));
  se.Enrol("se/17");
  EXPECT_TRUE(se.keys->KnowsSigner("se/17", ""));
  EXPECT_TRUE(se.keys->KnowsSigner("se/17", signed_by(KeyOf("se/17"))));
  EXPECT_FALSE(se.keys->KnowsSigner("se/17", signed_by(KeyOf("se/17", 1))));
  // It does not even claim to be the node's.
  EXPECT_TRUE(se.keys->KnowsSigner("se/17", signed_by(KeyOf("se/18"))));
  se.ChangeKey("se/17", KeyOf("se/17"), KeyOf("se/17", 1));
  EXPECT_TRUE(se.keys->KnowsSigner("se/17", signed_by(KeyOf("se/17", 1))));
  EXPECT_TRUE(se.keys->KnowsSigner("se/17", signed_by(KeyOf("se/17"))));
}

TEST_F(KeyRegistryTest, OfAChainAndTheEntriesThatAreHeldTheLongerCounts) {
  NodeUnderTest county(host_, "se/17");
  EnrolledNode told;
  told.keys = {KeyOf("se", 1).verifier(), KeyOf("se").verifier()};
  told.entry_count = 2;
  county.keys->Learn("se", told);
  EXPECT_EQ(*county.keys->KeyFor("se"), KeyOf("se", 1).verifier());
  EnrolledNode older;
  older.keys = {KeyOf("se").verifier()};
  older.entry_count = 1;
  county.keys->Learn("se", older);
  EXPECT_EQ(*county.keys->KeyFor("se"), KeyOf("se", 1).verifier());
}

TEST_F(KeyRegistryTest, TheChainLeadsFromTheNationToTheNode) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se");
  se.Enrol("se/17");
  EXPECT_EQ(*se.keys->ChainFor("se"), (std::vector<log::LogIndex>{{"se@1", 0}}));
  EXPECT_EQ(*se.keys->ChainFor("se/17"), (std::vector<log::LogIndex>{{"se@1", 1}}));
  EXPECT_TRUE(absl::IsNotFound(se.keys->ChainFor("se/17/varmland").status()));
}

class EnrolmentChainTest : public ::testing::Test {
 protected:
  // The chain of se/17/varmland, as its county makes it.
  v1::EnrolmentChain Chain() {
    NodeUnderTest se(host_, "se");
    se.Enrol("se");
    se.Enrol("se/17");
    se.Serve();
    NodeUnderTest county(host_, "se/17");
    county.Enrol("se/17/varmland");
    county.Dial(se);
    EXPECT_TRUE(Eventually([&] { return county.HoldsAllOf(se); }));
    absl::StatusOr<v1::EnrolmentChain> chain =
        BuildEnrolmentChain(*county.log, *county.sequencer, *county.keys, "se/17/varmland");
    EXPECT_EQ(chain.status(), absl::OkStatus());
    county.HangUp();
    return *chain;
  }
  absl::Status Verify(const v1::EnrolmentChain& chain, const note::VerifierKey& national) {
    return VerifyEnrolmentChain(chain, kTrustDomain, national).status();
  }

  TestHost host_;
};

TEST_F(EnrolmentChainTest, GivesEveryKeyOnTheWay) {
  auto nodes = VerifyEnrolmentChain(Chain(), kTrustDomain, KeyOf("se").verifier());
  ASSERT_EQ(nodes.status(), absl::OkStatus());
  EXPECT_EQ(nodes->at("se/17").keys.front(), KeyOf("se/17").verifier());
  EXPECT_EQ(nodes->at("se/17/varmland").keys.front(), KeyOf("se/17/varmland").verifier());
}

TEST_F(EnrolmentChainTest, IsRefusedUnderAnotherNationalKey) {
  EXPECT_FALSE(Verify(Chain(), KeyOf("se", 1).verifier()).ok());
}

TEST_F(EnrolmentChainTest, IsRefusedWithAChangedEntryAMissingLinkOrAnotherOrder) {
  const v1::EnrolmentChain good = Chain();
  ASSERT_EQ(Verify(good, KeyOf("se").verifier()), absl::OkStatus());
  for (int i = 0; i < good.links_size(); ++i) {
    v1::EnrolmentChain changed = good;
    changed.mutable_links(i)->mutable_entry()->back() ^= 1;
    EXPECT_FALSE(Verify(changed, KeyOf("se").verifier()).ok()) << i;
  }
  v1::EnrolmentChain missing = good;
  missing.mutable_links()->DeleteSubrange(0, 1);
  EXPECT_FALSE(Verify(missing, KeyOf("se").verifier()).ok());
  v1::EnrolmentChain turned = good;
  turned.mutable_links()->SwapElements(0, turned.links_size() - 1);
  EXPECT_FALSE(Verify(turned, KeyOf("se").verifier()).ok());
}

TEST_F(EnrolmentChainTest, LinksAreBounded) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se");
  absl::StatusOr<v1::EnrolmentChain> chain =
      BuildEnrolmentChain(*se.log, *se.sequencer, *se.keys, "se");
  ASSERT_EQ(chain.status(), absl::OkStatus());
  const v1::ProvenEntry link = chain->links(0);
  while (chain->links_size() < kChainLinksMax) *chain->add_links() = link;
  EXPECT_EQ(Verify(*chain, KeyOf("se").verifier()), absl::OkStatus());
  *chain->add_links() = link;
  const v1::Error above = ErrorOf(Verify(*chain, KeyOf("se").verifier()));
  EXPECT_EQ(above.code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_EQ(above.message(), "Link 257 of the enrolment chain: there are too many.");
}

TEST_F(EnrolmentChainTest, FollowsTheNationToTheKeyThatSignsForItsChange) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se");
  se.ChangeKey("se", KeyOf("se"), KeyOf("se", 1));
  se.sequencer->ChangeKey(std::make_shared<note::SigningKey>(KeyOf("se", 1)));
  se.Enrol("se/17");
  absl::StatusOr<v1::EnrolmentChain> chain =
      BuildEnrolmentChain(*se.log, *se.sequencer, *se.keys, "se/17");
  ASSERT_EQ(chain.status(), absl::OkStatus());
  ASSERT_EQ(chain->links_size(), 3);
  const auto verify = [](const v1::EnrolmentChain& c) {
    return VerifyEnrolmentChain(c, kTrustDomain, KeyOf("se").verifier());
  };
  // Its own enrolment, too, stands under a checkpoint by the new key.
  const auto nodes = verify(*chain);
  ASSERT_EQ(nodes.status(), absl::OkStatus());
  EXPECT_EQ(nodes->at("se").keys.front(), KeyOf("se", 1).verifier());
  EXPECT_EQ(nodes->at("se/17").keys.front(), KeyOf("se/17").verifier());
  chain->mutable_links()->DeleteSubrange(1, 1);
  EXPECT_FALSE(verify(*chain).ok()) << "nothing leads to the key that signed";
}

}  // namespace
}  // namespace liggare::replication
