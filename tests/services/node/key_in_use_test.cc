// Keys that are replaced and revoked under running nodes of three tiers, over real
// files, logs and connections.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "eventstore/proof/node_keys.h"
#include "liggare/v1/admin_service.grpc.pb.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "tests/testing/cluster.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kVarmland[] = "se/17/varmland";
constexpr char kLog[] = "se/17/varmland@1";
constexpr auto kPatience = std::chrono::seconds(60);

class KeyInUseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.Start();
    ASSERT_TRUE(cluster_.Record(kVarmland, Registered(1)).has_recorded());
    AwaitAll(kLog, 1);
  }

  v1::NodeStatus StatusOf(const std::string& path) {
    v1::GetStatusRequest request;
    request.set_node(path);
    v1::GetStatusResponse response;
    grpc::ClientContext context;
    const grpc::Status status = v1::AdminService::NewStub(cluster_.DialAsSystem(path))
                                    ->GetStatus(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.nodes_size() == 1 ? response.nodes(0) : v1::NodeStatus();
  }
  // Waits until the status of the node is so.
  bool Await(const std::string& path, const std::function<bool(const v1::NodeStatus&)>& is_so) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    std::mutex mutex;
    std::condition_variable nobody;
    std::unique_lock lock(mutex);
    while (!is_so(StatusOf(path))) {
      if (std::chrono::steady_clock::now() > until) return false;
      nobody.wait_for(lock, std::chrono::milliseconds(20));
    }
    return true;
  }
  bool AwaitKey(const std::string& path, const note::VerifierKey& key) {
    return Await(path,
                 [&](const v1::NodeStatus& status) { return status.verifier_key() == key.Text(); });
  }
  void AwaitAll(const std::string& log, uint64_t size) {
    for (const char* path : {"se/17", "se"}) cluster_.AwaitSize(path, log, size);
  }

  // A new key of the node, in the file beside the one that is in use.
  note::VerifierKey WriteNext(const std::string& path, mode_t mode = 0600) {
    const note::SigningKey key = *note::SigningKey::Generate(kClusterDomain + ("/" + path));
    const std::string file = std::filesystem::path(cluster_.signing_key_file(path)).filename();
    chmod(cluster_.scratch().Write(file + ".next", key.Text()).c_str(), mode);
    return key.verifier();
  }
  void Put(const std::string& path) {
    std::filesystem::rename(cluster_.signing_key_file(path) + ".next",
                            cluster_.signing_key_file(path));
  }
  v1::RecordResult RecordAtParent(const std::string& child, v1::EventData event) {
    std::array<uint8_t, 10> random = {};
    random[0] = static_cast<uint8_t>(++events_);
    event.set_event_id(form::MakeUuid7(1'700'000'000'000, random));
    event.set_subject("node/" + child);
    const std::string parent(name::ParentOf(child));
    return cluster_.Record(parent.empty() ? child : parent, event);
  }
  v1::RecordResult RecordChange(const std::string& path, const note::VerifierKey& to) {
    const note::SigningKey& old_key = cluster_.signing_key(path);
    v1::EventData event;
    event.mutable_node_key_changed()->set_verifier_key(to.Text());
    event.mutable_node_key_changed()->set_old_key_signature(
        old_key.Sign(proof::KeyChangeText(old_key.verifier(), to)));
    return RecordAtParent(path, event);
  }
  v1::RecordResult RecordEnrolment(const std::string& path, const note::VerifierKey& key) {
    v1::EventData event;
    event.mutable_node_enrolled()->set_verifier_key(key.Text());
    event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
    return RecordAtParent(path, event);
  }
  v1::RecordResult RecordRevocation(const std::string& path, uint64_t size) {
    v1::EventData event;
    event.mutable_node_key_revoked()->set_verifier_key(cluster_.verifier(path).Text());
    event.mutable_node_key_revoked()->set_log(path + "@1");
    event.mutable_node_key_revoked()->set_size(static_cast<int64_t>(size));
    return RecordAtParent(path, event);
  }
  // A report of another year each time, which must reach the nation.
  void ReportReachesTheNation(int number) {
    const v1::RecordResult recorded = cluster_.Record(kVarmland, Report(number, 3));
    ASSERT_TRUE(recorded.has_recorded()) << recorded.ShortDebugString();
    AwaitAll(recorded.recorded().log(), recorded.recorded().index() + 1);
  }

  Cluster cluster_;
  int events_ = 0;
};

TEST_F(KeyInUseTest, EveryTierChangesItsKeyAndGoesOn) {
  int number = 1;
  for (const char* path : {kVarmland, "se/17", "se"}) {
    const note::VerifierKey next = WriteNext(path);
    ASSERT_TRUE(RecordChange(path, next).has_recorded()) << path;
    ASSERT_TRUE(AwaitKey(path, next)) << path;
    ReportReachesTheNation(++number);
    EXPECT_EQ(StatusOf(path).alarms_size(), 0) << StatusOf(path).ShortDebugString();
  }
}

TEST_F(KeyInUseTest, ARestartAtAnyStepGoesOnWithOneOfTheKeys) {
  const auto restart = [&](const char* host) {
    cluster_.StopHost(host);
    ASSERT_EQ(cluster_.StartHost(host), absl::OkStatus());
  };
  int number = 1;
  for (const auto& [host, path] : {std::pair<const char*, const char*>{"verksamhet", kVarmland},
                                   {"county", "se/17"},
                                   {"nation", "se"}}) {
    const note::VerifierKey old_key = cluster_.verifier(path);
    const note::VerifierKey next = WriteNext(path);
    restart(host);
    ASSERT_EQ(StatusOf(path).verifier_key(), old_key.Text()) << "the new one is not enrolled";
    ReportReachesTheNation(++number);
    ASSERT_TRUE(RecordChange(path, next).has_recorded());
    restart(host);
    ASSERT_TRUE(AwaitKey(path, next));
    ReportReachesTheNation(++number);
    restart(host);
    EXPECT_EQ(StatusOf(path).verifier_key(), next.Text()) << "it remembers its enrolment";
    Put(path);
    ReportReachesTheNation(++number);
    restart(host);
    EXPECT_EQ(StatusOf(path).verifier_key(), next.Text());
    ReportReachesTheNation(++number);
  }
}

TEST_F(KeyInUseTest, AnEnrolledKeyThatCannotBeReadIsToldAndTheOldOneGoesOn) {
  const note::VerifierKey next = WriteNext(kVarmland, 0640);
  ASSERT_TRUE(RecordChange(kVarmland, next).has_recorded());
  ASSERT_TRUE(Await(kVarmland, [](const v1::NodeStatus& status) { return status.alarms_size(); }));
  const v1::Alarm alarm = StatusOf(kVarmland).alarms(0);
  EXPECT_THAT(alarm.message(), HasSubstr("can be read by others"));
  EXPECT_THAT(alarm.advice(), HasSubstr("Rotating a signing key"));
  EXPECT_EQ(StatusOf(kVarmland).verifier_key(), cluster_.verifier(kVarmland).Text());
  ReportReachesTheNation(2);
  chmod((cluster_.signing_key_file(kVarmland) + ".next").c_str(), 0600);
  ASSERT_TRUE(AwaitKey(kVarmland, next));
  EXPECT_EQ(StatusOf(kVarmland).alarms_size(), 0);
  ReportReachesTheNation(3);
}

TEST_F(KeyInUseTest, AChangeThatTheOldKeyHasNotSignedIsRefusedByTheParent) {
  const note::SigningKey thief =
      *note::SigningKey::Generate(kClusterDomain + std::string("/se/17"));
  v1::EventData event;
  event.mutable_node_key_changed()->set_verifier_key(thief.verifier().Text());
  event.mutable_node_key_changed()->set_old_key_signature(
      thief.Sign(proof::KeyChangeText(cluster_.verifier("se/17"), thief.verifier())));
  const v1::RecordResult refused = RecordAtParent("se/17", event);
  EXPECT_EQ(refused.error().code(), v1::ERROR_CODE_INVALID_FIELD) << refused.ShortDebugString();
  EXPECT_EQ(RecordEnrolment("se/17", thief.verifier()).error().code(),
            v1::ERROR_CODE_PREREQUISITE_MISSING);
}

TEST_F(KeyInUseTest, ANodeWhoseKeyIsRevokedStopsUntilItHasAnother) {
  ReportReachesTheNation(2);
  ASSERT_TRUE(RecordRevocation(kVarmland, 2).has_recorded());
  ASSERT_TRUE(Await(
      kVarmland, [](const v1::NodeStatus& status) { return !status.read_only_reason().empty(); }));
  EXPECT_THAT(StatusOf(kVarmland).read_only_reason(), HasSubstr("A stolen key"));
  const v1::RecordResult refused = cluster_.Record(kVarmland, Report(3, 3));
  EXPECT_EQ(refused.error().code(), v1::ERROR_CODE_READ_ONLY) << refused.ShortDebugString();
  EXPECT_THAT(refused.error().message(), HasSubstr("is revoked"));

  cluster_.StopHost("verksamhet");
  ASSERT_EQ(cluster_.StartHost("verksamhet"), absl::OkStatus());
  EXPECT_EQ(cluster_.Record(kVarmland, Report(3, 3)).error().code(), v1::ERROR_CODE_READ_ONLY)
      << "a restart forgets nothing";

  const note::VerifierKey next = WriteNext(kVarmland);
  ASSERT_TRUE(RecordEnrolment(kVarmland, next).has_recorded());
  ASSERT_TRUE(AwaitKey(kVarmland, next));
  ASSERT_TRUE(Await(
      kVarmland, [](const v1::NodeStatus& status) { return status.read_only_reason().empty(); }));
  ReportReachesTheNation(3);
}

TEST_F(KeyInUseTest, ACountyWhoseKeyIsRevokedStoresNothingUntilItHasAnother) {
  const v1::NodeStatus before = StatusOf("se");
  uint64_t size = 0;
  for (const v1::HeldLog& log : before.logs()) {
    if (log.state().log() == "se/17@1") size = log.state().size();
  }
  ASSERT_TRUE(RecordRevocation("se/17", size).has_recorded());
  ASSERT_TRUE(Await(
      "se/17", [](const v1::NodeStatus& status) { return !status.read_only_reason().empty(); }));
  const v1::RecordResult waits = cluster_.Record(kVarmland, Report(2, 3));
  ASSERT_TRUE(waits.has_recorded()) << "the node below goes on: " << waits.ShortDebugString();
  const note::VerifierKey next = WriteNext("se/17");
  ASSERT_TRUE(RecordEnrolment("se/17", next).has_recorded());
  ASSERT_TRUE(AwaitKey("se/17", next));
  AwaitAll(kLog, waits.recorded().index() + 1);
}

TEST_F(KeyInUseTest, TheNationDoesNotStartWithAKeyThatNobodyHandedOverTo) {
  const note::VerifierKey stranger = WriteNext("se");
  Put("se");
  cluster_.StopHost("nation");
  const absl::Status refused = cluster_.StartHost("nation");
  EXPECT_EQ(ErrorOf(refused).code(), v1::ERROR_CODE_CONFIGURATION) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("national_key"));
  EXPECT_THAT(ErrorOf(refused).field(), HasSubstr("signing_key"));
}

}  // namespace
}  // namespace liggare::testing
