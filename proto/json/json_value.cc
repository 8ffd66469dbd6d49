#include "proto/json/json_value.h"

#include <limits>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"
#include "proto/error/error.h"
#include "proto/json/event_json.h"
#include "proto/text/shown_text.h"

namespace liggare::json {
namespace {

using Kind = JsonValue::Kind;

// What the parser quotes may be anything; errors are text.
std::string Ascii(std::string_view text) {
  std::string ascii(text);
  for (char& c : ascii) {
    if (static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) > 0x7e) c = '?';
  }
  return ascii;
}

// Builds a JsonValue from the parser's callbacks. The stack holds the open
// containers; each callback returns false to stop the parser.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Add(JsonValue{}); }

  bool boolean(bool flag) override {
    JsonValue value;
    value.kind = Kind::kFlag;
    value.flag = flag;
    return Add(std::move(value));
  }

  bool number_integer(int64_t number) override {
    JsonValue value;
    value.kind = Kind::kNumber;
    value.integer = number;
    if (number >= 0) value.unsigned_integer = static_cast<uint64_t>(number);
    value.text = std::to_string(number);
    return Add(std::move(value));
  }

  bool number_unsigned(uint64_t number) override {
    JsonValue value;
    value.kind = Kind::kNumber;
    if (number <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      value.integer = static_cast<int64_t>(number);
    }
    value.unsigned_integer = number;
    value.text = std::to_string(number);
    return Add(std::move(value));
  }

  bool number_float(double, const std::string& written) override {
    JsonValue value;
    value.kind = Kind::kNumber;
    value.text = written;
    return Add(std::move(value));
  }

  bool string(std::string& text) override {
    JsonValue value;
    value.kind = Kind::kText;
    value.text = std::move(text);
    return Add(std::move(value));
  }

  bool binary(nlohmann::json::binary_t&) override { return false; }  // Not in JSON text.

  bool start_object(std::size_t) override { return Open(Kind::kObject); }
  bool start_array(std::size_t) override { return Open(Kind::kArray); }

  bool key(std::string& name) override {
    stack_.back().members.emplace_back(std::move(name), JsonValue{});
    return true;
  }

  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    std::string_view what = error.what();
    if (size_t at = what.find("column "); at != std::string_view::npos) {
      if (size_t colon = what.find(": ", at); colon != std::string_view::npos) {
        what.remove_prefix(colon + 2);
      }
    }
    status_ =
        MakeError(v1::ERROR_CODE_MALFORMED,
                  {.message = "not JSON from byte " + std::to_string(position) + ": " + Ascii(what),
                   .expected = "one JSON object"});
    return false;
  }

  absl::StatusOr<JsonValue> Take() {
    if (!status_.ok()) return status_;
    return std::move(root_);
  }

 private:
  bool Open(Kind kind) {
    if (static_cast<int>(stack_.size()) == kJsonDepthMax) {
      status_ = MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                          {.message = "the JSON is nested too deeply",
                           .expected = "at most " + std::to_string(kJsonDepthMax) + " levels"});
      return false;
    }
    stack_.emplace_back();
    stack_.back().kind = kind;
    return true;
  }

  bool Close() {
    JsonValue closed = std::move(stack_.back());
    stack_.pop_back();
    return Add(std::move(closed));
  }

  bool Add(JsonValue value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (stack_.back().kind == Kind::kArray) {
      stack_.back().elements.push_back(std::move(value));
    } else {
      stack_.back().members.back().second = std::move(value);
    }
    return true;
  }

  std::vector<JsonValue> stack_;
  JsonValue root_;
  absl::Status status_;
};

}  // namespace

JsonValue::JsonValue() = default;
JsonValue::JsonValue(JsonValue&&) noexcept = default;
JsonValue& JsonValue::operator=(JsonValue&&) noexcept = default;
JsonValue::~JsonValue() = default;

std::string JsonValue::Description() const {
  constexpr size_t kQuotedBytesMax = 40;
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kFlag:
      return flag ? "true" : "false";
    case Kind::kNumber:
      return "the number " + text.substr(0, kQuotedBytesMax);
    case Kind::kText:
      return text.size() <= kQuotedBytesMax ? "the text \"" + text::ShownText(text) + "\""
                                            : "a text";
    case Kind::kObject:
      return "an object";
    case Kind::kArray:
      return "an array";
  }
  return "";
}

absl::StatusOr<JsonValue> ParseJson(std::string_view text) {
  // The parser takes a NUL for the end, and would pass over what follows it.
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return MakeError(v1::ERROR_CODE_MALFORMED,
                     {.message = "not JSON from byte " + std::to_string(nul + 1) + ": a NUL byte",
                      .expected = "one JSON object"});
  }
  Builder builder;
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.Take();
}

}  // namespace liggare::json
