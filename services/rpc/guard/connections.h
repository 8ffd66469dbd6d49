// The connections that this process has taken, and who holds how many. All share
// one number of places (fair_share.h): a connection counts for the address that it
// comes from until it has shown a certificate, and from then on for the certificate
// alone. So a hundred nodes behind one address are a hundred, and who has no
// certificate can only fill the share of its address, and that for as long as a
// handshake may take.
//
//   accepted ──► Admit(address) ──► a place of the address
//                                        │ Show(certificate)
//                                        ▼
//                                   a place of the certificate ──► given back
#ifndef SERVICES_RPC_GUARD_CONNECTIONS_H_
#define SERVICES_RPC_GUARD_CONNECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/rpc/guard/peer_account.h"
#include "services/work/fair_share.h"

namespace liggare::rpc {

// Connections that show one certificate, however many are free.
inline constexpr size_t kConnectionsOfCertificateMax = 256;
// Connections of one address that have shown none yet.
inline constexpr size_t kHandshakesOfAddressMax = 1'024;

class Connections;

// The place of one connection; given back when it dies. Not thread-safe.
class ConnectionPlace {
 public:
  ~ConnectionPlace();
  ConnectionPlace(const ConnectionPlace&) = delete;

  // The connection shows the certificate of `peer` (peer_name.h). What it may do is
  // in that account. RESOURCE_EXHAUSTED, and the place is given back, if the
  // certificate holds all that it may: the connection is to be closed.
  absl::StatusOr<std::shared_ptr<PeerAccount>> Show(const std::string& peer, int64_t now_ms);
  // Says that the connection is closed, and why.
  void TellClosed(const absl::Status& why) const;

 private:
  friend class Connections;
  ConnectionPlace(std::shared_ptr<Connections> all, std::string holder, bool counted)
      : all_(std::move(all)), holder_(std::move(holder)), counted_(counted) {}

  const std::shared_ptr<Connections> all_;
  std::string holder_;
  bool counted_;  // Whether it takes one of the places that are shared.
};

// Thread-safe.
class Connections : public std::enable_shared_from_this<Connections> {
 public:
  struct Options {
    size_t places_max = 0;
    // Told who a connection was of that is closed, and why. On any thread. May be empty.
    std::function<void(const std::string& holder, const absl::Status& why)> on_closed = {};
  };
  static std::shared_ptr<Connections> Make(Options options);

  // A place for a connection from this address (as numbers, without a port); null if
  // the address has its share.
  std::unique_ptr<ConnectionPlace> Admit(const std::string& address);
  // A place for one of the process's own, beside those that are shared.
  std::unique_ptr<ConnectionPlace> AdmitOwn();

 private:
  friend class ConnectionPlace;
  explicit Connections(Options options)
      : options_(std::move(options)), share_(options_.places_max) {}
  bool Take(const std::string& holder, size_t most);
  void Give(const std::string& holder);

  const Options options_;
  PeerAccounts accounts_;
  std::mutex mutex_;
  work::FairShare share_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_GUARD_CONNECTIONS_H_
