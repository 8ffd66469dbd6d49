#include "tests/clients/cpp/fake_server.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "grpcpp/server_builder.h"
#include "services/rpc/tls/credentials.h"

namespace liggare::testing {
namespace {

constexpr char kDomain[] = "liggare.test";

rpc::Credentials Load(const rpc::CredentialFiles& files) {
  auto credentials = rpc::LoadCredentials(files, kDomain, kValidAtS);
  if (!credentials.ok()) {
    std::cerr << credentials.status() << "\n";
    abort();
  }
  return *std::move(credentials);
}

// With one entry, and so large; both lengths take as many bytes as that number.
v1::ReadResponse ResponseOf(size_t bytes) {
  v1::ReadResponse response;
  std::string& entry = *response.mutable_entries()->add_entries();
  entry.resize(bytes);
  entry.resize(2 * bytes - response.ByteSizeLong());
  return response;
}

}  // namespace

v1::RecordResult FakeEventService::RecordOne(const v1::Submission& submission) {
  v1::RecordResult result;
  if (answer) {
    result = answer(submission);
  } else {
    result.mutable_recorded()->set_log("se/17@1");
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!result.has_recorded()) return result;
  const auto at = std::find(recorded_.begin(), recorded_.end(), submission.data());
  result.mutable_recorded()->set_duplicate(at != recorded_.end());
  result.mutable_recorded()->set_index(at - recorded_.begin());
  if (at == recorded_.end()) recorded_.push_back(submission.data());
  return result;
}

grpc::Status FakeEventService::RecordStream(
    grpc::ServerContext*,
    grpc::ServerReaderWriter<v1::RecordStreamResponse, v1::RecordStreamRequest>* stream) {
  int left = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++streams_;
    if (!break_after.empty()) {
      left = break_after.front();
      break_after.erase(break_after.begin());
    }
  }
  v1::RecordStreamRequest request;
  while (stream->Read(&request)) {
    v1::RecordStreamResponse response;
    for (const v1::Submission& submission : request.submissions()) {
      *response.add_results() = RecordOne(submission);
    }
    // Recorded, but the answer is lost on the way.
    if (left > 0 && --left == 0) return {grpc::StatusCode::UNAVAILABLE, "stopping"};
    stream->Write(response);
  }
  return grpc::Status::OK;
}

grpc::Status FakeEventService::Read(grpc::ServerContext*, const v1::ReadRequest* request,
                                    grpc::ServerWriter<v1::ReadResponse>* writer) {
  if (!request->has_log()) return {grpc::StatusCode::INVALID_ARGUMENT, "no log"};
  if (read_answer_bytes > 0) {
    writer->Write(ResponseOf(read_answer_bytes));
    return grpc::Status::OK;
  }
  const std::vector<std::string> all = recorded();
  for (uint64_t i = request->log().next_index(); i < all.size(); ++i) {
    v1::ReadResponse response;
    response.mutable_entries()->set_log(request->log().log());
    response.mutable_entries()->set_first_index(i);
    response.mutable_entries()->add_entries(all[i]);
    writer->Write(response);
  }
  return grpc::Status::OK;
}

std::vector<std::string> FakeEventService::recorded() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return recorded_;
}

int FakeEventService::streams() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return streams_;
}

FakeServer::FakeServer(const std::string& host) : authority(directory.path()), host_(host) {
  const rpc::Credentials own =
      Load(authority.Issue("host", "spiffe://" + std::string(kDomain) + "/host/" + host));
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", rpc::ServerCredentials(own), &port);
  builder.RegisterService(&service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) abort();
}

FakeServer::~FakeServer() { server_->Shutdown(std::chrono::system_clock::now()); }

client::ConnectionOptions FakeServer::Options() {
  const rpc::CredentialFiles files =
      authority.Issue("client", "spiffe://" + std::string(kDomain) + "/se/17/system/test");
  client::ConnectionOptions options;
  options.address = "127.0.0.1:" + std::to_string(port);
  options.files = {files.ca, files.certificate, files.key};
  options.host = host_;
  return options;
}

std::unique_ptr<client::Connection> FakeServer::Connect() {
  auto connection = client::Connection::Open(Options(), kValidAtS);
  if (!connection.ok()) {
    std::cerr << connection.status() << "\n";
    abort();
  }
  return *std::move(connection);
}

}  // namespace liggare::testing
