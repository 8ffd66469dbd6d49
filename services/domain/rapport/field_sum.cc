#include "services/domain/rapport/field_sum.h"

#include <string>

#include "services/domain/figure/figure.h"
#include "services/domain/form/assignments.h"

namespace liggare::domain {
namespace {

// Cuts the next part off a path: a name or the content of a pair of brackets.
std::string_view TakePart(std::string_view& path) {
  if (!path.empty() && (path.front() == '.' || path.front() == '[')) path.remove_prefix(1);
  const size_t end = path.find_first_of(".[]");
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  if (!path.empty() && path.front() == ']') path.remove_prefix(1);
  return part;
}

std::string_view TakePatternPart(std::string_view& pattern) {
  const size_t dot = pattern.find('.');
  const std::string_view part = pattern.substr(0, dot);
  pattern.remove_prefix(dot == std::string_view::npos ? pattern.size() : dot + 1);
  return part;
}

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('.') + 1); }

}  // namespace

bool MatchesPattern(std::string_view path, std::string_view pattern) {
  while (!pattern.empty()) {
    if (path.empty()) return false;
    const std::string_view wanted = TakePatternPart(pattern);
    const std::string_view part = TakePart(path);
    if (wanted != "*" && wanted != part) return false;
  }
  return true;
}

std::optional<Fraction> FieldSum(const State& state, const form::MessagePlan& form,
                                 std::string_view pattern) {
  const std::string_view collection = pattern.substr(0, pattern.find('.'));
  std::optional<Fraction> sum;
  std::string_view name;
  for (auto it = state.fields.lower_bound(collection);
       it != state.fields.end() && it->first.compare(0, collection.size(), collection) == 0; ++it) {
    const auto* number = std::get_if<int64_t>(&it->second.value);
    if (number == nullptr || !MatchesPattern(it->first, pattern)) continue;
    if (sum && NameOf(it->first) != name) return std::nullopt;
    if (!sum) {
      const auto plan = ResolvePath(form, it->first);
      if (!plan.ok()) return std::nullopt;
      name = NameOf(it->first);
      sum = Fraction{0, (*plan)->unit == v1::UNIT_COUNT ? 1 : 100};
    }
    sum->numerator = AddFigure(sum->numerator, *number);
  }
  return sum;
}

}  // namespace liggare::domain
