// A certificate that is denied, or expires, while its connections stand.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>

#include "liggare/v1/event_service.grpc.pb.h"
#include "services/node/host.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/cluster.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

constexpr int64_t kNow = 1'700'000'000;
// What docs/operations.md promises.
constexpr auto kStopsWithin = std::chrono::seconds(60);

class DeniedConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.SetAddress("county", "127.0.0.1:1");  // Nobody.
    std::string text = cluster_.config_text("verksamhet");
    text.insert(text.find("[tls]\n") + 6, "deny = '" + deny_ + "'\n");
    absl::StatusOr<node::Config> config = node::ParseConfig(text, "liggared.toml");
    ASSERT_TRUE(config.ok()) << config.status();
    absl::StatusOr<node::Secrets> secrets = node::ReadSecrets(*config, kNow);
    ASSERT_TRUE(secrets.ok()) << secrets.status();
    absl::StatusOr<std::unique_ptr<node::Host>> host =
        node::Host::Start(*std::move(config), *std::move(secrets));
    ASSERT_TRUE(host.ok()) << host.status();
    host_ = *std::move(host);
  }

  static std::string Uri(const std::string& name) {
    return "spiffe://po.example.se/se/17/varmland/system/" + name;
  }
  std::unique_ptr<v1::EventService::Stub> Connect(const std::string& name,
                                                  const CertificateSpec& spec) {
    const absl::StatusOr<rpc::Credentials> own =
        rpc::LoadCredentials(cluster_.authority().Issue(name, spec), kClusterDomain, kNow);
    EXPECT_TRUE(own.ok()) << own.status();
    return v1::EventService::NewStub(
        rpc::Dial(host_->address(), rpc::ChannelCredentials(*own, {kClusterDomain, "verksamhet"})));
  }
  std::unique_ptr<v1::EventService::Stub> Connect(const std::string& name) {
    return Connect(name, {.uris = {Uri(name)}});
  }
  static grpc::Status Record(v1::EventService::Stub& stub, uint64_t id) {
    v1::RecordRequest request;
    *request.add_submissions() = SubmissionOf(Registered(id));
    v1::RecordResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kStopsWithin);
    return stub.Record(&context, request, &response);
  }
  void Deny(const std::string& name) {
    std::ofstream(deny_ + ".new") << "uri " << Uri(name) << "\n";
    std::filesystem::rename(deny_ + ".new", deny_);
  }
  // Whether calls stop being answered in time, one after the other.
  static bool IsStopped(v1::EventService::Stub& stub) {
    const auto end = std::chrono::steady_clock::now() + kStopsWithin;
    for (uint64_t id = 100; std::chrono::steady_clock::now() < end; ++id) {
      if (!Record(stub, id).ok()) return true;
    }
    return false;
  }

  Cluster cluster_;
  const std::string deny_ = cluster_.scratch().Write("denied", "");
  std::unique_ptr<node::Host> host_;
};

TEST_F(DeniedConnectionTest, ACallerWhoIsDeniedIsStoppedAndOthersGoOn) {
  const auto lost = Connect("lost");
  const auto other = Connect("other");
  ASSERT_TRUE(Record(*lost, 1).ok());
  ASSERT_TRUE(Record(*other, 2).ok());
  Deny("lost");
  EXPECT_TRUE(IsStopped(*lost));
  EXPECT_TRUE(Record(*other, 3).ok());
  EXPECT_FALSE(Record(*Connect("lost"), 4).ok());
}

TEST_F(DeniedConnectionTest, ACallerWhoseCertificateExpiresIsStopped) {
  const int64_t now_s = std::chrono::duration_cast<std::chrono::seconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
  const auto stub = Connect("short", {.uris = {Uri("short")}, .not_after_s = now_s + 10});
  ASSERT_TRUE(Record(*stub, 1).ok());
  EXPECT_TRUE(IsStopped(*stub));
}

TEST_F(DeniedConnectionTest, ASubscriberWhoOnlyListensIsStoppedToo) {
  const auto lost = Connect("lost");
  grpc::ClientContext context;
  const auto reader = lost->Subscribe(&context, v1::SubscribeRequest());
  ASSERT_TRUE(Record(*Connect("other"), 1).ok());
  v1::SubscribeResponse response;
  ASSERT_TRUE(reader->Read(&response));
  Deny("lost");
  std::future<void> ended = std::async(std::launch::async, [&] {
    while (reader->Read(&response)) {
    }
  });
  EXPECT_EQ(ended.wait_for(kStopsWithin), std::future_status::ready);
  context.TryCancel();
}

}  // namespace
}  // namespace liggare::testing
