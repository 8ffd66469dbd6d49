#include "services/presentation/field_texts.h"

#include <algorithm>

#include "services/presentation/swedish_text.h"
#include "services/presentation/value_text.h"

namespace liggare::presentation {
namespace {

constexpr char kCollection[] = "gallrade[";
constexpr char kTexts[] = "].texter[";
constexpr char kReason[] = "].grund";
constexpr char kCommitment[] = "hmac-sha256:";
constexpr size_t kTextBytesShown = 100;

// One line of it, not cut within a character.
std::string Quoted(const std::string& text) {
  size_t end = std::min(text.find_first_of("\r\n"), text.size());
  end = std::min(end, kTextBytesShown);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return "”" + text.substr(0, end) + (end < text.size() ? "…”" : "”");
}

}  // namespace

void FieldTexts::Add(const std::string& path, const v1::Value& value, const v1::EventRef& set_by) {
  if (!path.starts_with(kCollection)) return;
  if (path.ends_with(kReason)) {
    erasures_[path.substr(0, path.size() - sizeof(kReason) + 1)] = {set_by.recorded_at_ms(),
                                                                    value.text()};
    return;
  }
  const size_t texts = path.find(kTexts);
  if (texts == std::string::npos) return;
  const size_t begin = texts + sizeof(kTexts) - 1;
  const size_t end = path.find(']', begin);
  erasure_of_.emplace(path.substr(begin, end - begin), path.substr(0, texts));
}

void FieldTexts::Disclose(const v1::DisclosedText& text) {
  disclosed_[text.commitment()] = text.text();
}

std::string FieldTexts::Text(const v1::Value& value) const {
  if (const auto held = disclosed_.find(value.text()); held != disclosed_.end()) {
    return Quoted(held->second);
  }
  if (!value.text().starts_with(kCommitment)) return ValueText(value);
  const auto place = erasure_of_.find(value.text().substr(sizeof(kCommitment) - 1));
  if (place == erasure_of_.end()) return ValueText(value);
  const auto erasure = erasures_.find(place->second);
  if (erasure == erasures_.end()) return "gallrad";
  constexpr size_t kDateBytes = 10;
  return "gallrad " + TimeText(erasure->second.recorded_at_ms).substr(0, kDateBytes) + " enligt " +
         erasure->second.grund;
}

}  // namespace liggare::presentation
