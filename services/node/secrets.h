// The keys and certificates that a configuration names, read and checked against
// it and against each other.
#ifndef SERVICES_NODE_SECRETS_H_
#define SERVICES_NODE_SECRETS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/note/key.h"
#include "services/node/config.h"
#include "services/rpc/credentials.h"

namespace liggare::node {

// Of one node.
struct NodeSecrets {
  note::SigningKey signing_key;
  rpc::Credentials credentials;
};

// Of the process and its nodes, in the order of Config::nodes.
struct Secrets {
  rpc::Credentials host;
  std::vector<NodeSecrets> nodes;
};

// Reads all files. CONFIGURATION, by file, line and key, if one can't be read; a
// signing key's file is not mode 0600 or its name is not <trust domain>/<path>;
// a certificate is not valid at `now_s`, not
// issued by the authority, or its URI SAN is not the node's or a host's.
absl::StatusOr<Secrets> ReadSecrets(const Config& config, int64_t now_s);

}  // namespace liggare::node

#endif  // SERVICES_NODE_SECRETS_H_
