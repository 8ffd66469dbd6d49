// That no TLS session is resumed. A resumed session shows no certificate, so that
// whoever held one once would stay, whether it has expired or has been denied
// since; and gRPC gives its own contexts no setting for it.
#ifndef SERVICES_RPC_TLS_TLS_SESSIONS_H_
#define SERVICES_RPC_TLS_TLS_SESSIONS_H_

namespace liggare::rpc {

// From now on every context and connection of OpenSSL that is made in this process
// hands out no session, by ticket (RFC 5077, RFC 8446 4.6.1) or by id (TLS 1.2), and
// takes none: each connection begins with a full handshake. Contexts that can only
// dial (TLS_client_method) are left as they are. To be called before the first
// server's credentials are used; further calls do nothing. Thread-safe.
void ForgetTlsSessions();

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_TLS_SESSIONS_H_
