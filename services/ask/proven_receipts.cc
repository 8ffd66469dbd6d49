#include "services/ask/proven_receipts.h"

#include <string>

#include "services/replication/chunks/cosigned_checkpoints.h"

namespace liggare::ask {

absl::StatusOr<std::optional<int64_t>> ProvenReceipts::ArrivalAt(std::string_view node,
                                                                 const domain::EntryPlace& entry) {
  auto known = known_.ArrivalAt(node, entry);
  if (!known.ok() || known->has_value()) return known;
  const std::string path(node);
  const auto cosigned = replication::FirstCosigned(
      keys_, {.log = std::string(entry.log), .index = entry.index}, {path});
  if (!cosigned.ok()) return cosigned.status();
  const auto found = cosigned->find(path);
  if (found == cosigned->end()) return std::optional<int64_t>();
  return std::optional<int64_t>(static_cast<int64_t>(found->second.time_s) * 1000);
}

}  // namespace liggare::ask
