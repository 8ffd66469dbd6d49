// What a restore is given is given to who holds the node's signing key.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "liggare/v1/replication_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/replication/drive/refill.h"
#include "services/replication/session/key_proof.h"
#include "services/rpc/call/status.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

constexpr char kCounty[] = "se/17";

class RefillProofTest : public ::testing::Test {
 protected:
  RefillProofTest() {
    se_.Enrol("se");
    se_.Enrol(kCounty);
    se_.RecordWithText("hemligt");
    se_.Serve();
    Call(kCounty);
  }
  // From here on with the certificate of this node.
  void Call(const std::string& as) {
    stub_ = v1::ReplicationService::NewStub(ChannelAs(as, se_.port()));
  }
  std::string Challenge() {
    v1::GetChallengeRequest request;
    request.set_node("se");
    grpc::ClientContext context;
    v1::GetChallengeResponse response;
    EXPECT_TRUE(stub_->GetChallenge(&context, request, &response).ok());
    return response.challenge();
  }
  static v1::KeyProof Sign(const note::SigningKey& key, const std::string& text) {
    v1::KeyProof proof;
    proof.set_key_id(key.verifier().key_id());
    proof.set_signature(key.Sign(text));
    return proof;
  }
  static v1::KeyProof ProofOf(const note::SigningKey& key, const std::string& challenge) {
    return Sign(key, RefillProofText({kTrustDomain, kCounty, "se"}, challenge));
  }
  // What comes of asking for what is held and for its bytes; the same for both.
  v1::ErrorCode Ask(const v1::KeyProof& proof) {
    v1::GetHoldingsRequest holdings;
    holdings.set_node("se");
    *holdings.mutable_proof() = proof;
    v1::GetHoldingsResponse held;
    grpc::ClientContext first;
    const auto status = rpc::FromGrpcStatus(stub_->GetHoldings(&first, holdings, &held));
    v1::GetChunkRequest chunk;
    chunk.set_node("se");
    chunk.set_log("se@1");
    chunk.set_end_index(3);
    *chunk.mutable_proof() = proof;
    v1::GetChunkResponse given;
    grpc::ClientContext second;
    const auto again = rpc::FromGrpcStatus(stub_->GetChunk(&second, chunk, &given));
    EXPECT_EQ(status.code(), again.code());
    EXPECT_EQ(held.logs_size() > 0, status.ok());
    EXPECT_EQ(given.chunk().disclosures_size() > 0, again.ok());
    return status.ok() ? v1::ERROR_CODE_UNSPECIFIED : ErrorOf(again).code();
  }

  TestHost host_;
  NodeUnderTest se_{host_, "se"};
  std::unique_ptr<v1::ReplicationService::Stub> stub_;
};

TEST_F(RefillProofTest, WhoHoldsTheKeyIsGivenEntriesAndTexts) {
  EXPECT_EQ(Ask(ProofOf(KeyOf(kCounty), Challenge())), v1::ERROR_CODE_UNSPECIFIED);
}

TEST_F(RefillProofTest, TheCertificateAloneIsGivenNothing) {
  EXPECT_EQ(Ask(v1::KeyProof()), v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(Ask(ProofOf(KeyOf(kCounty, 7), Challenge())), v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(Ask(ProofOf(KeyOf(kCounty), "")), v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(Ask(ProofOf(KeyOf(kCounty), std::string(kNonceBytes, 'c'))),
            v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(RefillProofTest, AProofIsForRefillsFromTheOneThatGaveTheChallenge) {
  const std::string challenge = Challenge();
  const note::SigningKey key = KeyOf(kCounty);
  EXPECT_EQ(Ask(Sign(key, RefillProofText({kTrustDomain, kCounty, "se/17/varmland"}, challenge))),
            v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(Ask(Sign(key, RefillProofText({"other.test", kCounty, "se"}, challenge))),
            v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ(Ask(Sign(key, HelloProofText({kTrustDomain, kCounty, "se"},
                                         {challenge, std::string(kNonceBytes, '\0')}))),
            v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(RefillProofTest, AChallengeIsForOneCaller) {
  se_.Enrol("se/18");
  Call("se/18");
  const std::string of_another = Challenge();
  Call(kCounty);
  EXPECT_NE(of_another, Challenge());
  EXPECT_EQ(Ask(ProofOf(KeyOf(kCounty), of_another)), v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(RefillProofTest, AProofCountsForAMinuteOrTwo) {
  const v1::KeyProof proof = ProofOf(KeyOf(kCounty), Challenge());
  host_.now_ms += kChallengeMs;
  EXPECT_EQ(Ask(proof), v1::ERROR_CODE_UNSPECIFIED);
  host_.now_ms += kChallengeMs;
  EXPECT_EQ(Ask(proof), v1::ERROR_CODE_UNAUTHENTICATED);
}

TEST_F(RefillProofTest, AProofCountsForNothingAfterARestart) {
  const v1::KeyProof proof = ProofOf(KeyOf(kCounty), Challenge());
  const ReplicationNode restarted(
      ReplicationNode::Parts{*se_.log, *se_.sequencer, *se_.keys, host_.workers, host_.timer,
                             [] { return kNowMs; }, RandomBytes, se_.directory / "evidence"});
  const SessionEnds ends{Side::kParent, "se", kCounty};
  EXPECT_TRUE(CheckRefillProof(se_.node->parts(), se_.node->refill_secret(), ends, proof).ok());
  EXPECT_FALSE(CheckRefillProof(restarted.parts(), restarted.refill_secret(), ends, proof).ok());
}

TEST_F(RefillProofTest, ARevokedKeyAndOneThatIsNotEnrolledAreGivenNothing) {
  se_.RevokeKey(kCounty, KeyOf(kCounty), {"se/17@1", 0});
  EXPECT_EQ(Ask(ProofOf(KeyOf(kCounty), Challenge())), v1::ERROR_CODE_UNAUTHENTICATED);
  Call("se/18");
  const std::string text = RefillProofText({kTrustDomain, "se/18", "se"}, Challenge());
  EXPECT_EQ(Ask(Sign(KeyOf("se/18"), text)), v1::ERROR_CODE_UNAUTHENTICATED);
}

}  // namespace
}  // namespace liggare::replication
