// Puts a ConnectionGuard into each TLS connection that gRPC serves.
//
// gRPC 1.51 has no place for one: what it decrypts goes straight to its HTTP/2. But
// it decrypts with OpenSSL's SSL_read, of a shared library; this program has an
// SSL_read and an SSL_write of its own, which call those and look at what went
// through (docs/adr/0022). The linker exports them, for gRPC's library asks for them.
#ifndef SERVICES_RPC_GUARD_TLS_GUARD_H_
#define SERVICES_RPC_GUARD_TLS_GUARD_H_

#include <memory>

#include "services/rpc/guard/connections.h"
#include "services/rpc/tls/peer_judge.h"

namespace liggare::rpc {

// From now on every connection that this process serves over TLS is guarded. Ends
// the process if what is to guard them is not in the way: then it would be open to
// whoever floods it. Further calls do nothing. Thread-safe.
void GuardTls();

// How often, at most, the certificate of a connection that stands is judged again: when
// something comes, as answers to the server's pings do (kKeepaliveTimeMs).
inline constexpr int64_t kRejudgeMs = 5'000;

// While it lives, the next connection of TLS that is made on this thread is that of
// `place`, and owns it. One that none was made for is given back. The connection ends
// when `judge` refuses the certificates that it has shown; null: nobody is asked.
class TakenConnection {
 public:
  explicit TakenConnection(std::unique_ptr<ConnectionPlace> place,
                           std::shared_ptr<const PeerJudge> judge = nullptr);
  ~TakenConnection();
  TakenConnection(const TakenConnection&) = delete;

 private:
  std::unique_ptr<ConnectionPlace> place_;
  std::shared_ptr<const PeerJudge> judge_;
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_GUARD_TLS_GUARD_H_
