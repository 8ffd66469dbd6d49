// Runs the real `liggare` in a test.
#ifndef TESTS_TESTING_LIGGARE_PROCESS_H_
#define TESTS_TESTING_LIGGARE_PROCESS_H_

#include <string>
#include <vector>

#include "services/rpc/tls/credentials.h"

namespace liggare::testing {

// Whose command it is, and at which server.
struct Caller {
  std::string server;
  rpc::CredentialFiles files;
  std::string host = {};  // The server's name; empty: as at the first contact.
};

// What the command did.
struct Finished {
  int code = 0;
  std::string out;
  std::string err;
};

// Runs the program with these arguments; `directory` is for its output and for what it
// remembers, known_hosts. Waits for its end. `caller` may be null: no server.
Finished RunLiggare(const Caller* caller, const std::vector<std::string>& arguments,
                    const std::string& directory);

}  // namespace liggare::testing

#endif  // TESTS_TESTING_LIGGARE_PROCESS_H_
