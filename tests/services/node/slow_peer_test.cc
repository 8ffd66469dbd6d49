// The memory of a real liggared whose peers do not keep up.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "eventstore/merkle/hash.h"
#include "eventstore/note/checkpoint.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "liggare/v1/replication_service.grpc.pb.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/cluster.h"
#include "tests/testing/liggared_process.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

constexpr char kLog[] = "se/17/varmland@1";
constexpr int kBatch = 500;
constexpr uint64_t kWarmUp = 20'000;  // Until caches and write buffers are full.
constexpr uint64_t kEvents = 100'000;
constexpr size_t kMiB = 1024 * 1024;

// The first entry of the log, which enrols the child there.
v1::ProvenEntry EnrolledIn(const std::string& log, const note::SigningKey& signer,
                           const std::string& child, const note::VerifierKey& child_key) {
  v1::EventData data;
  data.set_event_id(std::string(16, 'e'));
  data.set_subject("node/" + child);
  data.mutable_node_enrolled()->set_verifier_key(child_key.Text());
  v1::Event event;
  event.set_format_version(1);
  event.set_log(log);
  event.set_clock(1);
  event.set_recorded_at_ms(1);
  event.set_principal("test");
  event.set_data(data.SerializeAsString());
  v1::ProvenEntry proven;
  proven.set_entry(event.SerializeAsString());
  const note::Checkpoint checkpoint{std::string(kClusterDomain) + "/" + log, 1,
                                    merkle::LeafHash(proven.entry())};
  proven.set_checkpoint(note::SignCheckpoint(checkpoint, signer).Encode());
  return proven;
}

// A parent that greets, takes everything, and acknowledges nothing.
class MuteParent final : public v1::ReplicationService::Service {
 public:
  explicit MuteParent(const Cluster& cluster) : key_(cluster.signing_key("se/17")) {
    *chain_.add_links() = EnrolledIn("se@1", cluster.signing_key("se"), "se/17", key_.verifier());
    *chain_.add_links() =
        EnrolledIn("se/17@1", key_, "se/17/varmland", cluster.verifier("se/17/varmland"));
  }

  grpc::Status Replicate(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::ReplicateResponse, v1::ReplicateRequest>* stream) override {
    v1::ReplicateRequest request;
    if (!stream->Read(&request)) return grpc::Status::OK;
    v1::ReplicateResponse answer;
    v1::Hello& hello = *answer.mutable_frame()->mutable_hello();
    hello.set_protocol_version(replication::kProtocolVersion);
    hello.set_path(request.frame().hello().to());
    hello.set_to(request.frame().hello().path());
    hello.set_now_ms(request.frame().hello().now_ms());  // Its clock is right.
    hello.set_nonce(std::string(replication::kNonceBytes, 'p'));
    stream->Write(answer);
    const std::string text = replication::HelloProofText(
        {kClusterDomain, hello.path(), hello.to()},
        {.signer = hello.nonce(), .other = request.frame().hello().nonce()});
    *answer.mutable_frame()->mutable_enrolment() = chain_;
    stream->Write(answer);
    answer.mutable_frame()->mutable_key_proof()->set_key_id(key_.verifier().key_id());
    answer.mutable_frame()->mutable_key_proof()->set_signature(key_.Sign(text));
    stream->Write(answer);
    answer.mutable_frame()->mutable_frontier();
    stream->Write(answer);
    while (stream->Read(&request)) {
      if (request.frame().has_chunk()) chunk_bytes += request.ByteSizeLong();
      if (!request.frame().has_heartbeat()) continue;
      *answer.mutable_frame() = request.frame();
      stream->Write(answer);
    }
    return grpc::Status::OK;
  }
  std::atomic<size_t> chunk_bytes = 0;

 private:
  const note::SigningKey& key_;
  v1::EnrolmentChain chain_;
};

class SlowPeerTest : public ::testing::Test {
 protected:
  // Starts the verksamhet with a parent at this port.
  void StartProcess(int parent_port) {
    cluster_.SetAddress("county", "127.0.0.1:" + std::to_string(parent_port));
    process_ = std::make_unique<LiggaredProcess>(
        cluster_.scratch(),
        std::vector<std::string>{
            "--config",
            cluster_.scratch().Write("liggared.toml", cluster_.config_text("verksamhet"))});
    address_ = process_->AwaitAddress();
    ASSERT_NE(address_, "") << process_->err();
    stub_ = NewClient();
  }
  rpc::Credentials CredentialsOf(const std::string& uri_path) {
    return *rpc::LoadCredentials(
        cluster_.authority().Issue("peer", "spiffe://po.example.se/" + uri_path), kClusterDomain,
        1'700'000'000);
  }
  std::unique_ptr<v1::EventService::Stub> NewClient() {
    return v1::EventService::NewStub(rpc::Dial(
        address_, rpc::ChannelCredentials(CredentialsOf("se/17/varmland/system/test"),
                                          {.trust_domain = kClusterDomain, .host = "verksamhet"})));
  }
  // Records events of some 500 bytes.
  void Record(uint64_t count) {
    for (uint64_t done = 0; done < count; done += kBatch) {
      v1::RecordRequest request;
      for (int i = 0; i < kBatch; ++i) {
        v1::EventData event = Registered(++recorded_);
        event.mutable_verksamhet_registered()->set_namn(std::string(390, 'n'));
        *request.add_submissions() = SubmissionOf(event);
      }
      v1::RecordResponse response;
      grpc::ClientContext context;
      ASSERT_TRUE(stub_->Record(&context, request, &response).ok());
      ASSERT_TRUE(response.results(kBatch - 1).has_recorded()) << response.ShortDebugString();
    }
  }
  // How much its memory grows while kEvents are recorded.
  size_t GrowthWhileRecording() {
    const size_t before = process_->AnonymousBytes();
    Record(kEvents);
    const size_t after = process_->AnonymousBytes();
    const size_t growth = after > before ? after - before : 0;
    RecordProperty("growth_mib", static_cast<int>(growth / kMiB));
    return growth;
  }

  Cluster cluster_;
  std::unique_ptr<LiggaredProcess> process_;
  std::string address_;
  std::unique_ptr<v1::EventService::Stub> stub_;
  uint64_t recorded_ = 0;
};

TEST_F(SlowPeerTest, SubscribersThatNeverReadCostNoMemoryAndLoseNothing) {
  constexpr size_t kSubscribers = 16;
  StartProcess(/*parent_port=*/1);
  Record(kWarmUp);
  std::vector<std::unique_ptr<v1::EventService::Stub>> stubs;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::SubscribeResponse>>> readers;
  for (size_t i = 0; i < kSubscribers; ++i) {
    stubs.push_back(NewClient());
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(stubs.back()->Subscribe(contexts.back().get(), v1::SubscribeRequest()));
  }
  // All their entries would be kSubscribers * kEvents * 500 bytes: 800 MB.
  EXPECT_LT(GrowthWhileRecording(), 160 * kMiB);
  v1::SubscribeResponse response;
  uint64_t next = 0;
  while (next < recorded_ && readers.front()->Read(&response)) {
    if (response.entries().log() != kLog) continue;
    ASSERT_EQ(response.entries().first_index(), next);
    next += static_cast<uint64_t>(response.entries().entries_size());
  }
  EXPECT_EQ(next, recorded_);
  for (const auto& context : contexts) context->TryCancel();
}

TEST_F(SlowPeerTest, ParentThatNeverAcknowledgesCostsNoMemory) {
  MuteParent parent(cluster_);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", rpc::ServerCredentials(CredentialsOf("host/county")),
                           &port);
  builder.RegisterService(&parent);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  StartProcess(port);
  Record(kWarmUp);
  EXPECT_LT(GrowthWhileRecording(), 96 * kMiB);
  // The first chunk of each session; the rest waits where it lies, on the disk.
  EXPECT_GT(parent.chunk_bytes, 0u);
  EXPECT_LT(parent.chunk_bytes, replication::kWindowBytesMax);
  process_.reset();
  server->Shutdown();
}

}  // namespace
}  // namespace liggare::testing
