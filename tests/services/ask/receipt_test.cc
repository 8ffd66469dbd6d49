#include "services/ask/receipt.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/merkle/verify.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/proof/receipt_verifier.h"
#include "proto/error/error.h"
#include "services/ask/log_proofs.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::ask {
namespace {

using testing::Corrected;
using testing::KeyOfNode;
using testing::kKvinnor;
using testing::kTrustDomain;
using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::ManualClock;
using testing::Submitted;
using testing::TestNode;

v1::EventData Enrolled(std::string_view path) {
  v1::EventData event;
  event.set_subject("node/" + std::string(path));
  event.mutable_node_enrolled()->set_verifier_key(KeyOfNode(path).verifier().Text());
  event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
  return event;
}

merkle::Proof ProofOf(const google::protobuf::RepeatedPtrField<std::string>& hashes) {
  merkle::Proof proof;
  for (const std::string& hash : hashes) proof.push_back(*merkle::HashFromBytes(hash));
  return proof;
}

// What an auditor does with a receipt, with the national key alone: the checked
// checkpoint of the proof, or why it does not hold.
absl::StatusOr<note::SignedCheckpoint> Verify(const v1::Receipt& receipt,
                                              const v1::ProvenEntry& proven) {
  const auto nodes = replication::VerifyEnrolmentChain(receipt.enrolment(), kTrustDomain,
                                                       KeyOfNode("se").verifier());
  if (!nodes.ok()) return nodes.status();
  const auto header = log::ParseEntryHeader(proven.entry());
  if (!header.ok()) return header.status();
  const std::string log(header->log);
  const auto writer = nodes->find(log.substr(0, log.rfind('@')));
  if (writer == nodes->end()) return absl::NotFoundError("the chain does not reach " + log);
  auto checkpoint = note::OpenCheckpoint(proven.checkpoint(), std::string(kTrustDomain) + "/" + log,
                                         writer->second.keys.front());
  if (!checkpoint.ok()) return checkpoint;
  const absl::Status included = merkle::VerifyInclusion(
      merkle::LeafHash(proven.entry()), header->index, checkpoint->checkpoint.size,
      ProofOf(proven.inclusion_proof()), checkpoint->checkpoint.root);
  if (!included.ok()) return included;
  return checkpoint;
}

bool IsCosignedBy(const note::SignedCheckpoint& checkpoint, std::string_view path) {
  return note::VerifyCosignature(checkpoint.note, KeyOfNode(path).verifier()).ok();
}

struct Audited {
  explicit Audited(TestNode& node)
      : keys(node.log(), KeyOfNode("se").verifier(), node.key().verifier()),
        at{.log = node.log(), .sequencer = node.sequencer(), .keys = keys} {}
  replication::KeyRegistry keys;
  AuditedNode at;
};

class ReceiptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    nation_.Record(Enrolled("se"));
    nation_.Record(Enrolled("se/17"));
    county_.Receive(nation_, nation_.log().own_log());
    county_.Record(Enrolled(kVarmland));
    const auto chain = replication::BuildEnrolmentChain(county_.log(), county_.sequencer(),
                                                        county_audit_.keys, kVarmland);
    ASSERT_TRUE(chain.ok()) << chain.status();
    varmland_.sequencer().SaveNote(std::string(replication::kEnrolmentNote),
                                   chain->SerializeAsString());
    while (varmland_.sequencer().Step()) {
    }
    replication::EnrolledNode known;
    known.keys = {KeyOfNode("se/17").verifier()};
    known.entry_count = 1;
    varmland_audit_.keys.Learn("se/17", known);
  }

  // The county, and then the nation, take the log; their cosignatures flow back.
  void CountyTakesIt() {
    const std::string cosigned = county_.Receive(varmland_, varmland_log_);
    ASSERT_FALSE(cosigned.empty());
    FlowBack(varmland_, cosigned);
  }
  void NationTakesIt() {
    nation_.Receive(county_, county_.log().own_log());
    const std::string cosigned = nation_.Receive(county_, varmland_log_);
    ASSERT_FALSE(cosigned.empty());
    FlowBack(county_, cosigned);
    FlowBack(varmland_, cosigned);
  }
  void FlowBack(TestNode& to, const std::string& checkpoint) {
    const auto opened = note::OpenCheckpoint(
        checkpoint, std::string(kTrustDomain) + "/" + varmland_log_, varmland_.key().verifier());
    ASSERT_TRUE(opened.ok()) << opened.status();
    to.sequencer().SaveCheckpoint(varmland_log_, *opened);
    while (to.sequencer().Step()) {
    }
  }
  v1::Receipt ReceiptAt(Audited& audited, uint64_t index) {
    const auto receipt = BuildReceipt(audited.at, {.log = varmland_log_, .index = index});
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? *receipt : v1::Receipt();
  }

  ManualClock clock_;
  TestNode nation_{"se", clock_};
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
  const std::string varmland_log_ = varmland_.log().own_log();
  Audited nation_audit_{nation_};
  Audited county_audit_{county_};
  Audited varmland_audit_{varmland_};
};

TEST_F(ReceiptTest, BeforeAnyCosignatureItProvesWithTheNewestCheckpoint) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  const v1::Receipt receipt = ReceiptAt(varmland_audit_, 0);
  const auto checkpoint = Verify(receipt, receipt.event());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->checkpoint.size, 2u);
  EXPECT_EQ(receipt.cosigned_size(), 0);
  EXPECT_EQ(receipt.receipt_version(), proof::kReceiptVersion);
  EXPECT_EQ(receipt.event().entry(), *varmland_.log().Read(varmland_log_, 0));
}

TEST_F(ReceiptTest, FirstCheckpointThatTheParentCosignedIsTaken) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  CountyTakesIt();
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  CountyTakesIt();
  for (Audited* audited : {&varmland_audit_, &county_audit_}) {
    const v1::Receipt first = ReceiptAt(*audited, 0);
    auto checkpoint = Verify(first, first.event());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->checkpoint.size, 1u);
    EXPECT_TRUE(IsCosignedBy(*checkpoint, "se/17"));
    const v1::Receipt second = ReceiptAt(*audited, 1);
    checkpoint = Verify(second, second.event());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->checkpoint.size, 2u);
    EXPECT_TRUE(IsCosignedBy(*checkpoint, "se/17"));
  }
}

TEST_F(ReceiptTest, CosignatureOfAHigherTierComesWithAProofOfItsOwn) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  CountyTakesIt();
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  CountyTakesIt();
  NationTakesIt();
  for (Audited* audited : {&varmland_audit_, &county_audit_}) {
    const v1::Receipt receipt = ReceiptAt(*audited, 0);
    ASSERT_EQ(receipt.cosigned_size(), 1);
    const auto further = Verify(receipt, receipt.cosigned(0));
    ASSERT_TRUE(further.ok()) << further.status();
    EXPECT_EQ(further->checkpoint.size, 2u);
    EXPECT_TRUE(IsCosignedBy(*further, "se"));
  }
  const v1::Receipt at_nation = ReceiptAt(nation_audit_, 0);
  const auto checkpoint = Verify(at_nation, at_nation.event());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
}

TEST_F(ReceiptTest, OneCheckpointWithBothCosignaturesIsGivenOnce) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  CountyTakesIt();
  NationTakesIt();
  const v1::Receipt receipt = ReceiptAt(varmland_audit_, 0);
  const auto checkpoint = Verify(receipt, receipt.event());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_TRUE(IsCosignedBy(*checkpoint, "se/17"));
  EXPECT_TRUE(IsCosignedBy(*checkpoint, "se"));
  EXPECT_EQ(receipt.cosigned_size(), 0);
}

TEST_F(ReceiptTest, CosignatureOfAStrangerIsNotTheParents) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  auto checkpoint = *varmland_.sequencer().OwnCheckpoint();
  const auto stranger = note::SigningKey::Generate(std::string(kTrustDomain) + "/se/17");
  checkpoint.note.signatures.push_back(note::Cosign(*stranger, checkpoint.note.text, 1));
  varmland_.sequencer().SaveCheckpoint(varmland_log_, checkpoint);
  while (varmland_.sequencer().Step()) {
  }
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  CountyTakesIt();
  const v1::Receipt receipt = ReceiptAt(varmland_audit_, 0);
  const auto taken = Verify(receipt, receipt.event());
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->checkpoint.size, 2u);
}

TEST_F(ReceiptTest, ChangedByteAnywhereIsFound) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  const v1::Receipt good = ReceiptAt(varmland_audit_, 0);
  ASSERT_TRUE(Verify(good, good.event()).ok());
  v1::Receipt bad = good;
  bad.mutable_event()->mutable_entry()->back() ^= 1;
  EXPECT_FALSE(Verify(bad, bad.event()).ok());
  bad = good;
  bad.mutable_event()->mutable_inclusion_proof(0)->front() ^= 1;
  EXPECT_FALSE(Verify(bad, bad.event()).ok());
  bad = good;
  bad.mutable_enrolment()->mutable_links(1)->mutable_entry()->back() ^= 1;
  EXPECT_FALSE(Verify(bad, bad.event()).ok());
  bad = good;
  bad.mutable_enrolment()->mutable_links()->RemoveLast();
  EXPECT_FALSE(Verify(bad, bad.event()).ok());
}

TEST_F(ReceiptTest, TextsThatAreHeldAreInIt) {
  v1::EventData event = Submitted(kVarmlandRapport, 10, 20);
  const std::string salt(32, 's');
  const std::string commitment = log::CommitmentOf(salt, "sent inkommet");
  event.mutable_reason()->set_commitment(commitment);
  varmland_.Record(event, {{.commitment = commitment, .salt = salt, .text = "sent inkommet"}});
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  const v1::Receipt receipt = ReceiptAt(varmland_audit_, 0);
  ASSERT_EQ(receipt.disclosures_size(), 1);
  EXPECT_EQ(receipt.disclosures(0).text(), "sent inkommet");
  EXPECT_EQ(log::CommitmentOf(receipt.disclosures(0).salt(), receipt.disclosures(0).text()),
            commitment);
  EXPECT_EQ(ReceiptAt(varmland_audit_, 1).disclosures_size(), 0);
}

TEST_F(ReceiptTest, EventOfTheNationIsProvenAtTheCounty) {
  const auto receipt = BuildReceipt(county_audit_.at, {.log = nation_.log().own_log(), .index = 1});
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_TRUE(Verify(*receipt, receipt->event()).ok());
}

TEST_F(ReceiptTest, EventIsFoundByItsIdOrItsPlace) {
  v1::EventData event = Submitted(kVarmlandRapport, 10, 20);
  event.set_event_id(testing::NextEventId());
  varmland_.Record(event);
  v1::GetReceiptRequest request;
  request.set_event_id(event.event_id());
  const log::LogIndex expected = {.log = varmland_log_, .index = 0};
  EXPECT_EQ(*PlaceOf(varmland_audit_.at, request), expected);
  request.mutable_place()->set_log(varmland_log_);
  EXPECT_EQ(*PlaceOf(varmland_audit_.at, request), expected);
}

TEST_F(ReceiptTest, IdThatTwoWritersHaveUsedIsRefusedAndBothPlacesAreNamed) {
  TestNode arvika("se/17/arvika", clock_);
  const std::string arvika_log = arvika.log().own_log();
  county_.Record(Enrolled("se/17/arvika"));
  v1::EventData theirs = Submitted("rapport/2024/se/17/arvika", 1, 1);
  theirs.set_event_id(testing::NextEventId());
  arvika.Record(theirs);
  county_.Receive(arvika, arvika_log);
  v1::GetReceiptRequest request;
  request.set_event_id(theirs.event_id());
  EXPECT_TRUE(PlaceOf(county_audit_.at, request).ok());

  v1::EventData ours = Submitted(kVarmlandRapport, 10, 20);
  ours.set_event_id(theirs.event_id());
  varmland_.Record(ours);
  county_.Receive(varmland_, varmland_log_);
  const v1::Error error = ErrorOf(PlaceOf(county_audit_.at, request).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_FIELD);
  EXPECT_EQ(error.field(), "event_id");
  EXPECT_NE(error.message().find(arvika_log + "#0"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find(varmland_log_ + "#0"), std::string::npos) << error.message();
  request.mutable_place()->set_log(varmland_log_);
  EXPECT_EQ(PlaceOf(county_audit_.at, request)->log, varmland_log_);
  EXPECT_EQ(varmland_.Record(ours).index, 0u);  // A duplicate at home is told by its own log.
}

TEST_F(ReceiptTest, WhatIsNotHeldIsRefusedWithTheReason) {
  v1::GetReceiptRequest request;
  const auto code = [&] { return ErrorOf(PlaceOf(varmland_audit_.at, request).status()).code(); };
  EXPECT_EQ(code(), v1::ERROR_CODE_MISSING_FIELD);
  request.set_event_id("short");
  EXPECT_EQ(code(), v1::ERROR_CODE_INVALID_FIELD);
  request.set_event_id(std::string(16, 'x'));
  EXPECT_EQ(code(), v1::ERROR_CODE_NOT_FOUND);
  for (const log::LogIndex& place :
       {log::LogIndex{varmland_log_, 0}, log::LogIndex{"se/17/arvika@1", 0}}) {
    const absl::Status status = BuildReceipt(varmland_audit_.at, place).status();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_NOT_FOUND);
  }
}

TEST_F(ReceiptTest, WithoutAnEnrolmentChainThereIsNoReceipt) {
  TestNode arvika("se/17/arvika", clock_);
  Audited audited(arvika);
  arvika.Record(Submitted("rapport/2024/se/17/arvika", 1, 1));
  const absl::Status status =
      BuildReceipt(audited.at, {.log = arvika.log().own_log(), .index = 0}).status();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_NOT_FOUND);
}

TEST_F(ReceiptTest, NewestCheckpointCoversTheOwnLogAndBearsWhatIsHeld) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  EXPECT_EQ(NewestCheckpoint(varmland_audit_.at, varmland_log_)->size, 1u);
  CountyTakesIt();
  const auto cosigned = NewestCheckpoint(varmland_audit_.at, varmland_log_);
  const auto opened = note::OpenCheckpoint(
      cosigned->note, std::string(kTrustDomain) + "/" + varmland_log_, varmland_.key().verifier());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(IsCosignedBy(*opened, "se/17"));
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  EXPECT_EQ(NewestCheckpoint(varmland_audit_.at, varmland_log_)->size, 2u);
  EXPECT_EQ(NewestCheckpoint(county_audit_.at, varmland_log_)->size, 1u);
  EXPECT_EQ(ErrorOf(NewestCheckpoint(varmland_audit_.at, "se@1").status()).expected(),
            "one of " + varmland_log_);
}

TEST_F(ReceiptTest, ConsistencyIsProvenBetweenHeldSizesOnly) {
  for (int64_t i = 0; i < 5; ++i) varmland_.Record(Submitted(kVarmlandRapport, i, i));
  v1::GetConsistencyProofRequest request;
  request.set_log(varmland_log_);
  request.set_old_size(3);
  request.set_new_size(5);
  const auto proof = ProveConsistency(varmland_audit_.at, request);
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_TRUE(merkle::VerifyConsistency(
                  {.size = 3, .root = *varmland_.log().RootAt(varmland_log_, 3)},
                  {.size = 5, .root = *varmland_.log().RootAt(varmland_log_, 5)}, *proof)
                  .ok());
  request.set_new_size(6);
  EXPECT_EQ(ErrorOf(ProveConsistency(varmland_audit_.at, request).status()).field(), "new_size");
  request.set_new_size(2);
  EXPECT_EQ(ErrorOf(ProveConsistency(varmland_audit_.at, request).status()).field(), "old_size");
  request.set_log("se/10@1");
  EXPECT_EQ(ErrorOf(ProveConsistency(varmland_audit_.at, request).status()).field(), "log");
}

}  // namespace
}  // namespace liggare::ask
