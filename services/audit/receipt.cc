#include "services/audit/receipt.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/audit/cosigned_checkpoints.h"
#include "services/audit/log_proofs.h"
#include "services/domain/log_name.h"
#include "services/domain/node_path.h"
#include "services/replication/enrolment_chain.h"

namespace liggare::audit {
namespace {

// The nodes above, nearest first.
std::vector<std::string> AncestorsOf(std::string_view path) {
  std::vector<std::string> ancestors;
  for (std::string_view above = domain::ParentOf(path); !above.empty();
       above = domain::ParentOf(above)) {
    ancestors.emplace_back(above);
  }
  return ancestors;
}

absl::Status NotCoveredYet(const log::LogIndex& place) {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE, {.message = "no checkpoint of " + place.log +
                                                           " that is held here covers entry " +
                                                           std::to_string(place.index) + " yet"});
}

// The entry under the first checkpoint that its parent cosigned, or the newest,
// and under those of the tiers further up where they are others.
absl::Status AddProofs(const AuditedNode& node, const log::LogIndex& place, v1::Receipt& receipt) {
  const std::vector<std::string> ancestors = AncestorsOf(domain::PathOfLog(place.log));
  const auto cosigned = FirstCosigned(node.keys, place, ancestors);
  if (!cosigned.ok()) return cosigned.status();
  const auto by_parent = ancestors.empty() ? cosigned->end() : cosigned->find(ancestors.front());
  const auto checkpoint = by_parent == cosigned->end()
                              ? NewestCheckpoint(node, place.log)
                              : absl::StatusOr<StoredCheckpoint>(by_parent->second);
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->size <= place.index) return NotCoveredYet(place);
  auto event = ProveEntry(node, place, *checkpoint);
  if (!event.ok()) return event.status();
  *receipt.mutable_event() = *std::move(event);
  std::set<uint64_t> sizes = {checkpoint->size};
  for (const std::string& ancestor : ancestors) {
    const auto further = cosigned->find(ancestor);
    if (further == cosigned->end() || !sizes.insert(further->second.size).second) continue;
    auto proven = ProveEntry(node, place, further->second);
    if (!proven.ok()) return proven.status();
    *receipt.add_cosigned() = *std::move(proven);
  }
  return absl::OkStatus();
}

absl::Status AddDisclosures(const AuditedNode& node, const log::LogIndex& place,
                            v1::Receipt& receipt) {
  auto texts = node.log.DisclosuresOf(place.log, place.index, place.index + 1);
  if (!texts.ok()) return texts.status();
  for (log::DisclosureText& text : *texts) {
    v1::Disclosure& disclosure = *receipt.add_disclosures();
    disclosure.set_salt(std::move(text.salt));
    disclosure.set_text(std::move(text.text));
  }
  return absl::OkStatus();
}

absl::StatusOr<log::LogIndex> PlaceOfEvent(const AuditedNode& node, const std::string& event_id) {
  if (event_id.size() != log::kEventIdBytes) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD, {.message = "an event's id has 16 bytes, not " +
                                                               std::to_string(event_id.size()),
                                                    .field = "event_id",
                                                    .expected = "16 bytes"});
  }
  auto places = node.log.FindEvent(event_id);
  if (!places.ok()) return places.status();
  if (places->empty()) {
    return MakeError(
        v1::ERROR_CODE_NOT_FOUND,
        {.message = node.log.path() + " holds no event with that id", .field = "event_id"});
  }
  const auto epoch_of = [](const log::LogIndex& place) {
    const auto name = domain::ParseLogName(place.log);
    return name.ok() ? name->epoch : 0;
  };
  return *std::min_element(places->begin(), places->end(),
                           [&](const auto& a, const auto& b) { return epoch_of(a) < epoch_of(b); });
}

}  // namespace

absl::StatusOr<v1::Receipt> BuildReceipt(const AuditedNode& node, const log::LogIndex& place) {
  const auto held = FindLog(node, place.log);
  if (!held.ok()) return held.status();
  if (place.index >= held->size) {
    return MakeError(v1::ERROR_CODE_NOT_FOUND,
                     {.message = held->name + " has no entry " + std::to_string(place.index) +
                                 " at " + node.log.path(),
                      .field = "place.index",
                      .expected = "below " + std::to_string(held->size)});
  }
  v1::Receipt receipt;
  receipt.set_receipt_version(kReceiptVersion);
  if (const absl::Status added = AddProofs(node, place, receipt); !added.ok()) return added;
  if (const absl::Status added = AddDisclosures(node, place, receipt); !added.ok()) return added;
  auto chain = replication::BuildEnrolmentChain(node.log, node.sequencer, node.keys,
                                                domain::PathOfLog(place.log));
  if (!chain.ok()) return chain.status();
  *receipt.mutable_enrolment() = *std::move(chain);
  return receipt;
}

absl::StatusOr<log::LogIndex> PlaceOf(const AuditedNode& node,
                                      const v1::GetReceiptRequest& request) {
  switch (request.event_case()) {
    case v1::GetReceiptRequest::kEventId:
      return PlaceOfEvent(node, request.event_id());
    case v1::GetReceiptRequest::kPlace:
      return log::LogIndex{.log = request.place().log(), .index = request.place().index()};
    case v1::GetReceiptRequest::EVENT_NOT_SET:
      break;
  }
  return MakeError(v1::ERROR_CODE_MISSING_FIELD, {.message = "the request names no event",
                                                  .field = "event_id",
                                                  .expected = "event_id or place"});
}

}  // namespace liggare::audit
