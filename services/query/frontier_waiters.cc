#include "services/query/frontier_waiters.h"

#include <algorithm>
#include <utility>

#include "proto/error/error.h"
#include "services/domain/log_name.h"

namespace liggare::query {
namespace {

absl::Status Stopping() {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE, {.message = "the node is stopping"});
}

absl::Status TooManyWait() {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                   {.message = "too many calls wait at this node",
                    .expected = "at most " + std::to_string(kWaitersMax) + " at a time"});
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

// A waiter is entered before the sizes are read: a commit that the reading does
// not see yet finds the waiter.
FrontierWaiters::Ticket FrontierWaiters::Wait(const v1::AwaitFrontierRequest& request, Done done) {
  auto missing = Missing(request);
  absl::Status answer = missing.status();
  Ticket ticket = 0;
  {
    std::lock_guard lock(mutex_);
    ticket = next_ticket_++;
    if (answer.ok() && stopped_) answer = Stopping();
    if (answer.ok() && waiters_.size() >= kWaitersMax) answer = TooManyWait();
    if (answer.ok()) {
      Waiter& waiter = waiters_[ticket];
      waiter.missing = *std::move(missing);
      for (const auto& [name, size] : Sizes(waiter.missing)) {
        if (const auto held = log_.Find(name)) Reduce(*held, waiter.missing);
      }
      if (!waiter.missing.empty()) {
        waiter.done = std::move(done);
        return ticket;
      }
      waiters_.erase(ticket);
    }
  }
  done(answer);
  return ticket;
}

bool FrontierWaiters::Cancel(Ticket ticket) {
  std::lock_guard lock(mutex_);
  return waiters_.erase(ticket) > 0;
}

void FrontierWaiters::Stop() {
  std::map<Ticket, Waiter> left;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    left.swap(waiters_);
  }
  for (auto& [ticket, waiter] : left) waiter.done(Stopping());
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
    if (const auto name = domain::ParseLogName(position.log()); !name.ok()) {
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
        it = waiters_.erase(it);
      } else {
        ++it;
      }
    }
  }
  for (Done& done : ready) done(absl::OkStatus());
}

}  // namespace liggare::query
