#include "proto/json/message_json.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "proto/error/error.h"
#include "proto/json/json_value.h"
#include "proto/text/shown_text.h"
#include "proto/text/utf8.h"

namespace liggare::json {
namespace {

absl::Status Malformed(std::string message) {
  return MakeError(v1::ERROR_CODE_MALFORMED, {.message = std::move(message)});
}

// receiptVersion and receipt_version are the same member.
std::string Spelling(std::string_view name) {
  std::string spelling;
  for (const char c : name) {
    if (c != '_') spelling += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return spelling;
}

// The first member that is named twice; nothing if none is.
std::optional<std::string> NamedTwice(const JsonValue& value) {
  std::set<std::string> names;
  for (const auto& [name, member] : value.members) {
    if (!names.insert(Spelling(name)).second) return name;
    if (auto twice = NamedTwice(member)) return twice;
  }
  for (const JsonValue& element : value.elements) {
    if (auto twice = NamedTwice(element)) return twice;
  }
  return {};
}

}  // namespace

absl::Status MessageFromJson(std::string_view given, google::protobuf::Message& message) {
  if (text::IsWideText(given)) return Malformed("it is UTF-16 or UTF-32, not UTF-8");
  const std::string_view json = text::WithoutByteOrderMark(given);
  if (json.empty()) return Malformed("it is empty");
  if (const auto byte = text::FirstByteNotUtf8(json)) {
    return Malformed("it is not UTF-8 from byte " + std::to_string(*byte + 1));
  }
  const auto parsed = ParseJson(json);
  if (!parsed.ok()) return parsed.status();
  if (const auto twice = NamedTwice(*parsed)) {
    return Malformed("the name \"" + text::ShownText(*twice) + "\" occurs twice");
  }
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message);
  if (status.ok()) return absl::OkStatus();
  return Malformed(text::ShownText(std::string(status.message())));
}

}  // namespace liggare::json
