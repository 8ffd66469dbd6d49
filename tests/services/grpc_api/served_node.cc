#include "tests/services/grpc_api/served_node.h"

#include <grpcpp/server_builder.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <optional>

#include "services/record/record_batch.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

constexpr char kDomain[] = "po.example.se";
constexpr char kPrincipal[] = "spiffe://po.example.se/se/17/varmland/system/test";
constexpr int64_t kValidAtS = 1'700'000'000;
constexpr size_t kServerMemoryBytesMax = 256 * 1024 * 1024;
constexpr auto kPatience = std::chrono::seconds(20);

rpc::Credentials Load(const rpc::CredentialFiles& files) {
  absl::StatusOr<rpc::Credentials> credentials = rpc::LoadCredentials(files, kDomain, kValidAtS);
  if (credentials.ok()) return *std::move(credentials);
  fprintf(stderr, "%s\n", credentials.status().ToString().c_str());
  abort();
}

}  // namespace

ServedNode::ServedNode()
    : key_(*note::SigningKey::Generate(std::string(kDomain) + "/" + kVerksamhet)),
      log_(*log::EventLog::Open(database_, {.trust_domain = kDomain, .path = kVerksamhet})),
      judge_(*log_),
      sequencer_(database_, *log_, judge_, key_,
                 log::SequencerEnvironment{
                     .now_ms = [] { return kValidAtS * 1000; },
                     .random = [](uint8_t* out, size_t n) { std::fill_n(out, n, 0); }}),
      keys_(*log_, key_.verifier(), key_.verifier()),
      states_(*log_) {
  nodes_.Add(Hosted());
  Serve();
}

ServedNode::~ServedNode() {
  service_.Drain();
  sequencer_.Stop();  // Whoever waits is answered, and the server need not wait for it.
  server_->Shutdown();
}

hosting::HostedNode ServedNode::Hosted() {
  hosting::HostedNode node{.path = kVerksamhet,
                           .log = *log_,
                           .sequencer = sequencer_,
                           .keys = keys_,
                           .states = states_,
                           .verifier = [this] { return key_.verifier(); },
                           .parent_status = [] { return std::nullopt; }};
  // What is asked first of every request to record.
  node.clock_fault = [this]() -> std::optional<std::string> {
    std::lock_guard lock(mutex_);
    ++taken_;
    changed_.notify_all();
    return std::nullopt;
  };
  return node;
}

void ServedNode::Serve() {
  grpc::ServerBuilder builder;
  rpc::SetServerLimits(builder, kServerMemoryBytesMax);
  int port = 0;
  builder.AddListeningPort(
      "127.0.0.1:0",
      rpc::ServerCredentials(Load(authority_.Issue("host", "spiffe://po.example.se/host/test"))),
      &port);
  builder.RegisterService(&service_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) abort();
  address_ = "127.0.0.1:" + std::to_string(port);
}

std::unique_ptr<v1::EventService::Stub> ServedNode::NewClient() {
  return v1::EventService::NewStub(
      rpc::Dial(address_, rpc::ChannelCredentials(Load(authority_.Issue("client", kPrincipal)),
                                                  {.trust_domain = kDomain, .host = "test"})));
}

size_t ServedNode::Taken() {
  std::lock_guard lock(mutex_);
  return taken_;
}

bool ServedNode::AwaitTaken(size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return taken_ >= count; });
}

void ServedNode::Record(const std::vector<v1::EventData>& events) {
  record::Submissions submissions;
  for (const v1::EventData& event : events) *submissions.Add() = SubmissionOf(event);
  record::RecordResults results;
  std::promise<void> done;
  record::RecordBatch(*nodes_.Find(kVerksamhet), {.principal = kPrincipal}, std::move(submissions),
                      results, workers_, [&done] { done.set_value(); });
  while (sequencer_.Step()) {
  }
  done.get_future().get();
  for (const v1::RecordResult& result : results) {
    if (result.has_recorded()) continue;
    fprintf(stderr, "%s\n", result.ShortDebugString().c_str());
    abort();
  }
}

}  // namespace liggare::testing
