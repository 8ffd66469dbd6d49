#include "services/grpc_api/read_stream.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "proto/error/error.h"
#include "services/hosting/addressed_node.h"
#include "services/rpc/tls/peer_name.h"

namespace liggare::grpc_api {
namespace {

constexpr size_t kSubjectPageEntries = 256;

}  // namespace

ReadStream::ReadStream(const hosting::HostedNodes& nodes,
                       const grpc::CallbackServerContext& context, v1::ReadRequest request,
                       work::WorkerPool& pool, OpenStreams& streams)
    : EntryStream(pool, streams), request_(std::move(request)) {
  if (absl::Status status = Open(nodes, context); !status.ok()) {
    Refuse(status);
  } else {
    Start(rpc::PeerName(*context.auth_context()));
  }
}

absl::Status ReadStream::Open(const hosting::HostedNodes& nodes,
                              const grpc::CallbackServerContext& context) {
  absl::StatusOr<hosting::AddressedNode> target =
      hosting::NodeForReading(nodes, *context.auth_context(), request_.node());
  if (!target.ok()) return target.status();
  log_ = &target->node.log;
  left_ =
      request_.entries_max() == 0 ? std::numeric_limits<uint64_t>::max() : request_.entries_max();
  if (request_.has_log()) {
    const std::optional<log::HeldLog> held = log_->Find(request_.log().log());
    if (!held.has_value()) {
      return MakeError(v1::ERROR_CODE_NOT_FOUND,
                       {.message = target->node.path + " holds no log " + request_.log().log(),
                        .field = "log.log",
                        .expected = "<path>@<epoch> of a log that is held"});
    }
    next_index_ = request_.log().next_index();
    end_index_ = held->size;
    return absl::OkStatus();
  }
  if (!request_.subject().empty()) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_MISSING_FIELD, {.message = "the request says not what to read",
                                                  .field = "source",
                                                  .expected = "a log or a subject"});
}

absl::StatusOr<ReadStream::Next> ReadStream::Produce(v1::ReadResponse& response) {
  v1::Entries& entries = *response.mutable_entries();
  return request_.has_log() ? ProduceOfLog(entries) : ProduceOfSubject(entries);
}

absl::StatusOr<ReadStream::Next> ReadStream::ProduceOfLog(v1::Entries& entries) {
  if (next_index_ >= end_index_ || left_ == 0) return Next::kEnd;
  const uint64_t count_max = std::min(left_, end_index_ - next_index_);
  absl::StatusOr<log::EntryRange> range =
      log_->ReadRange(request_.log().log(), next_index_,
                      {.end_index = next_index_ + count_max, .bytes_max = kResponseBytesMax});
  if (!range.ok()) return range.status();
  if (range->entries.empty()) return Next::kEnd;
  next_index_ += range->entries.size();
  left_ -= range->entries.size();
  entries.set_log(request_.log().log());
  entries.set_first_index(range->first_index);
  for (std::string& entry : range->entries) entries.add_entries(std::move(entry));
  return Next::kResponse;
}

absl::Status ReadStream::FindMoreOfSubject() {
  const absl::Status scanned =
      log_->ScanSubject(request_.subject(), last_found_, [this](const log::SubjectEntry& entry) {
        found_.push_back(entry.key);
        return found_.size() < kSubjectPageEntries;
      });
  found_all_ = found_.size() < kSubjectPageEntries;
  if (!found_.empty()) last_found_ = found_.back();
  return scanned;
}

absl::StatusOr<ReadStream::Next> ReadStream::ProduceOfSubject(v1::Entries& entries) {
  if (left_ == 0) return Next::kEnd;
  if (found_.empty() && !found_all_) {
    if (absl::Status status = FindMoreOfSubject(); !status.ok()) return status;
  }
  if (found_.empty()) return Next::kEnd;
  const log::SubjectKey key = std::move(found_.front());
  found_.pop_front();
  absl::StatusOr<std::string> entry = log_->Read(key.log, key.index);
  if (!entry.ok()) return entry.status();
  --left_;
  entries.set_log(key.log);
  entries.set_first_index(key.index);
  entries.add_entries(*std::move(entry));
  return Next::kResponse;
}

}  // namespace liggare::grpc_api
