#include "services/replication/session/problem.h"

namespace liggare::replication {

std::string EntriesText(uint64_t count) {
  return std::to_string(count) + (count == 1 ? " entry" : " entries");
}

std::string EntriesWaitText(uint64_t count) {
  return EntriesText(count) + (count == 1 ? " waits" : " wait");
}

}  // namespace liggare::replication
