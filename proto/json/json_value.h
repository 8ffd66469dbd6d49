// A parsed JSON text that keeps what our errors need: the order of members,
// duplicate names, and numbers as they were written. Private to this folder.
#ifndef PROTO_JSON_JSON_VALUE_H_
#define PROTO_JSON_JSON_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace liggare::json {

struct JsonValue {
  enum class Kind { kNull, kFlag, kNumber, kText, kObject, kArray };

  // Out of line: clang wants members of a vector of pairs complete before.
  JsonValue();
  JsonValue(JsonValue&&) noexcept;
  JsonValue& operator=(JsonValue&&) noexcept;
  ~JsonValue();

  Kind kind = Kind::kNull;
  bool flag = false;
  std::optional<int64_t> integer;  // Of a whole number that fits.
  std::optional<uint64_t> unsigned_integer;
  std::string text;  // Of a text; of a number, as written.
  std::vector<std::pair<std::string, JsonValue>> members;
  std::vector<JsonValue> elements;

  // "a text", "a number (1.5)": for messages.
  std::string Description() const;
};

// Parses one JSON text. MALFORMED with the byte where it goes wrong;
// LIMIT_EXCEEDED if it is nested deeper than kJsonDepthMax (event_json.h).
absl::StatusOr<JsonValue> ParseJson(std::string_view text);

}  // namespace liggare::json

#endif  // PROTO_JSON_JSON_VALUE_H_
