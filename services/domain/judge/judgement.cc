#include "services/domain/judge/judgement.h"

#include <algorithm>
#include <utility>

#include "proto/error/error.h"
#include "services/domain/form/value.h"

namespace liggare::domain {

absl::Status MissingStep(std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                   {.message = std::move(message), .expected = std::move(expected)});
}

absl::Status ForbiddenStep(std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_STEP_NOT_ALLOWED,
                   {.message = std::move(message), .expected = std::move(expected)});
}

absl::Status CheckNotAbove(const Amounts& amounts, std::string_view what, std::string_view of) {
  if (amounts.added_ore <= amounts.limit_ore - amounts.before_ore) return absl::OkStatus();
  const int64_t left_ore = std::max<int64_t>(0, amounts.limit_ore - amounts.before_ore);
  return MakeError(v1::ERROR_CODE_AMOUNT_EXCEEDED,
                   {.message = std::string(what) + " would exceed " + std::string(of) + ", " +
                               std::to_string(amounts.limit_ore) + " öre; " +
                               std::to_string(amounts.before_ore) + " öre went before",
                    .field = "amount_ore",
                    .expected = "at most " + std::to_string(left_ore) + " öre"});
}

absl::Status CheckOldValue(const State& state, const std::string& path, const v1::Value& stated) {
  const FieldValue* found = state.Find(path);
  const FieldValue current = found != nullptr ? *found : FieldValue();
  const FieldValue given = FromProto(stated);
  if (given == current) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_OLD_VALUE_DIFFERS,
      {.message = "the stated old value, " + TextOf(given) + ", is not the current one",
       .field = path,
       .expected = TextOf(current)});
}

}  // namespace liggare::domain
