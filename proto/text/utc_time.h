// A moment as people and programs read it.
#ifndef PROTO_TEXT_UTC_TIME_H_
#define PROTO_TEXT_UTC_TIME_H_

#include <cstdint>
#include <string>

namespace liggare::text {

// "2026-01-31T09:12:33Z" for milliseconds since 1970-01-01T00:00:00Z; the rest of the
// second is left out.
std::string UtcText(int64_t ms);

}  // namespace liggare::text

#endif  // PROTO_TEXT_UTC_TIME_H_
