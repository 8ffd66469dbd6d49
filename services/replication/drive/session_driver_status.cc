// The part of SessionDriver that tells how the session stands.
#include <utility>

#include "proto/error/error.h"
#include "services/replication/drive/session_driver.h"

namespace liggare::replication {
namespace {

constexpr int64_t kPublishMs = 100;  // At most so often while data flows.

}  // namespace

void SessionDriver::PublishStatus(bool now) {
  // Of a child that has proven nothing there is nothing to tell, but that it waits.
  if (ends_.side == Side::kParent && !peer_key_ && !session_.is_waiting()) return;
  const int64_t now_ms = node_.parts().timer.SteadyMs();
  if (!now && now_ms - published_ms_ < kPublishMs) return PublishLater();
  published_ms_ = now_ms;
  was_live_ = session_.live();
  PeerStatus status;
  status.path = ends_.peer;
  status.address = peer_address_;
  status.connected = session_.live() && !closed_;
  status.in_session = (session_.live() || session_.is_waiting()) && !closed_;
  status.lag_entries = session_.lag_entries();
  status.peer_lag_entries = session_.peer_lag_entries();
  status.clock_ahead_ms = session_.peer_clock_ahead_ms();
  status.clock_heard = session_.peer_clock_heard();
  status.acknowledged = session_.TakeAcknowledged();
  status.problems = session_.problems();
  status.not_taken = session_.not_taken();
  for (const std::string& end : {ends_.self, ends_.peer}) {
    const auto known = node_.parts().keys.Find(end);
    if (known.ok() && known->closed)
      status.problems.push_back(
          {.text = ClosedText(end, *known->closed) + ".", .has_alarm = end == ends_.peer});
  }
  if (closed_ && end_) status.last_error = ErrorText(ErrorOf(*end_));
  node_.Publish(this, std::move(status));
}

void SessionDriver::PublishLater() {
  if (std::exchange(publishing_later_, true)) return;
  node_.parts().timer.After(kPublishMs, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    work::Strand& strand = self->strand_;
    strand.Post([self = std::move(self)] {
      self->publishing_later_ = false;
      if (!self->closed_) self->PublishStatus(/*now=*/true);
    });
  });
}

}  // namespace liggare::replication
