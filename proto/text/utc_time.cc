#include "proto/text/utc_time.h"

#include <ctime>

namespace liggare::text {

std::string UtcText(int64_t ms) {
  const time_t seconds = ms / 1000;
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace liggare::text
