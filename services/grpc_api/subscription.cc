#include "services/grpc_api/subscription.h"

#include <algorithm>
#include <utility>

#include "proto/error/error.h"
#include "services/hosting/addressed_node.h"
#include "services/rpc/tls/peer_name.h"

namespace liggare::grpc_api {

Subscription::Subscription(const hosting::HostedNodes& nodes,
                           const grpc::CallbackServerContext& context,
                           const v1::SubscribeRequest& request, work::WorkerPool& pool,
                           OpenStreams& streams)
    : EntryStream(pool, streams) {
  if (absl::Status status = Open(nodes, context, request); !status.ok()) {
    Refuse(status);
    return;
  }
  Start(rpc::PeerName(*context.auth_context()));
}

absl::Status Subscription::Open(const hosting::HostedNodes& nodes,
                                const grpc::CallbackServerContext& context,
                                const v1::SubscribeRequest& request) {
  absl::StatusOr<hosting::AddressedNode> target =
      hosting::NodeForReading(nodes, *context.auth_context(), request.node());
  if (!target.ok()) return target.status();
  if (request.positions_size() > kPositionsMax) {
    return MakeError(
        v1::ERROR_CODE_LIMIT_EXCEEDED,
        {.message = "the request has " + std::to_string(request.positions_size()) + " positions",
         .field = "positions",
         .expected = "at most " + std::to_string(kPositionsMax)});
  }
  log_ = &target->node.log;
  only_named_logs_ = request.only_named_logs();
  {
    std::lock_guard lock(logs_mutex_);
    for (const v1::LogPosition& position : request.positions()) {
      logs_[position.log()].next_index = position.next_index();
    }
  }
  // First the listener, then the sizes: a commit in between is seen twice, which
  // does no harm, and never not at all.
  commits_ =
      log_->OnCommit([this](const std::vector<log::HeldLog>& advanced) { Committed(advanced); });
  std::lock_guard lock(logs_mutex_);
  for (const log::HeldLog& log : log_->Logs()) Raise(log);
  return absl::OkStatus();
}

bool Subscription::Raise(const log::HeldLog& log) {
  auto found = logs_.find(log.name);
  if (found == logs_.end()) {
    if (only_named_logs_) return false;
    found = logs_.try_emplace(log.name).first;
  }
  Followed& followed = found->second;
  followed.size = std::max(followed.size, log.size);
  return followed.next_index < followed.size;
}

void Subscription::Committed(const std::vector<log::HeldLog>& advanced) {
  bool more = false;
  {
    std::lock_guard lock(logs_mutex_);
    for (const log::HeldLog& log : advanced) more = Raise(log) || more;
  }
  if (more) Wake();
}

std::string Subscription::NextLog(Followed& followed) {
  std::lock_guard lock(logs_mutex_);
  const auto has_more = [](const auto& log) { return log.second.next_index < log.second.size; };
  const auto after_last = logs_.upper_bound(last_log_);
  auto found = std::find_if(after_last, logs_.end(), has_more);
  if (found == logs_.end()) found = std::find_if(logs_.begin(), after_last, has_more);
  if (found == logs_.end() || !has_more(*found)) return "";
  followed = found->second;
  return found->first;
}

absl::StatusOr<Subscription::Next> Subscription::Produce(v1::SubscribeResponse& response) {
  Followed followed;
  const std::string name = NextLog(followed);
  if (name.empty()) {
    if (caught_up_) return Next::kNothing;
    caught_up_ = true;
    response.set_caught_up(true);
    return Next::kResponse;
  }
  absl::StatusOr<log::EntryRange> range = log_->ReadRange(
      name, followed.next_index, {.end_index = followed.size, .bytes_max = kResponseBytesMax});
  if (!range.ok()) return range.status();
  v1::Entries& entries = *response.mutable_entries();
  entries.set_log(name);
  entries.set_first_index(followed.next_index);
  const uint64_t next_index = followed.next_index + range->entries.size();
  for (std::string& entry : range->entries) entries.add_entries(std::move(entry));
  last_log_ = name;
  std::lock_guard lock(logs_mutex_);
  logs_.find(name)->second.next_index = next_index;
  return Next::kResponse;
}

}  // namespace liggare::grpc_api
