// The process: its nodes, the server that they share, and its stop.
//
//                 ┌─ EventService ─────┐
//   gRPC server ──┼─ ReplicationService├── HostedNodes ── Node, Node, …
//   (mutual TLS)  ├─ Query, Audit      │
//                 ├─ AdminService ─────┘
//                 └─ grpc.health.v1
#ifndef SERVICES_NODE_HOST_H_
#define SERVICES_NODE_HOST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/node/config.h"
#include "services/node/secrets.h"

namespace liggare::node {

// What gRPC may hold for all calls together of messages that came in; then it ends
// some of them.
inline constexpr size_t kServerMemoryBytesMax = 1024 * 1024 * 1024;

// A graceful stop waits so long for calls to end; then they are cut.
inline constexpr int64_t kStopGraceMs = 5'000;

// Not thread-safe.
class Host {
 public:
  // Opens all nodes, in parallel, then listens, then starts the uplinks. Errors:
  // CONFIGURATION, by file, line and key, if a directory is another node's or the
  // address can't be bound; those of Node::Open otherwise. What was opened is
  // closed again.
  // `on_deaf` is called, once, if the server has stopped taking connections: the
  // process should then end and be started again. May be empty.
  static absl::StatusOr<std::unique_ptr<Host>> Start(Config config, Secrets secrets,
                                                     std::function<void()> on_deaf = {});
  // Stops.
  ~Host();

  // Where it listens: the configured host with the real port.
  std::string address() const;
  size_t node_count() const;

  // Reads certificates, keys, authorities and lists of denied ones again, soon.
  void ReadCertificates();

  // Takes no new calls, ends the sessions with parents and children, answers
  // what is queued, and closes the databases. Further calls do nothing.
  void Stop();

 private:
  struct State;
  explicit Host(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_HOST_H_
