// What stands in an entry for a text that may hold personal data.
#ifndef EVENTSTORE_LOG_BYTES_COMMITMENT_H_
#define EVENTSTORE_LOG_BYTES_COMMITMENT_H_

#include <string>
#include <string_view>

namespace liggare::log {

// HMAC-SHA256 of `text` under `salt`: 32 bytes (entry.proto, Text). Safe from any
// thread.
std::string CommitmentOf(std::string_view salt, std::string_view text);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_BYTES_COMMITMENT_H_
