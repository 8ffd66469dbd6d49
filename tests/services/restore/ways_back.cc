#include "tests/services/restore/ways_back.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "clients/cli/verify/data_verification.h"
#include "liggare/v1/admin_service.grpc.pb.h"
#include "liggare/v1/audit_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "liggare/v1/query_service.grpc.pb.h"
#include "services/node/config.h"
#include "services/node/secrets.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kValidAtS = 1'700'000'000;
constexpr std::chrono::seconds kPatience{60};

}  // namespace

std::string WaysBack::HostOf(const std::string& path) {
  return path == "se"      ? "nation"
         : path == "se/17" ? "county"
         : path == kOther  ? "other"
                           : "verksamhet";
}

void WaysBack::Start(const std::string& path) {
  const absl::Status started = cluster_.StartHost(HostOf(path));
  ASSERT_TRUE(started.ok()) << started.message();
}

void WaysBack::KeepDisk(const std::string& path, const std::string& as) {
  fs::copy(cluster_.data_directory(path), cluster_.scratch() / as, fs::copy_options::recursive);
}

void WaysBack::PutDisk(const std::string& path, const std::string& as) {
  LoseDisk(path);
  fs::copy(cluster_.scratch() / as, cluster_.data_directory(path), fs::copy_options::recursive);
}

void WaysBack::LoseDisk(const std::string& path) { fs::remove_all(cluster_.data_directory(path)); }

absl::StatusOr<restore::RestoreReport> WaysBack::Restore(const std::string& path,
                                                         std::vector<node::RestorePeer> peers,
                                                         uint32_t epoch_above) {
  const std::string host = HostOf(path);
  absl::StatusOr<node::Config> config =
      node::ParseConfig(cluster_.config_text(host), cluster_.scratch() / (host + ".toml"));
  if (!config.ok()) return config.status();
  absl::StatusOr<node::Secrets> secrets = node::ReadSecrets(*config, kValidAtS);
  if (!secrets.ok()) return secrets.status();
  return node::RestoreNode(*config, *secrets, {path, std::move(peers), epoch_above});
}

v1::NodeStatus WaysBack::Status(const std::string& path) {
  v1::GetStatusRequest request;
  request.set_node(path);
  v1::GetStatusResponse response;
  grpc::ClientContext context;
  const grpc::Status status = v1::AdminService::NewStub(cluster_.DialAsSystem(path))
                                  ->GetStatus(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return status.ok() ? response.nodes(0) : v1::NodeStatus();
}

uint64_t WaysBack::SizeOf(const std::string& path, const std::string& log) {
  const v1::NodeStatus status_of_node = Status(path);
  for (const v1::HeldLog& held : status_of_node.logs()) {
    if (held.state().log() == log) return held.state().size();
  }
  return 0;
}

std::vector<std::string> WaysBack::ReadAll(const std::string& path, const std::string& log) {
  v1::ReadRequest request;
  request.mutable_log()->set_log(log);
  grpc::ClientContext context;
  const auto stub = v1::EventService::NewStub(cluster_.DialAsSystem(path));
  const auto reader = stub->Read(&context, request);
  std::vector<std::string> entries;
  v1::ReadResponse response;
  while (reader->Read(&response)) {
    for (const std::string& entry : response.entries().entries()) entries.push_back(entry);
  }
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return entries;
}

std::string WaysBack::PlaceOf(const std::string& path, const v1::EventData& event) {
  std::string place;
  const v1::NodeStatus status_of_node = Status(path);
  for (const v1::HeldLog& held : status_of_node.logs()) {
    if (held.state().size() == 0) continue;
    for (const std::string& bytes : ReadAll(path, held.state().log())) {
      v1::Event entry;
      v1::EventData data;
      EXPECT_TRUE(entry.ParseFromString(bytes) && data.ParseFromString(entry.data()));
      if (data.event_id() != event.event_id()) continue;
      if (!place.empty()) place += " and ";
      place += entry.log() + "#" + std::to_string(entry.index());
    }
  }
  return place;
}

std::string WaysBack::ReportState(const std::string& path) {
  v1::GetStateRequest request;
  request.set_node(path);
  request.set_subject(kReportSubject);
  v1::GetStateResponse response;
  grpc::ClientContext context;
  const grpc::Status status = v1::QueryService::NewStub(cluster_.DialAsSystem(path))
                                  ->GetState(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.state().ShortDebugString();
}

v1::Receipt WaysBack::Receipt(const std::string& path, const v1::EventData& event) {
  v1::GetReceiptRequest request;
  request.set_event_id(event.event_id());
  v1::GetReceiptResponse response;
  grpc::ClientContext context;
  const grpc::Status status = v1::AuditService::NewStub(cluster_.DialAsSystem(path))
                                  ->GetReceipt(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.receipt();
}

std::string WaysBack::AwaitStopped(const std::string& path) {
  std::string reason;
  EXPECT_TRUE(Eventually([&] { return !(reason = Status(path).read_only_reason()).empty(); }))
      << path << " goes on recording";
  return reason;
}

std::string WaysBack::AwaitEvidence(const std::string& path, const std::string& log) {
  std::string file;
  EXPECT_TRUE(Eventually([&] {
    const v1::NodeStatus status_of_node = Status(path);
    for (const v1::Alarm& alarm : status_of_node.alarms()) {
      if (alarm.log() == log && !alarm.evidence_file().empty()) file = alarm.evidence_file();
    }
    return !file.empty();
  })) << "no alarm about "
      << log << " at " << path;
  return file;
}

bool WaysBack::Eventually(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::mutex mutex;
  std::condition_variable nobody;
  std::unique_lock lock(mutex);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    nobody.wait_for(lock, std::chrono::milliseconds(10));
  }
  return true;
}

std::string WaysBack::FaultsOf(const std::string& path) {
  std::string faults;
  const auto reports =
      cli::VerifyData(cluster_.data_directory(path), cluster_.verifier("se").Text(),
                      [&faults](const cli::LogReport& report) {
                        if (report.status.ok()) return;
                        faults += report.log + ": " + std::string(report.status.message()) + "\n";
                      });
  if (!reports.ok()) faults += std::string(reports.status().message());
  return faults;
}

}  // namespace liggare::testing
