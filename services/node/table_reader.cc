#include "services/node/table_reader.h"

#include <algorithm>
#include <utility>

#include "proto/form/nearest.h"

namespace liggare::node {
namespace {

std::string TypeName(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a decimal number";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

}  // namespace

TableReader::TableReader(const toml::table& table, std::string file, std::string prefix,
                         absl::Status& status)
    : table_(table), file_(std::move(file)), prefix_(std::move(prefix)), status_(status) {}

Setting TableReader::Place(std::string_view key, const toml::node& node) const {
  Setting place;
  place.file = file_;
  place.line = static_cast<int>(node.source().begin.line);
  place.key = prefix_.empty() || key.empty() ? prefix_ + std::string(key)
                                             : prefix_ + "." + std::string(key);
  return place;
}

Setting TableReader::Here() const { return Place("", table_); }

void TableReader::Fail(const Setting& place, const std::string& what, const std::string& expected) {
  if (status_.ok()) status_ = SettingError(place, what, expected);
}

const toml::node* TableReader::Find(std::string_view key) {
  known_.push_back(key);
  return table_.get(key);
}

const toml::node* TableReader::Require(std::string_view key, const char* expected) {
  const toml::node* node = Find(key);
  if (node == nullptr) {
    Setting place = Place(key, table_);
    if (place.line == 0) place.line = 1;  // A file without any line of its own.
    Fail(place, "is missing", expected);
  }
  return node;
}

std::optional<Setting> TableReader::OptionalText(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  Setting setting = Place(key, *node);
  if (const auto* text = node->as_string()) {
    setting.value = text->get();
    if (setting.value.empty()) Fail(setting, "is empty", "a text");
  } else {
    Fail(setting, "is " + TypeName(*node), "a text in quotes");
  }
  return setting;
}

std::optional<int64_t> TableReader::OptionalNumber(std::string_view key, NumberRange range) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const std::string expected =
      "a whole number from " + std::to_string(range.first) + " to " + std::to_string(range.last);
  const auto* number = node->as_integer();
  if (number == nullptr) {
    Fail(Place(key, *node), "is " + TypeName(*node), expected);
    return std::nullopt;
  }
  if (number->get() < range.first || number->get() > range.last) {
    Fail(Place(key, *node), "is " + std::to_string(number->get()), expected);
  }
  return number->get();
}

Setting TableReader::Text(std::string_view key) {
  if (Require(key, "a text in quotes") == nullptr) return {};
  return *OptionalText(key);
}

const toml::table* TableReader::OptionalTable(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr || node->is_table()) return node == nullptr ? nullptr : node->as_table();
  Fail(Place(key, *node), "is " + TypeName(*node), "a table");
  return nullptr;
}

const toml::table* TableReader::Table(std::string_view key) {
  return Require(key, "a table") == nullptr ? nullptr : OptionalTable(key);
}

std::vector<const toml::table*> TableReader::Tables(std::string_view key) {
  constexpr char kExpected[] = "one [[node]] section for every node";
  std::vector<const toml::table*> tables;
  const toml::node* node = Require(key, kExpected);
  if (node == nullptr) return tables;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    Fail(Place(key, *node), "is " + TypeName(*node), kExpected);
    return tables;
  }
  if (array->empty()) Fail(Place(key, *node), "is empty", kExpected);
  for (const toml::node& element : *array) {
    if (!element.is_table()) Fail(Place(key, element), "is " + TypeName(element), kExpected);
    if (element.is_table()) tables.push_back(element.as_table());
  }
  return tables;
}

void TableReader::Finish() {
  for (const auto& [key, node] : table_) {
    if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
    Setting place = Place(key.str(), node);
    place.line = static_cast<int>(key.source().begin.line);
    Fail(place, "is not a known key", "one of " + form::NamesLike(key.str(), known_));
    return;
  }
}

}  // namespace liggare::node
