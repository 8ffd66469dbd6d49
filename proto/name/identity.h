// Who holds a certificate: what its one URI name says.
//
//   spiffe://<trust domain>/<path>                  a node
//   spiffe://<trust domain>/<path>/system/<name>    a client of the node: records and reads
//   spiffe://<trust domain>/<path>/operator/<name>  a person who runs the node: keys,
//                                                   enrolments, backups
//   spiffe://<trust domain>/host/<name>             a listening process
//
// `person` and `auditor` are reserved in the place of `system`. What each may do is said in
// docs/authority.md and by services/rpc/tls/identity.h. A value; pure.
#ifndef PROTO_NAME_IDENTITY_H_
#define PROTO_NAME_IDENTITY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace liggare::name {

inline constexpr size_t kUriBytesMax = 512;

// What a URI name looks like, for errors.
inline constexpr std::string_view kUriForm =
    "spiffe://<trust domain>/<path>, .../<path>/system/<name>, .../<path>/operator/<name> or "
    ".../host/<name>";

struct Identity {
  std::string uri;  // As it stands in the certificate.
  std::string trust_domain;
  std::string path = {};           // Of the node; empty for a host.
  std::string system = {};         // The client's name; empty for the others.
  std::string operator_name = {};  // The operator's; empty for the others.
  std::string host = {};           // The process's; empty for the others.

  bool is_node() const { return !path.empty() && system.empty() && operator_name.empty(); }
  bool is_operator() const { return !operator_name.empty(); }
};

// INVALID_FIELD, with `field` subjectAltName, says what is wrong with it.
absl::StatusOr<Identity> ParseIdentity(std::string_view uri);

}  // namespace liggare::name

#endif  // PROTO_NAME_IDENTITY_H_
