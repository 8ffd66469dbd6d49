// Whose certificate does what, over the wire: docs/authority.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "liggare/v1/admin_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/rpc/call/status.h"
#include "tests/testing/cluster.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using ::testing::HasSubstr;

class PowersTest : public ::testing::Test {
 protected:
  v1::RecordResult RecordAs(const std::string& host, const std::string& caller,
                            const std::string& node, const v1::EventData& event) {
    v1::RecordRequest request;
    request.set_node(node);
    request.add_submissions()->set_data(event.SerializeAsString());
    v1::RecordResponse response;
    grpc::ClientContext context;
    const grpc::Status status = v1::EventService::NewStub(cluster_.Dial(host, caller))
                                    ->Record(&context, request, &response);
    v1::RecordResult result;
    if (status.ok()) return response.results(0);
    *result.mutable_error() = ErrorOf(rpc::FromGrpcStatus(status));
    return result;
  }

  void ExpectDenied(const v1::RecordResult& result, const std::string& right) {
    EXPECT_EQ(result.error().code(), v1::ERROR_CODE_PERMISSION_DENIED) << result.ShortDebugString();
    EXPECT_THAT(result.error().expected(), HasSubstr(right));
  }

  // About se/17/varmland, for its parent to record.
  v1::EventData About(uint64_t id) {
    v1::EventData event;
    event.set_event_id(SampleId(id));
    event.set_subject("node/se/17/varmland");
    event.mutable_actor()->set_id("anna");
    event.mutable_actor()->set_role("beslutsfattare");  // The sender's word: no certificate.
    return event;
  }
  v1::EventData Revocation(uint64_t id) {
    v1::EventData event = About(id);
    event.mutable_node_key_revoked()->set_verifier_key(cluster_.verifier("se/17/varmland").Text());
    event.mutable_node_key_revoked()->set_log("se/17/varmland@1");
    event.mutable_node_key_revoked()->set_size(0);
    return event;
  }
  v1::EventData Enrolment(uint64_t id, const std::string& name = "anew") {
    v1::EventData event = About(id);
    v1::NodeEnrolled& enrolled = *event.mutable_node_enrolled();
    enrolled.set_verifier_key(cluster_.verifier("se/17/varmland").Text());
    enrolled.set_display_name(name);
    enrolled.set_custody(v1::CUSTODY_OWN);
    enrolled.set_host("verksamhet");
    return event;
  }
  v1::EventData Change(uint64_t id) {
    v1::EventData event = About(id);
    event.mutable_node_key_changed()->set_verifier_key(
        note::SigningKey::Generate("po.example.se/se/17/varmland")->verifier().Text());
    event.mutable_node_key_changed()->set_old_key_signature(std::string(64, 's'));
    return event;
  }
  v1::EventData Closing(uint64_t id) {
    v1::EventData event = About(id);
    event.mutable_node_closed()->set_size(1);
    event.mutable_node_closed()->set_root(std::string(32, 'r'));
    return event;
  }

  std::string PrincipalOf(const std::string& host, const v1::Recorded& recorded) {
    v1::ReadRequest request;
    request.mutable_log()->set_log(recorded.log());
    request.mutable_log()->set_next_index(recorded.index());
    request.set_node("se/17");
    grpc::ClientContext context;
    const auto reader = v1::EventService::NewStub(cluster_.Dial(host, "se/17/operator/anna"))
                            ->Read(&context, request);
    v1::ReadResponse response;
    v1::Event event;
    if (reader->Read(&response)) event.ParseFromString(response.entries().entries(0));
    context.TryCancel();
    return event.principal();
  }

  grpc::Status Backup(const std::string& caller) {
    v1::BackupRequest request;
    request.set_node("se/17");
    v1::BackupResponse response;
    grpc::ClientContext context;
    return v1::AdminService::NewStub(cluster_.Dial("county", caller))
        ->Backup(&context, request, &response);
  }

  Cluster cluster_;
};

TEST_F(PowersTest, NeitherASystemNorTheNodesOwnCertificateTouchesKeys) {
  cluster_.Start();
  for (const char* caller : {"se/17/system/journal", "se/17"}) {
    for (const v1::EventData& event :
         {Revocation(101), Enrolment(102), Change(103), Closing(104)}) {
      ExpectDenied(RecordAs("county", caller, "se/17", event), "se/17/operator/<name>");
    }
  }
  // Nothing happened: the node still records.
  EXPECT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
}

TEST_F(PowersTest, AnOperatorTouchesKeysAndTheEntryAttestsIt) {
  cluster_.Start();
  const auto enrolled = RecordAs("county", "se/17/operator/anna", "se/17", Enrolment(102));
  ASSERT_TRUE(enrolled.has_recorded()) << enrolled.ShortDebugString();
  EXPECT_EQ(PrincipalOf("county", enrolled.recorded()),
            "spiffe://po.example.se/se/17/operator/anna");
  EXPECT_TRUE(RecordAs("county", "se/17/operator/anna", "se/17", Revocation(101)).has_recorded());
}

TEST_F(PowersTest, AnOperatorRecordsNothingElse) {
  cluster_.Start();
  const std::string system = "se/17/varmland/system/<name>";
  for (const v1::EventData& event : {Registered(1), Report(2, 3)}) {
    ExpectDenied(RecordAs("verksamhet", "se/17/varmland/operator/anna", kVerksamhet, event),
                 system);
  }
  EXPECT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
}

TEST_F(PowersTest, AnOperatorOfAnotherNodeHasNoPowerHere) {
  cluster_.Start();
  for (const char* caller :
       {"se/operator/anna", "se/18/operator/anna", "se/17/varmland/operator/anna", "host/county"}) {
    ExpectDenied(RecordAs("county", caller, "se/17", Revocation(101)), "se/17");
    EXPECT_EQ(Backup(caller).error_code(), grpc::StatusCode::PERMISSION_DENIED) << caller;
  }
}

TEST_F(PowersTest, AStreamGivesNoOtherPowers) {
  cluster_.Start();
  const auto stub = v1::EventService::NewStub(cluster_.Dial("county", "se/17/system/journal"));
  grpc::ClientContext context;
  const auto stream = stub->RecordStream(&context);
  v1::RecordStreamRequest request;
  request.add_submissions()->set_data(Revocation(101).SerializeAsString());
  stream->Write(request);
  stream->WritesDone();
  v1::RecordStreamResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ExpectDenied(response.results(0), "se/17/operator/<name>");
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(PowersTest, OnlyAnOperatorBacksUp) {
  cluster_.Start();
  for (const char* caller : {"se/17/system/journal", "se/17"}) {
    const grpc::Status refused = Backup(caller);
    const v1::Error error = ErrorOf(rpc::FromGrpcStatus(refused));
    EXPECT_EQ(error.code(), v1::ERROR_CODE_PERMISSION_DENIED) << caller;
    EXPECT_THAT(error.expected(), HasSubstr("spiffe://po.example.se/se/17/operator/<name>"));
  }
  const grpc::Status made = Backup("se/17/operator/anna");
  EXPECT_TRUE(made.ok()) << made.error_message();
}

TEST_F(PowersTest, WhereTwoAreRequiredOneOperatorAloneChangesNothing) {
  cluster_.RequireOperators("se/17", 2);
  for (const char* host : {"nation", "county"}) ASSERT_TRUE(cluster_.StartHost(host).ok());
  const auto as = [&](const std::string& name, const v1::EventData& event) {
    return RecordAs("county", "se/17/operator/" + name, "se/17", event);
  };
  const v1::RecordResult first = as("anna", Enrolment(101));
  EXPECT_EQ(first.error().code(), v1::ERROR_CODE_PREREQUISITE_MISSING);
  EXPECT_THAT(first.error().expected(), HasSubstr("another operator of se/17"));
  EXPECT_EQ(as("anna", Enrolment(102)).error().code(), v1::ERROR_CODE_PREREQUISITE_MISSING);
  EXPECT_EQ(as("bo", Enrolment(103, "other")).error().code(), v1::ERROR_CODE_PREREQUISITE_MISSING);
  ExpectDenied(RecordAs("county", "se/17/system/bo", "se/17", Enrolment(104)),
               "se/17/operator/<name>");
  const v1::RecordResult second = as("bo", Enrolment(105));
  ASSERT_TRUE(second.has_recorded()) << second.ShortDebugString();
  EXPECT_EQ(PrincipalOf("county", second.recorded()),
            "spiffe://po.example.se/se/17/operator/anna spiffe://po.example.se/se/17/operator/bo");
  // Sent again it is the same event.
  EXPECT_TRUE(as("bo", Enrolment(105)).recorded().duplicate());

  v1::GetStatusRequest request;
  request.set_node("se/17");
  v1::GetStatusResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(v1::AdminService::NewStub(cluster_.DialAsSystem("se/17"))
                  ->GetStatus(&context, request, &response)
                  .ok());
  EXPECT_THAT(response.ShortDebugString(), HasSubstr("waits for another operator until"));
}

}  // namespace
}  // namespace liggare::testing
