// A child that speaks gRPC and need not speak the truth.
#ifndef TESTS_SERVICES_REPLICATION_RAW_PEER_H_
#define TESTS_SERVICES_REPLICATION_RAW_PEER_H_

#include <grpcpp/client_context.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/replication_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/replication/session/key_proof.h"
#include "services/rpc/call/status.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {

// A stream written and read by the test.
class RawPeer {
 public:
  // `as` is whose certificate it shows.
  RawPeer(const std::string& as, int port)
      : stub_(v1::ReplicationService::NewStub(ChannelAs(as, port))),
        stream_(stub_->Replicate(Bounded(context_))) {
    RandomBytes(reinterpret_cast<uint8_t*>(nonce_.data()), nonce_.size());
  }

  void Send(v1::Frame frame) {
    v1::ReplicateRequest request;
    *request.mutable_frame() = std::move(frame);
    stream_->Write(request);
  }
  void SendHello(const std::string& path, const std::string& to) {
    v1::Frame frame;
    frame.mutable_hello()->set_protocol_version(1);
    frame.mutable_hello()->set_path(path);
    frame.mutable_hello()->set_to(to);
    frame.mutable_hello()->set_now_ms(kNowMs);
    frame.mutable_hello()->set_nonce(nonce_);
    Send(std::move(frame));
    path_ = path;
    to_ = to;
  }
  // With which key it answers the other's hello, in Await; with none if there is none.
  void ProveWith(std::optional<note::SigningKey> key) {
    key_ = std::move(key);
    proves_ = true;
  }
  // What it signs for that: its own proof's text.
  std::string ProofText(const std::string& peer_nonce) const {
    return HelloProofText({kTrustDomain, path_, to_}, {.signer = nonce_, .other = peer_nonce});
  }
  void SendProof(const note::SigningKey& key, const std::string& text) {
    v1::Frame frame;
    frame.mutable_key_proof()->set_key_id(key.verifier().key_id());
    frame.mutable_key_proof()->set_signature(key.Sign(text));
    Send(std::move(frame));
  }
  void SendFrontier() {
    v1::Frame frame;
    frame.mutable_frontier();
    Send(std::move(frame));
  }
  // Reads until there is a frame of this kind; nothing if the stream ends before, as it does
  // within a minute. Says which frames came instead.
  std::optional<v1::Frame> Await(v1::Frame::KindCase kind) {
    v1::ReplicateResponse response;
    std::string came;
    while (stream_->Read(&response)) {
      if (response.frame().has_hello()) Prove(response.frame().hello().nonce());
      if (response.frame().kind_case() == kind) return response.frame();
      came += " " + std::to_string(response.frame().kind_case());
    }
    if (kind != v1::Frame::KIND_NOT_SET) {
      std::fprintf(stderr, "waited for a frame of kind %d; there came:%s\n", static_cast<int>(kind),
                   came.c_str());
    }
    return {};
  }
  // Reads until the log is acknowledged or refused.
  std::optional<v1::Frame> AwaitAnswer(const std::string& log) {
    v1::ReplicateResponse response;
    while (stream_->Read(&response)) {
      const v1::Frame& frame = response.frame();
      if (frame.acknowledged().state().log() == log || frame.expected().state().log() == log) {
        return frame;
      }
    }
    return {};
  }
  // How the call ended, in the project's vocabulary.
  v1::ErrorCode End() { return EndError().code(); }
  v1::Error EndError() {
    Await(v1::Frame::KIND_NOT_SET);
    return ErrorOf(rpc::FromGrpcStatus(stream_->Finish()));
  }

  const std::string& nonce() const { return nonce_; }
  // In the next hello.
  void UseNonce(std::string nonce) { nonce_ = std::move(nonce); }
  // All frames until the stream ends, after which End may be asked.
  std::vector<v1::Frame> ReadAll() {
    std::vector<v1::Frame> frames;
    v1::ReplicateResponse response;
    while (stream_->Read(&response)) {
      if (response.frame().has_hello()) Prove(response.frame().hello().nonce());
      frames.push_back(response.frame());
    }
    return frames;
  }

 private:
  // What is awaited and does not come ends the stream, and so the test that waits for it.
  static grpc::ClientContext* Bounded(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(50));
    return &context;
  }
  void Prove(const std::string& peer_nonce) {
    if (!proves_) ProveWith(KeyOf(path_));
    if (key_) SendProof(*key_, ProofText(peer_nonce));
  }

  std::string nonce_ = std::string(kNonceBytes, '\0');
  std::string path_;
  std::string to_;
  bool proves_ = false;
  std::optional<note::SigningKey> key_;
  grpc::ClientContext context_;
  std::unique_ptr<v1::ReplicationService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ReplicateRequest, v1::ReplicateResponse>> stream_;
};

// Entries of a log made by hand, with a checkpoint signed by hand.
inline v1::Frame ChunkOf(const std::string& log, const std::vector<std::string>& entries,
                         const note::SigningKey& key) {
  merkle::Tree tree;
  std::vector<merkle::FullTile> full;
  v1::Frame frame;
  frame.mutable_chunk()->set_log(log);
  for (const std::string& entry : entries) {
    frame.mutable_chunk()->add_entries(entry);
    tree.Append(merkle::LeafHash(entry), full);
  }
  const note::Checkpoint checkpoint{std::string(kTrustDomain) + "/" + log, tree.size(),
                                    tree.Root()};
  frame.mutable_chunk()->set_checkpoint(note::SignCheckpoint(checkpoint, key).Encode());
  return frame;
}

inline std::string EntryOf(const std::string& log, uint64_t index, uint64_t clock) {
  v1::EventData data;
  data.set_event_id(std::string(15, 'i') + static_cast<char>(index));
  data.set_subject("rekvisition/2024/17");
  data.mutable_funds_requisitioned();
  v1::Event event;
  event.set_format_version(1);
  event.set_log(log);
  event.set_index(index);
  event.set_clock(clock);
  event.set_recorded_at_ms(kNowMs);
  event.set_principal("se/17");
  event.set_data(data.SerializeAsString());
  return event.SerializeAsString();
}

inline constexpr uint64_t kClock = static_cast<uint64_t>(kNowMs) << 16;

}  // namespace liggare::replication

#endif  // TESTS_SERVICES_REPLICATION_RAW_PEER_H_
