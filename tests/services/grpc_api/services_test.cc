// QueryService and AuditService over TLS, at three tiers.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/merkle/verify.h"
#include "eventstore/note/checkpoint.h"
#include "liggare/v1/audit_service.grpc.pb.h"
#include "liggare/v1/query_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "services/rpc/call/status.h"
#include "tests/testing/cluster.h"
#include "tests/testing/sample_events.h"

namespace liggare {
namespace {

using testing::Cluster;
using testing::kClusterDomain;
using testing::kReportSubject;
using testing::kVerksamhet;

const std::string kVerksamhetLog = std::string(kVerksamhet) + "@1";

v1::Error ErrorIn(const grpc::Status& status) {
  EXPECT_FALSE(status.ok());
  return status.ok() ? v1::Error() : ErrorOf(rpc::FromGrpcStatus(status));
}

class ServicesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.Start();
    Record(testing::Registered(1));
    Record(testing::Report(2, 3));
  }

  void Record(const v1::EventData& event) {
    const v1::RecordResult result = cluster_.Record(kVerksamhet, event);
    ASSERT_TRUE(result.has_recorded()) << result.error().DebugString();
    size_ = result.recorded().index() + 1;
  }

  std::unique_ptr<v1::QueryService::Stub> Queries(const std::string& path) {
    return v1::QueryService::NewStub(cluster_.DialAsSystem(path));
  }

  grpc::Status GetState(v1::QueryService::Stub& stub, const std::string& node,
                        v1::GetStateResponse& response) {
    v1::GetStateRequest request;
    request.set_node(node);
    request.set_subject(kReportSubject);
    grpc::ClientContext context;
    return stub.GetState(&context, request, &response);
  }

  Cluster cluster_;
  uint64_t size_ = 0;  // Of the verksamhet's log.
};

TEST_F(ServicesTest, EveryTierAnswersTheSameState) {
  cluster_.AwaitSize("se", kVerksamhetLog, size_);
  v1::GetStateResponse at_origin;
  ASSERT_TRUE(GetState(*Queries(kVerksamhet), "", at_origin).ok());
  EXPECT_EQ(at_origin.state().event_count(), 1u);
  for (const char* path : {"se", "se/17"}) {
    v1::GetStateResponse above;
    ASSERT_TRUE(GetState(*Queries(path), path, above).ok());
    EXPECT_EQ(above.DebugString(), at_origin.DebugString()) << path;
  }
}

TEST_F(ServicesTest, AncestorMayAskAtADescendantAndNobodyElse) {
  v1::GetStateResponse response;
  const auto ancestor = v1::QueryService::NewStub(cluster_.Dial("verksamhet", "se/17/system/test"));
  EXPECT_TRUE(GetState(*ancestor, kVerksamhet, response).ok());
  const auto below =
      v1::QueryService::NewStub(cluster_.Dial("county", "se/17/varmland/system/test"));
  EXPECT_EQ(ErrorIn(GetState(*below, "se/17", response)).code(), v1::ERROR_CODE_PERMISSION_DENIED);
  EXPECT_EQ(ErrorIn(GetState(*below, "", response)).code(), v1::ERROR_CODE_UNKNOWN_NODE);
}

// More at once than may run, so that most of them wait for their turn.
TEST_F(ServicesTest, ManyQuestionsAtOnceAreAllAnswered) {
  struct Call {
    grpc::ClientContext context;
    v1::GetStateRequest request;
    v1::GetStateResponse response;
    grpc::Status status;
  };
  std::vector<Call> calls(100);
  std::latch answered(static_cast<ptrdiff_t>(calls.size()));
  const auto stub = Queries(kVerksamhet);
  for (Call& call : calls) {
    call.request.set_subject(kReportSubject);
    stub->async()->GetState(&call.context, &call.request, &call.response,
                            [&call, &answered](grpc::Status status) {
                              call.status = std::move(status);
                              answered.count_down();
                            });
  }
  answered.wait();
  for (const Call& call : calls) {
    ASSERT_TRUE(call.status.ok()) << call.status.error_message();
    EXPECT_EQ(call.response.state().event_count(), 1u);
  }
}

TEST_F(ServicesTest, RefusedQuestionSaysWhatThereIs) {
  v1::GetTableRequest request;
  request.set_table("klienterna");
  request.set_year(2024);
  v1::GetTableResponse response;
  grpc::ClientContext context;
  const auto stub = Queries(kVerksamhet);
  const v1::Error error = ErrorIn(stub->GetTable(&context, request, &response));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_NOT_FOUND);
  EXPECT_NE(error.expected().find("klienter"), std::string::npos);
  request.set_table("klienter");
  grpc::ClientContext again;
  EXPECT_TRUE(stub->GetTable(&again, request, &response).ok());
}

// From the configuration's smallest_count to what a table withholds.
TEST(SmallestCountTest, TheConfigurationsSmallestCountIsUsed) {
  for (const auto& [smallest, is_withheld] : {std::pair{3, false}, std::pair{4, true}}) {
    Cluster cluster;
    cluster.SetSmallestCount(kVerksamhet, smallest);
    cluster.Start();
    ASSERT_TRUE(cluster.Record(kVerksamhet, testing::Registered(1)).has_recorded());
    v1::EventData report = testing::Report(2, 3);
    v1::KlientAntal& row = *report.mutable_report_submitted()->add_klienter();
    row.set_kon(v1::KON_KVINNA);
    row.set_alder(v1::ALDER_30_49);
    row.set_antal(3);
    const v1::RecordResult recorded = cluster.Record(kVerksamhet, report);
    ASSERT_TRUE(recorded.has_recorded()) << recorded.error().DebugString();
    v1::GetTableRequest request;
    request.set_table("klienter");
    request.set_year(2024);
    request.set_publishable(true);
    v1::GetTableResponse response;
    grpc::ClientContext context;
    const grpc::Status status = v1::QueryService::NewStub(cluster.DialAsSystem(kVerksamhet))
                                    ->GetTable(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    bool withheld = false;
    for (const v1::TableRow& each : response.rows()) {
      for (const v1::TableCell& cell : each.cells()) withheld = withheld || cell.suppressed();
    }
    EXPECT_EQ(withheld, is_withheld) << smallest;
  }
}

TEST_F(ServicesTest, AwaitFrontierAnswersWhenTheEntryHasCome) {
  const uint64_t awaited = size_ + 1;
  std::thread waiting([&] { cluster_.AwaitSize("se", kVerksamhetLog, awaited); });
  Record(testing::Correction(3, 3, 4));
  waiting.join();
  v1::GetStateResponse response;
  ASSERT_TRUE(GetState(*Queries("se"), "se", response).ok());
  EXPECT_EQ(response.state().event_count(), 2u);
}

TEST_F(ServicesTest, AwaitFrontierEndsAtTheCallersDeadline) {
  v1::AwaitFrontierRequest request;
  v1::LogPosition& position = *request.add_positions();
  position.set_log(kVerksamhetLog);
  position.set_next_index(1'000'000);
  v1::AwaitFrontierResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  const auto stub = Queries(kVerksamhet);
  EXPECT_EQ(stub->AwaitFrontier(&context, request, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  v1::GetStateResponse state;
  EXPECT_TRUE(GetState(*stub, "", state).ok());
}

// A call that has told when the server began with it, and how it ended.
class WaitingCall final : public grpc::ClientUnaryReactor {
 public:
  WaitingCall(v1::QueryService::Stub& stub, const v1::AwaitFrontierRequest& request) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stub.async()->AwaitFrontier(&context_, &request, &response_, this);
    StartCall();
  }
  void OnReadInitialMetadataDone(bool ok) override { begun_.set_value(ok); }
  void OnDone(const grpc::Status& status) override { ended_.set_value(status); }

  // Both end with the call's deadline at the latest.
  bool HasBegun() { return begun_.get_future().get(); }
  grpc::Status End() { return ended_.get_future().get(); }

 private:
  grpc::ClientContext context_;
  v1::AwaitFrontierResponse response_;
  std::promise<bool> begun_;
  std::promise<grpc::Status> ended_;
};

TEST_F(ServicesTest, StopAnswersThoseThatWait) {
  v1::AwaitFrontierRequest request;
  v1::LogPosition& position = *request.add_positions();
  position.set_log(kVerksamhetLog);
  position.set_next_index(1'000'000);
  const auto stub = Queries(kVerksamhet);
  WaitingCall call(*stub, request);
  EXPECT_TRUE(call.HasBegun()) << "waited for the server to take the question";
  cluster_.StopHost("verksamhet");
  EXPECT_EQ(call.End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServicesTest, ReceiptOfTheNationVerifiesWithTheNationalKeyAlone) {
  cluster_.AwaitSize("se", kVerksamhetLog, size_);
  v1::GetReceiptRequest request;
  request.mutable_place()->set_log(kVerksamhetLog);
  request.mutable_place()->set_index(size_ - 1);
  v1::GetReceiptResponse response;
  grpc::ClientContext context;
  const grpc::Status status = v1::AuditService::NewStub(cluster_.DialAsSystem("se"))
                                  ->GetReceipt(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const v1::Receipt& receipt = response.receipt();
  const auto nodes = replication::VerifyEnrolmentChain(receipt.enrolment(), kClusterDomain,
                                                       cluster_.verifier("se"));
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  const auto checkpoint =
      note::OpenCheckpoint(receipt.event().checkpoint(), kClusterDomain + ("/" + kVerksamhetLog),
                           nodes->at(kVerksamhet).keys.front());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  merkle::Proof proof;
  for (const std::string& hash : receipt.event().inclusion_proof()) {
    proof.push_back(*merkle::HashFromBytes(hash));
  }
  EXPECT_TRUE(merkle::VerifyInclusion(merkle::LeafHash(receipt.event().entry()), size_ - 1,
                                      checkpoint->checkpoint.size, proof,
                                      checkpoint->checkpoint.root)
                  .ok());
}

TEST_F(ServicesTest, CheckpointsOfTwoSizesAreConsistent) {
  v1::GetCheckpointRequest request;
  v1::GetCheckpointResponse before;
  v1::GetCheckpointResponse after;
  const auto stub = v1::AuditService::NewStub(cluster_.DialAsSystem(kVerksamhet));
  grpc::ClientContext first;
  ASSERT_TRUE(stub->GetCheckpoint(&first, request, &before).ok());
  Record(testing::Correction(3, 3, 4));
  grpc::ClientContext second;
  ASSERT_TRUE(stub->GetCheckpoint(&second, request, &after).ok());
  const auto open = [&](const std::string& checkpoint) {
    return note::OpenCheckpoint(checkpoint, kClusterDomain + ("/" + kVerksamhetLog),
                                cluster_.verifier(kVerksamhet))
        ->checkpoint;
  };
  const note::Checkpoint old_one = open(before.checkpoint());
  const note::Checkpoint new_one = open(after.checkpoint());
  EXPECT_EQ(new_one.size, old_one.size + 1);

  v1::GetConsistencyProofRequest proof_request;
  proof_request.set_log(kVerksamhetLog);
  proof_request.set_old_size(old_one.size);
  proof_request.set_new_size(new_one.size);
  v1::GetConsistencyProofResponse proof_response;
  grpc::ClientContext third;
  ASSERT_TRUE(stub->GetConsistencyProof(&third, proof_request, &proof_response).ok());
  merkle::Proof proof;
  for (const std::string& hash : proof_response.proof()) {
    proof.push_back(*merkle::HashFromBytes(hash));
  }
  EXPECT_TRUE(merkle::VerifyConsistency({.size = old_one.size, .root = old_one.root},
                                        {.size = new_one.size, .root = new_one.root}, proof)
                  .ok());
}

}  // namespace
}  // namespace liggare
