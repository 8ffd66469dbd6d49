// A node is backed up by its server while clients record, loses its disk, and comes
// back from the backup and its parent.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <thread>

#include "eventstore/log/care/backup.h"
#include "eventstore/log/care/fsck.h"
#include "liggare/v1/admin_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/rpc/call/status.h"
#include "tests/services/restore/ways_back.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

constexpr char kOld[] = "se/17/varmland@1";

class BackupWayTest : public WaysBack {
 protected:
  absl::StatusOr<v1::BackupResponse> BackUp(const std::string& caller, const std::string& node) {
    v1::BackupRequest request;
    request.set_node(node);
    v1::BackupResponse response;
    grpc::ClientContext context;
    const grpc::Status status = v1::AdminService::NewStub(cluster_.Dial("verksamhet", caller))
                                    ->Backup(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpcStatus(status);
    return response;
  }

  // How often each id stands in the logs of the verksamhet at a node.
  std::map<std::string, int> IdsAt(const std::string& path) {
    std::map<std::string, int> ids;
    const v1::NodeStatus status_of_node = Status(path);
    for (const v1::HeldLog& held : status_of_node.logs()) {
      const std::string log = held.state().log();
      if (!log.starts_with(std::string(kVerksamhet) + "@") || held.state().size() == 0) continue;
      for (const std::string& bytes : ReadAll(path, log)) {
        v1::Event entry;
        v1::EventData data;
        EXPECT_TRUE(entry.ParseFromString(bytes) && data.ParseFromString(entry.data()));
        ++ids[data.event_id()];
      }
    }
    return ids;
  }
};

TEST_F(BackupWayTest, BackupUnderLoadAndTheWayBack) {
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
  ASSERT_TRUE(cluster_.Record(kVerksamhet, Report(2, 0)).has_recorded());
  std::atomic<bool> done = false;
  std::atomic<uint64_t> acknowledged = 2;
  const auto stub = v1::EventService::NewStub(cluster_.DialAsSystem(kVerksamhet));
  std::thread client([&] {
    for (int64_t i = 0; !done; ++i) {
      v1::RecordRequest request;
      *request.add_submissions() = SubmissionOf(Correction(100 + i, i, i + 1));
      v1::RecordResponse response;
      grpc::ClientContext context;
      ASSERT_TRUE(stub->Record(&context, request, &response).ok());
      ASSERT_TRUE(response.results(0).has_recorded()) << response.ShortDebugString();
      ++acknowledged;
    }
  });
  uint64_t in_backup = 0;
  for (int i = 0; i < 3; ++i) {
    const uint64_t before = acknowledged;
    const auto made = BackUp(std::string(kVerksamhet) + "/operator/test", kVerksamhet);
    ASSERT_TRUE(made.ok()) << made.status().message();
    EXPECT_GE(made->own_log().size(), before);
    EXPECT_GT(made->own_log().size(), in_backup);
    in_backup = made->own_log().size();
    if (i > 0) {
      EXPECT_LT(made->bytes_copied(), made->bytes());
    }
  }
  EXPECT_TRUE(Eventually([&] { return acknowledged > in_backup + 10; }));
  done = true;
  client.join();
  const uint64_t size = SizeOf(kVerksamhet, kOld);
  cluster_.AwaitSize("se", kOld, size);
  const std::map<std::string, int> before = IdsAt(kVerksamhet);
  EXPECT_EQ(before.size(), acknowledged);
  Stop(kVerksamhet);
  LoseDisk(kVerksamhet);

  log::SharedResources shared;
  const auto back = log::RestoreBackup(cluster_.backup_directory(kVerksamhet), {},
                                       cluster_.data_directory(kVerksamhet), shared);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->own_log.size, in_backup);
  const auto report = Restore(kVerksamhet);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->previous.size, size);
  EXPECT_TRUE(report->moved.empty());
  const auto checked = log::FsckDirectory(cluster_.data_directory(kVerksamhet), shared, {});
  ASSERT_TRUE(checked.ok());
  EXPECT_TRUE(checked->ok()) << log::FindingText(checked->findings.at(0));
  Start(kVerksamhet);
  cluster_.AwaitSize("se", "se/17/varmland@2", 1);
  for (const char* path : {kVerksamhet, "se/17", "se"}) {
    const std::map<std::string, int> after = IdsAt(path);
    for (const auto& [id, times] : before) EXPECT_EQ(after.count(id) ? after.at(id) : 0, 1) << path;
  }
}

TEST_F(BackupWayTest, OnlyTheNodeAndItsSystemsMayBackItUp) {
  const auto county = BackUp("se/17/system/test", kVerksamhet);
  ASSERT_FALSE(county.ok());
  EXPECT_EQ(ErrorOf(county.status()).code(), v1::ERROR_CODE_PERMISSION_DENIED);
}

}  // namespace
}  // namespace liggare::testing
