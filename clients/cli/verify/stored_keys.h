// The keys of nodes that a data directory's own entries and notes name, for `fsck` to
// find damaged signatures with. Whether they may be trusted is for `verify` to say.
#ifndef CLIENTS_CLI_VERIFY_STORED_KEYS_H_
#define CLIENTS_CLI_VERIFY_STORED_KEYS_H_

#include <string_view>
#include <vector>

#include "eventstore/log/care/fsck.h"

namespace liggare::cli {

class StoredKeys : public log::KeyFinder {
 public:
  // Of NodeEnrolled and NodeKeyChanged.
  std::vector<note::VerifierKey> InEvent(uint32_t type, std::string_view data) override;
  // Of the enrolment chain that a node keeps of itself.
  std::vector<note::VerifierKey> InNote(std::string_view key, std::string_view value) override;
};

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_STORED_KEYS_H_
