#include "eventstore/log/write/commit_texts.h"

#include <utility>

#include "eventstore/log/read/purge.h"

namespace liggare::log {

void CommitTexts::Add(const Holder& holder, const DisclosureText& text) {
  texts_.push_back({.holder = holder, .text = &text});
}

void CommitTexts::Erase(const LogIndex& by, std::string_view subject, std::string commitment) {
  if (commitment.size() != keys::kCommitmentBytes) return;  // Of no text.
  orders_.push_back({.by = by, .subject = subject, .commitment = std::move(commitment)});
}

absl::Status CommitTexts::Finish() {
  if (absl::Status status = PutOrders(); !status.ok()) return status;
  if (absl::Status status = PutTexts(); !status.ok()) return status;
  return ordered_.empty() ? absl::OkStatus() : ReleaseTexts();
}

absl::Status CommitTexts::PutOrders() {
  for (const Order& order : orders_) {
    std::string key = keys::Encode(keys::ErasedKey{.commitment = order.commitment,
                                                   .subject = order.subject,
                                                   .path = keys::PathOfLog(order.by.log)});
    const auto erased = HasErasedRow(key);
    if (!erased.ok()) return erased.status();
    if (*erased) continue;  // The first order of each node stays.
    batch_.Put(Family::kMeta, key,
               keys::Encode(keys::ErasedValue{.index = order.by.index, .log = order.by.log}));
    ordered_.insert(std::move(key));
  }
  return absl::OkStatus();
}

absl::Status CommitTexts::PutTexts() {
  std::string commitments;  // Of one entry.
  for (size_t i = 0; i < texts_.size(); ++i) {
    const Text& text = texts_[i];
    const std::string& commitment = text.text->commitment;
    const auto erased = IsErased(commitment, text.holder.subject, text.holder.log);
    if (!erased.ok()) return erased.status();
    if (!*erased) {
      batch_.Put(
          Family::kDisclosures, commitment,
          keys::Encode(keys::DisclosureValue{.salt = text.text->salt, .text = text.text->text}));
      put_.insert(commitment);
      commitments += commitment;
    }
    if (i + 1 < texts_.size() && texts_[i + 1].holder.place == text.holder.place) continue;
    if (!commitments.empty()) {
      batch_.Put(Family::kMeta,
                 keys::CommitmentsKey(text.holder.place.log, text.holder.place.index), commitments);
    }
    commitments.clear();
  }
  return absl::OkStatus();
}

absl::Status CommitTexts::ReleaseTexts() {
  HeldTexts held;
  for (const std::string& key : ordered_) {
    const std::string_view commitment = keys::ParseErasedKey(key)->commitment;
    const auto text = database_.Get(Family::kDisclosures, commitment);
    if (!text.ok()) return text.status();
    if (*text) held.emplace(commitment, Holders{.kept = put_.contains(commitment)});
  }
  if (held.empty()) return absl::OkStatus();
  const auto cursor = database_.NewCursor(Family::kMeta);
  for (cursor->Seek(std::string(1, keys::kCommitmentsTag)); cursor->Valid(); cursor->Next()) {
    if (cursor->key().front() != keys::kCommitmentsTag) break;
    absl::Status status = ReleaseRow(cursor->key(), cursor->value(), held);
    if (!status.ok()) return status;
  }
  if (!cursor->status().ok()) return cursor->status();
  for (const auto& [commitment, holders] : held) {
    if (!holders.released || holders.kept) continue;
    batch_.Delete(Family::kDisclosures, commitment);
    erases_ = true;
  }
  return erases_ ? CountErasure() : absl::OkStatus();
}

absl::Status CommitTexts::ReleaseRow(std::string_view key, std::string_view commitments,
                                     HeldTexts& held) {
  const auto place = keys::ParseLogMetaKey(key);
  if (!place || commitments.size() % keys::kCommitmentBytes != 0) {
    return absl::DataLossError("a row of commitments is damaged");
  }
  std::string left;
  const size_t all_bytes = commitments.size();
  for (; !commitments.empty(); commitments.remove_prefix(keys::kCommitmentBytes)) {
    const std::string_view commitment = commitments.substr(0, keys::kCommitmentBytes);
    const auto found = held.find(commitment);
    absl::StatusOr<bool> erased = false;
    if (found != held.end()) {
      erased = IsErasedAt({.log = place->log, .index = place->position}, commitment);
      if (!erased.ok()) return erased.status();
      (*erased ? found->second.released : found->second.kept) = true;
    }
    if (!*erased) left += commitment;
  }
  if (left.empty()) {
    batch_.Delete(Family::kMeta, key);
  } else if (left.size() != all_bytes) {
    batch_.Put(Family::kMeta, key, left);
  }
  return absl::OkStatus();
}

absl::Status CommitTexts::CountErasure() {
  const auto erasures = ReadErasures(database_);
  if (!erasures.ok()) return erasures.status();
  batch_.Put(Family::kMeta, keys::kErasuresKey, keys::EncodeInteger(erasures->committed + 1));
  return absl::OkStatus();
}

absl::StatusOr<bool> CommitTexts::IsErased(std::string_view commitment, std::string_view subject,
                                           std::string_view log) {
  for (const std::string& key : keys::ErasedKeysOf(commitment, subject, log)) {
    const auto erased = HasErasedRow(key);
    if (!erased.ok() || *erased) return erased;
  }
  return false;
}

absl::StatusOr<bool> CommitTexts::HasErasedRow(const std::string& key) {
  if (ordered_.contains(key)) return true;
  if (!any_erased_) {
    const auto cursor = database_.NewCursor(Family::kMeta);
    cursor->Seek(std::string(1, keys::kErasedTag));
    if (!cursor->status().ok()) return cursor->status();
    any_erased_ = cursor->Valid() && cursor->key().front() == keys::kErasedTag;
  }
  if (!*any_erased_) return false;
  const auto stored = database_.Get(Family::kMeta, key);
  if (!stored.ok()) return stored.status();
  return stored->has_value();
}

absl::StatusOr<bool> CommitTexts::IsErasedAt(const keys::EventKey& place,
                                             std::string_view commitment) {
  const auto entry = database_.Get(Family::kEvents, keys::Encode(place));
  if (!entry.ok()) return entry.status();
  if (!*entry) return absl::DataLossError("an entry whose texts are listed is missing");
  const auto header = ParseEntryHeader(**entry);
  if (!header.ok()) return absl::DataLossError(header.status().message());
  return IsErased(commitment, header->data_header.subject, header->log);
}

}  // namespace liggare::log
