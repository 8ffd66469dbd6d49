// Every method of every service, asked by every kind of caller: docs/authority.md, "Whose
// certificate does what". The methods are those of the services' descriptors, so that a new
// one without a row here fails. Whom the handshake turns away comes to no method:
// handshake_test.cc.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "liggare/v1/admin_service.pb.h"
#include "liggare/v1/audit_service.pb.h"
#include "liggare/v1/event_service.pb.h"
#include "liggare/v1/query_service.pb.h"
#include "liggare/v1/replication_service.pb.h"
#include "proto/error/error.h"
#include "services/rpc/call/status.h"
#include "tests/testing/cluster.h"

namespace liggare::testing {
namespace {

constexpr char kAsked[] = "se/17";

// Who may ask what of se/17.
enum class Power { kRead, kRecord, kOperate, kReplicate, kRefill };

const std::map<std::string, Power>& PowerOf() {
  static const std::map<std::string, Power> powers = {
      {"AdminService.GetStatus", Power::kRead},
      {"AdminService.Backup", Power::kOperate},
      {"AuditService.GetReceipt", Power::kRead},
      {"AuditService.GetCheckpoint", Power::kRead},
      {"AuditService.GetConsistencyProof", Power::kRead},
      {"AuditService.GetEnrolmentChain", Power::kRead},
      {"AuditService.CompareCheckpoint", Power::kRead},
      {"EventService.Record", Power::kRecord},
      {"EventService.RecordStream", Power::kRecord},
      {"EventService.Read", Power::kRead},
      {"EventService.Subscribe", Power::kRead},
      {"QueryService.GetState", Power::kRead},
      {"QueryService.ListWithoutEffect", Power::kRead},
      {"QueryService.GetHistory", Power::kRead},
      {"QueryService.GetTable", Power::kRead},
      {"QueryService.ExplainCell", Power::kRead},
      {"QueryService.ListFindings", Power::kRead},
      {"QueryService.ListDuties", Power::kRead},
      {"QueryService.ListBrister", Power::kRead},
      {"QueryService.ListExamples", Power::kRead},
      {"QueryService.ListSubjects", Power::kRead},
      {"QueryService.GetStateDigest", Power::kRead},
      {"QueryService.AwaitFrontier", Power::kRead},
      {"ReplicationService.Replicate", Power::kReplicate},
      {"ReplicationService.GetChallenge", Power::kRefill},
      {"ReplicationService.GetHoldings", Power::kRefill},
      {"ReplicationService.GetChunk", Power::kRefill},
  };
  return powers;
}

// Callers by the path of their certificate, and what each may do at se/17.
const std::map<std::string, std::set<Power>>& Callers() {
  using enum Power;
  static const std::map<std::string, std::set<Power>> callers = {
      // Itself, its systems and operators.
      {"se/17", {kRead, kRecord}},
      {"se/17/system/lifecare", {kRead, kRecord}},
      {"se/17/operator/anna", {kRead, kRecord, kOperate}},
      // Its parent.
      {"se", {kRead, kRefill}},
      {"se/system/lifecare", {kRead}},
      {"se/operator/anna", {kRead}},
      // Its child, and a node below that.
      {"se/17/varmland", {kReplicate, kRefill}},
      {"se/17/varmland/system/lifecare", {}},
      {"se/17/varmland/operator/anna", {}},
      {"se/17/varmland/arvika", {}},
      // A sibling, and others.
      {"se/18", {}},
      {"se/18/system/lifecare", {}},
      {"se/18/operator/anna", {}},
      {"se/18/orebro", {}},
      {"se/1", {}},
      // Processes: of its own host, and of another's.
      {"host/county", {}},
      {"host/verksamhet", {}},
  };
  return callers;
}

std::vector<const google::protobuf::MethodDescriptor*> Methods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto* file :
       {v1::GetStatusRequest::descriptor()->file(), v1::GetReceiptRequest::descriptor()->file(),
        v1::RecordRequest::descriptor()->file(), v1::GetStateRequest::descriptor()->file(),
        v1::ReplicateRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

std::string NameOf(const google::protobuf::MethodDescriptor& method) {
  return method.service()->name() + "." + method.name();
}

// The first message of a call: which node is asked, and nothing else.
std::string RequestFor(const google::protobuf::MethodDescriptor& method,
                       const std::string& caller) {
  if (NameOf(method) == "ReplicationService.Replicate") {
    v1::ReplicateRequest first;
    v1::Hello& hello = *first.mutable_frame()->mutable_hello();
    hello.set_protocol_version(1);
    hello.set_format_version(1);
    // A system of a child speaks for the child.
    hello.set_path(caller.substr(0, std::min(caller.find("/system"), caller.find("/operator"))));
    hello.set_to(kAsked);
    hello.set_nonce(std::string(32, 'n'));
    hello.set_instance_id(std::string(16, 'i'));
    return first.SerializeAsString();
  }
  google::protobuf::DynamicMessageFactory factory;
  std::unique_ptr<google::protobuf::Message> request(
      factory.GetPrototype(method.input_type())->New());
  const auto* node = method.input_type()->FindFieldByName("node");
  EXPECT_NE(node, nullptr) << NameOf(method) << " names no node";
  if (node == nullptr) return "";
  request->GetReflection()->SetString(request.get(), node, kAsked);
  return request->SerializeAsString();
}

// What comes of a call: no error as soon as one answer has come.
absl::Status Call(const std::shared_ptr<grpc::Channel>& channel,
                  const google::protobuf::MethodDescriptor& method, const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(50));
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const std::string name = "/" + method.service()->full_name() + "/" + method.name();
  auto call = stub.PrepareCall(&context, name, &queue);
  call->StartCall(nullptr);
  bool answered = next();
  if (answered) {
    const grpc::Slice slice(request);
    call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    answered = next();
  }
  grpc::ByteBuffer answer;
  if (answered) {
    call->Read(&answer, nullptr);
    answered = next();
  }
  if (answered) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  next();
  queue.Shutdown();
  while (next()) {
  }
  return answered ? absl::OkStatus() : rpc::FromGrpcStatus(status);
}

class EveryMethodTest : public ::testing::Test {
 protected:
  EveryMethodTest() { cluster_.Start(); }

  Cluster cluster_;
};

TEST(EveryMethodRowsTest, EveryMethodHasARowAndEveryRowAMethod) {
  std::set<std::string> named;
  for (const auto* method : Methods()) {
    named.insert(NameOf(*method));
    EXPECT_TRUE(PowerOf().contains(NameOf(*method))) << "no row for " << NameOf(*method);
  }
  for (const auto& [name, power] : PowerOf()) EXPECT_TRUE(named.contains(name)) << name;
}

TEST_F(EveryMethodTest, EveryCallerMayWhatItsCertificateSaysAndNothingElse) {
  for (const auto& [caller, powers] : Callers()) {
    const auto channel = cluster_.Dial("county", caller);
    for (const auto* method : Methods()) {
      const std::string what = caller + " asks " + NameOf(*method);
      const absl::Status status = Call(channel, *method, RequestFor(*method, caller));
      const v1::Error error = status.ok() ? v1::Error() : ErrorOf(status);
      if (!powers.contains(PowerOf().at(NameOf(*method)))) {
        EXPECT_EQ(error.code(), v1::ERROR_CODE_PERMISSION_DENIED) << what << ": " << status;
        continue;
      }
      // It gets as far as what it asks for, or its proof of a key.
      EXPECT_NE(error.code(), v1::ERROR_CODE_PERMISSION_DENIED) << what << ": " << status;
      EXPECT_NE(error.field(), "subjectAltName") << what << ": " << status;
      EXPECT_FALSE(absl::IsDeadlineExceeded(status)) << what << " waited for an answer";
      EXPECT_FALSE(absl::IsUnimplemented(status)) << what;
    }
  }
}

}  // namespace
}  // namespace liggare::testing
