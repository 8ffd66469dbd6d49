// Every field of the questions to AuditService, and of Read and Subscribe, changes the answer,
// over gRPC. The fields are those of the messages' descriptors, so that a new one without a
// row here fails. Those of QueryService: every_field_test.cc.
#include <google/protobuf/text_format.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "liggare/v1/audit_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "tests/testing/cluster.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::TextFormat;

constexpr char kNode[] = R"(node: "se/17" )";

// Bytes as text format has them.
std::string TextFormatId(uint64_t number) {
  std::string text;
  for (const char byte : SampleId(number)) {
    char octal[8];
    std::snprintf(octal, sizeof octal, "\\%03o", static_cast<uint8_t>(byte));
    text += octal;
  }
  return text;
}

// One way to change a question: the fields that it is about, and the question then.
struct Change {
  std::vector<std::string> fields;
  std::string question;
};

struct Door {
  const Descriptor* request;
  std::string base;
  std::vector<Change> changes;
};

std::vector<Door> Doors() {
  const std::string node = kNode;
  const std::string log = R"(log: "se/17/varmland@1" )";
  const std::string other = R"(log: "se/17@1" )";
  return {
      {v1::GetReceiptRequest::descriptor(),
       node + "place {" + log + "index: 1}",
       {{{"place"}, node + "place {" + log + "index: 0}"},
        {{"event_id"}, node + "event_id: \"" + TextFormatId(1) + "\""}}},
      {v1::GetCheckpointRequest::descriptor(), node + log, {{{"log"}, node + other}}},
      {v1::GetConsistencyProofRequest::descriptor(),
       node + log + "old_size: 1 new_size: 2",
       // The county's log has its enrolment and a Received at least.
       {{{"log"}, node + other + "old_size: 1 new_size: 2"},
        {{"old_size"}, node + log + "old_size: 2 new_size: 2"},
        {{"new_size"}, node + log + "old_size: 1 new_size: 3"}}},
      {v1::GetEnrolmentChainRequest::descriptor(),
       node + R"(path: "se/17/varmland")",
       {{{"path"}, node + R"(path: "se/17")"}}},
      // Whose checkpoint is sent.
      {v1::CompareCheckpointRequest::descriptor(), node + log, {{{"checkpoint"}, node + other}}},
      {v1::ReadRequest::descriptor(),
       node + "log {" + log + "}",
       {{{"log"}, node + "log {" + log + "next_index: 1}"},
        {{"subject"}, node + R"(subject: "verksamhet/se/17/varmland")"},
        {{"entries_max"}, node + "log {" + log + "} entries_max: 1"}}},
      {v1::SubscribeRequest::descriptor(),
       node + "positions {" + log + "}",
       {{{"positions"}, node + "positions {" + log + "next_index: 2}"},
        {{"only_named_logs"}, node + "positions {" + log + "} only_named_logs: true"}}},
  };
}

class EveryDoorFieldTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.Start();
    ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
    ASSERT_TRUE(cluster_.Record(kVerksamhet, Report(2, 3)).has_recorded());
    const v1::RecordResult last = cluster_.Record(kVerksamhet, Correction(3, 3, 4));
    ASSERT_TRUE(last.has_recorded()) << last.error().DebugString();
    cluster_.AwaitSize("se/17", std::string(kVerksamhet) + "@1", last.recorded().index() + 1);
    channel_ = cluster_.DialAsSystem("se/17");
  }

  template <typename Request>
  static Request Parsed(const std::string& text) {
    Request request;
    EXPECT_TRUE(TextFormat::ParseFromString(text, &request)) << text;
    return request;
  }
  template <typename Response, typename Stub, typename Request>
  std::string Unary(Stub& stub, const std::string& text,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*)) {
    grpc::ClientContext context;
    context.set_deadline(Deadline());
    Response response;
    const grpc::Status status = (stub.*method)(&context, Parsed<Request>(text), &response);
    return status.ok() ? response.DebugString() : "refused: " + status.error_message();
  }
  std::string Ask(const Descriptor* request, const std::string& text) {
    v1::AuditService::Stub audit(channel_);
    v1::EventService::Stub events(channel_);
    if (request == v1::GetReceiptRequest::descriptor()) {
      return Unary(audit, text, &v1::AuditService::Stub::GetReceipt);
    }
    if (request == v1::GetCheckpointRequest::descriptor()) {
      return Unary(audit, text, &v1::AuditService::Stub::GetCheckpoint);
    }
    if (request == v1::GetConsistencyProofRequest::descriptor()) {
      return Unary(audit, text, &v1::AuditService::Stub::GetConsistencyProof);
    }
    if (request == v1::GetEnrolmentChainRequest::descriptor()) {
      return Unary(audit, text, &v1::AuditService::Stub::GetEnrolmentChain);
    }
    if (request == v1::CompareCheckpointRequest::descriptor()) {
      grpc::ClientContext asked;
      asked.set_deadline(Deadline());
      v1::GetCheckpointResponse got;
      EXPECT_TRUE(audit.GetCheckpoint(&asked, Parsed<v1::GetCheckpointRequest>(text), &got).ok());
      v1::CompareCheckpointRequest compare;
      compare.set_node("se/17");
      compare.set_checkpoint(got.checkpoint());
      return Unary(audit, compare.DebugString(), &v1::AuditService::Stub::CompareCheckpoint);
    }
    grpc::ClientContext context;
    context.set_deadline(Deadline());
    std::string all;
    if (request == v1::ReadRequest::descriptor()) {
      auto stream = events.Read(&context, Parsed<v1::ReadRequest>(text));
      for (v1::ReadResponse response; stream->Read(&response);) all += response.DebugString();
      const grpc::Status status = stream->Finish();
      return status.ok() ? all : "refused: " + status.error_message();
    }
    auto stream = events.Subscribe(&context, Parsed<v1::SubscribeRequest>(text));
    for (v1::SubscribeResponse response; stream->Read(&response) && !response.caught_up();) {
      all += response.DebugString();
    }
    context.TryCancel();
    return all.empty() ? "refused: " + stream->Finish().error_message() : all;
  }
  static std::chrono::system_clock::time_point Deadline() {
    return std::chrono::system_clock::now() + std::chrono::seconds(50);
  }

  Cluster cluster_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST(EveryDoorRowsTest, EveryFieldHasARow) {
  std::map<std::string, Door> by_name;
  for (const Door& door : Doors()) by_name[door.request->name()] = door;
  const auto* audit =
      v1::GetReceiptRequest::descriptor()->file()->FindServiceByName("AuditService");
  std::vector<const Descriptor*> requests = {v1::ReadRequest::descriptor(),
                                             v1::SubscribeRequest::descriptor()};
  for (int m = 0; m < audit->method_count(); ++m)
    requests.push_back(audit->method(m)->input_type());
  for (const Descriptor* request : requests) {
    for (int f = 0; f < request->field_count(); ++f) {
      bool has_row = false;
      if (request->field(f)->name() == "node") continue;  // every_method_test
      for (const Change& change : by_name[request->name()].changes) {
        for (const std::string& field : change.fields) {
          has_row = has_row || field == request->field(f)->name();
        }
      }
      EXPECT_TRUE(has_row) << "no row for " << request->name() << "." << request->field(f)->name();
    }
  }
}

TEST_F(EveryDoorFieldTest, EveryFieldChangesTheAnswer) {
  for (const Door& door : Doors()) {
    const std::string base = Ask(door.request, door.base);
    EXPECT_NE(base.substr(0, 7), "refused") << door.request->name() << ": " << base;
    for (const Change& change : door.changes) {
      const std::string answer = Ask(door.request, change.question);
      EXPECT_NE(answer, base) << door.request->name() << "." << change.fields.front()
                              << " changes nothing";
      EXPECT_NE(answer.substr(0, 7), "refused") << change.question << ": " << answer;
    }
  }
}

TEST_F(EveryDoorFieldTest, OfASubjectNoMoreIsReadThanWasAskedFor) {
  for (const int most : {1, 2}) {
    const std::string answer =
        Ask(v1::ReadRequest::descriptor(), std::string(kNode) + "subject: \"" + kReportSubject +
                                               "\" entries_max: " + std::to_string(most));
    int count = 0;
    for (size_t at = answer.find("entries {"); at != std::string::npos;
         at = answer.find("entries {", at + 1)) {
      ++count;
    }
    EXPECT_EQ(count, most) << answer;
  }
}

}  // namespace
}  // namespace liggare::testing
