// When entries reached a node, also where its Received is not held: below the counties
// its cosignature of the log says it, which nobody else can have made.
#ifndef SERVICES_ASK_PROVEN_RECEIPTS_H_
#define SERVICES_ASK_PROVEN_RECEIPTS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/domain/register/receipt_times.h"
#include "services/replication/chunks/key_registry.h"

namespace liggare::ask {

// Of all that is held now. What it refers to must outlive it.
class ProvenReceipts : public domain::ReceiptTimes {
 public:
  ProvenReceipts(domain::ReceiptTimes& known, const replication::KeyRegistry& keys)
      : known_(known), keys_(keys) {}

  // As `known` has it; otherwise the time of the first cosignature by the node that is
  // held and covers the entry. It had the entry then, or earlier.
  absl::StatusOr<std::optional<int64_t>> ArrivalAt(std::string_view node,
                                                   const domain::EntryPlace& entry) override;

 private:
  domain::ReceiptTimes& known_;
  const replication::KeyRegistry& keys_;
};

}  // namespace liggare::ask

#endif  // SERVICES_ASK_PROVEN_RECEIPTS_H_
