#include "clients/cli/shell/random_id.h"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>

#include "proto/form/uuid.h"

namespace liggare::cli {

std::string NewId() {
  std::array<uint8_t, 10> random;
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    std::abort();  // An id that is not random must never be made.
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return form::UuidText(form::MakeUuid7(ms, random));
}

}  // namespace liggare::cli
