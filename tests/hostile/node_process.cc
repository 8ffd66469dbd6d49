#include "tests/hostile/node_process.h"

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "liggare/v1/admin_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "liggare/v1/query_service.grpc.pb.h"
#include "services/rpc/call/channel.h"
#include "tests/hostile/speaker.h"
#include "tests/testing/liggare_process.h"

namespace liggare::hostile {
namespace {

// Who asks at a node, and records what is no matter of keys.
std::string SystemOf(const std::string& path) { return path + "/system/test"; }

// Who records this event.
std::string RecorderOf(const std::string& path, const v1::EventData& event) {
  return event.subject().starts_with("node/") ? path + "/operator/test" : SystemOf(path);
}

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(kPatienceS));
}

}  // namespace

NodeProcess::NodeProcess(Keyring& keyring, std::string host, std::string disk)
    : keyring_(keyring), host_(std::move(host)), disk_(std::move(disk)) {}

NodeProcess::~NodeProcess() = default;

void NodeProcess::Host(const std::string& path, const Parent& parent) { nodes_[path] = parent; }

std::vector<std::string> NodeProcess::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, parent] : nodes_) paths.push_back(path);
  return paths;
}

std::string NodeProcess::DataDirectory(const std::string& path) const {
  return keyring_.scratch() / ("data-" + FileName(path) + disk_);
}

std::string NodeProcess::ConfigText() {
  const rpc::CredentialFiles& own = keyring_.CertificateOf("host/" + host_);
  std::string text = std::string("trust_domain = '") + kTrustDomain + "'\nnational_key = '" +
                     keyring_.KeyOf("se").verifier().Text() + "'\nlisten = '" + listen_ +
                     "'\n[tls]\nca = '" + own.ca + "'\ncertificate = '" + own.certificate +
                     "'\nkey = '" + own.key + "'\n";
  for (const auto& [path, parent] : nodes_) {
    const rpc::CredentialFiles& files = keyring_.CertificateOf(path);
    text += "[[node]]\npath = '" + path + "'\ndata = '" + DataDirectory(path) +
            "'\nsigning_key = '" + keyring_.KeyFileOf(path) + "'\ncertificate = '" +
            files.certificate + "'\nkey = '" + files.key + "'\n";
    if (path == "se") continue;
    text += "parent = { address = '" + parent.address + "', host = '" + parent.host + "' }\n";
  }
  return text;
}

void NodeProcess::Start() {
  const std::string config = keyring_.scratch().Write(host_ + ".toml", ConfigText());
  process_ = std::make_unique<testing::LiggaredProcess>(
      output_, std::vector<std::string>{"--config=" + config});
  listen_ = process_->AwaitAddress();
  if (!listen_.empty()) return;
  fprintf(stderr, "%s does not start: %s\n", host_.c_str(), process_->err().c_str());
  abort();
}

void NodeProcess::Stop() {
  channels_.clear();
  if (process_ == nullptr) return;
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->AwaitExit(), 0) << host_ << " ended by itself:\n" << Log();
  process_.reset();
}

std::string NodeProcess::Log() const { return process_ == nullptr ? "" : process_->err(); }

std::shared_ptr<grpc::Channel> NodeProcess::DialAs(const std::string& uri_path) {
  std::shared_ptr<grpc::Channel>& channel = channels_[uri_path];
  if (channel == nullptr) channel = rpc::Dial(listen_, ChannelCredentialsOf(uri_path));
  return channel;
}

std::shared_ptr<grpc::ChannelCredentials> NodeProcess::ChannelCredentialsOf(
    const std::string& uri_path) {
  return rpc::ChannelCredentials(keyring_.CredentialsOf(uri_path), {kTrustDomain, host_});
}

v1::RecordResult NodeProcess::Record(const std::string& path, const v1::EventData& event,
                                     const std::vector<v1::Disclosure>& texts) {
  v1::RecordRequest request;
  request.set_node(path);
  v1::Submission& submission = *request.add_submissions();
  submission.set_data(event.SerializeAsString());
  for (const v1::Disclosure& text : texts) *submission.add_disclosures() = text;
  v1::RecordResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status status = v1::EventService::NewStub(DialAs(RecorderOf(path, event)))
                                  ->Record(&context, request, &response);
  EXPECT_TRUE(status.ok()) << "recording at " << path << ": " << status.error_message();
  return status.ok() ? response.results(0) : v1::RecordResult();
}

void NodeProcess::AwaitSize(const std::string& path, const std::string& log, uint64_t size) {
  v1::AwaitFrontierRequest request;
  request.set_node(path);
  v1::LogPosition& position = *request.add_positions();
  position.set_log(log);
  position.set_next_index(size);
  v1::AwaitFrontierResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status status = v1::QueryService::NewStub(DialAs(SystemOf(path)))
                                  ->AwaitFrontier(&context, request, &response);
  EXPECT_TRUE(status.ok()) << path << " does not get " << log << " up to " << size << ": "
                           << status.error_message() << "\nit has "
                           << StatusOf(path).ShortDebugString();
}

v1::NodeStatus NodeProcess::StatusOf(const std::string& path) {
  v1::GetStatusRequest request;
  request.set_node(path);
  v1::GetStatusResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status status =
      v1::AdminService::NewStub(DialAs(SystemOf(path)))->GetStatus(&context, request, &response);
  EXPECT_TRUE(status.ok()) << "the status of " << path << ": " << status.error_message();
  return response.nodes_size() == 1 ? response.nodes(0) : v1::NodeStatus();
}

v1::GetStateResponse NodeProcess::StateWithTexts(const std::string& path,
                                                 const std::string& subject) {
  v1::GetStateRequest request;
  request.set_node(path);
  request.set_subject(subject);
  v1::GetStateResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status status =
      v1::QueryService::NewStub(DialAs(SystemOf(path)))->GetState(&context, request, &response);
  EXPECT_TRUE(status.ok()) << subject << " at " << path << ": " << status.error_message();
  return response;
}

v1::GetTableResponse NodeProcess::TableOf(const std::string& path, const std::string& table,
                                          int year) {
  v1::GetTableRequest request;
  request.set_node(path);
  request.set_table(table);
  request.set_year(year);
  v1::GetTableResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status status =
      v1::QueryService::NewStub(DialAs(SystemOf(path)))->GetTable(&context, request, &response);
  EXPECT_TRUE(status.ok()) << table << " at " << path << ": " << status.error_message();
  return response;
}

uint64_t NodeProcess::SizeOf(const std::string& path, const std::string& log) {
  const v1::NodeStatus status = StatusOf(path);
  for (const v1::HeldLog& held : status.logs()) {
    if (held.state().log() == log) return held.state().size();
  }
  return 0;
}

void NodeProcess::ExpectReceipt(const std::string& path, const std::string& entry) {
  const std::string directory = output_.path();
  const std::string file = directory + "/receipt.json";
  const std::string trust =
      keyring_.scratch().Write("se.vkey", keyring_.KeyOf("se").verifier().Text() + "\n");
  const testing::Caller caller{listen_, keyring_.CertificateOf(SystemOf(path)), host_};
  const testing::Finished given =
      testing::RunLiggare(&caller, {"receipt", entry, "-o", file}, directory);
  EXPECT_EQ(given.code, 0) << path << " gives no receipt of " << entry << ": " << given.err;
  const testing::Finished verified =
      testing::RunLiggare(nullptr, {"verify", "--trust", trust, file}, directory);
  EXPECT_EQ(verified.code, 0) << entry << ": " << verified.out << verified.err;
}

void NodeProcess::ExpectSound(const std::string& path) const {
  const std::string directory = DataDirectory(path);
  const auto check = [&] {
    return testing::RunLiggare(nullptr, {"fsck", directory}, output_.path());
  };
  const testing::Finished found = check();
  if (found.code == 0) return;
  const testing::Finished repair =
      testing::RunLiggare(nullptr, {"fsck", "--repair", directory}, output_.path());
  EXPECT_EQ(check().code, 0) << path << ": fsck found " << found.out << found.err
                             << "\nand a repair does not mend it: " << repair.out << repair.err;
}

}  // namespace liggare::hostile
