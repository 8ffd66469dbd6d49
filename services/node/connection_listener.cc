#include "services/node/connection_listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "services/node/config.h"
#include "services/rpc/call/channel.h"

namespace liggare::node {
namespace {

constexpr int kRetryMs = 100;        // After an accept() that failed.
constexpr int64_t kTellMs = 10'000;  // Between two lines of the log.

int64_t SteadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

int OpenDescriptorCount() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/fd", error);
  return error ? 0 : static_cast<int>(std::distance(begin(all), end(all)));
}

int DescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
}

// The connections inherit these.
void SetOptions(int listening, int family) {
  const int on = 1;
  const int off = 0;
  const int timeout_ms = rpc::kKeepaliveTimeoutMs;
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(listening, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(listening, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
  if (family == AF_INET6) setsockopt(listening, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
}

bool IsOwnProcess(int socket) {
  ucred peer = {};
  socklen_t size = sizeof(peer);
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid();
}

// Whether an accept() that failed only found that none waits.
bool IsNoConnection(int error) {
  return error == EAGAIN || error == EINTR || error == ECONNABORTED;
}

// Tells the log of connections that are closed for what they sent, but not of each,
// or whoever comes back at once would fill it.
std::function<void(const std::string&, const absl::Status&)> ClosedTeller() {
  auto told_ms = std::make_shared<std::atomic<int64_t>>(-kTellMs);
  auto untold = std::make_shared<std::atomic<uint64_t>>(0);
  return [told_ms, untold](const std::string& holder, const absl::Status& why) {
    const int64_t now_ms = SteadyMs();
    int64_t before_ms = *told_ms;
    if (now_ms - before_ms < kTellMs || !told_ms->compare_exchange_strong(before_ms, now_ms)) {
      ++*untold;
      return;
    }
    spdlog::warn("a connection of {} is closed: {}; {} others were closed before it", holder,
                 std::string(why.message()), untold->exchange(0));
  };
}

int PortOf(int socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  // sin_port and sin6_port lie at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

}  // namespace

int ConnectionDescriptorEnd(int open_count, int limit) {
  return open_count + std::clamp((limit - open_count) / 2, 0, kConnectionsMax);
}

std::string AddressShare(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof(text));
    return text;
  }
  in6_addr six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof(text));
    return text;
  }
  std::fill(six.s6_addr + 8, six.s6_addr + 16, uint8_t{0});
  inet_ntop(AF_INET6, &six, text, sizeof(text));
  return text;
}

absl::StatusOr<std::unique_ptr<ConnectionListener>> ConnectionListener::Open(
    const Setting& listen) {
  std::unique_ptr<ConnectionListener> listener(new ConnectionListener());
  if (absl::Status status = listener->Bind(listen); !status.ok()) return status;
  if (absl::Status status = listener->BindOwn(listen); !status.ok()) return status;
  listener->port_ = PortOf(listener->listening_);
  return listener;
}

absl::Status ConnectionListener::Bind(const Setting& listen) {
  const Endpoint endpoint = *ParseEndpoint(listen.value);
  std::string host = endpoint.host;
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints = {};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (error != 0) {
    return SettingError(listen, "'" + host + "' can't be resolved: " + gai_strerror(error),
                        "an address of this machine");
  }
  listening_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  SetOptions(listening_, found->ai_family);
  const bool bound = bind(listening_, found->ai_addr, found->ai_addrlen) == 0 &&
                     ::listen(listening_, SOMAXCONN) == 0;
  const std::string why = strerror(errno);
  freeaddrinfo(found);
  if (bound) return absl::OkStatus();
  return SettingError(listen, listen.value + " can't be listened on: " + why,
                      "an address of this machine with a free port");
}

absl::Status ConnectionListener::BindOwn(const Setting& listen) {
  own_listening_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  socklen_t size = sizeof(sa_family_t);  // Without a name: the system finds a free one.
  if (bind(own_listening_, reinterpret_cast<sockaddr*>(&name), size) != 0 ||
      ::listen(own_listening_, SOMAXCONN) != 0) {
    return SettingError(listen, std::string("no socket for the watch: ") + strerror(errno),
                        "a system that allows abstract unix sockets");
  }
  size = sizeof(name);
  getsockname(own_listening_, reinterpret_cast<sockaddr*>(&name), &size);
  // It begins with a zero byte.
  own_name_.assign(name.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
  return absl::OkStatus();
}

std::string ConnectionListener::own_address() const { return "unix-abstract:" + own_name_; }

ConnectionListener::~ConnectionListener() {
  Stop();
  for (const int descriptor : {listening_, own_listening_, stop_, spare_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

void ConnectionListener::Start(Take take) {
  stop_ = eventfd(0, EFD_CLOEXEC);
  spare_ = OpenSpare();
  const int open_count = OpenDescriptorCount();
  descriptor_end_ = ConnectionDescriptorEnd(open_count, DescriptorLimit());
  connections_ =
      rpc::Connections::Make({.places_max = static_cast<size_t>(descriptor_end_ - open_count),
                              .on_closed = ClosedTeller()});
  thread_ = std::thread([this, take = std::move(take)] { Run(take); });
}

void ConnectionListener::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_, 1);
  thread_.join();
  close(std::exchange(listening_, -1));
  close(std::exchange(own_listening_, -1));
}

void ConnectionListener::Run(const Take& take) {
  bool failed = false;
  for (;;) {
    // After a failure only the stop is waited for, or this would go round at once.
    pollfd waited[3] = {{stop_, POLLIN, 0}, {own_listening_, POLLIN, 0}, {listening_, POLLIN, 0}};
    const int ready = poll(waited, failed ? 1 : 3, failed ? kRetryMs : -1);
    if (ready < 0 && errno != EINTR) std::this_thread::yield();
    if (waited[0].revents != 0) return;
    const bool own_failed = waited[1].revents != 0 && !AcceptOwn(take);
    failed = (waited[2].revents != 0 && !AcceptOne(take)) || own_failed;
  }
}

bool ConnectionListener::AcceptOwn(const Take& take) {
  const int accepted = accept4(own_listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) return IsNoConnection(errno);
  if (IsOwnProcess(accepted)) {
    take(accepted, connections_->AdmitOwn());
  } else {
    close(accepted);  // Whoever has found the name on this machine.
  }
  return true;
}

bool ConnectionListener::AcceptOne(const Take& take) {
  sockaddr_storage from = {};
  socklen_t size = sizeof(from);
  const int accepted =
      accept4(listening_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) return AcceptFailed();
  if (accepted >= descriptor_end_) {
    Refused("there are too many");  // First: whoever sees the end finds it told.
    close(accepted);
    return true;
  }
  std::unique_ptr<rpc::ConnectionPlace> place = connections_->Admit(AddressShare(from));
  if (place == nullptr) {
    Refused("those of its address without a certificate are too many");
    close(accepted);
    return true;
  }
  take(accepted, std::move(place));
  return true;
}

bool ConnectionListener::AcceptFailed() {
  if (IsNoConnection(errno)) return true;
  if (errno == EMFILE || errno == ENFILE) return TurnAwayWithoutDescriptor();
  Refused(strerror(errno));  // Of the network or of memory: it may pass.
  return false;
}

bool ConnectionListener::TurnAwayWithoutDescriptor() {
  if (spare_ >= 0) close(std::exchange(spare_, -1));
  const int accepted = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  Refused("no descriptor is left");
  if (accepted >= 0) close(accepted);
  spare_ = OpenSpare();
  return accepted >= 0;
}

void ConnectionListener::Refused(const char* why) {
  ++refused_count_;
  const int64_t now_ms = SteadyMs();
  if (told_ms_ != 0 && now_ms - told_ms_ < kTellMs) return;
  spdlog::warn(
      "{} connections turned away, {} since the start: {}; below descriptor {} they are "
      "taken",
      refused_count_ - told_count_, refused_count_.load(), why, descriptor_end_);
  told_ms_ = now_ms;
  told_count_ = refused_count_;
}

}  // namespace liggare::node
