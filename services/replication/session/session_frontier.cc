// The part of Session that says what is held here, and hears what the peer holds.
#include <utility>

#include "proto/name/log_name.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/session.h"

namespace liggare::replication {

// Its place among the frames; the pages are made when their turn comes.
void Session::SendFrontier() {
  v1::Frame frame;
  frame.mutable_frontier();
  Send(std::move(frame));
  said_frontier_ = true;
}

v1::Frame Session::TakeFrontierPage() {
  v1::Frame frame;
  v1::Frontier& page = *frame.mutable_frontier();
  auto log = frontier_said_.empty() ? logs_.begin() : logs_.upper_bound(frontier_said_);
  for (; log != logs_.end() && page.logs_size() < static_cast<int>(kFrontierPageLogsMax); ++log) {
    *page.add_logs() = ToProto(log->second.held);
    frontier_said_ = log->first;
  }
  page.set_more(log != logs_.end());
  if (!page.more()) control_.pop_front();
  return frame;
}

void Session::OnFrontier(const v1::Frontier& frontier) {
  // At the first page: what is answered to any of them comes after it.
  if (options_.ends.side == Side::kChild && !said_frontier_) SendFrontier();
  frontier_heard_ += static_cast<size_t>(frontier.logs_size());
  if (frontier.logs_size() > static_cast<int>(kFrontierPageLogsMax) ||
      frontier_heard_ > kSessionLogsMax) {
    return Fault(v1::ERROR_CODE_LIMIT_EXCEEDED,
                 options_.ends.peer + " names " + std::to_string(frontier_heard_) + " logs, " +
                     std::to_string(frontier.logs_size()) + " in one frame.");
  }
  if (frontier.more() && frontier.logs().empty()) {
    return Fault(v1::ERROR_CODE_MALFORMED,
                 options_.ends.peer + " sends a part of its frontier that names no log.");
  }
  for (const v1::LogState& state : frontier.logs()) {
    absl::StatusOr<Extent> peer = ExtentOf(state);
    if (!peer.ok()) return End(peer.status());
    PeerNamed(*peer);
  }
  if (frontier.more()) return;
  outbound_.FrontierComplete();
  phase_ = Phase::kLive;
  waiting_for_.clear();
  FindCosignedLogs();
  AllowRecordingIfCompared();
}

void Session::PeerNamed(const Extent& peer) {
  if (IsOutbound(options_.ends, peer.log)) {
    if (!MayName(peer.log)) return;
    if (IsOwn(peer.log) && peer.size > 0) own_uncompared_.insert(peer.log);
    outbound_.PeerHolds(peer);
  } else if (IsInbound(options_.ends, peer.log)) {
    ProveToOwner(peer);
    // Of what is not held here there may be a checkpoint that came from above.
    if (options_.ends.side == Side::kParent && inbound_.Held(peer.log).size == 0) {
      effects_.push_back(FindCosigned{peer.log});
    }
  }
}

void Session::AllowRecordingIfCompared() {
  if (phase_ != Phase::kLive || options_.ends.side != Side::kChild) return;
  if (own_log_disputed_ || !own_uncompared_.empty()) return;
  effects_.push_back(AllowRecording{});
}

void Session::FindCosignedLogs() {
  if (options_.ends.side == Side::kParent) find_cosigned_after_ = "";
}

void Session::FindMoreCosigned() {
  if (!find_cosigned_after_ || phase_ != Phase::kLive) return;
  auto log = logs_.upper_bound(*find_cosigned_after_);
  for (size_t room = kCosignedReadyMax - std::min(kCosignedReadyMax, cosigned_found_.size());
       room > 0 && log != logs_.end(); ++log) {
    find_cosigned_after_ = log->first;
    if (!IsInbound(options_.ends, log->first) || inbound_.Held(log->first).size == 0) continue;
    effects_.push_back(FindCosigned{log->first});
    --room;
  }
  if (log == logs_.end()) find_cosigned_after_.reset();
}

}  // namespace liggare::replication
