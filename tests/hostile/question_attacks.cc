// What may be asked beside a session: the questions of a restore (GetChallenge,
// GetHoldings, GetChunk), which a node answers to its parent and its children.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "liggare/v1/replication_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/rpc/call/status.h"
#include "tests/hostile/attack.h"
#include "tests/testing/unread_calls.h"

namespace liggare::hostile {
namespace {

constexpr size_t kMiB = 1024 * 1024;
// What a process may grow by, whatever is asked of it.
constexpr size_t kGrowthBytesMax = 256 * kMiB;
// A chunk's entries and texts, and what proves them.
constexpr size_t kAnswerBytesMax = 5 * kMiB;
constexpr char kAnothersLog[] = "se/98@1";

std::chrono::system_clock::time_point Deadline() {
  return std::chrono::system_clock::now() + std::chrono::seconds(kPatienceS);
}

// A log that flows between the two, and that the victim holds whole.
std::string LogToAskFor(Scene& scene) {
  return scene.is_above() ? scene.victim() + "@1" : scene.log().name();
}

// Asks the victim, with the hostile node's certificate and key.
class Asker {
 public:
  explicit Asker(Scene& scene)
      : scene_(scene),
        stub_(v1::ReplicationService::NewStub(scene.victims_process().DialAs(scene.self()))) {}

  v1::ReplicationService::Stub& stub() { return *stub_; }

  v1::KeyProof ProofOver(const std::string& challenge, const note::SigningKey& key) const {
    v1::KeyProof proof;
    proof.set_key_id(key.verifier().key_id());
    proof.set_signature(key.Sign(std::string("liggare/refill/v1\n") + kTrustDomain + "\n" +
                                 scene_.self() + "\n" + scene_.victim() + "\n" + challenge +
                                 std::string(32, '\0')));
    return proof;
  }
  std::string Challenge() {
    v1::GetChallengeRequest request;
    request.set_node(scene_.victim());
    v1::GetChallengeResponse response;
    EXPECT_EQ(Call(&v1::ReplicationService::Stub::GetChallenge, request, response).code(),
              v1::ERROR_CODE_UNSPECIFIED);
    return response.challenge();
  }
  v1::KeyProof Proof() { return ProofOver(Challenge(), scene_.key()); }

  v1::GetChunkRequest ChunkRequest(const std::string& log, uint64_t first, uint64_t end) {
    v1::GetChunkRequest request;
    request.set_node(scene_.victim());
    request.set_log(log);
    request.set_first_index(first);
    request.set_end_index(end);
    if (!proof_) proof_ = Proof();
    *request.mutable_proof() = *proof_;
    return request;
  }
  v1::Error Chunk(const v1::GetChunkRequest& request, v1::GetChunkResponse& response) {
    return Call(&v1::ReplicationService::Stub::GetChunk, request, response);
  }
  v1::Error Holdings(const v1::GetHoldingsRequest& request, v1::GetHoldingsResponse& response) {
    return Call(&v1::ReplicationService::Stub::GetHoldings, request, response);
  }

 private:
  template <typename Method, typename Request, typename Response>
  v1::Error Call(Method method, const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(Deadline());
    const grpc::Status status = ((*stub_).*method)(&context, request, &response);
    return status.ok() ? v1::Error() : ErrorOf(rpc::FromGrpcStatus(status));
  }

  Scene& scene_;
  const std::unique_ptr<v1::ReplicationService::Stub> stub_;
  std::optional<v1::KeyProof> proof_;
};

// Whether it is one of these, and not silence.
void ExpectCode(const v1::Error& error, v1::ErrorCode code, const std::string& what) {
  EXPECT_EQ(v1::ErrorCode_Name(error.code()), v1::ErrorCode_Name(code))
      << what.substr(0, 100) << ": " << error.message();
}

// Asks for ranges that are none, and for more than there is.
void AskForEveryRange(Scene& scene) {
  scene.Live();
  Asker asker(scene);
  const std::string log = LogToAskFor(scene);
  const uint64_t size = scene.SizeAtVictim(log);
  const std::vector<uint64_t> numbers = {0,        1,         size - 1,       size,
                                         size + 1, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};
  for (const uint64_t first : numbers) {
    for (const uint64_t end : numbers) {
      v1::GetChunkResponse answer;
      const v1::Error error = asker.Chunk(asker.ChunkRequest(log, first, end), answer);
      ExpectCode(error, v1::ERROR_CODE_UNSPECIFIED,
                 std::to_string(first) + " to " + std::to_string(end));
      const uint64_t most = first < std::min(end, size) ? std::min(end, size) - first : 0;
      EXPECT_LE(static_cast<uint64_t>(answer.chunk().entries_size()), most);
      EXPECT_LE(answer.ByteSizeLong(), kAnswerBytesMax);
    }
  }
}

void AskForWhatOneMayNotRead(Scene& scene) {
  scene.Live();
  Asker asker(scene);
  std::vector<std::string> logs = {kAnothersLog, "",        "@",
                                   "no log",     "se/..@1", scene.victim() + "@0",
                                   "/@1",        "\n@1",    std::string(kMiB, 'l')};
  if (scene.from() != From::kNation) logs.push_back(scene.bystander() + "@1");
  if (scene.from() == From::kChild) logs.push_back(scene.victim() + "@1");
  if (scene.from() == From::kParent) logs.push_back("se@1");
  for (const std::string& log : logs) {
    v1::GetChunkResponse answer;
    ExpectCode(asker.Chunk(asker.ChunkRequest(log, 0, UINT64_MAX), answer),
               v1::ERROR_CODE_PERMISSION_DENIED, log);
  }
  v1::GetHoldingsRequest request;
  request.set_node(scene.victim());
  *request.mutable_proof() = asker.Proof();
  for (const std::string& after : {std::string(), std::string("zz"), std::string(kMiB, 'a')}) {
    request.set_after(after);
    v1::GetHoldingsResponse answer;
    ExpectCode(asker.Holdings(request, answer), v1::ERROR_CODE_UNSPECIFIED, after);
    for (const v1::LogState& held : answer.logs()) {
      EXPECT_EQ(std::ranges::count(logs, held.log()), 0) << held.log();
    }
  }
  for (const std::string& node : {scene.bystander(), std::string("se/98"), std::string()}) {
    request.set_node(node);
    v1::GetHoldingsResponse answer;
    EXPECT_NE(asker.Holdings(request, answer).code(), v1::ERROR_CODE_UNSPECIFIED) << node;
    EXPECT_EQ(answer.logs_size(), 0) << node;
  }
}

void AskWithoutAProof(Scene& scene) {
  scene.Live();
  Asker asker(scene);
  const std::string challenge = asker.Challenge();
  const note::SigningKey& thief = scene.keyring().KeyOf(scene.self() + "/thief");
  std::vector<v1::KeyProof> proofs = {v1::KeyProof(), asker.ProofOver(challenge, thief),
                                      asker.ProofOver(std::string(32, 'c'), scene.key()),
                                      asker.ProofOver("", scene.key())};
  proofs.push_back(asker.ProofOver(challenge, scene.key()));
  proofs.back().mutable_signature()->front() ^= 1;
  proofs.push_back(proofs.back());
  proofs.back().set_signature(std::string(kMiB, 's'));
  v1::GetChunkRequest request = asker.ChunkRequest(LogToAskFor(scene), 0, 1);
  for (const v1::KeyProof& proof : proofs) {
    *request.mutable_proof() = proof;
    v1::GetChunkResponse answer;
    ExpectCode(asker.Chunk(request, answer), v1::ERROR_CODE_UNAUTHENTICATED, "no proof");
    EXPECT_FALSE(answer.has_chunk());
  }
}

// The hostile log grows by half a megabyte: the most that a chunk holds.
constexpr int kFatEntries = 8;
void Fatten(Scene& scene) {
  for (int i = 0; i < kFatEntries; ++i) {
    v1::EventData event = AboutVerksamhet(scene.self());
    event.mutable_verksamhet_registered()->set_namn(std::string(60'000, 'n'));
    scene.log().Append(event);
    EXPECT_TRUE(scene.speaker().Send(scene.log().ChunkFrom(scene.log().size() - 1)));
  }
  scene.ExpectTaken();
}

// One question, a great many times at once; whatever is answered is read.
void AskAgainAndAgain(Scene& scene) {
  constexpr int kQuestions = 4'000;
  constexpr int kAtOnce = 2'000;
  scene.Live();
  Asker asker(scene);
  const v1::GetChunkRequest request = asker.ChunkRequest(LogToAskFor(scene), 0, UINT64_MAX);
  struct Question {
    grpc::ClientContext context;
    v1::GetChunkResponse answer;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::GetChunkResponse>> reader;
  };
  grpc::CompletionQueue answered;
  const auto ask = [&] {
    auto* question = new Question;
    question->context.set_deadline(Deadline());
    question->reader = asker.stub().AsyncGetChunk(&question->context, request, &answered);
    question->reader->Finish(&question->answer, &question->status, question);
  };
  const size_t before = scene.victims_process().AnonymousBytes();
  int asked = 0;
  while (asked < kAtOnce) ask(), ++asked;
  scene.ExpectOthersGoOn(/*victim_stopped=*/false);
  int given = 0;
  for (int done = 0; done < kQuestions; ++done) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(answered.Next(&tag, &ok));
    const std::unique_ptr<Question> question(static_cast<Question*>(tag));
    if (question->status.ok()) ++given;
    if (asked < kQuestions) ask(), ++asked;
  }
  scene.Greet();  // A slow machine has ended the silent session by now.
  EXPECT_GT(given, 0);
  EXPECT_LT(scene.victims_process().AnonymousBytes(), before + kGrowthBytesMax);
}

// As many questions at once as a certificate may have, and no answer is read.
void AskAndNeverRead(Scene& scene) {
  constexpr int kConnections = 7;
  constexpr int kCalls = 256;
  scene.Live();
  Fatten(scene);
  Asker asker(scene);
  const v1::GetChunkRequest request =
      asker.ChunkRequest(scene.log().name(), scene.log().size() - kFatEntries, UINT64_MAX);
  v1::GetChunkResponse answer;
  ExpectCode(asker.Chunk(request, answer), v1::ERROR_CODE_UNSPECIFIED, "a large chunk");
  EXPECT_GT(answer.ByteSizeLong(), 200'000u);
  NodeProcess& process = scene.victims_process();
  const size_t before = process.AnonymousBytes();
  size_t most = before;
  std::vector<std::unique_ptr<testing::UnreadCalls>> unread;
  for (int i = 0; i < kConnections; ++i) {
    unread.push_back(std::make_unique<testing::UnreadCalls>(
        process.address(), process.ChannelCredentialsOf(scene.self())));
    for (int j = 0; j < kCalls; ++j) {
      unread.back()->Start("/liggare.v1.ReplicationService/GetChunk", request.SerializeAsString());
    }
    scene.ExpectOthersGoOn(/*victim_stopped=*/false);
    most = std::max(most, process.AnonymousBytes());
  }
  EXPECT_LT(most, before + kGrowthBytesMax) << (most - before) / kMiB << " MiB more";
}

}  // namespace

Attacks QuestionAttacks() {
  return {
      {"RangesThatAreNone", kEverywhere, GoesOn(), AskForEveryRange},
      {"WhatOneMayNotRead", kEverywhere, GoesOn(), AskForWhatOneMayNotRead},
      {"QuestionsWithoutAProof", kEverywhere, GoesOn(), AskWithoutAProof},
      {"FourThousandTimesTheSame", kEverywhere, GoesOn(), AskAgainAndAgain},
      {"QuestionsWhoseAnswersAreNotRead",
       {From::kChild, From::kCounty, From::kNation},
       GoesOn(),
       AskAndNeverRead},
  };
}

}  // namespace liggare::hostile
