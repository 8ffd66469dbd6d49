#include "eventstore/log/database/database.h"

#include "eventstore/log/bytes/keys.h"

namespace liggare::log {

const char* FamilyName(Family family) {
  switch (family) {
    case Family::kEvents:
      return "events";
    case Family::kTiles:
      return "tiles";
    case Family::kIds:
      return "ids";
    case Family::kSubjects:
      return "subjects";
    case Family::kKnown:
      return "known";
    case Family::kDisclosures:
      return "disclosures";
    case Family::kMeta:
      return "meta";
  }
  return "";
}

void Batch::Add(Family family, bool is_delete, std::string_view key, std::string_view value) {
  places_.push_back({.family = family,
                     .is_delete = is_delete,
                     .key_bytes = static_cast<uint32_t>(key.size()),
                     .value_bytes = static_cast<uint32_t>(value.size()),
                     .offset = bytes_.size()});
  bytes_.append(key).append(value);
}

void Batch::Put(Family family, std::string_view key, std::string_view value) {
  Add(family, false, key, value);
  if (family != Family::kMeta || keys::IsSealKey(key)) return;
  Add(family, false, keys::SealKey(key), keys::SealOf(key, value));
}

void Batch::Delete(Family family, std::string_view key) {
  Add(family, true, key, "");
  if (family != Family::kMeta || keys::IsSealKey(key)) return;
  Add(family, true, keys::SealKey(key), "");
}

void Batch::Clear() {
  places_.clear();
  bytes_.clear();
}

Batch::Operation Batch::operation(size_t i) const {
  const Place& place = places_[i];
  const std::string_view bytes = bytes_;
  return {.family = place.family,
          .is_delete = place.is_delete,
          .key = bytes.substr(place.offset, place.key_bytes),
          .value = bytes.substr(place.offset + place.key_bytes, place.value_bytes)};
}

}  // namespace liggare::log
