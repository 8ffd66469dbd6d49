#include "services/domain/form/value.h"

#include "absl/strings/escaping.h"

namespace liggare::domain {

FieldValue FromProto(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kNumber:
      return value.number();
    case v1::Value::kText:
      return value.text();
    case v1::Value::kFlag:
      return value.flag();
    case v1::Value::KIND_NOT_SET:
      return std::monostate();
  }
  return std::monostate();
}

v1::Value ToProto(const FieldValue& value) {
  v1::Value proto;
  if (const auto* number = std::get_if<int64_t>(&value)) proto.set_number(*number);
  if (const auto* text = std::get_if<std::string>(&value)) proto.set_text(*text);
  if (const auto* flag = std::get_if<bool>(&value)) proto.set_flag(*flag);
  return proto;
}

std::string TextOf(const FieldValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return "no value";
}

std::string CommitmentIn(std::string_view value) {
  constexpr std::string_view kPrefix = "hmac-sha256:";
  if (!value.starts_with(kPrefix)) return "";
  return absl::HexStringToBytes(std::string(value.substr(kPrefix.size())));
}

}  // namespace liggare::domain
