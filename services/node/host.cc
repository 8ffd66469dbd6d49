#include "services/node/host.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "proto/text/shown_text.h"
#include "proto/text/version.h"
#include "services/grpc_api/admin_service.h"
#include "services/grpc_api/audit_service.h"
#include "services/grpc_api/event_service.h"
#include "services/grpc_api/query_service.h"
#include "services/hosting/addressed_node.h"
#include "services/node/certificate_watch.h"
#include "services/node/connection_listener.h"
#include "services/node/line_limit.h"
#include "services/node/listener_watch.h"
#include "services/node/node.h"
#include "services/node/system_environment.h"
#include "services/replication/drive/replication_service.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/guard/tls_guard.h"
#include "services/work/thread_timer.h"

namespace liggare::node {
namespace {

// Replication, reading from disk, and answers to recorders do not wait for each
// other: a table that takes a second must delay neither of the others.
constexpr int kReplicationThreads = 2;
constexpr int kReaderThreads = 4;
constexpr int kAnswerThreads = 2;
constexpr size_t kOpeningThreadsMax = 8;

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

}  // namespace

struct Host::State {
  State(Config the_config, Secrets the_secrets)
      : config(std::move(the_config)),
        secrets(std::move(the_secrets)),
        replicators(kReplicationThreads),
        readers(kReaderThreads),
        answers(kAnswerThreads),
        events(hosted, readers, answers),
        queries(hosted, readers, NowMs),
        audits(hosted, readers),
        certificates(config, secrets, {.now_s = [] { return NowMs() / 1000; }}),
        admin(hosted, readers, text::kVersion, [this] { return certificates.States(); }),
        replications({.find = [this](std::string_view path) { return Find(path); },
                      .identify =
                          [this](const grpc::CallbackServerContext& context) {
                            return rpc::PeerIdentity(*context.auth_context(),
                                                     config.trust_domain.value);
                          },
                      .timer = timer,
                      .workers = readers}) {}

  replication::ReplicationNode* Find(std::string_view path) {
    const auto found = std::find_if(
        nodes.begin(), nodes.end(),
        [&](const std::unique_ptr<Node>& node) { return node->replication().path() == path; });
    return found == nodes.end() ? nullptr : &(*found)->replication();
  }

  absl::Status OpenNodes();
  absl::Status Listen();
  // Of a certificate that was refused at the handshake.
  void TellRefused(const std::string& certificate, const absl::Status& why);
  void Watch(std::function<void()> on_deaf);
  std::string Address() const;
  void Stop();

  const Config config;
  Secrets secrets;
  log::SharedResources databases;
  work::WorkerPool replicators;
  work::WorkerPool readers;
  work::WorkerPool answers;
  work::ThreadTimer timer;
  std::vector<std::unique_ptr<Node>> nodes;
  hosting::HostedNodes hosted;
  grpc_api::EventService events;
  grpc_api::QueryService queries;
  grpc_api::AuditService audits;
  CertificateWatch certificates;
  LineLimit refused;
  grpc_api::AdminService admin;
  replication::ReplicationService replications;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<ConnectionListener> listener;
  std::unique_ptr<ListenerWatch> watch;
  bool stopped = false;
};

absl::Status Host::State::OpenNodes() {
  const NodeEnvironment environment{
      .trust_domain = config.trust_domain.value,
      .host = secrets.host.identity.host,
      .national_key = *note::VerifierKey::Parse(config.national_key.value),
      .judge = secrets.judge,
      .databases = databases,
      .workers = replicators,
      .timer = timer,
      .clock_confirmed_ms = ClockConfirmedMs(config),
      .kept_weight_max = std::max(record::SequencedStates::kKeptWeightMax,
                                  record::SequencedStates::kKeptWeightOfProcess /
                                      std::max<size_t>(config.nodes.size(), 1))};
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

void Host::State::TellRefused(const std::string& certificate, const absl::Status& why) {
  const std::string reason(why.message());
  const auto others = refused.Take(reason, timer.SteadyMs());
  if (!others) return;
  spdlog::warn("a connection is refused: the certificate of {}: {}{}", text::ShownText(certificate),
               text::ShownText(reason), OthersText(*others));
}

absl::Status Host::State::Listen() {
  absl::StatusOr<std::unique_ptr<ConnectionListener>> listening =
      ConnectionListener::Open(config.listen);
  if (!listening.ok()) return listening.status();
  rpc::GuardTls();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  rpc::SetServerLimits(builder, kServerMemoryBytesMax);
  acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      rpc::ServerCredentials(secrets.host, {.judge = secrets.judge,
                                            .on_refused = [this](const std::string& certificate,
                                                                 const absl::Status& why) {
                                              TellRefused(certificate, why);
                                            }}));
  builder.RegisterService(&events);
  builder.RegisterService(&queries);
  builder.RegisterService(&audits);
  builder.RegisterService(&admin);
  builder.RegisterService(&replications);
  server = builder.BuildAndStart();
  if (server == nullptr) {
    return SettingError(config.listen, "the server does not start", "certificates that are right");
  }
  listener = *std::move(listening);
  listener->Start([this](int descriptor, std::unique_ptr<rpc::ConnectionPlace> place) {
    const rpc::TakenConnection taken(std::move(place), secrets.judge);
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = descriptor;
    acceptor->HandleNewConnection(&connection);
  });
  return absl::OkStatus();
}

void Host::State::Watch(std::function<void()> on_deaf) {
  ListenerWatch::Options options;
  options.address = [this] { return listener->own_address(); };
  options.on_deaf = std::move(on_deaf);
  watch = std::make_unique<ListenerWatch>(std::move(options));
}

std::string Host::State::Address() const {
  return config.listen.value.substr(0, config.listen.value.rfind(':') + 1) +
         std::to_string(listener->port());
}

void Host::State::Stop() {
  if (stopped) return;
  stopped = true;
  watch.reset();
  certificates.Stop();
  if (listener != nullptr) listener->Stop();
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
  state.certificates.Start([&state] {
    for (const std::unique_ptr<Node>& node : state.nodes) node->RejudgeParent();
  });
  if (on_deaf) state.Watch(std::move(on_deaf));
  return host;
}

std::string Host::address() const { return state_->Address(); }

size_t Host::node_count() const { return state_->nodes.size(); }

void Host::ReadCertificates() { state_->certificates.ReadSoon(); }

void Host::Stop() { state_->Stop(); }

}  // namespace liggare::node
