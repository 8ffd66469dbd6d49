#include "services/node/connection_listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "services/node/config.h"
#include "services/rpc/channel.h"

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

absl::StatusOr<std::unique_ptr<ConnectionListener>> ConnectionListener::Open(
    const Setting& listen) {
  std::unique_ptr<ConnectionListener> listener(new ConnectionListener());
  if (absl::Status status = listener->Bind(listen); !status.ok()) return status;
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

ConnectionListener::~ConnectionListener() {
  Stop();
  for (const int descriptor : {listening_, stop_, spare_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

void ConnectionListener::Start(Take take) {
  stop_ = eventfd(0, EFD_CLOEXEC);
  spare_ = OpenSpare();
  descriptor_end_ = ConnectionDescriptorEnd(OpenDescriptorCount(), DescriptorLimit());
  thread_ = std::thread([this, take = std::move(take)] { Run(take); });
}

void ConnectionListener::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_, 1);
  thread_.join();
  close(std::exchange(listening_, -1));
}

void ConnectionListener::Run(const Take& take) {
  bool failed = false;
  for (;;) {
    // After a failure only the stop is waited for, or this would go round at once.
    pollfd waited[2] = {{stop_, POLLIN, 0}, {listening_, POLLIN, 0}};
    const int ready = poll(waited, failed ? 1 : 2, failed ? kRetryMs : -1);
    if (ready < 0 && errno != EINTR) std::this_thread::yield();
    if (waited[0].revents != 0) return;
    failed = !AcceptOne(take);
  }
}

bool ConnectionListener::AcceptOne(const Take& take) {
  const int accepted = accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) {
    if (accepted < descriptor_end_) {
      take(accepted);
    } else {
      Refused("there are too many");  // First: whoever sees the end finds it told.
      close(accepted);
    }
    return true;
  }
  switch (errno) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
      return true;
    case EMFILE:
    case ENFILE:
      return TurnAwayWithoutDescriptor();
    default:  // Of the network or of memory: it may pass.
      Refused(strerror(errno));
      return false;
  }
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
