#include "services/domain/state/fold_entry.h"

#include <utility>

#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"
#include "proto/form/plan.h"

namespace liggare::domain {

absl::StatusOr<FoldEntry> ParseFoldEntry(std::string_view event_bytes) {
  v1::Event event;
  auto data = std::make_shared<v1::EventData>();
  if (!event.ParseFromArray(event_bytes.data(), static_cast<int>(event_bytes.size()))) {
    return MakeError(v1::ERROR_CODE_MALFORMED, {.message = "the bytes are not an Event"});
  }
  if (!data->ParseFromString(event.data())) {
    return MakeError(v1::ERROR_CODE_MALFORMED,
                     {.message = "the sender's part is not an EventData", .field = "data"});
  }
  FoldEntry entry;
  entry.log = std::move(*event.mutable_log());
  entry.index = event.index();
  entry.clock = event.clock();
  entry.recorded_at_ms = event.recorded_at_ms();
  entry.principal = std::move(*event.mutable_principal());
  entry.basis.reserve(static_cast<size_t>(event.basis_size()));
  for (v1::Basis& basis : *event.mutable_basis()) {
    entry.basis.push_back({std::move(*basis.mutable_log()), basis.index()});
  }
  entry.type = form::TypeNumberOf(*data);
  entry.data = std::move(data);
  return entry;
}

}  // namespace liggare::domain
