#include "services/node/host.h"

#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/admin/admin_service.h"
#include "services/audit/audit_service.h"
#include "services/hosting/addressed_node.h"
#include "services/ingest/event_service.h"
#include "services/node/listener_watch.h"
#include "services/node/node.h"
#include "services/query/query_service.h"
#include "services/replication/replication_service.h"
#include "services/replication/thread_timer.h"
#include "services/rpc/channel.h"

namespace liggare::node {
namespace {

// Replication, reading from disk, and answers to recorders do not wait for each
// other: a table that takes a second must delay neither of the others.
constexpr int kReplicationThreads = 2;
constexpr int kReaderThreads = 4;
constexpr int kAnswerThreads = 2;
constexpr size_t kOpeningThreadsMax = 8;
constexpr size_t kServerMemoryBytesMax = size_t{1} << 30;

// Calls act(0) … act(count - 1) on a few threads and waits for all.
void InParallel(size_t count, const std::function<void(size_t)>& act) {
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < count; i = next++) act(i);
  };
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(count, kOpeningThreadsMax); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

// Tries to bind the address, for gRPC would only say that it could not.
absl::Status CheckCanListen(const Setting& listen) {
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
  const int probe = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound = bind(probe, found->ai_addr, found->ai_addrlen) == 0 && ::listen(probe, 1) == 0;
  const std::string why = strerror(errno);
  close(probe);
  freeaddrinfo(found);
  if (bound) return absl::OkStatus();
  return SettingError(listen, listen.value + " can't be listened on: " + why,
                      "an address of this machine with a free port");
}

}  // namespace

struct Host::State {
  State(Config the_config, Secrets the_secrets)
      : config(std::move(the_config)),
        secrets(std::move(the_secrets)),
        replicators(kReplicationThreads),
        readers(kReaderThreads),
        answers(kAnswerThreads),
        events(hosted, readers, answers),
        queries(hosted, readers),
        audits(hosted, readers),
        admin(hosted, readers, kVersion),
        replications({.find = [this](std::string_view path) { return Find(path); },
                      .identify =
                          [this](const grpc::CallbackServerContext& context) {
                            return rpc::PeerIdentity(*context.auth_context(),
                                                     config.trust_domain.value);
                          },
                      .timer = timer,
                      .workers = replicators}) {}

  replication::ReplicationNode* Find(std::string_view path) {
    const auto found = std::find_if(
        nodes.begin(), nodes.end(),
        [&](const std::unique_ptr<Node>& node) { return node->replication().path() == path; });
    return found == nodes.end() ? nullptr : &(*found)->replication();
  }

  absl::Status OpenNodes();
  absl::Status Listen();
  void Watch(std::function<void()> on_deaf);
  std::string Address() const;
  void Stop();

  const Config config;
  Secrets secrets;
  log::SharedResources databases;
  rpc::WorkerPool replicators;
  rpc::WorkerPool readers;
  rpc::WorkerPool answers;
  replication::ThreadTimer timer;
  std::vector<std::unique_ptr<Node>> nodes;
  hosting::HostedNodes hosted;
  ingest::EventService events;
  query::QueryService queries;
  audit::AuditService audits;
  admin::AdminService admin;
  replication::ReplicationService replications;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<ListenerWatch> watch;
  int port = 0;
  bool stopped = false;
};

absl::Status Host::State::OpenNodes() {
  const NodeEnvironment environment{
      .trust_domain = config.trust_domain.value,
      .host = secrets.host.identity.host,
      .national_key = *note::VerifierKey::Parse(config.national_key.value),
      .databases = databases,
      .workers = replicators,
      .timer = timer};
  nodes.resize(config.nodes.size());
  std::vector<absl::Status> outcomes(nodes.size());
  InParallel(nodes.size(), [&](size_t i) {
    absl::StatusOr<std::unique_ptr<Node>> node =
        Node::Open(config.nodes[i], std::move(secrets.nodes[i]), environment);
    outcomes[i] = node.status();
    if (node.ok()) nodes[i] = *std::move(node);
  });
  for (const absl::Status& outcome : outcomes) {
    if (outcome.ok()) continue;
    std::erase(nodes, nullptr);
    return outcome;
  }
  for (const std::unique_ptr<Node>& node : nodes) hosted.Add(node->Hosted());
  return absl::OkStatus();
}

absl::Status Host::State::Listen() {
  if (absl::Status status = CheckCanListen(config.listen); !status.ok()) return status;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  rpc::SetServerLimits(builder, kServerMemoryBytesMax);
  builder.AddListeningPort(config.listen.value, rpc::ServerCredentials(secrets.host), &port);
  builder.RegisterService(&events);
  builder.RegisterService(&queries);
  builder.RegisterService(&audits);
  builder.RegisterService(&admin);
  builder.RegisterService(&replications);
  server = builder.BuildAndStart();
  if (server != nullptr && port != 0) return absl::OkStatus();
  return SettingError(config.listen, config.listen.value + " can't be listened on",
                      "an address of this machine with a free port");
}

void Host::State::Watch(std::function<void()> on_deaf) {
  const std::shared_ptr<grpc::ChannelCredentials> credentials = rpc::ChannelCredentials(
      secrets.host, {config.trust_domain.value, secrets.host.identity.host});
  ListenerWatch::Options options;
  options.dial = [address = Address(), credentials] { return rpc::Dial(address, credentials); };
  options.on_deaf = std::move(on_deaf);
  watch = std::make_unique<ListenerWatch>(std::move(options));
}

std::string Host::State::Address() const {
  return config.listen.value.substr(0, config.listen.value.rfind(':') + 1) + std::to_string(port);
}

void Host::State::Stop() {
  if (stopped) return;
  stopped = true;
  watch.reset();
  if (server != nullptr && server->GetHealthCheckService() != nullptr) {
    server->GetHealthCheckService()->Shutdown();  // NOT_SERVING, and its watchers end.
  }
  events.Drain();
  queries.Stop();
  InParallel(nodes.size(), [this](size_t i) { nodes[i]->StopReplicating(); });
  if (server != nullptr) {
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(kStopGraceMs));
    server->Wait();
  }
  InParallel(nodes.size(), [this](size_t i) { nodes[i]->StopRecording(); });
  replicators.Stop();
  readers.Stop();
  answers.Stop();
}

Host::Host(std::unique_ptr<State> state) : state_(std::move(state)) {}

Host::~Host() { Stop(); }

absl::StatusOr<std::unique_ptr<Host>> Host::Start(Config config, Secrets secrets,
                                                  std::function<void()> on_deaf) {
  std::unique_ptr<Host> host(
      new Host(std::make_unique<State>(std::move(config), std::move(secrets))));
  State& state = *host->state_;
  if (absl::Status status = state.OpenNodes(); !status.ok()) return status;
  if (absl::Status status = state.Listen(); !status.ok()) return status;
  for (const std::unique_ptr<Node>& node : state.nodes) node->StartUplink();
  if (on_deaf) state.Watch(std::move(on_deaf));
  return host;
}

std::string Host::address() const { return state_->Address(); }

size_t Host::node_count() const { return state_->nodes.size(); }

void Host::Stop() { state_->Stop(); }

}  // namespace liggare::node
