#include "eventstore/proof/receipt_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "proto/json/commitment.h"
#include "tests/eventstore/proof/fake_logs.h"

namespace liggare::proof {
namespace {

using ::testing::ElementsAre;
using testing::FakeLog;
using ::testing::HasSubstr;
using testing::MakeData;
using testing::MakeKey;

constexpr uint64_t kCountyTime = 1'736'846'000;
constexpr uint64_t kNationTime = 1'736'846'007;
constexpr char kReason[] = "Fel i åldersgrupp";

// A report of se/17/varmland, cosigned by its county and then by the nation.
class ReceiptVerifierTest : public ::testing::Test {
 protected:
  ReceiptVerifierTest()
      : nation_("se", 1),
        county_("se/17", 2),
        verksamhet_("se/17/varmland", 3),
        other_("se/17/x", 4) {
    nation_.Enrol(nation_);
    nation_.Enrol(FakeLog("se/01", 9));
    const uint64_t county_link = nation_.Enrol(county_);
    county_.Enrol(other_);
    const uint64_t verksamhet_link = county_.Enrol(verksamhet_, v1::CUSTODY_HOSTED, "se/17");
    county_.Add(MakeData("verksamhet/se/17/varmland", 7));
    verksamhet_.Add(MakeData("verksamhet/se/17/varmland", 8));
    const uint64_t index = verksamhet_.Add(Correction());
    verksamhet_.Add(MakeData("rapport/2024/se/17/varmland", 10));

    receipt_.set_receipt_version(1);
    *receipt_.mutable_event() = verksamhet_.Prove(index, 2, {{&county_.key(), kCountyTime}});
    *receipt_.add_cosigned() = verksamhet_.Prove(
        index, 3, {{&county_.key(), kCountyTime + 5}, {&nation_.key(), kNationTime}});
    *receipt_.mutable_enrolment()->add_links() = nation_.Prove(county_link, nation_.size());
    *receipt_.mutable_enrolment()->add_links() = county_.Prove(verksamhet_link, county_.size());
    v1::Disclosure& disclosure = *receipt_.add_disclosures();
    disclosure.set_salt(std::string(32, 's'));
    disclosure.set_text(kReason);
  }

  static v1::EventData Correction() {
    v1::EventData data = MakeData("rapport/2024/se/17/varmland", 9);
    data.mutable_reason()->set_commitment(json::Commit(std::string(32, 's'), kReason));
    data.mutable_report_corrected()->set_path("ombud.personer");
    return data;
  }

  absl::StatusOr<VerifiedReceipt> Verify() const {
    return VerifyReceipt(receipt_, nation_.key().verifier().Text());
  }

  // The step at which the receipt is refused; empty if it is accepted.
  std::string FailedStep() const {
    const auto verified = Verify();
    return verified.ok() ? "" : ErrorOf(verified.status()).field();
  }

  // When the tier received the event, as the receipt proves it; 0 if it does not.
  uint64_t TimeOf(const std::string& path) const {
    const auto verified = Verify();
    EXPECT_TRUE(verified.ok()) << verified.status();
    if (!verified.ok()) return 0;
    for (const ProvenReceipt& received : verified->received) {
      if (received.path == path) return received.time_s;
    }
    return 0;
  }

  FakeLog nation_, county_, verksamhet_, other_;
  v1::Receipt receipt_;
};

TEST_F(ReceiptVerifierTest, GoodReceiptProvesPlaceTimesAndCustody) {
  const auto verified = Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->event.log(), "se/17/varmland@1");
  EXPECT_EQ(verified->event.index(), 1u);
  EXPECT_EQ(verified->path, "se/17/varmland");
  EXPECT_EQ(verified->checkpoint.size, 2u);

  ASSERT_EQ(verified->received.size(), 2u);
  EXPECT_EQ(verified->received[0].path, "se/17");
  EXPECT_EQ(verified->received[0].time_s, kCountyTime);
  EXPECT_EQ(verified->received[0].size, 2u);
  EXPECT_EQ(verified->received[1].path, "se");
  EXPECT_EQ(verified->received[1].time_s, kNationTime);

  ASSERT_EQ(verified->signers.size(), 3u);
  EXPECT_EQ(verified->signers[1].custody, v1::CUSTODY_OWN);
  EXPECT_EQ(verified->signers[2].path, "se/17/varmland");
  EXPECT_EQ(verified->signers[2].hosted_by, "se/17");
  EXPECT_TRUE(verified->signers[2].is_origin);

  ASSERT_EQ(verified->texts.size(), 1u);
  EXPECT_EQ(verified->texts[0].field, "reason");
  EXPECT_EQ(verified->texts[0].text, kReason);
}

TEST_F(ReceiptVerifierTest, JsonFormVerifiesAfterItIsReadAgain) {
  const auto reread = ReceiptFromJson(ReceiptToJson(receipt_));
  ASSERT_TRUE(reread.ok()) << reread.status();
  receipt_ = *reread;
  EXPECT_EQ(FailedStep(), "");
}

TEST_F(ReceiptVerifierTest, UnknownMemberInTheFileIsRefused) {
  EXPECT_FALSE(ReceiptFromJson(R"({"receipt_version": 1, "note": "x"})").ok());
  EXPECT_FALSE(ReceiptFromJson("not JSON").ok());
}

TEST_F(ReceiptVerifierTest, NationalEventNeedsNoLinks) {
  receipt_.Clear();
  receipt_.set_receipt_version(1);
  *receipt_.mutable_event() = nation_.Prove(1, 3);
  const auto verified = Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->path, "se");
  EXPECT_TRUE(verified->received.empty());
}

TEST_F(ReceiptVerifierTest, TextThatWasErasedIsReportedAsNotDisclosed) {
  receipt_.clear_disclosures();
  const auto verified = Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  ASSERT_EQ(verified->texts.size(), 1u);
  EXPECT_FALSE(verified->texts[0].disclosed);
}

TEST_F(ReceiptVerifierTest, OtherNationalKeyFailsAtTheFirstLink) {
  const v1::Error error =
      ErrorOf(VerifyReceipt(receipt_, MakeKey("se", 99).verifier().Text()).status());
  EXPECT_EQ(error.field(), "enrolment.links[0].checkpoint");
  EXPECT_NE(error.message().find("by the key that is trusted"), std::string::npos);
  EXPECT_NE(error.expected().find("trust the nation's first key"), std::string::npos);
}

TEST_F(ReceiptVerifierTest, KeyThatIsNotNationalIsRefused) {
  EXPECT_EQ(ErrorOf(VerifyReceipt(receipt_, county_.key().verifier().Text()).status()).field(),
            "trust");
  EXPECT_EQ(ErrorOf(VerifyReceipt(receipt_, "nonsense").status()).field(), "trust");
}

TEST_F(ReceiptVerifierTest, ChangedKeyIsFollowedAndMarkedAsSuperseded) {
  note::SigningKey new_key = MakeKey("se/17/varmland", 33);
  v1::EventData change = MakeData("node/se/17/varmland", 20);
  change.mutable_node_key_changed()->set_verifier_key(new_key.verifier().Text());
  change.mutable_node_key_changed()->set_old_key_signature(
      verksamhet_.key().Sign(KeyChangeText(verksamhet_.key().verifier(), new_key.verifier())));
  const uint64_t link = county_.Add(change);
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  auto verified = Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_TRUE(verified->signers.back().superseded);

  verksamhet_.set_key(std::move(new_key));
  *receipt_.mutable_event() = verksamhet_.Prove(1, 2);
  receipt_.clear_cosigned();
  verified = Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_FALSE(verified->signers.back().superseded);
}

// As the judge and the registry see it: from A to B, back to A, on to C.
TEST_F(ReceiptVerifierTest, AChangeBackToAnEarlierKeyChangesNothing) {
  const note::SigningKey a = MakeKey("se/17/varmland", 3);
  const note::SigningKey b = MakeKey("se/17/varmland", 33);
  const note::SigningKey c = MakeKey("se/17/varmland", 34);
  ASSERT_EQ(a.verifier(), verksamhet_.key().verifier());
  const auto change = [&](const note::SigningKey& from, const note::SigningKey& to) {
    const uint64_t link = county_.ChangeKey("se/17/varmland", from, to);
    *receipt_.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  };
  const auto signed_by = [&](uint8_t seed) {
    verksamhet_.set_key(MakeKey("se/17/varmland", seed));
    *receipt_.mutable_event() = verksamhet_.Prove(1, 2);
    receipt_.clear_cosigned();
    const auto verified = Verify();
    EXPECT_TRUE(verified.ok()) << verified.status();
    return verified.ok() && !verified->signers.back().superseded;
  };
  change(a, b);
  change(b, a);
  EXPECT_TRUE(signed_by(33)) << "B is in use";
  EXPECT_FALSE(signed_by(3)) << "what A signed is superseded";
  change(b, c);
  EXPECT_TRUE(signed_by(34));
  change(a, b);  // Again.
  EXPECT_TRUE(signed_by(34));
}

TEST_F(ReceiptVerifierTest, KeyChangeWithoutTheOldKeysSignatureIsRefused) {
  const note::SigningKey new_key = MakeKey("se/17/varmland", 33);
  v1::EventData change = MakeData("node/se/17/varmland", 20);
  change.mutable_node_key_changed()->set_verifier_key(new_key.verifier().Text());
  change.mutable_node_key_changed()->set_old_key_signature(
      new_key.Sign(KeyChangeText(verksamhet_.key().verifier(), new_key.verifier())));
  const uint64_t link = county_.Add(change);
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  EXPECT_EQ(FailedStep(), "enrolment.links[2].entry");
}

// The old key is one that somebody else has: it hands nothing over any more.
TEST_F(ReceiptVerifierTest, KeyChangeSignedByARevokedKeyIsRefused) {
  const note::SigningKey new_key = MakeKey("se/17/varmland", 33);
  const uint64_t revoked = county_.RevokeKey("se/17/varmland", verksamhet_.key(), 255);
  const uint64_t changed = county_.ChangeKey("se/17/varmland", verksamhet_.key(), new_key);
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(revoked, county_.size());
  EXPECT_EQ(FailedStep(), "");
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(changed, county_.size());
  EXPECT_EQ(FailedStep(), "enrolment.links[3].entry");
  EXPECT_NE(ErrorOf(Verify().status()).message().find("revoked"), std::string::npos);
}

TEST_F(ReceiptVerifierTest, ReceiptOverARevokedRangeIsRefusedAndOneBelowItHolds) {
  const uint64_t size = verksamhet_.size();
  const uint64_t link =
      county_.RevokeKey("se/17/varmland", verksamhet_.key(), static_cast<int64_t>(size));
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  EXPECT_TRUE(Verify().ok()) << Verify().status();
  const uint64_t further = county_.RevokeKey("se/17/varmland", verksamhet_.key(), 0);
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(further, county_.size());
  EXPECT_EQ(FailedStep(), "event.checkpoint");
  EXPECT_NE(ErrorOf(Verify().status()).message().find("is revoked"), std::string::npos);
}

TEST_F(ReceiptVerifierTest, CosignaturesOfARevokedKeyCountUpToATime) {
  ASSERT_TRUE(Verify().ok());
  const uint64_t when_s = TimeOf("se/17");
  ASSERT_GT(when_s, 0u);
  v1::Receipt kept = receipt_;
  const auto revoked_after = [&](uint64_t until_s) {
    receipt_ = kept;
    const uint64_t link =
        nation_.RevokeKey("se/17", county_.key(), 255, static_cast<int64_t>(until_s));
    *receipt_.mutable_enrolment()->add_links() = nation_.Prove(link, nation_.size());
  };
  revoked_after(when_s);
  EXPECT_EQ(TimeOf("se/17"), when_s);
  revoked_after(when_s - 1);
  EXPECT_EQ(TimeOf("se/17"), 0u);
}

TEST_F(ReceiptVerifierTest, ANationThatHasChangedItsKeyIsFollowedFromTheOldOne) {
  const note::SigningKey second = MakeKey("se", 34);
  const uint64_t link = nation_.ChangeKey("se", nation_.key(), second);
  const std::string pinned = nation_.key().verifier().Text();
  nation_.set_key(MakeKey("se", 34));
  // Everything of the nation stands under its new key.
  v1::EnrolmentChain chain;
  *chain.add_links() = nation_.Prove(2, nation_.size());
  *chain.add_links() = nation_.Prove(link, nation_.size());
  *chain.add_links() = receipt_.enrolment().links(1);
  *receipt_.mutable_enrolment() = chain;
  const auto verified = VerifyReceipt(receipt_, pinned);
  EXPECT_TRUE(verified.ok()) << verified.status();
  receipt_.mutable_enrolment()->mutable_links()->DeleteSubrange(1, 1);
  EXPECT_EQ(ErrorOf(VerifyReceipt(receipt_, pinned).status()).field(),
            "enrolment.links[0].checkpoint");
}

// One change to the receipt, and the step at which it must be refused.
struct Tampering {
  std::string name;
  std::function<void(v1::Receipt&)> change;
  std::string step;
};

void Flip(std::string& bytes, size_t at) { bytes[at] = static_cast<char>(bytes[at] ^ 1); }
void FlipLast(std::string& bytes) { Flip(bytes, bytes.size() - 1); }

// Changes a character near the end of a signature line: the last, or that of the log.
void FlipSignature(std::string& checkpoint, size_t end) {
  const size_t at = end - 10;
  checkpoint[at] = checkpoint[at] == 'A' ? 'B' : 'A';
}
void FlipSignature(std::string& checkpoint) { FlipSignature(checkpoint, checkpoint.size()); }
void FlipLogsSignature(std::string& checkpoint) {
  FlipSignature(checkpoint, checkpoint.find('\n', checkpoint.find("\n\n") + 2) + 1);
}

std::vector<Tampering> Tamperings() {
  return {
      {"version", [](v1::Receipt& r) { r.set_receipt_version(2); }, "receipt_version"},
      {"byte of the event", [](v1::Receipt& r) { FlipLast(*r.mutable_event()->mutable_entry()); },
       "event.inclusion_proof"},
      {"event is no event", [](v1::Receipt& r) { r.mutable_event()->set_entry("\xff\xff"); },
       "event.entry"},
      {"no event", [](v1::Receipt& r) { r.clear_event(); }, "event.entry"},
      {"hash of the event's proof",
       [](v1::Receipt& r) { FlipLast(*r.mutable_event()->mutable_inclusion_proof(0)); },
       "event.inclusion_proof"},
      {"hash is missing", [](v1::Receipt& r) { r.mutable_event()->clear_inclusion_proof(); },
       "event.inclusion_proof"},
      {"hash too many",
       [](v1::Receipt& r) { r.mutable_event()->add_inclusion_proof(std::string(32, 'h')); },
       "event.inclusion_proof"},
      {"hash too short",
       [](v1::Receipt& r) { r.mutable_event()->mutable_inclusion_proof(0)->pop_back(); },
       "event.inclusion_proof"},
      {"size in the checkpoint",
       [](v1::Receipt& r) {
         std::string& note = *r.mutable_event()->mutable_checkpoint();
         note.replace(note.find("\n2\n"), 3, "\n3\n");
       },
       "event.checkpoint"},
      {"no checkpoint", [](v1::Receipt& r) { r.mutable_event()->clear_checkpoint(); },
       "event.checkpoint"},
      {"checkpoint of another log",
       [](v1::Receipt& r) {
         r.mutable_event()->set_checkpoint(r.enrolment().links(1).checkpoint());
       },
       "event.checkpoint"},
      {"another event is cosigned",
       [](v1::Receipt& r) { FlipLast(*r.mutable_cosigned(0)->mutable_entry()); },
       "cosigned[0].entry"},
      {"proof of the cosigned",
       [](v1::Receipt& r) { FlipLast(*r.mutable_cosigned(0)->mutable_inclusion_proof(0)); },
       "cosigned[0].inclusion_proof"},
      {"byte of the county's enrolment",
       [](v1::Receipt& r) { FlipLast(*r.mutable_enrolment()->mutable_links(0)->mutable_entry()); },
       "enrolment.links[0].inclusion_proof"},
      {"proof of the verksamhet's enrolment",
       [](v1::Receipt& r) {
         FlipLast(*r.mutable_enrolment()->mutable_links(1)->mutable_inclusion_proof(0));
       },
       "enrolment.links[1].inclusion_proof"},
      {"signature of the county",
       [](v1::Receipt& r) {
         FlipLogsSignature(*r.mutable_enrolment()->mutable_links(1)->mutable_checkpoint());
       },
       "enrolment.links[1].checkpoint"},
      {"county's link is missing",
       [](v1::Receipt& r) { r.mutable_enrolment()->mutable_links()->DeleteSubrange(0, 1); },
       "enrolment.links[0].checkpoint"},
      {"verksamhet's link is missing",
       [](v1::Receipt& r) { r.mutable_enrolment()->mutable_links()->RemoveLast(); },
       "enrolment.links"},
      {"links in the wrong order",
       [](v1::Receipt& r) { r.mutable_enrolment()->mutable_links()->SwapElements(0, 1); },
       "enrolment.links[0].checkpoint"},
      {"another text", [](v1::Receipt& r) { r.mutable_disclosures(0)->set_text("Annat"); },
       "disclosures[0]"},
      {"another salt",
       [](v1::Receipt& r) { r.mutable_disclosures(0)->set_salt(std::string(32, 't')); },
       "disclosures[0]"},
  };
}

TEST_F(ReceiptVerifierTest, EverySingleTamperingIsRefusedAtItsStep) {
  ASSERT_EQ(FailedStep(), "");
  const v1::Receipt good = receipt_;
  for (const Tampering& tampering : Tamperings()) {
    receipt_ = good;
    tampering.change(receipt_);
    EXPECT_EQ(FailedStep(), tampering.step) << tampering.name;
  }
}

// Anybody can write one into the file.
TEST_F(ReceiptVerifierTest, ACosignatureThatDoesNotVerifyIsLeftOutAndSaid) {
  FlipSignature(*receipt_.mutable_cosigned(0)->mutable_checkpoint());
  auto verified = Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(TimeOf("se/17"), kCountyTime);
  EXPECT_EQ(TimeOf("se"), 0u);
  ASSERT_EQ(verified->left_out.size(), 1u);
  EXPECT_EQ(verified->left_out[0].where, "cosigned[0]");
  EXPECT_EQ(verified->left_out[0].line,
            (note::LeftOutLine{"liggare.test/se", note::LeftOut::kDoesNotVerify}));
}

TEST_F(ReceiptVerifierTest, ForgedLinesBeforeTheTrueOnesVoidNothing) {
  for (v1::ProvenEntry* proven : {receipt_.mutable_event(), receipt_.mutable_cosigned(0),
                                  receipt_.mutable_enrolment()->mutable_links(1)}) {
    note::Note note = *note::ParseNote(proven->checkpoint());
    for (const FakeLog* forged : {&nation_, &county_, &verksamhet_}) {
      const note::VerifierKey& key = forged->key().verifier();
      note.signatures.insert(
          note.signatures.begin(),
          {{.name = key.name(),
            .key_id = key.WithType(note::KeyType::kCosignatureV1).key_id(),
            .signature = std::string(72, 'r')},
           {.name = key.name(), .key_id = key.key_id(), .signature = std::string(64, 'r')}});
    }
    proven->set_checkpoint(note.Encode());
  }
  EXPECT_EQ(TimeOf("se/17"), kCountyTime);
  EXPECT_EQ(TimeOf("se"), kNationTime);
  EXPECT_EQ(Verify()->left_out.size(), 18u);
}

TEST_F(ReceiptVerifierTest, ReceiptsFromBeforeANodeWasClosedHoldAndThoseBeyondDoNot) {
  const auto closed_at = [&](int64_t size) {
    const uint64_t link = county_.Close("se/17/varmland", size);
    *receipt_.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  };
  v1::Receipt open = receipt_;
  closed_at(2);  // The receipt is of entry 1, under a checkpoint of 3 beside.
  EXPECT_EQ(FailedStep(), "");
  EXPECT_EQ(TimeOf("se"), kNationTime);
  closed_at(3);
  EXPECT_EQ(FailedStep(), "") << "a second closing gives nothing back";
  receipt_ = open;
  closed_at(1);
  EXPECT_EQ(FailedStep(), "event.entry");
  EXPECT_THAT(ErrorOf(Verify().status()).message(),
              HasSubstr("was closed with 1 entries of se/17/varmland@1"));
  closed_at(3);
  EXPECT_EQ(FailedStep(), "event.entry");
}

TEST_F(ReceiptVerifierTest, AnEnrolmentAfterItOpensAClosedNode) {
  const uint64_t closing = county_.Close("se/17/varmland", 1);
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(closing, county_.size());
  ASSERT_EQ(FailedStep(), "event.entry");
  const uint64_t link = county_.Enrol(verksamhet_);
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  EXPECT_EQ(FailedStep(), "");
  // In whatever order they are told.
  receipt_.mutable_enrolment()->mutable_links()->SwapElements(2, 3);
  EXPECT_EQ(FailedStep(), "");
}

TEST_F(ReceiptVerifierTest, AClosingEndsTheNewestEpochThatItsWriterKnew) {
  const uint64_t link = county_.Close("se/17/varmland", 0, {"se/17/varmland@2"});
  *receipt_.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  EXPECT_EQ(FailedStep(), "") << "the receipt is of the epoch before";
}

TEST_F(ReceiptVerifierTest, AClosedNodeEnrolsNobodyAfterwards) {
  const uint64_t link = nation_.Close("se/17", 1);
  v1::EnrolmentChain& chain = *receipt_.mutable_enrolment();
  *chain.add_links() = nation_.Prove(link, nation_.size());
  EXPECT_EQ(FailedStep(), "") << "it had enrolled it, as far as anybody knew then";
  chain.mutable_links()->SwapElements(1, 2);
  EXPECT_EQ(FailedStep(), "enrolment.links[2].entry");
}

TEST_F(ReceiptVerifierTest, NobodyClosesTheNationOrAnothersChild) {
  const uint64_t own = nation_.Close("se", 1);
  v1::EnrolmentChain& chain = *receipt_.mutable_enrolment();
  *chain.add_links() = nation_.Prove(own, nation_.size());
  EXPECT_EQ(FailedStep(), "");
  const uint64_t others = nation_.Close("se/17/varmland", 1);
  *chain.add_links() = nation_.Prove(others, nation_.size());
  EXPECT_EQ(FailedStep(), "enrolment.links[3].entry");
}

TEST_F(ReceiptVerifierTest, WhatIsSaidOfAKeyBeforeItsEnrolmentEnrolsNobody) {
  FakeLog stranger("se/17/stranger", 50);
  stranger.Add(MakeData("verksamhet/se/17/stranger", 1));
  const uint64_t links[] = {county_.RevokeKey("se/17/stranger", stranger.key(), 9),
                            county_.Close("se/17/stranger", 9),
                            county_.ChangeKey("se/17/stranger", stranger.key(), stranger.key())};
  v1::Receipt receipt;
  receipt.set_receipt_version(1);
  *receipt.mutable_event() = stranger.Prove(0, 1);
  *receipt.mutable_enrolment()->add_links() = receipt_.enrolment().links(0);
  for (const uint64_t link : links) {
    *receipt.mutable_enrolment()->add_links() = county_.Prove(link, county_.size());
  }
  receipt_ = receipt;
  EXPECT_EQ(FailedStep(), "enrolment.links[3].entry");
  receipt_.mutable_enrolment()->mutable_links()->RemoveLast();
  EXPECT_EQ(FailedStep(), "enrolment.links");
}

TEST_F(ReceiptVerifierTest, EveryFlippedByteOfTheEventIsRefused) {
  const std::string good = receipt_.event().entry();
  for (size_t at = 0; at < good.size(); ++at) {
    *receipt_.mutable_event()->mutable_entry() = good;
    Flip(*receipt_.mutable_event()->mutable_entry(), at);
    EXPECT_FALSE(Verify().ok()) << "byte " << at;
  }
}

TEST_F(ReceiptVerifierTest, LinksAreBounded) {
  v1::EnrolmentChain& chain = *receipt_.mutable_enrolment();
  const v1::ProvenEntry last = chain.links(chain.links_size() - 1);
  while (chain.links_size() < kChainLinksMax) *chain.add_links() = last;
  EXPECT_EQ(FailedStep(), "");
  *chain.add_links() = last;
  EXPECT_EQ(FailedStep(), "enrolment.links");
}

TEST_F(ReceiptVerifierTest, LinkThatEnrolsNobodyOnTheWayIsRefused) {
  *receipt_.mutable_enrolment()->mutable_links(1) = county_.Prove(0, county_.size());
  EXPECT_EQ(FailedStep(), "enrolment.links[1].entry");
  *receipt_.mutable_enrolment()->mutable_links(1) = county_.Prove(2, county_.size());
  EXPECT_EQ(FailedStep(), "enrolment.links[1].entry");
}

TEST_F(ReceiptVerifierTest, EnrolmentOutsideTheParentsLogIsRefused) {
  // The nation's own log may not enrol a grandchild.
  const uint64_t link = nation_.Enrol(verksamhet_);
  *receipt_.mutable_enrolment()->mutable_links(1) = nation_.Prove(link, nation_.size());
  EXPECT_EQ(FailedStep(), "enrolment.links[1].entry");
}

TEST_F(ReceiptVerifierTest, KeyNamedForAnotherNodeIsRefused) {
  v1::EventData data = MakeData("node/se/17/varmland", 30);
  data.mutable_node_enrolled()->set_verifier_key(other_.key().verifier().Text());
  const uint64_t link = county_.Add(data);
  *receipt_.mutable_enrolment()->mutable_links(1) = county_.Prove(link, county_.size());
  EXPECT_EQ(FailedStep(), "enrolment.links[1].entry");
}

TEST_F(ReceiptVerifierTest, EntryThatNamesAnotherIndexIsRefused) {
  FakeLog forger("se/17/varmland", 3);
  forger.Add(MakeData("verksamhet/se/17/varmland", 8));
  forger.AddBytes(verksamhet_.entries()[2]);  // Says index 2, stands at index 1.
  forger.AddBytes(verksamhet_.entries()[1]);
  v1::ProvenEntry proven = forger.Prove(1, 3);
  *receipt_.mutable_event() = proven;
  receipt_.clear_cosigned();
  receipt_.clear_disclosures();
  EXPECT_EQ(FailedStep(), "event.inclusion_proof");
}

TEST_F(ReceiptVerifierTest, CosignatureOfAStrangerProvesNothing) {
  const note::SigningKey stranger = MakeKey("se/99", 77);
  *receipt_.mutable_event() = verksamhet_.Prove(1, 2, {{&stranger, kCountyTime}});
  receipt_.clear_cosigned();
  const auto verified = Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_TRUE(verified->received.empty());
}

}  // namespace
}  // namespace liggare::proof
