#include "tests/testing/http2_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace liggare::testing {
namespace {

constexpr int kPatienceMs = 20'000;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

int Connect(const std::string& address) {
  const size_t colon = address.rfind(':');
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const int connecting = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(connecting, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0) return connecting;
  close(connecting);
  return -1;
}

// A text of HPACK, without Huffman's code; shorter than 127 bytes.
std::string Text(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}

}  // namespace

std::string Number(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string frame = Number(static_cast<uint32_t>(payload.size())).substr(1);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  return frame + Number(stream) + std::string(payload);
}

std::string CallHeaders(std::string_view path) {
  std::string block = "\x83\x87";  // POST, https.
  block += "\x04" + Text(path);
  block += "\x01" + Text("liggare");                               // :authority
  block += std::string("\x0f\x10", 2) + Text("application/grpc");  // content-type
  return block + std::string(1, '\0') + Text("te") + Text("trailers");
}

Http2Client::Http2Client(const std::string& address, const rpc::CredentialFiles& own) {
  signal(SIGPIPE, SIG_IGN);
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_use_certificate_chain_file(context_, own.certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context_, own.key.c_str(), SSL_FILETYPE_PEM);
  const std::array<unsigned char, 3> protocols = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context_, protocols.data(), protocols.size());
  ssl_ = SSL_new(context_);
  socket_ = Connect(address);
  if (socket_ < 0) return;
  SSL_set_fd(ssl_, socket_);
  const timeval patience = {.tv_sec = kPatienceMs / 1000, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (SSL_connect(ssl_) != 1) return;
  fcntl(socket_, F_SETFL, O_NONBLOCK);
  ended_ = false;
  Send(std::string(kPreface) + Frame(kFrameSettings, 0, 0));
}

Http2Client::~Http2Client() {
  if (socket_ >= 0) close(socket_);
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

void Http2Client::Drain() {
  std::array<char, 16'384> bytes;
  int count = 0;
  do {
    ERR_clear_error();
    count = SSL_read(ssl_, bytes.data(), bytes.size());
  } while (count > 0);
  if (SSL_get_error(ssl_, count) != SSL_ERROR_WANT_READ) ended_ = true;
}

bool Http2Client::Await(short events, int timeout_ms) {
  pollfd waited = {socket_, static_cast<short>(events | POLLIN), 0};
  if (poll(&waited, 1, timeout_ms) <= 0) return false;
  Drain();
  return true;
}

bool Http2Client::Send(std::string_view bytes) {
  while (!ended_ && !bytes.empty()) {
    ERR_clear_error();
    const int count = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (count > 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
      Drain();
    } else if (SSL_get_error(ssl_, count) != SSL_ERROR_WANT_WRITE || !Await(POLLOUT, kPatienceMs)) {
      ended_ = true;
    }
  }
  return !ended_;
}

bool Http2Client::SendKeyUpdate() {
  if (ended_ || SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED) != 1) return false;
  while (!ended_) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_);
    if (done == 1) return true;
    if (SSL_get_error(ssl_, done) != SSL_ERROR_WANT_WRITE || !Await(POLLOUT, kPatienceMs)) {
      ended_ = true;
    }
  }
  return false;
}

bool Http2Client::AwaitEnd(int timeout_ms) {
  while (!ended_ && Await(0, timeout_ms)) {
  }
  return ended_;
}

}  // namespace liggare::testing
