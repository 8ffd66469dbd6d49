#include "services/rpc/tls/tls_sessions.h"

#include <openssl/ssl.h>

#include <cstdlib>
#include <mutex>

namespace liggare::rpc {
namespace {

bool OnlyDials(const SSL_CTX* context) {
  return SSL_CTX_get_ssl_method(context) == TLS_client_method();
}

// OpenSSL calls these for each context and connection that it makes, as owners of
// a place for application data in it. The place itself stays empty.
void OnContext(void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL_CTX* context = static_cast<SSL_CTX*>(parent);
  if (OnlyDials(context)) return;
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
}

// The number of tickets of a context is set after OnContext, of a connection before.
void OnConnection(void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL* connection = static_cast<SSL*>(parent);
  if (OnlyDials(SSL_get_SSL_CTX(connection))) return;
  SSL_set_options(connection, SSL_OP_NO_TICKET);
  SSL_set_num_tickets(connection, 0);
}

}  // namespace

void ForgetTlsSessions() {
  static std::once_flag once;
  std::call_once(once, [] {
    const int contexts = SSL_CTX_get_ex_new_index(0, nullptr, OnContext, nullptr, nullptr);
    const int connections = SSL_get_ex_new_index(0, nullptr, OnConnection, nullptr, nullptr);
    if (contexts < 0 || connections < 0) std::abort();  // Only memory can be lacking.
  });
}

}  // namespace liggare::rpc
