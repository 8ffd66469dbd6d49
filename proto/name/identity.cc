#include "proto/name/identity.h"

#include <algorithm>
#include <vector>

#include "proto/error/error.h"
#include "proto/name/node_path.h"

namespace liggare::name {
namespace {

constexpr std::string_view kScheme = "spiffe://";

// An error without the URI: "has no path".
absl::Status Wrong(std::string_view what) { return absl::InvalidArgumentError(std::string(what)); }

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

bool IsNodeOfTheTree(std::string_view path) {
  return IsNodePath(path) && IsAtOrBelow(path, kNationPath);
}

// Takes "/<kind>/<name>" off the path, if it ends so.
bool TakeName(std::string_view kind, const std::vector<std::string_view>& segments,
              std::string_view& path, std::string& name) {
  if (segments.size() <= 2 || segments[segments.size() - 2] != kind) return false;
  name = std::string(segments.back());
  path.remove_suffix(kind.size() + segments.back().size() + 2);
  return true;
}

absl::StatusOr<Identity> Parse(std::string_view uri) {
  if (uri.size() > kUriBytesMax) return Wrong("is too long");
  if (!uri.starts_with(kScheme)) return Wrong("is not a SPIFFE id");
  const std::string_view rest = uri.substr(kScheme.size());
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return Wrong("has no path");
  Identity identity{.uri = std::string(uri), .trust_domain = std::string(rest.substr(0, slash))};
  if (!IsTrustDomain(identity.trust_domain)) return Wrong("has no valid trust domain");

  std::string_view path = rest.substr(slash + 1);
  const std::vector<std::string_view> segments = Split(path);
  if (segments.front() == "host") {
    if (segments.size() != 2 || !IsNameSegment(segments[1])) return Wrong("names no host");
    identity.host = std::string(segments[1]);
    return identity;
  }
  if (TakeName("system", segments, path, identity.system)) {
    if (!IsNameSegment(identity.system)) return Wrong("names no system");
  } else if (TakeName("operator", segments, path, identity.operator_name)) {
    if (!IsNameSegment(identity.operator_name)) return Wrong("names no operator");
  }
  if (!IsNodeOfTheTree(path)) return Wrong("names no node's path");
  identity.path = std::string(path);
  return identity;
}

}  // namespace

absl::StatusOr<Identity> ParseIdentity(std::string_view uri) {
  absl::StatusOr<Identity> identity = Parse(uri);
  if (identity.ok()) return identity;
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "the URI '" + std::string(uri.substr(0, kUriBytesMax)) + "' " +
                               std::string(identity.status().message()),
                    .field = "subjectAltName",
                    .expected = std::string(kUriForm)});
}

}  // namespace liggare::name
