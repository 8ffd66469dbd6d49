#include "services/domain/figure/printed_class.h"

#include <algorithm>
#include <charconv>

namespace liggare::domain {
namespace {

std::optional<int64_t> NumberOf(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size() && number >= 0;
  return is_whole ? std::optional<int64_t>(number) : std::nullopt;
}

}  // namespace

std::optional<PrintedClass> ParseClass(std::string_view id) {
  if (!id.empty() && id.back() == '+') {
    const std::optional<int64_t> first = NumberOf(id.substr(0, id.size() - 1));
    if (!first) return std::nullopt;
    return PrintedClass{std::string(id), *first, std::nullopt};
  }
  const size_t dash = id.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<int64_t> first = NumberOf(id.substr(0, dash));
  const std::optional<int64_t> last = NumberOf(id.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return PrintedClass{std::string(id), *first, last};
}

std::vector<ClassBreak> BreaksBetween(const std::vector<std::string>& ids) {
  std::vector<PrintedClass> classes;
  for (const std::string& id : ids) {
    if (auto parsed = ParseClass(id)) classes.push_back(*std::move(parsed));
  }
  std::sort(classes.begin(), classes.end(),
            [](const PrintedClass& a, const PrintedClass& b) { return a.first < b.first; });
  std::vector<ClassBreak> breaks;
  for (size_t i = 1; i < classes.size(); ++i) {
    const PrintedClass& before = classes[i - 1];
    const bool follows = before.last && classes[i].first == *before.last + 1;
    if (!follows) breaks.push_back({before, classes[i]});
  }
  return breaks;
}

}  // namespace liggare::domain
