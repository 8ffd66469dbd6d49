// Messages with every field filled, by reflection: a field that is added later is filled
// as well.
#ifndef TESTS_CLIENTS_CLI_FILLED_MESSAGE_H_
#define TESTS_CLIENTS_CLI_FILLED_MESSAGE_H_

#include <string>

#include "google/protobuf/message.h"

namespace liggare::testing {

// What stands in the fields.
struct Filling {
  std::string text;  // In every string.
  int variant = 0;   // Which value of an enum, and which member of a oneof.
};

// Two elements in each list; messages within messages to a depth that no answer passes.
// A next_page stays empty: nothing follows.
void Fill(const Filling& filling, google::protobuf::Message& message);

}  // namespace liggare::testing

#endif  // TESTS_CLIENTS_CLI_FILLED_MESSAGE_H_
