// Which texts of a subject have been erased, when and why, read from its fields: a state
// shows a text by its commitment, and this one as erased.
#ifndef CLIENTS_CLI_ERASED_TEXTS_H_
#define CLIENTS_CLI_ERASED_TEXTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "liggare/v1/query_service.pb.h"

namespace liggare::cli {

class ErasedTexts {
 public:
  // A field of the subject, with the event that set it. Only those of `redacted` matter.
  void Add(const std::string& path, const v1::Value& value, const v1::EventRef& set_by);

  // "gallrad 2025-02-03 enligt gallringsbeslut" for the commitment of an erased text;
  // other values as ValueText.
  std::string Text(const v1::Value& value) const;

 private:
  struct Erasure {
    int64_t recorded_at_ms = 0;
    std::string grund;
  };
  std::map<std::string, std::string> erasure_of_;  // gallrade[…], by commitment in hexadecimal.
  std::map<std::string, Erasure> erasures_;        // By gallrade[…].
};

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_ERASED_TEXTS_H_
