// Rules of erasing texts (dataskyddsförordningen 2016/679, 17 §; arkivlagen 1990:782,
// 10 §). Who relies on an erasure must know that it is of a text that is there.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/domain/judge/judgement.h"

namespace liggare::domain {
namespace {

constexpr size_t kCommitmentsNamedMax = 3;

using Held = std::vector<TextPlace>;
using Asked = google::protobuf::RepeatedPtrField<v1::RedactedText>;

// What could be named instead: the latest texts.
std::string Instead(const Held& texts, const std::string& subject) {
  if (texts.empty()) return "an event with a text about " + subject + " first";
  std::string text = "the commitment of a text in an entry of " + subject + ":";
  const size_t named = std::min(texts.size(), kCommitmentsNamedMax);
  for (auto it = texts.rbegin(); it != texts.rbegin() + static_cast<long>(named); ++it) {
    text += (it == texts.rbegin() ? " " : ", ") + absl::Base64Escape(it->commitment);
  }
  return texts.size() > named ? text + ", …" : text;
}

std::string FieldOf(int index) { return "texter[" + std::to_string(index) + "].commitment"; }

absl::Status CheckHeld(const Judgement& judgement, const Held& held, const Asked& asked) {
  const std::string& subject = judgement.event.subject();
  for (int i = 0; i < asked.size(); ++i) {
    const std::string& commitment = asked[i].commitment();
    const bool is_held = std::any_of(held.begin(), held.end(), [&](const TextPlace& text) {
      return text.commitment == commitment;
    });
    if (is_held) continue;
    return MakeError(
        v1::ERROR_CODE_PREREQUISITE_MISSING,
        {.message = "no entry of " + subject + " that is held has a text with the commitment " +
                    absl::Base64Escape(commitment),
         .field = FieldOf(i),
         .expected = Instead(held, subject)});
  }
  return absl::OkStatus();
}

// A text is erased by the node in whose log it stands, or by one above it.
absl::Status CheckMayErase(const Judgement& judgement, const Held& held, const Asked& asked) {
  for (int i = 0; i < asked.size(); ++i) {
    std::string_view writer;  // Of a text that stands above.
    bool may = false;
    for (const TextPlace& text : held) {
      if (text.commitment != asked[i].commitment()) continue;
      writer = text.path;
      may = may || name::IsAtOrBelow(text.path, judgement.writer_path);
    }
    if (may) continue;
    return MakeError(v1::ERROR_CODE_NOT_AUTHORISED,
                     {.message = "the text stands in the log of " + std::string(writer) +
                                 ", which " + std::string(judgement.writer_path) + " may not erase",
                      .field = FieldOf(i),
                      .expected = "redacted by " + std::string(writer) +
                                  " or a node above it; redaction_requested asks for it"});
  }
  return absl::OkStatus();
}

absl::Status JudgeRedacted(const Judgement& judgement) {
  const auto held = judgement.view.TextsOf(judgement.event.subject());
  if (!held.ok()) return held.status();
  const Asked& asked = judgement.event.redacted().texter();
  absl::Status status = CheckHeld(judgement, *held, asked);
  return status.ok() ? CheckMayErase(judgement, *held, asked) : status;
}

absl::Status JudgeRedactionRequested(const Judgement& judgement) {
  const auto held = judgement.view.TextsOf(judgement.event.subject());
  if (!held.ok()) return held.status();
  return CheckHeld(judgement, *held, judgement.event.redaction_requested().texter());
}

}  // namespace

JudgeFn ErasureRuleOf(int type) {
  if (type == v1::EventData::kRedactedFieldNumber) return JudgeRedacted;
  if (type == v1::EventData::kRedactionRequestedFieldNumber) return JudgeRedactionRequested;
  return nullptr;
}

}  // namespace liggare::domain
