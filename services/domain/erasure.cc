#include "services/domain/erasure.h"

#include "services/domain/authority.h"
#include "services/domain/fold_entry.h"
#include "services/domain/form_version.h"
#include "services/domain/log_name.h"

namespace liggare::domain {

std::vector<std::string> ErasedBy(std::string_view log, uint32_t type, std::string_view entry) {
  std::vector<std::string> commitments;
  if (type != v1::EventData::kRedactedFieldNumber) return commitments;
  const absl::StatusOr<FoldEntry> redacted = ParseFoldEntry(entry);
  if (!redacted.ok() || redacted->data->form_version() > kFormVersionMax) return commitments;
  const v1::EventData& data = *redacted->data;
  if (!AuthoriseWriter(static_cast<int>(type), PathOfLog(log), data.subject()).ok()) {
    return commitments;
  }
  for (const v1::RedactedText& text : data.redacted().texter()) {
    commitments.push_back(text.commitment());
  }
  return commitments;
}

}  // namespace liggare::domain
