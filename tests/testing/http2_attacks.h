// What a client can do to an HTTP/2 server with frames alone: each costs the server
// more than the client. All are bounded, and end when the server ends the connection.
#ifndef TESTS_TESTING_HTTP2_ATTACKS_H_
#define TESTS_TESTING_HTTP2_ATTACKS_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/testing/http2_client.h"

namespace liggare::testing {

struct Http2Attack {
  std::string name;  // Of letters and digits.
  std::function<void(Http2Client&)> run;
};

const std::vector<Http2Attack>& Http2Attacks();

}  // namespace liggare::testing

#endif  // TESTS_TESTING_HTTP2_ATTACKS_H_
