#include "services/ask/receipt.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventstore/proof/receipt_verifier.h"
#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/ask/log_proofs.h"
#include "services/replication/chunks/enrolment_chain.h"

namespace liggare::ask {
namespace {

constexpr size_t kPlacesNamedMax = 8;

// The nodes above, nearest first.
std::vector<std::string> AncestorsOf(std::string_view path) {
  std::vector<std::string> ancestors;
  for (std::string_view above = name::ParentOf(path); !above.empty();
       above = name::ParentOf(above)) {
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
  const std::vector<std::string> ancestors = AncestorsOf(name::PathOfLog(place.log));
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

// A place, as people write it.
std::string PlaceText(const log::LogIndex& place) {
  return place.log + "#" + std::to_string(place.index);
}

// Whether the entry says of itself that it stood at one of the places before, in an
// epoch of the same node: then it is that event, recorded again after a restore.
absl::StatusOr<bool> WasMoved(const AuditedNode& node, const log::LogIndex& place,
                              const std::vector<log::LogIndex>& places) {
  const auto entry = node.log.Read(place.log, place.index);
  if (!entry.ok()) return entry.status();
  v1::Event event;
  if (!event.ParseFromString(*entry) || !event.has_earlier()) return false;
  const log::LogIndex earlier = {.log = event.earlier().log(), .index = event.earlier().index()};
  if (name::PathOfLog(earlier.log) != name::PathOfLog(place.log)) return false;
  return earlier != place && std::ranges::find(places, earlier) != places.end();
}

// Ids are chosen by senders: nothing keeps two of them from choosing one, by mistake or
// so that theirs is taken for the other's.
absl::Status SeveralEvents(const AuditedNode& node, const std::vector<log::LogIndex>& places) {
  std::string named;
  for (size_t i = 0; i < std::min(places.size(), kPlacesNamedMax); ++i) {
    named += (i == 0 ? "" : i + 1 == places.size() ? " and " : ", ") + PlaceText(places[i]);
  }
  if (places.size() > kPlacesNamedMax) {
    named += " and " + std::to_string(places.size() - kPlacesNamedMax) + " more";
  }
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = node.log.path() + " holds " + std::to_string(places.size()) +
                               " events with that id: " + named,
                    .field = "event_id",
                    .expected = "the place of one of them, such as " + PlaceText(places.front())});
}

absl::StatusOr<log::LogIndex> PlaceOfEvent(const AuditedNode& node, const std::string& event_id) {
  if (event_id.size() != log::kEventIdBytes) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD, {.message = "an event's id has 16 bytes, not " +
                                                               std::to_string(event_id.size()),
                                                    .field = "event_id",
                                                    .expected = "16 bytes"});
  }
  const auto places = node.log.FindEvent(event_id);
  if (!places.ok()) return places.status();
  std::vector<log::LogIndex> first;
  for (const log::LogIndex& place : *places) {
    const auto moved = WasMoved(node, place, *places);
    if (!moved.ok()) return moved.status();
    if (!*moved) first.push_back(place);
  }
  if (first.size() == 1) return first.front();
  if (!places->empty()) return SeveralEvents(node, first.empty() ? *places : first);
  return MakeError(
      v1::ERROR_CODE_NOT_FOUND,
      {.message = node.log.path() + " holds no event with that id", .field = "event_id"});
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
  receipt.set_receipt_version(proof::kReceiptVersion);
  if (const absl::Status added = AddProofs(node, place, receipt); !added.ok()) return added;
  if (const absl::Status added = AddDisclosures(node, place, receipt); !added.ok()) return added;
  auto chain = replication::BuildEnrolmentChain(node.log, node.sequencer, node.keys,
                                                name::PathOfLog(place.log));
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

}  // namespace liggare::ask
