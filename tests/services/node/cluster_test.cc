// Three tiers end to end: real gRPC, TLS and RocksDB.
#include "tests/testing/cluster.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "liggare/v1/admin_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/grpc_api/subscription.h"
#include "services/node/config.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/call/status.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kLog[] = "se/17/varmland@1";

class ClusterTest : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.Start(); }

  std::unique_ptr<v1::EventService::Stub> StubAs(const std::string& host,
                                                 const std::string& uri_path) {
    return v1::EventService::NewStub(cluster_.Dial(host, uri_path));
  }

  // Reads all of a log at a node.
  std::vector<std::string> ReadAll(const std::string& path, const std::string& log) {
    v1::ReadRequest request;
    request.mutable_log()->set_log(log);
    grpc::ClientContext context;
    const auto stub = v1::EventService::NewStub(cluster_.DialAsSystem(path));
    const auto reader = stub->Read(&context, request);
    std::vector<std::string> entries;
    v1::ReadResponse response;
    while (reader->Read(&response)) {
      EXPECT_EQ(response.entries().first_index(), entries.size());
      for (const std::string& entry : response.entries().entries()) entries.push_back(entry);
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return entries;
  }

  grpc::Status RecordAs(v1::EventService::Stub& stub, const std::string& node,
                        const v1::EventData& event, v1::RecordResponse* response = nullptr) {
    v1::RecordRequest request;
    request.set_node(node);
    *request.add_submissions() = SubmissionOf(event);
    grpc::ClientContext context;
    v1::RecordResponse ignored;
    return stub.Record(&context, request, response == nullptr ? &ignored : response);
  }

  static v1::ErrorCode CodeOf(const grpc::Status& status) {
    return status.ok() ? v1::ERROR_CODE_UNSPECIFIED : ErrorOf(rpc::FromGrpcStatus(status)).code();
  }

  Cluster cluster_;
};

TEST_F(ClusterTest, EventOfAVerksamhetReachesTheNationByteForByte) {
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
  const v1::RecordResult report = cluster_.Record(kVerksamhet, Report(2, 3));
  ASSERT_TRUE(report.has_recorded()) << report.ShortDebugString();
  EXPECT_EQ(report.recorded().log(), kLog);
  cluster_.AwaitSize("se/17", kLog, report.recorded().index() + 1);
  cluster_.AwaitSize("se", kLog, report.recorded().index() + 1);
  const std::vector<std::string> original = ReadAll(kVerksamhet, kLog);
  EXPECT_EQ(original.size(), report.recorded().index() + 1);
  EXPECT_EQ(ReadAll("se/17", kLog), original);
  EXPECT_EQ(ReadAll("se", kLog), original);
}

TEST_F(ClusterTest, NationsLogBeginsWithItsEnrolmentAndReachesTheCounty) {
  v1::Event first;
  ASSERT_TRUE(first.ParseFromString(ReadAll("se", "se@1").at(0)));
  v1::EventData data;
  ASSERT_TRUE(data.ParseFromString(first.data()));
  EXPECT_EQ(data.subject(), "node/se");
  EXPECT_EQ(data.node_enrolled().verifier_key(), cluster_.verifier("se").Text());
  cluster_.AwaitSize("se/17", "se@1", 1);
  EXPECT_EQ(ReadAll("se/17", "se@1").at(0), ReadAll("se", "se@1").at(0));
}

TEST_F(ClusterTest, RestartedNodesKeepAllAndGoOn) {
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
  cluster_.StopHost("county");
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Report(2, 3)).has_recorded());
  cluster_.StopHost("verksamhet");
  ASSERT_TRUE(cluster_.StartHost("verksamhet").ok());
  const v1::RecordResult again = cluster_.Record(kVerksamhet, Report(2, 3));
  ASSERT_TRUE(again.has_recorded()) << again.ShortDebugString();
  EXPECT_TRUE(again.recorded().duplicate());
  const v1::RecordResult correction = cluster_.Record(kVerksamhet, Correction(3, 3, 4));
  ASSERT_TRUE(correction.has_recorded()) << correction.ShortDebugString();
  ASSERT_TRUE(cluster_.StartHost("county").ok());
  cluster_.AwaitSize("se", kLog, correction.recorded().index() + 1);
  EXPECT_EQ(ReadAll("se", kLog), ReadAll(kVerksamhet, kLog));
}

TEST_F(ClusterTest, CallerOutsideItsPathIsRefused) {
  const auto county = StubAs("verksamhet", "se/17/system/test");
  EXPECT_EQ(CodeOf(RecordAs(*county, kVerksamhet, Registered(1))),
            v1::ERROR_CODE_PERMISSION_DENIED);
  EXPECT_EQ(CodeOf(RecordAs(*county, "", Registered(1))), v1::ERROR_CODE_UNKNOWN_NODE);
  const auto other = StubAs("verksamhet", "se/18/other/system/test");
  v1::ReadRequest request;
  request.set_node(kVerksamhet);
  request.set_subject(kReportSubject);
  grpc::ClientContext context;
  v1::ReadResponse response;
  EXPECT_EQ(CodeOf(other->Read(&context, request)->Finish()), v1::ERROR_CODE_PERMISSION_DENIED);
}

TEST_F(ClusterTest, AncestorReadsAtItsDescendant) {
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
  const auto nation = StubAs("verksamhet", "se/system/test");
  v1::ReadRequest request;
  request.set_node(kVerksamhet);
  request.set_subject(std::string("verksamhet/") + kVerksamhet);
  grpc::ClientContext context;
  const auto reader = nation->Read(&context, request);
  v1::ReadResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.entries().entries_size(), 1);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ClusterTest, HostsCertificateIsNoCallersIdentity) {
  const auto host = StubAs("verksamhet", "host/verksamhet");
  EXPECT_EQ(CodeOf(RecordAs(*host, kVerksamhet, Registered(1))), v1::ERROR_CODE_PERMISSION_DENIED);
}

TEST_F(ClusterTest, ForeignAndExpiredCertificatesGetNoConnection) {
  TestAuthority foreign(cluster_.scratch().path(), "foreign");
  const std::string uri = "spiffe://po.example.se/se/17/varmland/system/test";
  rpc::CredentialFiles stranger = foreign.Issue("stranger", uri);
  const rpc::CredentialFiles expired = cluster_.authority().Issue(
      "expired", CertificateSpec{.uris = {uri}, .not_after_s = 1'000'000'000});
  for (const rpc::CredentialFiles& files : {stranger, expired}) {
    absl::StatusOr<rpc::Credentials> own = rpc::LoadCredentials(files, kClusterDomain, 999'999'999);
    ASSERT_TRUE(own.ok()) << own.status();
    // It trusts the right authority, whatever it shows itself.
    rpc::PemTexts texts = own->kept->texts();
    texts.ca = rpc::LoadCredentials(cluster_.authority().Issue("trusting", uri), kClusterDomain,
                                    1'000'000'000)
                   ->kept->texts()
                   .ca;
    ASSERT_TRUE(own->kept->Replace(std::move(texts)).ok());
    const auto stub = v1::EventService::NewStub(
        rpc::Dial(cluster_.address("verksamhet"),
                  rpc::ChannelCredentials(*own, {.trust_domain = kClusterDomain, .host = ""})));
    EXPECT_EQ(RecordAs(*stub, "", Registered(1)).error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  EXPECT_TRUE(ReadAll(kVerksamhet, kLog).empty() ||
              cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
}

TEST_F(ClusterTest, ServerOfAnotherNameIsNotTalkedTo) {
  const rpc::CredentialFiles files =
      cluster_.authority().Issue("c", "spiffe://po.example.se/se/17/varmland/system/test");
  const rpc::Credentials own = *rpc::LoadCredentials(files, kClusterDomain, 1'700'000'000);
  const auto stub = v1::EventService::NewStub(
      rpc::Dial(cluster_.address("verksamhet"),
                rpc::ChannelCredentials(own, {.trust_domain = kClusterDomain, .host = "nation"})));
  EXPECT_EQ(RecordAs(*stub, "", Registered(1)).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ClusterTest, TooLargeMessageIsRefusedAndTheConnectionStaysUsable) {
  const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
  v1::RecordRequest request;
  request.add_submissions()->set_data(std::string(rpc::kMessageBytesMax - 1024, 'x'));
  request.add_submissions()->set_data(std::string(4096, 'x'));
  grpc::ClientContext context;
  v1::RecordResponse response;
  const grpc::Status status = stub->Record(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_TRUE(RecordAs(*stub, "", Registered(1), &response).ok());
  EXPECT_TRUE(response.results(0).has_recorded());
}

TEST_F(ClusterTest, TooManySubmissionsAndNoneAreRefused) {
  const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
  v1::RecordRequest request;
  v1::RecordResponse response;
  grpc::ClientContext empty;
  EXPECT_EQ(CodeOf(stub->Record(&empty, request, &response)), v1::ERROR_CODE_MISSING_FIELD);
  for (int i = 0; i < 1025; ++i) request.add_submissions();
  grpc::ClientContext full;
  EXPECT_EQ(CodeOf(stub->Record(&full, request, &response)), v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST_F(ClusterTest, EachSubmissionIsAnsweredByItself) {
  const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
  v1::RecordRequest request;
  request.add_submissions()->set_data("nonsense");
  *request.add_submissions() = SubmissionOf(Registered(1));
  *request.add_submissions() = SubmissionOf(Registered(2, "se/17/other"));
  *request.add_submissions() = SubmissionOf(Report(3, 3));
  grpc::ClientContext context;
  v1::RecordResponse response;
  ASSERT_TRUE(stub->Record(&context, request, &response).ok());
  ASSERT_EQ(response.results_size(), 4);
  EXPECT_EQ(response.results(0).error().code(), v1::ERROR_CODE_MALFORMED);
  EXPECT_EQ(response.results(1).recorded().index(), 0u);
  EXPECT_EQ(response.results(2).error().code(), v1::ERROR_CODE_NOT_AUTHORISED);
  EXPECT_EQ(response.results(3).recorded().index(), 1u);
}

TEST_F(ClusterTest, RecordStreamAnswersInTheOrderOfTheRequests) {
  constexpr uint64_t kRequests = 2'000;  // More than the queue holds.
  const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
  grpc::ClientContext context;
  const auto stream = stub->RecordStream(&context);
  std::thread writer([&] {
    for (uint64_t i = 0; i < kRequests; ++i) {
      v1::RecordStreamRequest request;
      if (i % 7 == 3) {
        request.add_submissions()->set_data("nonsense");
      } else {
        *request.add_submissions() = SubmissionOf(Registered(i));
      }
      if (!stream->Write(request)) break;
    }
    stream->WritesDone();
  });
  v1::RecordStreamResponse response;
  uint64_t answers = 0;
  uint64_t next_index = 0;
  while (stream->Read(&response)) {
    ASSERT_EQ(response.results_size(), 1);
    if (answers % 7 == 3) {
      EXPECT_TRUE(response.results(0).has_error());
    } else {
      EXPECT_EQ(response.results(0).recorded().index(), next_index++)
          << response.ShortDebugString();
    }
    ++answers;
  }
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answers, kRequests);
}

TEST_F(ClusterTest, RecordStreamIsRefusedWithoutPermission) {
  const auto stub = StubAs("verksamhet", "se/17/system/test");
  grpc::ClientContext context;
  const auto stream = stub->RecordStream(&context);
  v1::RecordStreamRequest request;
  request.set_node(kVerksamhet);
  *request.add_submissions() = SubmissionOf(Registered(1));
  stream->Write(request);
  v1::RecordStreamResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(CodeOf(stream->Finish()), v1::ERROR_CODE_PERMISSION_DENIED);
}

TEST_F(ClusterTest, SubscriptionHasNoGapAndNoDuplicate) {
  constexpr uint64_t kBefore = 300;
  constexpr uint64_t kAfter = 300;
  const auto record = [&](uint64_t first, uint64_t count) {
    const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
    for (uint64_t i = 0; i < count; ++i) {
      ASSERT_TRUE(RecordAs(*stub, "", Registered(first + i)).ok());
    }
  };
  record(0, kBefore);
  grpc::ClientContext context;
  v1::SubscribeRequest request;
  request.set_only_named_logs(true);
  v1::LogPosition& position = *request.add_positions();
  position.set_log(kLog);
  position.set_next_index(100);
  const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
  const auto reader = stub->Subscribe(&context, request);
  std::thread recorder([&] { record(kBefore, kAfter); });
  v1::SubscribeResponse response;
  uint64_t next_index = 100;
  bool caught_up = false;
  while (next_index < kBefore + kAfter && reader->Read(&response)) {
    caught_up = caught_up || response.caught_up();
    if (!response.has_entries()) continue;
    EXPECT_EQ(response.entries().log(), kLog);
    ASSERT_EQ(response.entries().first_index(), next_index);
    next_index += static_cast<uint64_t>(response.entries().entries_size());
  }
  recorder.join();
  EXPECT_EQ(next_index, kBefore + kAfter);
  context.TryCancel();
  while (reader->Read(&response)) caught_up = caught_up || response.caught_up();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ClusterTest, PositionsOfASubscriptionAreBounded) {
  const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
  v1::SubscribeRequest request;
  request.set_only_named_logs(true);
  for (int i = 1; i <= grpc_api::kPositionsMax; ++i) {
    request.add_positions()->set_log("se@" + std::to_string(i));
  }
  v1::SubscribeResponse response;
  {
    grpc::ClientContext context;
    const auto reader = stub->Subscribe(&context, request);
    ASSERT_TRUE(reader->Read(&response));
    EXPECT_TRUE(response.caught_up());
    context.TryCancel();
    while (reader->Read(&response)) {
    }
    reader->Finish();
  }
  request.add_positions()->set_log("se/17@1");
  grpc::ClientContext context;
  const auto reader = stub->Subscribe(&context, request);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(CodeOf(reader->Finish()), v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST_F(ClusterTest, SubscriptionAtTheNationFollowsNewLogs) {
  grpc::ClientContext context;
  v1::SubscribeRequest request;
  const auto reader = StubAs("nation", "se/system/test")->Subscribe(&context, request);
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
  v1::SubscribeResponse response;
  bool seen = false;
  while (!seen && reader->Read(&response)) {
    seen = response.has_entries() && response.entries().log() == kLog;
  }
  EXPECT_TRUE(seen);
  context.TryCancel();
  while (reader->Read(&response)) {
  }
  reader->Finish();
}

TEST_F(ClusterTest, StopEndsOpenStreamsAndKeepsWhatWasAnswered) {
  const auto stub = StubAs("verksamhet", "se/17/varmland/system/test");
  grpc::ClientContext record_context;
  const auto stream = stub->RecordStream(&record_context);
  v1::RecordStreamRequest request;
  *request.add_submissions() = SubmissionOf(Registered(1));
  ASSERT_TRUE(stream->Write(request));
  v1::RecordStreamResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  grpc::ClientContext subscribe_context;
  const auto reader = stub->Subscribe(&subscribe_context, v1::SubscribeRequest());
  v1::SubscribeResponse response;
  while (reader->Read(&response) && !response.caught_up()) {
  }
  cluster_.StopHost("verksamhet");
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(CodeOf(stream->Finish()), v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(CodeOf(reader->Finish()), v1::ERROR_CODE_UNAVAILABLE);
  ASSERT_TRUE(cluster_.StartHost("verksamhet").ok());
  EXPECT_EQ(ReadAll(kVerksamhet, kLog).size(), 1u);
}

TEST_F(ClusterTest, StatusShowsWhatTheCallerMaySee) {
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
  cluster_.AwaitSize("se", kLog, 1);
  grpc::ClientContext context;
  v1::GetStatusResponse response;
  auto admin = v1::AdminService::NewStub(cluster_.DialAsSystem("se/17"));
  ASSERT_TRUE(admin->GetStatus(&context, v1::GetStatusRequest(), &response).ok());
  ASSERT_EQ(response.nodes_size(), 1);
  EXPECT_EQ(response.nodes(0).path(), "se/17");
  EXPECT_TRUE(response.nodes(0).parent().connected()) << response.ShortDebugString();
  EXPECT_EQ(response.nodes(0).logs(0).state().log(), "se/17@1");
  EXPECT_EQ(response.nodes(0).read_only_reason(), "");
  std::vector<std::string> certificates;
  for (const auto& certificate : response.certificates()) {
    certificates.push_back(certificate.name());
    EXPECT_GT(certificate.days_left(), 10'000) << certificate.ShortDebugString();
    EXPECT_EQ(certificate.problem(), "");
  }
  EXPECT_THAT(certificates, ::testing::ElementsAre("spiffe://po.example.se/host/county", "ca",
                                                   "spiffe://po.example.se/se/17"));
  grpc::ClientContext below_context;
  admin = v1::AdminService::NewStub(cluster_.Dial("county", "se/17/varmland/system/test"));
  ASSERT_TRUE(admin->GetStatus(&below_context, v1::GetStatusRequest(), &response).ok());
  EXPECT_EQ(response.nodes_size(), 0);
  EXPECT_EQ(response.certificates_size(), 0);
  grpc::ClientContext denied_context;
  v1::GetStatusRequest named;
  named.set_node("se/17");
  EXPECT_EQ(CodeOf(admin->GetStatus(&denied_context, named, &response)),
            v1::ERROR_CODE_PERMISSION_DENIED);
}

TEST_F(ClusterTest, MistakesThatOnlyStartingShowsNameTheirSetting) {
  cluster_.StopHost("county");
  const auto error_of = [&](std::string from, const std::string& to) {
    std::string text = cluster_.config_text("county");
    text.replace(text.find(from), from.size(), to);
    absl::StatusOr<node::Config> config = node::ParseConfig(text, "liggared.toml");
    EXPECT_TRUE(config.ok()) << config.status();
    absl::StatusOr<node::Secrets> secrets = node::ReadSecrets(*config, 1'700'000'000);
    EXPECT_TRUE(secrets.ok()) << secrets.status();
    return ErrorOf(node::Host::Start(*std::move(config), *std::move(secrets)).status());
  };
  // The nation still listens.
  std::string listen = cluster_.config_text("county");
  listen = listen.substr(listen.find("listen = '"));
  listen = listen.substr(0, listen.find('\n'));
  const v1::Error taken = error_of(listen, "listen = '" + cluster_.address("nation") + "'");
  EXPECT_EQ(taken.code(), v1::ERROR_CODE_CONFIGURATION);
  EXPECT_EQ(taken.field(), "listen");
  EXPECT_THAT(taken.message(), HasSubstr("liggared.toml:3: listen: "));
  // The nation has its directory open.
  const v1::Error open =
      error_of(cluster_.data_directory("se/17") + "'", cluster_.data_directory("se") + "'");
  EXPECT_EQ(open.code(), v1::ERROR_CODE_CONFIGURATION) << open.ShortDebugString();
  EXPECT_EQ(open.field(), "node[0].data");
  // Nobody has it open, and it is another node's.
  cluster_.StopHost("nation");
  const v1::Error other =
      error_of(cluster_.data_directory("se/17") + "'", cluster_.data_directory("se") + "'");
  EXPECT_EQ(other.code(), v1::ERROR_CODE_CONFIGURATION) << other.ShortDebugString();
  EXPECT_EQ(other.field(), "node[0].data");
  EXPECT_THAT(other.message(), HasSubstr("se/17"));
}

}  // namespace
}  // namespace liggare::testing
