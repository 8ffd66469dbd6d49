#include "services/replication/session/log_share.h"

#include <algorithm>

#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

constexpr size_t kVerksamhetDepth = name::kCountyDepth + 1;

// The first `depth` segments.
std::string_view UpTo(std::string_view path, size_t depth) {
  size_t end = 0;
  for (size_t d = 0; d < depth && end != std::string_view::npos; ++d) {
    end = path.find('/', d == 0 ? 0 : end + 1);
  }
  return path.substr(0, end);
}

size_t CountAtOrBelow(std::string_view path, const std::set<std::string, std::less<>>& held) {
  return static_cast<size_t>(std::ranges::count_if(held, [path](const std::string& log) {
    return name::IsAtOrBelow(name::PathOfLog(log), path);
  }));
}

}  // namespace

std::string_view VerksamhetOf(std::string_view log) {
  return UpTo(name::PathOfLog(log), kVerksamhetDepth);
}

bool HasRoom(std::string_view log, const std::set<std::string, std::less<>>& held) {
  const std::string_view path = name::PathOfLog(log);
  const std::string_view verksamhet = VerksamhetOf(log);
  if (path == verksamhet) return true;
  const auto below = static_cast<size_t>(std::ranges::count_if(held, [&](const std::string& other) {
    const std::string_view at = name::PathOfLog(other);
    return at != verksamhet && name::IsAtOrBelow(at, verksamhet);
  }));
  size_t room = kChildLogsMax - std::min(kChildLogsMax, below);
  for (size_t depth = kVerksamhetDepth + 1; depth <= name::DepthOf(path); ++depth) {
    const size_t has = CountAtOrBelow(UpTo(path, depth), held);
    if (has >= room) return false;
    room = (room - has) / 2;  // What it can still have: each log takes one of the room, too.
  }
  return true;
}

}  // namespace liggare::replication
