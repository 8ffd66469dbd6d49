// Rules of erasing texts (dataskyddsförordningen 2016/679, 17 §; arkivlagen 1990:782,
// 10 §). Who relies on an erasure must know that it is of a text that is there.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "proto/error/error.h"
#include "services/domain/judgement.h"

namespace liggare::domain {
namespace {

constexpr size_t kCommitmentsNamedMax = 3;

// What could be named instead: the latest texts.
std::string Instead(const std::vector<std::string>& commitments, const std::string& subject) {
  if (commitments.empty()) return "an event with a text about " + subject + " first";
  std::string text = "the commitment of a text in an entry of " + subject + ":";
  const size_t named = std::min(commitments.size(), kCommitmentsNamedMax);
  for (auto it = commitments.rbegin(); it != commitments.rbegin() + static_cast<long>(named);
       ++it) {
    text += (it == commitments.rbegin() ? " " : ", ") + absl::Base64Escape(*it);
  }
  return commitments.size() > named ? text + ", …" : text;
}

absl::Status JudgeRedacted(const Judgement& judgement) {
  const std::string& subject = judgement.event.subject();
  const auto held = judgement.view.CommitmentsOf(subject);
  if (!held.ok()) return held.status();
  int index = 0;
  for (const v1::RedactedText& text : judgement.event.redacted().texter()) {
    if (std::find(held->begin(), held->end(), text.commitment()) == held->end()) {
      return MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                       {.message = "no entry of " + subject +
                                   " that is held has a text with the "
                                   "commitment " +
                                   absl::Base64Escape(text.commitment()),
                        .field = "texter[" + std::to_string(index) + "].commitment",
                        .expected = Instead(*held, subject)});
    }
    ++index;
  }
  return absl::OkStatus();
}

}  // namespace

JudgeFn ErasureRuleOf(int type) {
  return type == v1::EventData::kRedactedFieldNumber ? JudgeRedacted : nullptr;
}

}  // namespace liggare::domain
