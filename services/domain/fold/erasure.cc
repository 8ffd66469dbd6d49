#include "services/domain/fold/erasure.h"

#include "services/domain/fold/fold.h"
#include "services/domain/state/fold_entry.h"

namespace liggare::domain {

std::vector<std::string> ErasedBy(std::string_view log, uint32_t type, std::string_view entry) {
  std::vector<std::string> commitments;
  if (type != v1::EventData::kRedactedFieldNumber) return commitments;
  absl::StatusOr<FoldEntry> redacted = ParseFoldEntry(entry);
  if (!redacted.ok()) return commitments;
  redacted->log = std::string(log);
  if (!CheckEffect(*redacted).ok()) return commitments;
  for (const v1::RedactedText& text : redacted->data->redacted().texter()) {
    commitments.push_back(text.commitment());
  }
  return commitments;
}

}  // namespace liggare::domain
