// Nodes in several tiers, each tier a Host of its own in this process, speaking
// gRPC over TLS on the loopback, on RocksDB in a scratch directory:
//
//   host nation:      se
//   host county:      se/17
//   host verksamhet:  se/17/varmland
//
// Configurations go through the same reader as liggared's. What fails while the
// cluster is made ends the test program.
#ifndef TESTS_TESTING_CLUSTER_H_
#define TESTS_TESTING_CLUSTER_H_

#include <grpcpp/channel.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/note/key.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/event_service.pb.h"
#include "services/node/host.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {

inline constexpr char kClusterDomain[] = "po.example.se";

// One process and the nodes that it hosts. A node's parent must be in a host
// before its own: the port to dial is known when that has started.
struct HostPlan {
  std::string name;
  std::vector<std::string> paths;
};

class Cluster {
 public:
  // The three tiers above.
  Cluster();
  explicit Cluster(std::vector<HostPlan> plan);
  ~Cluster();

  // Starts every host and enrols every node with its parent.
  void Start();
  // Starts or stops one host. It keeps its port.
  absl::Status StartHost(const std::string& name);
  void StopHost(const std::string& name);
  // How many operators the node asks for, from its host's next start on.
  void RequireOperators(const std::string& path, int count) { operators_[path] = count; }
  // The smallest count of persons that its publishable tables show, likewise.
  void SetSmallestCount(const std::string& path, int count) { smallest_counts_[path] = count; }
  // Where the configurations of others say that a host is which is not started here.
  void SetAddress(const std::string& name, const std::string& address);

  // A channel to a host that shows a certificate with this URI path below the
  // trust domain: se/17/varmland/system/test.
  std::shared_ptr<grpc::Channel> Dial(const std::string& host, const std::string& uri_path);
  // To the host of `path`, as a system of that node.
  std::shared_ptr<grpc::Channel> DialAsSystem(const std::string& path);

  std::shared_ptr<grpc::Channel> DialAsOperator(const std::string& path,
                                                const std::string& name = "test");

  // Records one event at `path`, as a system of it or, if it takes one, an operator.
  v1::RecordResult Record(const std::string& path, const v1::EventData& event);
  // Waits until the node at `path` holds `log` up to `size`.
  void AwaitSize(const std::string& path, const std::string& log, uint64_t size);

  TestAuthority& authority() { return authority_; }
  const ScratchDirectory& scratch() const { return scratch_; }
  std::string address(const std::string& host) const;
  std::string data_directory(const std::string& path) const;
  // Where its node is configured to be backed up.
  std::string backup_directory(const std::string& path) const;
  std::string signing_key_file(const std::string& path) const;
  const note::SigningKey& signing_key(const std::string& path) const { return keys_.at(path); }
  std::string config_text(const std::string& host) const;
  const note::VerifierKey& verifier(const std::string& path) const;

 private:
  struct Member;

  void MakeNode(const std::string& host, const std::string& path);
  void Enrol(const std::string& child);
  std::string HostOf(const std::string& path) const;

  ScratchDirectory scratch_;
  TestAuthority authority_{scratch_.path()};
  std::map<std::string, std::unique_ptr<Member>> members_;  // By host.
  std::vector<HostPlan> plan_;
  std::map<std::string, std::string> host_of_;    // By path.
  std::map<std::string, note::SigningKey> keys_;  // By path.
  std::map<std::string, int> operators_;          // By path, where it is not one.
  std::map<std::string, int> smallest_counts_;    // By path, where it is given.
};

}  // namespace liggare::testing

#endif  // TESTS_TESTING_CLUSTER_H_
