#include "services/node/listener_watch.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace liggare::node {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kAbstract = "unix-abstract:";

// A socket that connects, or has; closed with this.
class Probe {
 public:
  Probe(const std::string& address, Clock::time_point end) : end_(end) {
    if (address.starts_with(kAbstract)) {
      Connect(address.substr(kAbstract.size()));
    } else {
      const size_t colon = address.rfind(':');
      Connect(address.substr(0, colon), address.substr(colon + 1));
    }
  }
  ~Probe() {
    if (socket_ >= 0) close(socket_);
  }
  Probe(const Probe&) = delete;

  bool Connected() const {
    int error = 0;
    socklen_t size = sizeof(error);
    return connecting_ && Await(POLLOUT) &&
           getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  // Whether anything comes, the end included.
  bool IsAnswered(const std::string& text) const {
    send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    return Await(POLLIN);
  }

 private:
  void Connect(std::string host, const std::string& port) {
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return;
    Connect(found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
  }
  void Connect(const std::string& abstract_name) {
    sockaddr_un to = {};
    to.sun_family = AF_UNIX;
    if (abstract_name.size() >= sizeof(to.sun_path)) return;
    std::copy(abstract_name.begin(), abstract_name.end(), to.sun_path + 1);
    Connect(reinterpret_cast<const sockaddr*>(&to),
            static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + abstract_name.size()));
  }
  void Connect(const sockaddr* to, socklen_t size) {
    socket_ = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    connecting_ = socket_ >= 0 && (connect(socket_, to, size) == 0 || errno == EINPROGRESS);
  }
  bool Await(short event) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
    pollfd waited = {socket_, event, 0};
    return left.count() > 0 && poll(&waited, 1, static_cast<int>(left.count())) == 1;
  }

  const Clock::time_point end_;
  int socket_ = -1;
  bool connecting_ = false;
};

// The first bytes of a handshake, as a client sends them.
std::string ClientHello() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> client(SSL_new(context.get()), SSL_free);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(client.get(), in, out);  // Theirs to free.
  SSL_set_connect_state(client.get());
  SSL_do_handshake(client.get());  // Wants an answer, which is awaited elsewhere.
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace

bool AnswersHandshake(const std::string& address, int64_t answer_max_ms) {
  static const std::string hello = ClientHello();
  const Probe probe(address, Clock::now() + std::chrono::milliseconds(answer_max_ms));
  return probe.Connected() && probe.IsAnswered(hello);
}

ListenerWatch::ListenerWatch(Options options)
    : options_(std::move(options)), thread_([this] { Run(); }) {}

ListenerWatch::~ListenerWatch() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ListenerWatch::Run() {
  int failures = 0;
  std::unique_lock lock(mutex_);
  const auto interval = std::chrono::milliseconds(options_.interval_ms);
  while (!changed_.wait_for(lock, interval, [this] { return stopped_; })) {
    lock.unlock();
    const bool answered = AnswersHandshake(options_.address(), options_.answer_max_ms);
    failures = answered ? 0 : failures + 1;
    if (failures >= options_.failures_max) return options_.on_deaf();
    lock.lock();
  }
}

}  // namespace liggare::node
