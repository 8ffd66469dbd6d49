#include "clients/cli/verify/enrolled_key.h"

#include <set>
#include <string_view>
#include <utility>

#include "proto/error/error.h"

namespace liggare::cli {
namespace {

// Fields of a node's state (NodeEnrolled, NodeClosed.size, NodeKeyRevoked).
constexpr std::string_view kKeyField = "verifier_key";
constexpr std::string_view kHostField = "host";
constexpr std::string_view kClosedField = "size";
constexpr std::string_view kRevokedPrefix = "revoked_keys[";
constexpr std::string_view kRevokedEnding = "].verifier_key";

}  // namespace

absl::StatusOr<std::optional<EnrolledKey>> FindEnrolledKey(client::Connection& connection,
                                                           const std::string& path) {
  v1::GetStateRequest request;
  request.set_node(connection.node());
  request.set_subject("node/" + path);
  auto response =
      connection.CallPaged(connection.queries(), &v1::QueryService::Stub::GetState, request);
  if (!response.ok()) {
    if (ErrorOf(response.status()).code() != v1::ERROR_CODE_NOT_FOUND) return response.status();
    return std::optional<EnrolledKey>();
  }
  std::optional<EnrolledKey> enrolled;
  std::string host;
  uint64_t enrolled_clock = 0;
  uint64_t closed_clock = 0;
  std::set<std::string> revoked;
  for (const v1::StateField& field : response->state().fields()) {
    const std::string& at = field.path();
    if (at == kKeyField) {
      enrolled = EnrolledKey{field.value().text()};
      enrolled_clock = field.set_by().clock();
    }
    if (at == kHostField) host = field.value().text();
    if (at == kClosedField) closed_clock = field.set_by().clock();
    if (at.starts_with(kRevokedPrefix) && at.ends_with(kRevokedEnding)) {
      revoked.insert(field.value().text());
    }
  }
  if (enrolled) {
    enrolled->revoked = revoked.contains(enrolled->vkey);
    enrolled->closed = closed_clock > enrolled_clock;
    enrolled->host = std::move(host);
  }
  return enrolled;
}

}  // namespace liggare::cli
