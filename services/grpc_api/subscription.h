// One Subscribe call: entries from a position on, and new ones as they become
// durable, with no gap and no duplicate.
//
// A commit only raises the sizes that the subscription knows of, and wakes it;
// what is sent is always read from the log, from the position reached. So nothing
// is queued per event, however slow the reader is.
#ifndef SERVICES_GRPC_API_SUBSCRIPTION_H_
#define SERVICES_GRPC_API_SUBSCRIPTION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/event_service.pb.h"
#include "services/grpc_api/entry_stream.h"
#include "services/hosting/hosted_node.h"

namespace liggare::grpc_api {

inline constexpr int kPositionsMax = 4'096;  // In one request.

class Subscription final : public EntryStream<v1::SubscribeResponse> {
 public:
  // The nodes must live until the call has ended.
  Subscription(const hosting::HostedNodes& nodes, const grpc::CallbackServerContext& context,
               const v1::SubscribeRequest& request, work::WorkerPool& pool, OpenStreams& streams);

 private:
  struct Followed {
    uint64_t next_index = 0;
    uint64_t size = 0;  // Durable.
  };

  absl::Status Open(const hosting::HostedNodes& nodes, const grpc::CallbackServerContext& context,
                    const v1::SubscribeRequest& request);
  void Committed(const std::vector<log::HeldLog>& advanced);
  // Raises a log's size. True if there is something new to send.
  bool Raise(const log::HeldLog& log) ABSL_EXCLUSIVE_LOCKS_REQUIRED(logs_mutex_);
  absl::StatusOr<Next> Produce(v1::SubscribeResponse& response) override;
  // The next log, in turn, that has more than was sent; empty if none has.
  std::string NextLog(Followed& followed);

  const log::EventLog* log_ = nullptr;
  bool only_named_logs_ = false;
  bool caught_up_ = false;  // It has been said.
  std::string last_log_;    // Sent from last, so that the logs have their turns.

  std::mutex logs_mutex_;
  std::map<std::string, Followed, std::less<>> logs_ ABSL_GUARDED_BY(logs_mutex_);

  // Last: it dies first, and waits for a call of Committed in progress.
  std::unique_ptr<log::EventLog::Subscription> commits_;
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_SUBSCRIPTION_H_
