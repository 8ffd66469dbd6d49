// How people name an entry: by its place, se/17@1#42 (or se/17@1:42), or by its
// id, a UUID.
#ifndef SERVICES_PRESENTATION_ENTRY_PLACE_H_
#define SERVICES_PRESENTATION_ENTRY_PLACE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"

namespace liggare::presentation {

struct EntryPlace {
  std::string log;
  uint64_t index = 0;

  std::string Text() const { return log + "#" + std::to_string(index); }
};

struct EntryId {
  std::string bytes;  // 16
};

// INVALID_FIELD unless the text is one of the two.
absl::StatusOr<std::variant<EntryPlace, EntryId>> ParseEntryName(std::string_view text);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_ENTRY_PLACE_H_
