#include "tests/clients/cli/filled_server.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_builder.h"
#include "liggare/v1/entry.pb.h"
#include "liggare/v1/error.pb.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/event_service.pb.h"
#include "liggare/v1/query_service.pb.h"
#include "services/rpc/tls/credentials.h"

namespace liggare::testing {
namespace {

constexpr char kHost[] = "lan17";
constexpr int64_t kNowS = 1'736'845'953;

// The bytes of an entry that says what it is filled with.
std::string FilledEntry(const Filling& filling) {
  v1::EventData data;
  Fill(filling, data);
  v1::Event event;
  Fill(filling, event);
  event.set_format_version(1);
  event.set_data(data.SerializeAsString());
  return event.SerializeAsString();
}

// What must be so for a client to go on reading the answer.
void Adjust(const Filling& filling, const std::string& request, google::protobuf::Message& answer) {
  if (auto* read = dynamic_cast<v1::ReadResponse*>(&answer)) {
    for (std::string& entry : *read->mutable_entries()->mutable_entries()) {
      entry = FilledEntry(filling);
    }
  } else if (auto* recorded = dynamic_cast<v1::RecordStreamResponse*>(&answer)) {
    v1::RecordStreamRequest sent;
    sent.ParseFromString(request);
    v1::RecordResult result = recorded->results(0);
    recorded->clear_results();
    for (int i = 0; i < sent.submissions_size(); ++i) *recorded->add_results() = result;
  } else if (auto* subjects = dynamic_cast<v1::ListSubjectsResponse*>(&answer)) {
    v1::ListSubjectsRequest asked;
    asked.ParseFromString(request);
    if (!asked.after().empty()) subjects->clear_subjects();
  }
}

// Of /liggare.v1.QueryService/GetState.
const google::protobuf::MethodDescriptor& MethodOf(std::string path) {
  path.erase(0, 1);
  std::replace(path.begin(), path.end(), '/', '.');
  const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(path);
  if (method == nullptr) abort();
  return *method;
}

std::string AnswerTo(const std::string& path, const std::string& request, const Filling& filling) {
  const auto& type = *MethodOf(path).output_type();
  const std::unique_ptr<google::protobuf::Message> answer(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
  Fill(filling, *answer);
  Adjust(filling, request, *answer);
  return answer->SerializeAsString();
}

grpc::Status RefusalOf(const Filling& filling, Answers answers) {
  if (answers == Answers::kStatus) return {grpc::StatusCode::INTERNAL, filling.text};
  v1::Error error;
  Fill(filling, error);
  error.set_code(v1::ERROR_CODE_INVALID_FIELD);
  return {grpc::StatusCode::INVALID_ARGUMENT, filling.text, error.SerializeAsString()};
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) abort();
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// One call. A stream of requests has an answer to each.
class Call : public grpc::ServerGenericBidiReactor {
 public:
  Call(std::string path, const Filling& filling, Answers answers)
      : path_(std::move(path)), filling_(filling), answers_(answers) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    if (answers_ != Answers::kFilled) return Finish(RefusalOf(filling_, answers_));
    const std::string answer = AnswerTo(path_, BytesOf(request_), filling_);
    const grpc::Slice slice(answer);
    answer_ = grpc::ByteBuffer(&slice, 1);
    StartWrite(&answer_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok || !MethodOf(path_).client_streaming()) return Finish(grpc::Status::OK);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const std::string path_;
  const Filling filling_;
  const Answers answers_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
};

rpc::Credentials Load(const rpc::CredentialFiles& files) {
  auto credentials = rpc::LoadCredentials(files, "liggare.test", kNowS);
  if (!credentials.ok()) abort();
  return *std::move(credentials);
}

}  // namespace

grpc::ServerGenericBidiReactor* FilledService::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new Call(context->method(), filling, answers);
}

FilledServer::FilledServer()
    : authority_(directory.path()),
      client_(authority_.Issue("client", "spiffe://liggare.test/se/17/system/test")) {
  const rpc::Credentials own =
      Load(authority_.Issue("host", std::string("spiffe://liggare.test/host/") + kHost));
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", rpc::ServerCredentials(own), &port_);
  builder.RegisterCallbackGenericService(&service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) abort();
}

FilledServer::~FilledServer() { server_->Shutdown(std::chrono::system_clock::now()); }

std::vector<std::string> FilledServer::Options() const {
  return {"--server", "127.0.0.1:" + std::to_string(port_),
          "--ca",     client_.ca,
          "--cert",   client_.certificate,
          "--key",    client_.key,
          "--host",   kHost};
}

}  // namespace liggare::testing
