// A cluster whose disks can be lost, set back, exchanged and restored.
#ifndef TESTS_SERVICES_RESTORE_WAYS_BACK_H_
#define TESTS_SERVICES_RESTORE_WAYS_BACK_H_

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/admin_service.pb.h"
#include "liggare/v1/audit_service.pb.h"
#include "services/node/restore_node.h"
#include "tests/testing/cluster.h"

namespace liggare::testing {

// The three tiers of Cluster, and a verksamhet that nothing happens to; every host
// has one node.
inline constexpr char kOther[] = "se/17/arvika";

class WaysBack : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.Start(); }

  static std::string HostOf(const std::string& path);
  void Stop(const std::string& path) { cluster_.StopHost(HostOf(path)); }
  void Start(const std::string& path);

  // The disk of a stopped node: a copy of it as it is; that copy put back; gone.
  void KeepDisk(const std::string& path, const std::string& as);
  void PutDisk(const std::string& path, const std::string& as);
  void LoseDisk(const std::string& path);

  // What `liggared --restore` does, of a stopped node.
  absl::StatusOr<restore::RestoreReport> Restore(const std::string& path,
                                                 std::vector<node::RestorePeer> peers = {},
                                                 uint32_t epoch_above = 0);

  v1::NodeStatus Status(const std::string& path);
  uint64_t SizeOf(const std::string& path, const std::string& log);
  // The entries' bytes.
  std::vector<std::string> ReadAll(const std::string& path, const std::string& log);
  // Where the event stands at a node, as "se/17/varmland@2#3"; "" if nowhere.
  std::string PlaceOf(const std::string& path, const v1::EventData& event);
  // The state of the report of se/17/varmland, as JSON.
  std::string ReportState(const std::string& path);
  v1::Receipt Receipt(const std::string& path, const v1::EventData& event);

  // Waits until the node refuses to record, and says why.
  std::string AwaitStopped(const std::string& path);
  // Waits for an alarm about the log; the file of evidence.
  std::string AwaitEvidence(const std::string& path, const std::string& log);
  static bool Eventually(const std::function<bool()>& is_so);

  // Checks a stopped node's directory, down to the signatures. "" if it is whole.
  std::string FaultsOf(const std::string& path);

  Cluster cluster_{{{"nation", {"se"}},
                    {"county", {"se/17"}},
                    {"verksamhet", {"se/17/varmland"}},
                    {"other", {kOther}}}};
};

}  // namespace liggare::testing

#endif  // TESTS_SERVICES_RESTORE_WAYS_BACK_H_
