// A call that streams entries: produces one response while the last is being
// written, never more, so that a slow reader costs two responses of memory.
//
//   worker:  produce r2 ──► produce r3 ─ ─ ─ (waits for room)
//   gRPC:        write r1 ──► write r2 ──► write r3
//
// What to produce is a subclass's business. Reading from disk happens on a
// worker; gRPC's threads only pass responses on.
#ifndef SERVICES_GRPC_API_ENTRY_STREAM_H_
#define SERVICES_GRPC_API_ENTRY_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/grpc_api/open_streams.h"
#include "services/rpc/call/status.h"
#include "services/work/strand.h"

namespace liggare::grpc_api {

// The bytes of entries in one response.
inline constexpr size_t kResponseBytesMax = 512 * 1024;

// Deletes itself when gRPC is done with it and no worker has it. The pool and
// the streams must live until then.
template <typename Response>
class EntryStream : public grpc::ServerWriteReactor<Response>, public Drainable {
 public:
  EntryStream(work::WorkerPool& pool, OpenStreams& streams) : pool_(pool), streams_(streams) {}

  void OnWriteDone(bool ok) override {
    Do([&] {
      writing_ = false;
      if (!ok) ended_ = true;
    });
  }
  void OnCancel() override { Drain(); }
  void OnDone() override {
    streams_.Remove(*this);
    Release();
  }
  void Drain() override {
    Do([&] {
      if (!ended_) status_ = StoppingError();
      ended_ = true;
    });
  }

 protected:
  enum class Next {
    kResponse,  // There is one.
    kNothing,   // Not now; Wake() will say when to ask again.
    kEnd,       // That was all.
  };
  // Fills `response`, which is empty. Called on a worker, never beside itself. An
  // error ends the call.
  virtual absl::StatusOr<Next> Produce(Response& response) = 0;

  // Begins, unless too many streams are open; the object must be fully made.
  void Start(const std::string& caller) {
    if (absl::Status status = streams_.Add(*this, caller); !status.ok()) return Refuse(status);
    Wake();
  }

  // There may be something to produce. Thread-safe; returns at once.
  void Wake() {
    Do([&] { wanted_ = true; });
  }

  // Ends the call without having started.
  void Refuse(const absl::Status& status) {
    Do([&] {
      status_ = status;
      ended_ = true;
    });
  }

 private:
  // Changes the state under the lock and does what can be done next.
  template <typename Change>
  void Do(Change change) {
    bool finish = false;
    bool produce = false;
    {
      std::lock_guard lock(mutex_);
      change();
      Advance(finish, produce);
    }
    if (produce) Post();
    if (finish) this->Finish(rpc::ToGrpcStatus(status_));
  }

  void Advance(bool& finish, bool& produce) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ready_.has_value() && !writing_ && !ended_) {
      current_ = *std::move(ready_);
      ready_.reset();
      writing_ = true;
      this->StartWrite(&current_);
    }
    if (wanted_ && !producing_ && !ready_.has_value() && !ended_) {
      wanted_ = false;
      producing_ = true;
      produce = true;
    }
    const bool all_sent = last_ && !ready_.has_value();
    if (finished_ || writing_ || producing_ || !(ended_ || all_sent)) return;
    finished_ = true;
    ended_ = true;
    finish = true;
  }

  void Post() {
    if (pool_.Post([this] { ProduceOne(); })) return;
    Do([&] {  // The process stops.
      producing_ = false;
      if (!ended_) status_ = StoppingError();
      ended_ = true;
    });
  }

  void ProduceOne() {
    Response response;
    absl::StatusOr<Next> next = Produce(response);
    Do([&] {
      producing_ = false;
      if (!next.ok()) {
        if (!ended_) status_ = next.status();
        last_ = true;
      } else if (*next == Next::kResponse) {
        ready_ = std::move(response);
        wanted_ = true;
      } else if (*next == Next::kEnd) {
        last_ = true;
      }
    });
  }

  // Subclasses end what calls them from elsewhere before they die.
  void Release() { delete this; }

  work::WorkerPool& pool_;
  OpenStreams& streams_;
  Response current_;  // Being written.

  std::mutex mutex_;
  std::optional<Response> ready_ ABSL_GUARDED_BY(mutex_);  // To be written next.
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool wanted_ ABSL_GUARDED_BY(mutex_) = false;     // Something may be produced.
  bool producing_ ABSL_GUARDED_BY(mutex_) = false;  // A worker is at it.
  bool last_ ABSL_GUARDED_BY(mutex_) = false;       // Nothing comes after `ready_`.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;      // Nothing more is sent.
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_;  // Set before ended_ or last_, read after finished_.
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_ENTRY_STREAM_H_
