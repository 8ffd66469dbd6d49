#include "services/rpc/identity.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <optional>

#include "proto/error/error.h"
#include "services/domain/node_path.h"

namespace liggare::rpc {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr std::string_view kUriForm =
    "spiffe://<trust domain>/<path>, .../<path>/system/<name> or .../host/<name>";
constexpr size_t kUriBytesMax = 512;

bool IsSegment(std::string_view segment) {
  return !segment.empty() && segment.size() <= domain::kPathSegmentBytesMax &&
         std::all_of(segment.begin(), segment.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool IsTrustDomain(std::string_view domain) {
  return !domain.empty() && std::all_of(domain.begin(), domain.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> segments;
  for (size_t begin = 0;;) {
    const size_t slash = path.find('/', begin);
    segments.push_back(path.substr(begin, slash - begin));
    if (slash == std::string_view::npos) return segments;
    begin = slash + 1;
  }
}

absl::Status BadUri(std::string_view uri, const char* what) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "the URI '" + std::string(uri.substr(0, kUriBytesMax)) + "' " + what,
                    .field = "subjectAltName",
                    .expected = std::string(kUriForm)});
}

absl::Status Unauthenticated(std::string message) {
  return MakeError(
      v1::ERROR_CODE_UNAUTHENTICATED,
      {.message = std::move(message),
       .field = "subjectAltName",
       .expected = "a certificate with exactly one URI SAN, " + std::string(kUriForm)});
}

absl::Status Denied(const Identity& caller, std::string_view node, const char* act,
                    std::string expected) {
  return MakeError(v1::ERROR_CODE_PERMISSION_DENIED,
                   {.message = caller.uri + " may not " + act + " at " + std::string(node),
                    .field = "node",
                    .expected = std::move(expected)});
}

}  // namespace

absl::StatusOr<Identity> ParseIdentity(std::string_view uri) {
  if (uri.size() > kUriBytesMax) return BadUri(uri, "is too long");
  if (uri.substr(0, kScheme.size()) != kScheme) return BadUri(uri, "is not a SPIFFE id");
  const std::string_view rest = uri.substr(kScheme.size());
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return BadUri(uri, "has no path");

  Identity identity;
  identity.uri = std::string(uri);
  identity.trust_domain = std::string(rest.substr(0, slash));
  if (!IsTrustDomain(identity.trust_domain)) return BadUri(uri, "has no valid trust domain");

  std::string_view path = rest.substr(slash + 1);
  const std::vector<std::string_view> segments = Split(path);
  if (segments.front() == "host") {
    if (segments.size() != 2 || !IsSegment(segments[1])) return BadUri(uri, "names no host");
    identity.host = std::string(segments[1]);
    return identity;
  }
  if (segments.size() > 2 && segments[segments.size() - 2] == "system") {
    if (!IsSegment(segments.back())) return BadUri(uri, "names no system");
    identity.system = std::string(segments.back());
    path.remove_suffix(segments.back().size() + std::string_view("/system/").size());
  }
  if (!domain::IsNodePath(path) || !domain::IsAtOrBelow(path, domain::kNationPath)) {
    return BadUri(uri, "names no node's path");
  }
  identity.path = std::string(path);
  return identity;
}

absl::StatusOr<Identity> IdentityFromUris(const std::vector<std::string>& uris,
                                          std::string_view trust_domain) {
  if (uris.size() != 1) {
    return Unauthenticated("the certificate has " + std::to_string(uris.size()) + " URI SANs");
  }
  absl::StatusOr<Identity> identity = ParseIdentity(uris.front());
  if (!identity.ok()) return Unauthenticated(std::string(identity.status().message()));
  if (identity->trust_domain != trust_domain) {
    return Unauthenticated("the certificate is of the trust domain " + identity->trust_domain +
                           ", not " + std::string(trust_domain));
  }
  return identity;
}

absl::StatusOr<Identity> PeerIdentity(const grpc::AuthContext& context,
                                      std::string_view trust_domain) {
  std::vector<std::string> uris;
  for (const grpc::string_ref& uri : context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    uris.emplace_back(uri.data(), uri.size());
  }
  return IdentityFromUris(uris, trust_domain);
}

absl::Status MayRecordAt(const Identity& caller, std::string_view node) {
  if (!caller.path.empty() && caller.path == node) return absl::OkStatus();
  return Denied(caller, node, "record",
                "a certificate of " + std::string(node) + " or of a system of it");
}

absl::Status MayReadAt(const Identity& caller, std::string_view node) {
  if (!caller.path.empty() && domain::IsAtOrBelow(node, caller.path)) return absl::OkStatus();
  return Denied(caller, node, "read",
                "a certificate of " + std::string(node) + ", of a node above it, or of a system");
}

absl::Status MayReplicateTo(const Identity& caller, std::string_view node) {
  if (caller.is_node() && !node.empty() && domain::ParentOf(caller.path) == node) {
    return absl::OkStatus();
  }
  return Denied(caller, node, "replicate",
                "a certificate of a node directly below " + std::string(node));
}

absl::Status MayRefillFrom(const Identity& caller, std::string_view node) {
  if (caller.is_node() && !node.empty() &&
      (domain::ParentOf(caller.path) == node || domain::ParentOf(node) == caller.path)) {
    return absl::OkStatus();
  }
  return Denied(caller, node, "refill",
                "a certificate of the node directly below or above " + std::string(node));
}

}  // namespace liggare::rpc
