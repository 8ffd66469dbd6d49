// A real liggared that is attacked with frames of HTTP/2, by a client with a
// certificate of its trust domain.
#include "tests/testing/http2_attacks.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "liggare/v1/event_service.grpc.pb.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/cluster.h"
#include "tests/testing/http2_client.h"
#include "tests/testing/liggared_process.h"
#include "tests/testing/pending_calls.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using ::testing::HasSubstr;

constexpr size_t kMiB = 1024 * 1024;
constexpr size_t kGrowthBytesMax = 64 * kMiB;
constexpr int kEndsMs = 5'000;

class LiggaredUnderAttack : public ::testing::Test {
 protected:
  void SetUp() override { Start(/*descriptors_max=*/0); }
  void Start(size_t descriptors_max) {
    cluster_.SetAddress("county", "127.0.0.1:1");  // Nobody.
    process_ = std::make_unique<LiggaredProcess>(
        cluster_.scratch(),
        std::vector<std::string>{
            "--config",
            cluster_.scratch().Write("liggared.toml", cluster_.config_text("verksamhet"))},
        descriptors_max);
    address_ = process_->AwaitAddress();
    ASSERT_NE(address_, "") << process_->err();
  }
  rpc::CredentialFiles Issue(const std::string& name) {
    return cluster_.authority().Issue(name, "spiffe://po.example.se/se/17/varmland/system/" + name);
  }
  std::shared_ptr<grpc::Channel> Dial(const std::string& name) {
    const rpc::Credentials own = *rpc::LoadCredentials(Issue(name), kClusterDomain, 1'700'000'000);
    return rpc::Dial(address_, rpc::ChannelCredentials(
                                   own, {.trust_domain = kClusterDomain, .host = "verksamhet"}));
  }
  std::unique_ptr<v1::EventService::Stub> NewClient(const std::string& name) {
    const rpc::Credentials own = *rpc::LoadCredentials(Issue(name), kClusterDomain, 1'700'000'000);
    return v1::EventService::NewStub(rpc::Dial(
        address_,
        rpc::ChannelCredentials(own, {.trust_domain = kClusterDomain, .host = "verksamhet"})));
  }
  static grpc::Status Record(v1::EventService::Stub& stub, uint64_t id) {
    v1::RecordRequest request;
    *request.add_submissions() = SubmissionOf(Registered(id));
    v1::RecordResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return stub.Record(&context, request, &response);
  }

  Cluster cluster_;
  std::unique_ptr<LiggaredProcess> process_;
  std::string address_;
};

class Http2AttackTest : public LiggaredUnderAttack, public ::testing::WithParamInterface<size_t> {};

TEST_P(Http2AttackTest, ItsConnectionIsClosedAndOthersGoOn) {
  const Http2Attack& attack = Http2Attacks()[GetParam()];
  const auto honest = NewClient("honest");
  uint64_t id = 0;
  ASSERT_TRUE(Record(*honest, ++id).ok());
  const rpc::CredentialFiles own = Issue("attacker");
  const size_t before = process_->AnonymousBytes();

  std::atomic<bool> done = false;
  std::atomic<int> ended = 0;
  std::vector<std::thread> attackers;
  for (int i = 0; i < 2; ++i) {
    attackers.emplace_back([&] {
      Http2Client client(address_, own);
      attack.run(client);
      if (client.AwaitEnd(kEndsMs)) ++ended;
    });
  }
  size_t most = before;
  std::thread joiner([&] {
    for (std::thread& attacker : attackers) attacker.join();
    done = true;
  });
  do {
    const grpc::Status status = Record(*honest, ++id);
    EXPECT_TRUE(status.ok()) << status.error_message();
    most = std::max(most, process_->AnonymousBytes());
  } while (!done);
  joiner.join();
  EXPECT_EQ(ended, 2);
  EXPECT_LT(most - before, kGrowthBytesMax);
  EXPECT_TRUE(Record(*NewClient("another"), ++id).ok());
}

// What is told in the log is told before the connection ends.
TEST_F(LiggaredUnderAttack, WhoWasCutOffAndWhyIsTold) {
  Http2Client client(address_, Issue("attacker"));
  Http2Attacks().front().run(client);
  ASSERT_TRUE(client.AwaitEnd(kEndsMs));
  EXPECT_THAT(process_->err(),
              HasSubstr("a connection of certificate spiffe://po.example.se/se/17/varmland/system/"
                        "attacker is closed: too many streams reset"));
}

TEST_F(LiggaredUnderAttack, WhoComesBackAfterTheCutIsCutAtOnceAndAnotherCertificateIsNot) {
  const rpc::CredentialFiles own = Issue("attacker");
  const Http2Attack& attack = Http2Attacks().front();
  Http2Client first(address_, own);
  attack.run(first);
  const size_t before = process_->AnonymousBytes();
  for (int i = 0; i < 20; ++i) {
    Http2Client again(address_, own);
    attack.run(again);
    EXPECT_TRUE(again.AwaitEnd(kEndsMs));
  }
  EXPECT_LT(process_->AnonymousBytes(), before + kGrowthBytesMax);
  EXPECT_TRUE(Record(*NewClient("honest"), 1).ok());
}

// Some kilobytes that would be unpacked to megabytes, before anybody looks at their size.
TEST_F(LiggaredUnderAttack, ACompressedMessageIsRefusedBeforeItIsUnpacked) {
  const rpc::Credentials own =
      *rpc::LoadCredentials(Issue("bomber"), kClusterDomain, 1'700'000'000);
  const auto bomber = v1::EventService::NewStub(grpc::CreateChannel(
      address_,
      rpc::ChannelCredentials(own, {.trust_domain = kClusterDomain, .host = "verksamhet"})));
  v1::RecordRequest request;
  request.add_submissions()->set_data(std::string(48 * kMiB, '\0'));
  const size_t before = process_->AnonymousBytes();
  for (int i = 0; i < 10; ++i) {
    v1::RecordResponse response;
    grpc::ClientContext context;
    context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Status status = bomber->Record(&context, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr("gzip"));
  }
  EXPECT_LT(process_->AnonymousBytes(), before + 32 * kMiB);
  EXPECT_TRUE(Record(*NewClient("honest"), 1).ok());
}

// Each is reset by the client, and perhaps by the server, which has answered meanwhile.
TEST_F(LiggaredUnderAttack, FiveHundredCallsThatAreGivenUpAreNoAttack) {
  Http2Client client(address_, Issue("hasty"));
  std::string all;
  for (uint32_t stream = 1; stream < 1'000; stream += 2) {
    all += Frame(kFrameHeaders, kFlagEndHeaders, stream, CallHeaders("/liggare.v1.X/Y")) +
           Frame(kFrameResetStream, 0, stream, Number(8));
  }
  EXPECT_TRUE(client.Send(all));
  EXPECT_FALSE(client.AwaitEnd(500)) << process_->err();
}

TEST_F(LiggaredUnderAttack, ManyCallsOnOneConnectionAreAllAnswered) {
  constexpr size_t kCalls = 20'000;
  constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
  PendingCalls calls(Dial("busy"));
  ASSERT_TRUE(calls.IsAnswered(kCheck));
  for (size_t i = 0; i < kCalls; ++i) calls.Start(kCheck);
  ASSERT_TRUE(calls.AwaitAllEnded());
  for (const grpc::Status& status : calls.Ended())
    ASSERT_TRUE(status.ok()) << status.error_message();
}

class LiggaredWithFewDescriptors : public LiggaredUnderAttack {
 protected:
  void SetUp() override { Start(/*descriptors_max=*/256); }
};

TEST_F(LiggaredWithFewDescriptors, ACertificateHoldsItsShareOfConnectionsAndOthersFindRoom) {
  const rpc::CredentialFiles own = Issue("attacker");
  std::vector<std::unique_ptr<Http2Client>> held;
  for (int i = 0; i < 250; ++i) {
    held.push_back(std::make_unique<Http2Client>(address_, own));
    if (held.back()->AwaitEnd(0)) held.pop_back();
  }
  // The last ones may not have seen their end yet.
  std::erase_if(held, [](const auto& client) { return client->AwaitEnd(20); });
  EXPECT_GT(held.size(), 10u);
  EXPECT_LT(held.size(), 128u / 2 + 1);
  for (uint64_t id = 1; id <= 20; ++id) {
    const auto other = NewClient("other");
    const grpc::Status status = Record(*other, id);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Http2AttackTest, ::testing::Range<size_t>(0, Http2Attacks().size()),
                         [](const auto& parameter) {
                           return Http2Attacks()[parameter.param].name;
                         });

}  // namespace
}  // namespace liggare::testing
