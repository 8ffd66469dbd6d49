#include "services/ask/frontier_waiters.h"

#include <algorithm>
#include <utility>

#include "proto/error/error.h"
#include "proto/name/log_name.h"

namespace liggare::ask {
namespace {

absl::Status Stopping() {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE, {.message = "the node is stopping"});
}

absl::Status TooManyWait() {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                   {.message = "too many calls wait at this node",
                    .expected = "at most " + std::to_string(kWaitersMax) +
                                " at a time, and of one caller as many as are still free"});
}

// What is already held is taken off.
void Reduce(const log::HeldLog& held, std::map<std::string, uint64_t, std::less<>>& missing) {
  const auto found = missing.find(held.name);
  if (found != missing.end() && held.size >= found->second) missing.erase(found);
}

}  // namespace

FrontierWaiters::FrontierWaiters(const log::EventLog& log)
    : log_(log), subscription_(log.OnCommit([this](const std::vector<log::HeldLog>& advanced) {
        OnCommit(advanced);
      })) {}

FrontierWaiters::~FrontierWaiters() { Stop(); }

// The sizes are read under the lock: a commit that they do not show yet waits for
// it, and finds the waiter.
FrontierWaiters::Ticket FrontierWaiters::Wait(const v1::AwaitFrontierRequest& request,
                                              const std::string& caller, Done done) {
  auto missing = Missing(request);
  absl::Status answer = missing.status();
  Ticket ticket = 0;
  {
    std::lock_guard lock(mutex_);
    ticket = next_ticket_++;
    if (answer.ok() && stopped_) answer = Stopping();
    if (answer.ok()) {
      std::erase_if(*missing, [this](const auto& awaited) {
        const auto held = log_.Find(awaited.first);
        return held && held->size >= awaited.second;
      });
      if (!missing->empty() && share_.Take(caller)) {
        waiters_.emplace(ticket, Waiter{*std::move(missing), caller, std::move(done)});
        return ticket;
      }
      if (!missing->empty()) answer = TooManyWait();
    }
  }
  done(answer);
  return ticket;
}

std::map<FrontierWaiters::Ticket, FrontierWaiters::Waiter>::iterator FrontierWaiters::Forget(
    std::map<Ticket, Waiter>::iterator waiter) {
  share_.Give(waiter->second.caller);
  return waiters_.erase(waiter);
}

bool FrontierWaiters::Cancel(Ticket ticket) {
  std::lock_guard lock(mutex_);
  const auto found = waiters_.find(ticket);
  if (found == waiters_.end()) return false;
  Forget(found);
  return true;
}

void FrontierWaiters::Stop() {
  std::vector<Done> left;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    for (auto it = waiters_.begin(); it != waiters_.end(); it = Forget(it)) {
      left.push_back(std::move(it->second.done));
    }
  }
  for (Done& done : left) done(Stopping());
}

absl::StatusOr<FrontierWaiters::Sizes> FrontierWaiters::Missing(
    const v1::AwaitFrontierRequest& request) const {
  if (request.positions_size() > kAwaitedLogsMax) {
    return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                     {.message = "too many logs to wait for",
                      .field = "positions",
                      .expected = "at most " + std::to_string(kAwaitedLogsMax)});
  }
  Sizes missing;
  for (int i = 0; i < request.positions_size(); ++i) {
    const v1::LogPosition& position = request.positions(i);
    if (const auto name = name::ParseLogName(position.log()); !name.ok()) {
      v1::Error error = ErrorOf(name.status());
      error.set_field("positions[" + std::to_string(i) + "].log");
      return MakeError(std::move(error));
    }
    uint64_t& size = missing[position.log()];
    size = std::max(size, position.next_index());
  }
  std::erase_if(missing, [](const auto& log) { return log.second == 0; });
  return missing;
}

void FrontierWaiters::OnCommit(const std::vector<log::HeldLog>& advanced) {
  std::vector<Done> ready;
  {
    std::lock_guard lock(mutex_);
    for (auto it = waiters_.begin(); it != waiters_.end();) {
      for (const log::HeldLog& held : advanced) Reduce(held, it->second.missing);
      if (it->second.missing.empty()) {
        ready.push_back(std::move(it->second.done));
        it = Forget(it);
      } else {
        ++it;
      }
    }
  }
  for (Done& done : ready) done(absl::OkStatus());
}

}  // namespace liggare::ask
