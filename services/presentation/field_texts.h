// How the texts of a subject's fields are shown, which stand in no entry: in words where
// the node has disclosed them, as erased where they were, otherwise by their commitment.
#ifndef SERVICES_PRESENTATION_FIELD_TEXTS_H_
#define SERVICES_PRESENTATION_FIELD_TEXTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "liggare/v1/query_service.pb.h"

namespace liggare::presentation {

class FieldTexts {
 public:
  // A field of the subject, with the event that set it. Only those of `redacted` matter.
  void Add(const std::string& path, const v1::Value& value, const v1::EventRef& set_by);

  // What the node holds.
  void Disclose(const v1::DisclosedText& text);

  // "”Hur många är nya?”" for the commitment of a text that is held, cut to fit a line;
  // "gallrad 2025-02-03 enligt gallringsbeslut" for that of an erased one; other values
  // as ValueText.
  std::string Text(const v1::Value& value) const;

 private:
  struct Erasure {
    int64_t recorded_at_ms = 0;
    std::string grund;
  };
  std::map<std::string, std::string> disclosed_;   // By value: hmac-sha256:…
  std::map<std::string, std::string> erasure_of_;  // gallrade[…], by commitment in hexadecimal.
  std::map<std::string, Erasure> erasures_;        // By gallrade[…].
};

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_FIELD_TEXTS_H_
