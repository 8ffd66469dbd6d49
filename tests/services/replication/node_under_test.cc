#include "tests/services/replication/node_under_test.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <cstring>
#include <future>
#include <mutex>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/note/checkpoint.h"
#include "gtest/gtest.h"
#include "liggare/v1/event.pb.h"
#include "services/rpc/call/channel.h"

namespace liggare::replication {
namespace {

constexpr size_t kServerMemoryBytes = 256 * 1024 * 1024;
constexpr auto kPatience = std::chrono::seconds(30);

// gRPC puts the user agent's prefix first: "se/17 grpc-c++/1.51.1 ...".
absl::StatusOr<rpc::Identity> IdentityOfUserAgent(const grpc::CallbackServerContext& context) {
  auto agent = context.client_metadata().find("user-agent");
  if (agent == context.client_metadata().end()) return absl::UnauthenticatedError("nobody");
  const std::string text(agent->second.data(), agent->second.size());
  return name::ParseIdentity("spiffe://" + std::string(kTrustDomain) + "/" +
                             text.substr(0, text.find(' ')));
}

}  // namespace

note::SigningKey KeyOf(const std::string& path, int variant) {
  std::array<uint8_t, note::kSeedBytes> seed = {};
  std::memcpy(seed.data(), path.data(), std::min(path.size(), seed.size() - 1));
  seed.back() = static_cast<uint8_t>(variant);
  return *note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + path, seed);
}

// Each call gives others.
void RandomBytes(uint8_t* out, size_t n) {
  static std::atomic<uint64_t> next = 0;
  const uint64_t number = ++next;
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<uint8_t>(number >> (8 * (i % 8)));
}

NodeUnderTest::NodeUnderTest(TestHost& host, const std::string& path,
                             std::unique_ptr<testing::MemoryDatabase> given)
    : database(given ? std::move(given) : std::make_unique<testing::MemoryDatabase>()),
      key(KeyOf(path)),
      host_(host) {
  log = *log::EventLog::Open(*database, {.trust_domain = kTrustDomain, .path = path});
  auto next = std::make_shared<uint64_t>(log->Find(own())->size * 1000 + log->boot_count());
  sequencer = std::make_unique<log::Sequencer>(
      *database, *log, judge, key,
      log::SequencerEnvironment{[&host] { return host.now_ms.load(); },
                                [next](uint8_t* out, size_t n) {
                                  for (size_t i = 0; i < n; ++i) {
                                    out[i] = static_cast<uint8_t>(*next >> (8 * (i % 8)));
                                  }
                                  ++*next;
                                }});
  sequencer->Start();
  keys = std::make_unique<KeyRegistry>(*log, KeyOf("se").verifier(), key.verifier());
  node = std::make_unique<ReplicationNode>(ReplicationNode::Parts{
      *log, *sequencer, *keys, host.workers, host.timer, [&host] { return host.now_ms.load(); },
      RandomBytes, directory / "evidence"});
  recorded_ = SizeOf(own()) * 100'000;
}

NodeUnderTest::~NodeUnderTest() {
  if (node != nullptr) Shut();
}

std::unique_ptr<testing::MemoryDatabase> NodeUnderTest::Shut() {
  HangUp();
  node->Stop();
  StopServer();
  sequencer->Stop();
  node.reset();
  sequencer.reset();
  keys.reset();
  log.reset();
  return std::move(database);
}

void NodeUnderTest::RecordData(std::string data, std::vector<log::DisclosureText> disclosures) {
  std::vector<log::Submission> submissions(1);
  submissions[0].data = std::move(data);
  submissions[0].principal = path();
  submissions[0].disclosures = std::move(disclosures);
  std::promise<absl::Status> done;
  sequencer->Record(std::move(submissions),
                    [&done](auto results) { done.set_value(results.at(0).status()); });
  ASSERT_EQ(done.get_future().get(), absl::OkStatus());
}

namespace {

// Gives the event a type and subject that the node may write.
void SetPayload(const std::string& path, v1::EventData& data) {
  if (path == "se") {
    data.set_subject("anslag/2024");
    data.mutable_appropriation_set();
  } else if (path.size() == std::string("se/17").size()) {
    data.set_subject("rekvisition/2024/" + path.substr(3));
    data.mutable_funds_requisitioned();
  } else {
    data.set_subject("verksamhet/" + path);
    data.mutable_verksamhet_registered();
  }
}

v1::EventData NewData(const std::string& path, uint64_t number) {
  v1::EventData data;
  std::string id = path.substr(0, 8) + std::string(8, '\0');
  id.resize(16);
  std::memcpy(id.data() + 8, &number, sizeof number);
  data.set_event_id(id);
  return data;
}

}  // namespace

uint64_t NodeUnderTest::Record(int count, size_t bytes) {
  std::vector<log::Submission> submissions(static_cast<size_t>(count));
  for (log::Submission& submission : submissions) {
    v1::EventData data = NewData(path(), ++recorded_);
    SetPayload(path(), data);
    data.mutable_actor()->set_id(std::string(bytes, 'x'));
    submission.data = data.SerializeAsString();
    submission.principal = path();
  }
  std::promise<uint64_t> last;
  sequencer->Record(std::move(submissions), [&last](auto results) {
    last.set_value(results.back().ok() ? results.back()->index : UINT64_MAX);
  });
  return last.get_future().get();
}

void NodeUnderTest::EnrolKey(const std::string& child, const note::SigningKey& its) {
  v1::EventData data = NewData(path(), ++recorded_);
  data.set_subject("node/" + child);
  data.mutable_node_enrolled()->set_verifier_key(its.verifier().Text());
  data.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
  RecordData(data.SerializeAsString(), {});
}

void NodeUnderTest::ChangeKey(const std::string& child, const note::SigningKey& signer,
                              const note::SigningKey& to) {
  v1::EventData data = NewData(path(), ++recorded_);
  data.set_subject("node/" + child);
  data.mutable_node_key_changed()->set_verifier_key(to.verifier().Text());
  data.mutable_node_key_changed()->set_old_key_signature(
      signer.Sign(proof::KeyChangeText(signer.verifier(), to.verifier())));
  RecordData(data.SerializeAsString(), {});
}

void NodeUnderTest::RevokeKey(const std::string& child, const note::SigningKey& its,
                              const std::pair<std::string, uint64_t>& extent) {
  v1::EventData data = NewData(path(), ++recorded_);
  data.set_subject("node/" + child);
  data.mutable_node_key_revoked()->set_verifier_key(its.verifier().Text());
  data.mutable_node_key_revoked()->set_log(extent.first);
  data.mutable_node_key_revoked()->set_size(static_cast<int64_t>(extent.second));
  RecordData(data.SerializeAsString(), {});
}

void NodeUnderTest::CloseNode(const std::string& child, uint64_t size) {
  v1::EventData data = NewData(path(), ++recorded_);
  data.set_subject("node/" + child);
  data.mutable_node_closed()->set_size(static_cast<int64_t>(size));
  data.mutable_node_closed()->set_root(std::string(32, 'r'));
  RecordData(data.SerializeAsString(), {});
}

void NodeUnderTest::RecordAbout(const std::string& verksamhet, const std::string& text) {
  const std::string salt(32, 'a');
  const std::string commitment = log::CommitmentOf(salt, text);
  v1::EventData data = NewData(path(), ++recorded_);
  data.set_subject("rapport/2024/" + verksamhet);
  data.mutable_completion_requested();
  data.mutable_reason()->set_commitment(commitment);
  RecordData(data.SerializeAsString(), {{commitment, salt, text}});
}

void NodeUnderTest::RecordWithText(const std::string& text) {
  const std::string salt(32, 's');
  const std::string commitment = log::CommitmentOf(salt, text);
  v1::EventData data = NewData(path(), ++recorded_);
  SetPayload(path(), data);
  data.mutable_reason()->set_commitment(commitment);
  RecordData(data.SerializeAsString(), {{commitment, salt, text}});
}

std::string NodeUnderTest::RecordOfLaterVersion() {
  v1::EventData data = NewData(path(), ++recorded_);
  data.set_subject("verksamhet/" + path());
  data.set_form_version(7);
  auto* fields = data.GetReflection()->MutableUnknownFields(&data);
  fields->AddVarint(77, 1);                        // Beside the payload.
  fields->AddLengthDelimited(900, "of tomorrow");  // The payload.
  std::string bytes = data.SerializeAsString();
  RecordData(bytes, {});
  return bytes;
}

void NodeUnderTest::Serve(work::Timer* timer) {
  service_ = std::make_unique<ReplicationService>(ReplicationService::Options{
      [this](std::string_view wanted) { return wanted == path() ? node.get() : nullptr; },
      IdentityOfUserAgent, timer == nullptr ? host_.timer : *timer, host_.workers});
  grpc::ServerBuilder builder;
  rpc::SetServerLimits(builder, kServerMemoryBytes);
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  ASSERT_NE(server_, nullptr);
}

void NodeUnderTest::StopServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
  server_->Wait();
  server_.reset();
  service_.reset();
}

void NodeUnderTest::Dial(NodeUnderTest& parent) {
  uplink_ = std::make_unique<Uplink>(
      *node,
      Uplink::Options{"loopback", [this, &parent] { return ChannelAs(path(), parent.port()); },
                      [] { return 0.01; }});
  uplink_->Start();
}

void NodeUnderTest::HangUp() {
  if (uplink_ != nullptr) uplink_->Stop();
  uplink_.reset();
}

uint64_t NodeUnderTest::SizeOf(const std::string& name) const {
  auto held = log->Find(name);
  return held ? held->size : 0;
}

merkle::Hash NodeUnderTest::RootOf(const std::string& name) const {
  auto held = log->Find(name);
  return held ? held->root : merkle::EmptyRoot();
}

bool NodeUnderTest::HoldsAllOf(const NodeUnderTest& other) const {
  return SizeOf(other.own()) == other.SizeOf(other.own()) &&
         RootOf(other.own()) == other.RootOf(other.own());
}

bool NodeUnderTest::IsCosigned(const std::string& name, const std::string& by) const {
  auto latest = log->LatestCheckpoint(name);
  if (!latest.ok() || !*latest) return false;
  auto note = note::ParseNote(**latest);
  if (!note.ok()) return false;
  auto checkpoint = note::ParseCheckpoint(note->text);
  return checkpoint.ok() && checkpoint->size == SizeOf(name) &&
         note::VerifyCosignature(*note, KeyOf(by).verifier()).ok();
}

std::shared_ptr<grpc::Channel> ChannelAs(const std::string& path, int port) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(path);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(rpc::kMessageBytesMax);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

bool Eventually(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::mutex mutex;
  std::condition_variable nobody;
  std::unique_lock lock(mutex);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    nobody.wait_for(lock, std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace liggare::replication
