#include "services/domain/rapport/finding.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace liggare::domain {
namespace {

// Codes of figures that may be right after all; all others are errors.
constexpr std::array<std::string_view, 5> kWarnings = {
    "CONFLICT", "OUTLIER", "GRANT_EXCEEDS_APPLICATION", "CLASSES_WITH_GAPS", "ANSWER_CONTRADICTS"};

v1::FindingSeverity SeverityOf(std::string_view code) {
  for (std::string_view warning : kWarnings) {
    if (warning == code) return v1::FINDING_SEVERITY_WARNING;
  }
  return v1::FINDING_SEVERITY_ERROR;
}

// FNV-1a, 64 bits: names a finding among those of one subject.
class Hash {
 public:
  void Add(std::string_view text) {
    for (char c : text) Mix(static_cast<uint8_t>(c));
    Mix(0);
  }
  std::string Text() const {
    char text[17];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(value_));
    return text;
  }

 private:
  void Mix(uint8_t byte) { value_ = (value_ ^ byte) * 1'099'511'628'211ULL; }

  uint64_t value_ = 14'695'981'039'346'656'037ULL;
};

}  // namespace

v1::Finding MakeFinding(std::string_view code, FindingParts parts) {
  Hash id;
  id.Add(code);
  id.Add(parts.subject);
  for (const std::string& field : parts.fields) id.Add(field);
  v1::Finding finding;
  finding.set_id(id.Text());
  finding.set_code(std::string(code));
  finding.set_severity(SeverityOf(code));
  finding.set_status(v1::FINDING_STATUS_OPEN);
  finding.set_subject(std::move(parts.subject));
  for (std::string& field : parts.fields) finding.add_fields(std::move(field));
  finding.set_stated(std::move(parts.stated));
  finding.set_computed(std::move(parts.computed));
  finding.set_sentence(std::move(parts.sentence));
  return finding;
}

}  // namespace liggare::domain
