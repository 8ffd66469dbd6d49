#include "services/domain/state/state.h"

#include <algorithm>

#include "services/domain/figure/figure.h"

namespace liggare::domain {

uint32_t StringTable::Add(std::string_view text) {
  constexpr size_t kLookedAtMax = 16;
  const size_t oldest = texts_.size() - std::min(texts_.size(), kLookedAtMax);
  for (size_t i = texts_.size(); i > oldest; --i) {
    if (texts_[i - 1] == text) return static_cast<uint32_t>(i - 1);
  }
  texts_.emplace_back(text);
  return static_cast<uint32_t>(texts_.size() - 1);
}

const FieldValue* State::Find(std::string_view path) const {
  auto it = fields.find(path);
  return it != fields.end() && HasValue(it->second.value) ? &it->second.value : nullptr;
}

std::optional<uint32_t> State::SetBy(std::string_view path) const {
  auto it = fields.find(path);
  if (it == fields.end() || !HasValue(it->second.value)) return std::nullopt;
  return it->second.set_by;
}

std::optional<int64_t> State::Number(std::string_view path) const {
  const FieldValue* value = Find(path);
  const auto* number = value == nullptr ? nullptr : std::get_if<int64_t>(value);
  return number == nullptr ? std::nullopt : std::optional<int64_t>(*number);
}

std::optional<std::string_view> State::Text(std::string_view path) const {
  const FieldValue* value = Find(path);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
}

std::optional<bool> State::Flag(std::string_view path) const {
  const FieldValue* value = Find(path);
  const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
  return flag == nullptr ? std::nullopt : std::optional<bool>(*flag);
}

int64_t State::SumOf(std::string_view collection, std::string_view name) const {
  int64_t sum = 0;
  ForEachElement(collection, [&](const std::vector<std::string_view>&, std::string_view field,
                                 const FieldValue& value) {
    const auto* number = std::get_if<int64_t>(&value);
    if (field == name && number != nullptr) sum = AddFigure(sum, *number);
  });
  return sum;
}

std::optional<ElementPath> ParseElementPath(std::string_view collection, std::string_view path) {
  if (path.substr(0, collection.size()) != collection) return std::nullopt;
  path.remove_prefix(collection.size());
  ElementPath element;
  while (!path.empty() && path.front() == '[') {
    const size_t close = path.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    element.keys.push_back(path.substr(1, close - 1));
    path.remove_prefix(close + 1);
  }
  if (element.keys.empty() || path.empty() || path.front() != '.') return std::nullopt;
  element.name = path.substr(1);
  return element;
}

bool IsReported(const State& state) { return state.Has("ombud.personer"); }

}  // namespace liggare::domain
