#include "services/presentation/entry_place.h"

#include <charconv>
#include <optional>

#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/name/log_name.h"

namespace liggare::presentation {
namespace {

std::optional<EntryPlace> ParsePlace(std::string_view text) {
  const size_t mark = text.find_last_of("#:");
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(mark + 1);
  EntryPlace place{std::string(text.substr(0, mark)), 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), place.index);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (!name::NodeOfLog(place.log).ok()) return std::nullopt;
  return place;
}

}  // namespace

absl::StatusOr<std::variant<EntryPlace, EntryId>> ParseEntryName(std::string_view text) {
  if (auto id = form::UuidBytes(text)) return EntryId{*std::move(id)};
  if (auto place = ParsePlace(text)) return *std::move(place);
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {"'" + std::string(text) + "' names no event", "event",
                    "an id (UUID) or a place such as se/17@1#42"});
}

}  // namespace liggare::presentation
