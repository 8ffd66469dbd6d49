#include "services/presentation/value_text.h"

#include "services/presentation/entry_place.h"

namespace liggare::presentation {
namespace {

// Of a text that is disclosed elsewhere, the beginning of its commitment is enough
// to tell it from others: "text 33ea19e1…".
std::string ShortCommitment(const std::string& text) {
  static const std::string kPrefix = "hmac-sha256:";
  constexpr size_t kDigitsShown = 8;
  if (text.rfind(kPrefix, 0) != 0) return text;
  return "text " + text.substr(kPrefix.size(), kDigitsShown) + "…";
}

}  // namespace

std::string ValueText(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kNumber:
      return std::to_string(value.number());
    case v1::Value::kText:
      return ShortCommitment(value.text());
    case v1::Value::kFlag:
      return value.flag() ? "ja" : "nej";
    default:
      return "–";
  }
}

std::string WhoText(const v1::EventRef& event) {
  const v1::Actor& actor = event.actor();
  if (actor.id().empty()) return event.principal();
  return actor.role().empty() ? actor.id() : actor.id() + " (" + actor.role() + ")";
}

std::string EventText(const v1::EventRef& event) {
  return EntryPlace{event.log(), event.index()}.Text() + " " + event.type();
}

}  // namespace liggare::presentation
