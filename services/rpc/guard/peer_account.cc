#include "services/rpc/guard/peer_account.h"

#include <algorithm>
#include <utility>

namespace liggare::rpc {

void TokenBucket::Fill(int64_t now_ms) {
  // After so long it is full, whatever it was; more would only overflow.
  const int64_t elapsed_ms = std::clamp<int64_t>(now_ms - filled_ms_, 0, size_ / per_second_ + 1);
  filled_ms_ = std::max(filled_ms_, now_ms);
  level_ = std::min(size_, level_ + elapsed_ms * per_second_);
}

bool TokenBucket::Take(int64_t count, int64_t now_ms) {
  Fill(now_ms);
  if (level_ < count * kParts) return false;
  level_ -= count * kParts;
  return true;
}

bool TokenBucket::IsFull(int64_t now_ms) {
  Fill(now_ms);
  return level_ == size_;
}

PeerAccount::PeerAccount(std::string peer, std::shared_ptr<SharedBytes> incomplete)
    : peer_(std::move(peer)),
      incomplete_(std::move(incomplete)),
      buckets_{TokenBucket(kStreamsPerSecondMax, kStreamsPerSecondMax),
               TokenBucket(kResetsPerSecondMax, kResetsAtOnceMax),
               TokenBucket(kControlFramesPerSecondMax, kControlFramesAtOnceMax),
               TokenBucket(kFramesPerSecondMax, kFramesPerSecondMax),
               TokenBucket(kHeaderBytesPerSecondMax, kHeaderBytesPerSecondMax)} {}

bool PeerAccount::Spend(Spending what, int64_t count, int64_t now_ms) {
  std::lock_guard lock(mutex_);
  return buckets_[static_cast<size_t>(what)].Take(count, now_ms);
}

bool PeerAccount::BeginStream() {
  std::lock_guard lock(mutex_);
  if (open_streams_ >= kStreamsOfOneMax) return false;
  ++open_streams_;
  return true;
}

void PeerAccount::EndStreams(size_t count) {
  std::lock_guard lock(mutex_);
  open_streams_ -= static_cast<int64_t>(count);
}

bool PeerAccount::KeepIncomplete(size_t before, size_t now) {
  if (now < before) incomplete_->Give(peer_, before - now);
  return now <= before || incomplete_->Take(peer_, now - before);
}

bool PeerAccount::IsFresh(int64_t now_ms) {
  std::lock_guard lock(mutex_);
  return open_streams_ == 0 && std::all_of(buckets_.begin(), buckets_.end(),
                                           [&](TokenBucket& one) { return one.IsFull(now_ms); });
}

std::shared_ptr<PeerAccount> PeerAccounts::Of(const std::string& peer, int64_t now_ms) {
  std::lock_guard lock(mutex_);
  const auto found = accounts_.find(peer);
  if (found != accounts_.end()) return found->second;
  if (accounts_.size() >= kAccountsMax) {
    std::erase_if(accounts_, [now_ms](const auto& entry) {
      return entry.second.use_count() == 1 && entry.second->IsFresh(now_ms);
    });
  }
  return accounts_.emplace(peer, std::make_shared<PeerAccount>(peer, incomplete_)).first->second;
}

size_t PeerAccounts::size() {
  std::lock_guard lock(mutex_);
  return accounts_.size();
}

}  // namespace liggare::rpc
