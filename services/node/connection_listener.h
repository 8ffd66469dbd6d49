// Listens on the process's address, and hands each connection to the server.
//
// gRPC 1.51 would listen itself, but its listener stops for good at the first
// accept() that fails for want of a descriptor, and until then it leaves none to
// the databases, which close for writing when a file can't be opened. This one
// leaves them their share, turns away what is too many, and goes on when there is
// room again (docs/adr/0013).
//
//   accept ──► descriptor below the limit? ──► a place for its address? ──► take
//                         └──no──► closed, counted, told in the log ◄──no──┘
//
// Beside the address there is a way in for the process itself, which nobody else
// can take: by it the process finds out whether connections are still taken.
#ifndef SERVICES_NODE_CONNECTION_LISTENER_H_
#define SERVICES_NODE_CONNECTION_LISTENER_H_

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "services/node/setting.h"
#include "services/rpc/guard/connections.h"

namespace liggare::node {

// Connections of a process at a time. Fewer if the limit on its descriptors is
// low: of those that are free at its start, half is for connections.
inline constexpr int kConnectionsMax = 8'192;

// The first descriptor number that is refused to a connection, in a process that has `open_count`
// descriptors open and may have `limit`. The kernel hands out the lowest free number, so a number
// below this one means that the connections are within the limit.
int ConnectionDescriptorEnd(int open_count, int limit);

// Whom connections from this address count for: it, of IPv6 its first 64 bits, for
// one who has these has all of the rest. As numbers, without the port.
std::string AddressShare(const sockaddr_storage& address);

// Start, Stop and the rest are for one thread; `take` is called on the listener's.
class ConnectionListener {
 public:
  // Owns what it is given from then on; the place is held as long as the connection.
  using Take = std::function<void(int descriptor, std::unique_ptr<rpc::ConnectionPlace> place)>;

  // Binds the address, which must have the form host:port, and listens.
  // CONFIGURATION at that setting if it can't be resolved or bound.
  static absl::StatusOr<std::unique_ptr<ConnectionListener>> Open(const Setting& listen);
  // Stops.
  ~ConnectionListener();

  // Begins to take connections; until then they wait in the system's queue.
  void Start(Take take);
  // Takes no more. Further calls do nothing.
  void Stop();

  // The real port.
  int port() const { return port_; }
  // Where this process, and no other, can always connect: as gRPC dials it.
  std::string own_address() const;
  // How many connections have been turned away.
  uint64_t refused_count() const { return refused_count_; }

 private:
  ConnectionListener() = default;
  absl::Status Bind(const Setting& listen);
  absl::Status BindOwn(const Setting& listen);
  void Run(const Take& take);
  // Takes or turns away what waits. False if it failed: to be tried again later.
  bool AcceptOne(const Take& take);
  // The same of the process's own.
  bool AcceptOwn(const Take& take);
  bool AcceptFailed();
  // With no descriptor left, gives up the spare one to turn a connection away.
  bool TurnAwayWithoutDescriptor();
  void Refused(const char* why);

  int listening_ = -1;
  int own_listening_ = -1;
  std::string own_name_;  // In the system's table of names of sockets.
  int stop_ = -1;         // An eventfd that Stop writes to.
  int spare_ = -1;        // Kept to be given up.
  int port_ = 0;
  int descriptor_end_ = 0;
  int64_t told_ms_ = 0;  // When the log was last told. On the listener's thread.
  uint64_t told_count_ = 0;
  std::atomic<uint64_t> refused_count_ = 0;
  std::shared_ptr<rpc::Connections> connections_;
  std::thread thread_;
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_CONNECTION_LISTENER_H_
