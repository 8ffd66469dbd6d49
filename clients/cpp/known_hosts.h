// Which server was met at an address: a file that remembers the name at the first
// contact, so that whoever answers there later must be the same (as ssh does). One line
// a server:
//
//   127.0.0.1:7443 spiffe://liggare.example/host/karlstad
//
// Processes may use one file at a time. It is its owner's alone, mode 0600: who could
// write it could choose the server.
#ifndef CLIENTS_CPP_KNOWN_HOSTS_H_
#define CLIENTS_CPP_KNOWN_HOSTS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace liggare::client {

inline constexpr size_t kKnownHostsBytesMax = 1024 * 1024;

// A place that a server may answer at, as seen by a caller of this trust domain.
struct ServerPlace {
  std::string address;
  std::string trust_domain;
};

struct KnownHost {
  std::string host;  // host/<name> in the server's certificate.
  int line = 0;      // From 1.
};

// Nothing if the file is not there or does not name the place. CONFIGURATION if others
// may read or write it, or a line is not of the form above; the line is named.
absl::StatusOr<std::optional<KnownHost>> FindKnownHost(const std::string& file,
                                                       const ServerPlace& place);

// Remembers the host, on the disk when this returns; makes the file and its folder.
// OK if it is known already; UNAUTHENTICATED if another process has met another there
// meanwhile. CONFIGURATION as above, or if the file can't be written.
absl::Status AddKnownHost(const std::string& file, const ServerPlace& place,
                          const std::string& host);

}  // namespace liggare::client

#endif  // CLIENTS_CPP_KNOWN_HOSTS_H_
