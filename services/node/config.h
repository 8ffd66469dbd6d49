// The configuration of liggared, one TOML file:
//
//   trust_domain = "po.example.se"
//   national_key = "po.example.se/se+1f2e3d4c+AZ..."   # vkey of se, pinned
//   listen = "127.0.0.1:7443"                           # port 0: any free port
//
//   [tls]                                               # of the process
//   ca = "pki/ca.crt"
//   certificate = "pki/host-lan17.crt"                  # .../host/<name>
//   key = "pki/host-lan17.key"
//   deny = "pki/denied"                                 # if anybody is (rpc/revocations.h)
//   crl = "pki/revoked"                                 # if the authority revokes
//
//   [[node]]                                            # for every node hosted
//   path = "se/17"
//   data = "data/se/17"
//   signing_key = "keys/se-17.key"
//   certificate = "pki/se-17.crt"                       # .../se/17
//   key = "pki/se-17.key"
//   backup = "backup/se-17"                             # if it shall be backed up
//   smallest_count = 5                                  # of persons, in published tables
//   operators_required = 2                              # for keys and enrolments; 1 if not given
//   parent = { address = "10.0.0.1:7443", host = "nation" }   # for all but se
//
// Relative paths are relative to the file's own folder.
#ifndef SERVICES_NODE_CONFIG_H_
#define SERVICES_NODE_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/note/key.h"
#include "services/domain/publish/smallest_count.h"
#include "services/node/setting.h"

namespace liggare::node {

inline constexpr size_t kConfigBytesMax = 1024 * 1024;
inline constexpr size_t kNodesMax = 1024;
inline constexpr int64_t kOperatorsRequiredMax = 2;

struct ParentConfig {
  Setting address;              // host:port
  Setting host;                 // The name of the process, in its certificate.
  std::optional<Setting> path;  // If given, must be the node's parent.
};

struct NodeConfig {
  Setting path;
  Setting data;  // Absolute from here on, as are the files.
  Setting signing_key;
  Setting certificate;
  Setting key;
  std::optional<Setting> backup;  // Where liggare backup backs it up.
  int64_t smallest_count = domain::kSmallestCountDefault;
  // How many operators must want what takes an operator's certificate.
  int64_t operators_required = 1;
  std::optional<ParentConfig> parent;  // Nothing for se only.
};

struct TlsConfig {
  Setting ca;
  Setting certificate;
  Setting key;
  std::optional<Setting> deny;  // A list of denied certificates.
  std::optional<Setting> crl;   // A file of revocation lists, or a directory of them.
};

struct Config {
  Setting trust_domain;
  Setting national_key;
  Setting listen;
  TlsConfig tls;
  // Its operator says that this day has come: the clock is not taken for one that has
  // jumped when it says so.
  std::optional<Setting> clock_confirmed;
  std::vector<NodeConfig> nodes;
};

// The end of the day in clock_confirmed, in milliseconds since 1970; 0 without it.
int64_t ClockConfirmedMs(const Config& config);

// Reads the text of a configuration. Checks all that can be seen without opening
// another file: keys, types, forms, parents, duplicates. CONFIGURATION with the
// first mistake, by file, line and key. `file` names it, and its folder is what
// relative paths start from.
absl::StatusOr<Config> ParseConfig(std::string_view text, const std::string& file);

// The same of a file.
absl::StatusOr<Config> ReadConfig(const std::string& file);

// Host and port of "host:port" or "[v6]:port". INVALID_ARGUMENT otherwise.
struct Endpoint {
  std::string host;
  int port = 0;
};
absl::StatusOr<Endpoint> ParseEndpoint(std::string_view address);

}  // namespace liggare::node

#endif  // SERVICES_NODE_CONFIG_H_
