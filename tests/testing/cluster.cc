#include "tests/testing/cluster.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "liggare/v1/event_service.grpc.pb.h"
#include "liggare/v1/query_service.grpc.pb.h"
#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "services/domain/law/authority.h"
#include "services/node/config.h"
#include "services/node/secrets.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"

namespace liggare::testing {
namespace {

constexpr int64_t kValidAtS = 1'700'000'000;
constexpr auto kPatience = std::chrono::seconds(55);
constexpr char kUriBase[] = "spiffe://po.example.se/";

void Require(const absl::Status& status, const std::string& what) {
  if (status.ok()) return;
  fprintf(stderr, "%s: %s\n", what.c_str(), ErrorText(ErrorOf(status)).c_str());
  abort();
}

// A file's name for a path.
std::string FileName(std::string path) {
  std::replace(path.begin(), path.end(), '/', '-');
  return path;
}

std::string FreshId() {
  static uint64_t count = 0;
  std::array<uint8_t, 10> random = {0xC1};
  ++count;
  for (size_t i = 0; i < 8; ++i) random[2 + i] = static_cast<uint8_t>(count >> (8 * (7 - i)));
  return form::MakeUuid7(kValidAtS * 1000, random);
}

}  // namespace

struct Cluster::Member {
  rpc::CredentialFiles files;
  std::map<std::string, rpc::CredentialFiles> nodes;  // By path.
  std::string listen = "127.0.0.1:0";                 // Later with the real port.
  std::unique_ptr<node::Host> host;
};

Cluster::Cluster()
    : Cluster({{"nation", {"se"}}, {"county", {"se/17"}}, {"verksamhet", {"se/17/varmland"}}}) {}

Cluster::Cluster(std::vector<HostPlan> plan) : plan_(std::move(plan)) {
  for (const HostPlan& host : plan_) {
    auto member = std::make_unique<Member>();
    member->files = authority_.Issue("host-" + host.name, kUriBase + ("host/" + host.name));
    members_[host.name] = std::move(member);
    for (const std::string& path : host.paths) MakeNode(host.name, path);
  }
}

Cluster::~Cluster() {
  for (auto host = plan_.rbegin(); host != plan_.rend(); ++host) StopHost(host->name);
}

void Cluster::MakeNode(const std::string& host, const std::string& path) {
  host_of_[path] = host;
  note::SigningKey key = *note::SigningKey::Generate(kClusterDomain + ("/" + path));
  const std::string file = scratch_.Write(FileName(path) + ".signing", key.Text());
  chmod(file.c_str(), 0600);
  keys_.emplace(path, std::move(key));
  members_[host]->nodes[path] = authority_.Issue(FileName(path), kUriBase + path);
}

std::string Cluster::HostOf(const std::string& path) const { return host_of_.at(path); }

std::string Cluster::address(const std::string& host) const {
  return members_.at(host)->host->address();
}

std::string Cluster::data_directory(const std::string& path) const {
  return scratch_ / ("data-" + FileName(path));
}

std::string Cluster::backup_directory(const std::string& path) const {
  return scratch_ / ("backup-" + FileName(path));
}

std::string Cluster::signing_key_file(const std::string& path) const {
  return scratch_ / (FileName(path) + ".signing");
}

const note::VerifierKey& Cluster::verifier(const std::string& path) const {
  return keys_.at(path).verifier();
}

std::string Cluster::config_text(const std::string& host) const {
  const Member& member = *members_.at(host);
  std::string text = std::string("trust_domain = '") + kClusterDomain + "'\n" + "national_key = '" +
                     verifier("se").Text() + "'\n" +         //
                     "listen = '" + member.listen + "'\n" +  //
                     "[tls]\nca = '" + member.files.ca + "'\ncertificate = '" +
                     member.files.certificate + "'\nkey = '" + member.files.key + "'\n";
  for (const auto& [path, files] : member.nodes) {
    text += "[[node]]\npath = '" + path + "'\ndata = '" + data_directory(path) +
            "'\nsigning_key = '" + signing_key_file(path) + "'\ncertificate = '" +
            files.certificate + "'\nkey = '" + files.key + "'\nbackup = '" +
            backup_directory(path) + "'\n";
    if (operators_.contains(path)) {
      text += "operators_required = " + std::to_string(operators_.at(path)) + "\n";
    }
    if (smallest_counts_.contains(path)) {
      text += "smallest_count = " + std::to_string(smallest_counts_.at(path)) + "\n";
    }
    const std::string parent(name::ParentOf(path));
    if (parent.empty()) continue;
    text += "parent = { address = '" + members_.at(HostOf(parent))->listen + "', host = '" +
            HostOf(parent) + "' }\n";
  }
  return text;
}

absl::Status Cluster::StartHost(const std::string& name) {
  absl::StatusOr<node::Config> config =
      node::ParseConfig(config_text(name), scratch_ / (name + ".toml"));
  if (!config.ok()) return config.status();
  absl::StatusOr<node::Secrets> secrets = node::ReadSecrets(*config, kValidAtS);
  if (!secrets.ok()) return secrets.status();
  absl::StatusOr<std::unique_ptr<node::Host>> host =
      node::Host::Start(*std::move(config), *std::move(secrets));
  if (!host.ok()) return host.status();
  Member& member = *members_.at(name);
  member.host = *std::move(host);
  member.listen = member.host->address();
  return absl::OkStatus();
}

void Cluster::StopHost(const std::string& name) {
  Member& member = *members_.at(name);
  if (member.host == nullptr) return;
  member.host->Stop();
  member.host.reset();
}

void Cluster::SetAddress(const std::string& name, const std::string& address) {
  members_.at(name)->listen = address;
}

void Cluster::Start() {
  for (const HostPlan& host : plan_) Require(StartHost(host.name), "starting " + host.name);
  for (const HostPlan& host : plan_) {
    for (const std::string& path : host.paths) {
      if (path != name::kNationPath) Enrol(path);
    }
  }
}

void Cluster::Enrol(const std::string& child) {
  v1::EventData event;
  event.set_event_id(FreshId());
  event.set_subject("node/" + child);
  event.mutable_actor()->set_id("test");
  v1::NodeEnrolled& enrolled = *event.mutable_node_enrolled();
  enrolled.set_verifier_key(verifier(child).Text());
  enrolled.set_display_name(child);
  enrolled.set_custody(v1::CUSTODY_OWN);
  enrolled.set_host(HostOf(child));
  const v1::RecordResult result = Record(std::string(name::ParentOf(child)), event);
  if (result.has_error()) Require(MakeError(result.error()), "enrolling " + child);
}

std::shared_ptr<grpc::Channel> Cluster::Dial(const std::string& host, const std::string& uri_path) {
  const rpc::CredentialFiles files =
      authority_.Issue("client-" + FileName(uri_path), kUriBase + uri_path);
  absl::StatusOr<rpc::Credentials> own = rpc::LoadCredentials(files, kClusterDomain, kValidAtS);
  Require(own.status(), uri_path);
  return rpc::Dial(address(host),
                   rpc::ChannelCredentials(*own, {.trust_domain = kClusterDomain, .host = host}));
}

std::shared_ptr<grpc::Channel> Cluster::DialAsSystem(const std::string& path) {
  return Dial(HostOf(path), path + "/system/test");
}

std::shared_ptr<grpc::Channel> Cluster::DialAsOperator(const std::string& path,
                                                       const std::string& name) {
  return Dial(HostOf(path), path + "/operator/" + name);
}

v1::RecordResult Cluster::Record(const std::string& path, const v1::EventData& event) {
  v1::RecordRequest request;
  request.add_submissions()->set_data(event.SerializeAsString());
  v1::RecordResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  const bool is_operators =
      domain::CertificateFor(form::TypeNumberOf(event)) == domain::Certificate::kOperator;
  const auto channel = is_operators ? DialAsOperator(path) : DialAsSystem(path);
  const grpc::Status status =
      v1::EventService::NewStub(channel)->Record(&context, request, &response);
  if (!status.ok()) {
    fprintf(stderr, "Record at %s: %s\n", path.c_str(), status.error_message().c_str());
    abort();
  }
  return response.results(0);
}

void Cluster::AwaitSize(const std::string& path, const std::string& log, uint64_t size) {
  v1::AwaitFrontierRequest request;
  v1::LogPosition& position = *request.add_positions();
  position.set_log(log);
  position.set_next_index(size);
  v1::AwaitFrontierResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  const grpc::Status status =
      v1::QueryService::NewStub(DialAsSystem(path))->AwaitFrontier(&context, request, &response);
  if (status.ok()) return;
  fprintf(stderr, "waited for %llu entries of %s at %s: %s\n",
          static_cast<unsigned long long>(size), log.c_str(), path.c_str(),
          status.error_message().c_str());
  abort();
}

}  // namespace liggare::testing
