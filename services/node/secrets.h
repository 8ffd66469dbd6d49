// The keys and certificates that a configuration names, read and checked against
// it and against each other.
#ifndef SERVICES_NODE_SECRETS_H_
#define SERVICES_NODE_SECRETS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/note/key.h"
#include "services/node/config.h"
#include "services/rpc/tls/credentials.h"
#include "services/rpc/tls/peer_judge.h"
#include "services/rpc/tls/revocations.h"

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
  // Judges peers by the process's authorities, and by what is denied and revoked.
  std::shared_ptr<rpc::PeerJudge> judge;
};

// What of the configuration denies certificates, each file by itself: what is wrong
// with one is no reason not to read the other.
std::vector<rpc::RevocationFiles> RevocationFilesOf(const Config& config);

// Reads all files. CONFIGURATION, by file, line and key, if one can't be read; a
// signing key's file is not mode 0600 or its name is not <trust domain>/<path>;
// a certificate is not valid at `now_s`, not issued by the authority, of other usages,
// or its URI SAN is not the node's or a host's; the list of denied certificates or of
// revoked ones is not right.
absl::StatusOr<Secrets> ReadSecrets(const Config& config, int64_t now_s);

}  // namespace liggare::node

#endif  // SERVICES_NODE_SECRETS_H_
