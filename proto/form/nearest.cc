#include "proto/form/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace liggare::form {
namespace {

// Levenshtein, by bytes; both texts are cut at kCompareBytesMax.
constexpr size_t kCompareBytesMax = 64;

size_t EditsBetween(std::string_view a, std::string_view b) {
  a = a.substr(0, kCompareBytesMax);
  b = b.substr(0, kCompareBytesMax);
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

std::string Join(const std::vector<std::string_view>& names) {
  std::string joined;
  for (std::string_view name : names) {
    if (!joined.empty()) joined += ", ";
    joined += name;
  }
  return joined;
}

}  // namespace

std::vector<std::string_view> Nearest(std::string_view name,
                                      const std::vector<std::string_view>& candidates) {
  const size_t edits_max = std::max<size_t>(2, name.size() / 3);
  std::vector<std::pair<size_t, std::string_view>> ranked;
  for (std::string_view candidate : candidates) {
    const size_t edits = EditsBetween(name, candidate);
    if (edits <= edits_max) ranked.emplace_back(edits, candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> nearest;
  for (const auto& [edits, candidate] : ranked) nearest.push_back(candidate);
  return nearest;
}

std::string NamesLike(std::string_view name, const std::vector<std::string_view>& candidates) {
  constexpr size_t kFew = 8;
  if (candidates.size() <= kFew) return Join(candidates);
  std::vector<std::string_view> nearest = Nearest(name, candidates);
  if (!nearest.empty()) return Join(nearest);
  if (candidates.size() <= kNamesListedMax) return Join(candidates);
  return Join({candidates.begin(), candidates.begin() + kNamesListedMax}) + ", …";
}

}  // namespace liggare::form
