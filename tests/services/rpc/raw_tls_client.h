// A TLS client of its own, which shows what it likes and keeps what it is given:
// gRPC's would neither try to resume a session nor tell how far it came.
#ifndef TESTS_SERVICES_RPC_RAW_TLS_CLIENT_H_
#define TESTS_SERVICES_RPC_RAW_TLS_CLIENT_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "services/rpc/tls/credentials.h"

namespace liggare::rpc {

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, FreeSession>;

class RawTlsClient {
 public:
  struct Options {
    int port = 0;
    int version = TLS1_3_VERSION;
    const CredentialFiles* own = nullptr;  // Null: it shows no certificate.
    SSL_SESSION* resumed = nullptr;        // A session to go on with; null: none.
  };
  explicit RawTlsClient(const Options& options);
  ~RawTlsClient();
  RawTlsClient(const RawTlsClient&) = delete;

  // Sends HTTP/2's preface and reads until the server has said something or ended
  // the connection: what it said, in clear.
  std::string SayHello();
  // Whether the connection goes on from `resumed`, without certificates.
  bool resumes() const { return SSL_session_reused(ssl_) == 1; }
  // Session tickets that came, and the session as it is now.
  const std::vector<Session>& tickets() const { return tickets_; }
  Session session() const { return Session(SSL_get1_session(ssl_)); }
  // Whether the server gave the session a name by which it would know it again
  // (TLS 1.2).
  bool session_has_id() const;

 private:
  static int Keep(SSL* ssl, SSL_SESSION* session);

  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  int socket_ = -1;
  std::vector<Session> tickets_;
};

}  // namespace liggare::rpc

#endif  // TESTS_SERVICES_RPC_RAW_TLS_CLIENT_H_
