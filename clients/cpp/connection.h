// A connection to one server, liggared, by mutual TLS: the caller shows its own
// certificate, and the server must be spiffe://<trust domain>/host/<name>. The name is
// given, or it is the one that was met at this address before (known_hosts.h): no call
// goes to a server that anybody with a host's certificate could be.
//
// Thread-safe. The stubs live as long as the Connection; so must everything that
// is made from it (Recorder, EntryReader).
#ifndef CLIENTS_CPP_CONNECTION_H_
#define CLIENTS_CPP_CONNECTION_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/certificate.h"
#include "clients/cpp/known_hosts.h"
#include "clients/cpp/server_identity.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "liggare/v1/admin_service.grpc.pb.h"
#include "liggare/v1/audit_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "liggare/v1/query_service.grpc.pb.h"

namespace liggare::client {

inline constexpr std::chrono::milliseconds kCallTimeout = std::chrono::seconds(60);
// The largest message that is taken, and the pages of one answer.
inline constexpr int kAnswerBytesMax = 64 * 1024 * 1024;
inline constexpr int kPagesMax = 512;

struct ConnectionOptions {
  std::string address;  // ip:port or name:port
  CertificateFiles files;
  std::string host;  // The server's name; empty: the one that known_hosts remembers.
  // A file; a server that it does not name is met once, without any call, and added.
  std::string known_hosts;
  std::string node;  // Which node calls are for; empty: that of the certificate.
  std::chrono::milliseconds call_timeout = kCallTimeout;
};

class Connection {
 public:
  // Reads and checks the files; the first call dials, unless the server is to be met for
  // the first time. `now_s` is the time at which the certificate must be valid, in
  // seconds since 1970. CONFIGURATION names the option that is wrong, or says that it is
  // not known which server is meant; UNAVAILABLE if a server that is not known can't be
  // reached.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(ConnectionOptions options, int64_t now_s);

  // Who the caller is, by its certificate.
  const Identity& identity() const { return identity_; }
  // The node that calls are for.
  const std::string& node() const { return options_.node; }
  const std::string& address() const { return options_.address; }
  // The server's name.
  const std::string& host() const { return options_.host; }
  // Whether Open met it for the first time and remembered it.
  bool is_first_contact() const { return is_first_contact_; }

  v1::EventService::Stub& events() { return *events_; }
  v1::QueryService::Stub& queries() { return *queries_; }
  v1::AuditService::Stub& audits() { return *audits_; }
  v1::AdminService::Stub& admin() { return *admin_; }

  // One unary call with the default deadline:
  //   connection.Call(connection.queries(), &v1::QueryService::Stub::GetState, request)
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    return Call(stub, method, request, options_.call_timeout);
  }
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, std::chrono::milliseconds timeout) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    Response response;
    if (auto status = Result((stub.*method)(&context, request, &response)); !status.ok()) {
      return status;
    }
    return response;
  }

  // The same for a question whose answer comes in pages: all of them, joined.
  // LIMIT_EXCEEDED if they are more than kPagesMax.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> CallPaged(Stub& stub,
                                     grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                                     const Request& request) {
    Request next = request;
    absl::StatusOr<Response> all = Call(stub, method, next);
    for (int pages = 1; all.ok() && !all->next_page().empty(); ++pages) {
      if (pages == kPagesMax) return TooManyPages();
      next.set_page(all->next_page());
      auto page = Call(stub, method, next);
      if (!page.ok()) return page.status();
      all->clear_next_page();
      all->MergeFrom(*page);
    }
    return all;
  }
  static absl::Status TooManyPages();

  // Dials and waits until the server is reached, at most so long. gRPC 1.51 makes
  // progress on a connection only while some call waits, so whoever wants to
  // reconnect must wait here.
  bool WaitUntilConnected(std::chrono::milliseconds timeout);

  // The outcome of any call: OK, the server's own error, or why it could not be
  // reached: UNAVAILABLE, or UNAUTHENTICATED if it is not the expected server.
  absl::Status Result(const grpc::Status& status) const;

 private:
  Connection(ConnectionOptions options, const Certificate& certificate);
  // The verdict, and how a change is accepted if the name was remembered.
  absl::Status Refused(const absl::Status& verdict) const;

  ConnectionOptions options_;       // Not changed after Open.
  std::optional<KnownHost> known_;  // Where the host's name comes from, if from the file.
  bool is_first_contact_ = false;
  const Identity identity_;
  const std::shared_ptr<HandshakeVerdict> verdict_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::EventService::Stub> events_;
  std::unique_ptr<v1::QueryService::Stub> queries_;
  std::unique_ptr<v1::AuditService::Stub> audits_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

}  // namespace liggare::client

#endif  // CLIENTS_CPP_CONNECTION_H_
