#include "tests/services/rpc/raw_tls_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstring>

namespace liggare::rpc {
namespace {

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
constexpr unsigned char kHttp2[] = {2, 'h', '2'};
constexpr int kPatienceSeconds = 60;

int Connect(int port) {
  const int connected = socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience = {kPatienceSeconds, 0};
  setsockopt(connected, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(connected, reinterpret_cast<sockaddr*>(&to), sizeof(to));
  return connected;
}

}  // namespace

RawTlsClient::RawTlsClient(const Options& options)
    : context_(SSL_CTX_new(TLS_client_method())), socket_(Connect(options.port)) {
  SSL_CTX_set_min_proto_version(context_, options.version);
  SSL_CTX_set_max_proto_version(context_, options.version);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context_, Keep);
  if (options.own != nullptr) {
    SSL_CTX_use_certificate_chain_file(context_, options.own->certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_, options.own->key.c_str(), SSL_FILETYPE_PEM);
  }
  SSL_CTX_set_alpn_protos(context_, kHttp2, sizeof(kHttp2));
  ssl_ = SSL_new(context_);
  SSL_set_app_data(ssl_, this);
  if (options.resumed != nullptr) SSL_set_session(ssl_, options.resumed);
  SSL_set_fd(ssl_, socket_);
  SSL_connect(ssl_);
}

RawTlsClient::~RawTlsClient() {
  SSL_shutdown(ssl_);
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  close(socket_);
}

std::string RawTlsClient::SayHello() {
  char said[1024];
  SSL_write(ssl_, kPreface, sizeof(kPreface) - 1);
  const int count = SSL_read(ssl_, said, sizeof(said));
  return std::string(said, static_cast<size_t>(std::max(count, 0)));
}

bool RawTlsClient::session_has_id() const {
  unsigned int size = 0;
  const Session current = session();
  if (current == nullptr) return false;
  SSL_SESSION_get_id(current.get(), &size);
  return size > 0;
}

int RawTlsClient::Keep(SSL* ssl, SSL_SESSION* session) {
  static_cast<RawTlsClient*>(SSL_get_app_data(ssl))->tickets_.emplace_back(session);
  return 1;  // It is ours now.
}

}  // namespace liggare::rpc
