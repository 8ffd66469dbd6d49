#include "eventstore/log/read/commitment_places.h"

#include <string_view>
#include <unordered_map>

#include "eventstore/log/bytes/keys.h"

namespace liggare::log {
namespace {

// Text.commitment on the wire: field 1, 32 bytes.
constexpr std::string_view kFieldStart = "\x0a\x20";

}  // namespace

std::vector<CommitmentPlace> FindCommitments(const std::vector<std::string>& entries,
                                             const std::vector<DisclosureText>& disclosures) {
  std::vector<CommitmentPlace> places;
  if (disclosures.empty()) return places;
  std::unordered_map<std::string_view, uint32_t> wanted;
  for (uint32_t i = 0; i < disclosures.size(); ++i) wanted.emplace(disclosures[i].commitment, i);
  for (uint32_t i = 0; i < entries.size(); ++i) {
    const std::string_view entry = entries[i];
    for (size_t at = entry.find(kFieldStart); at != entry.npos;
         at = entry.find(kFieldStart, at + 1)) {
      const auto found = wanted.find(entry.substr(at + kFieldStart.size(), keys::kCommitmentBytes));
      if (found != wanted.end()) places.push_back({.entry = i, .disclosure = found->second});
    }
  }
  return places;
}

}  // namespace liggare::log
