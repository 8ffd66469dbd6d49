// A node's connection to its parent: dials, runs a session, and dials again when
// it ends, with full jitter from 1 s to 120 s. The first attempt is made at once;
// a session that came to life and was broken off by the network or an orderly
// stop starts the delays from the beginning.
//
// Thread-safe.
#ifndef SERVICES_REPLICATION_DRIVE_UPLINK_H_
#define SERVICES_REPLICATION_DRIVE_UPLINK_H_

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/replication/drive/replication_node.h"

namespace liggare::replication {

class Uplink {
 public:
  struct Options {
    std::string address;  // What people see in the status.
    // Called for every attempt; the channel should keep itself alive
    // (services/rpc/call/channel.h) and show the node's own certificate.
    std::function<std::shared_ptr<grpc::Channel>()> dial;
    std::function<double()> random;  // In [0, 1). Called by one thread at a time.
    // Whether the server's certificate, as it was shown, is still good. May be empty:
    // it is.
    std::function<absl::Status(std::string_view pem)> judge = {};
  };
  // `node` is not the nation's, and must outlive the uplink.
  Uplink(ReplicationNode& node, Options options);
  // Stops.
  ~Uplink();

  void Start();
  // Asks `judge` about the server of the session that stands; ends it if it may not.
  void Rejudge();
  // Dials at once instead of waiting, if it has been started and is not connected.
  void DialNow();
  // Says goodbye to the parent and waits until the call has ended. Stop the
  // ReplicationNode afterwards.
  void Stop();

 private:
  class Call;
  class Dialler;
  std::shared_ptr<Dialler> dialler_;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_DRIVE_UPLINK_H_
