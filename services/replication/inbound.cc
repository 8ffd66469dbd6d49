#include "services/replication/inbound.h"

#include <algorithm>
#include <utility>

#include "services/domain/log_name.h"
#include "services/replication/limits.h"

namespace liggare::replication {

Inbound::Inbound(HasKey has_key) : has_key_(std::move(has_key)) {}

Inbound::Log& Inbound::At(std::string_view name) {
  auto it = logs_.find(name);
  if (it == logs_.end()) {
    it = logs_.emplace(std::string(name), Log{}).first;
    it->second.held.log = name;
  }
  return it->second;
}

bool Inbound::HasKeyOf(const Log& log, const v1::Chunk* chunk) const {
  return has_key_(domain::PathOfLog(log.held.log), chunk != nullptr ? chunk->checkpoint() : "");
}

void Inbound::Advance(const Extent& held) {
  Log& log = At(held.log);
  if (held.size <= log.held.size) return;
  log.held = held;
  log.next = std::max(log.next, held.size);
}

void Inbound::Refuse(std::string_view name, v1::Error reason) {
  Log& log = At(name);
  StopWaiting(log);
  // Nobody will answer for what did not verify.
  for (const auto& [ticket, bytes] : log.storing) storing_bytes_ -= bytes;
  log.storing.clear();
  log.refusal = std::move(reason);
}

void Inbound::RefuseNow(std::string_view name, v1::Error reason) {
  Refuse(name, std::move(reason));
  SendRefusal(At(name));
}

void Inbound::SendRefusal(Log& log) {
  if (log.refusal_sent) return;
  log.refusal_sent = true;
  actions_.push_back(SendExpected{log.held, log.refusal});
}

void Inbound::Arrived(v1::Chunk chunk, Clocks clocks) {
  Log& log = At(chunk.log());
  if (log.refusal) return SendRefusal(log);
  if (log.waiting || log.dropped) {
    log.dropped = true;
    return;
  }
  if (!HasKeyOf(log, &chunk)) return Wait(log, {std::move(chunk), 0, {}});
  const int64_t not_before_ms = clocks.latest_ms - kClockAheadMaxMs;
  if (not_before_ms > clocks.now_ms) return Wait(log, {std::move(chunk), not_before_ms, {}});
  Take(log, std::move(chunk));
}

void Inbound::Take(Log& log, v1::Chunk chunk) {
  const uint64_t first = chunk.first_index();
  const uint64_t end = first + chunk.entries_size();
  if (log.expected_owed) return;
  if (log.asked_for) {
    if (first != *log.asked_for) return;
    log.asked_for.reset();
  }
  if (first == log.next) return Store(log, std::move(chunk));
  if (end <= log.held.size) {
    actions_.push_back(CheckDuplicate{std::move(chunk)});
    return;
  }
  if (end <= log.next) return;
  log.expected_owed = true;
  PayExpected(log);
}

void Inbound::Store(Log& log, v1::Chunk chunk) {
  const size_t bytes = chunk.ByteSizeLong();
  const uint64_t ticket = ++last_ticket_;
  log.next += chunk.entries_size();
  log.storing.emplace(ticket, bytes);
  storing_bytes_ += bytes;
  actions_.push_back(StoreChunk{std::move(chunk), ticket});
}

void Inbound::WaitFor(v1::Chunk chunk, const Extent& before) {
  Log& log = At(chunk.log());
  if (log.refusal) return SendRefusal(log);
  if (log.waiting || log.dropped) {
    log.dropped = true;
    return;
  }
  Wait(log, {std::move(chunk), 0, before});
}

void Inbound::Wait(Log& log, Waiting waiting) {
  const size_t bytes = waiting.chunk.ByteSizeLong();
  if (waiting_count_ >= kWaitingChunksMax || waiting_bytes_ + bytes > kWaitingBytesMax) {
    log.dropped = true;
    return;
  }
  ++waiting_count_;
  waiting_bytes_ += bytes;
  log.waiting = std::move(waiting);
}

void Inbound::StopWaiting(Log& log) {
  if (!log.waiting) return;
  --waiting_count_;
  waiting_bytes_ -= log.waiting->chunk.ByteSizeLong();
  log.waiting.reset();
}

void Inbound::Retry(int64_t now_ms) {
  for (auto& [name, log] : logs_) {
    if (!log.waiting && !log.dropped) continue;
    if (!HasKeyOf(log, log.waiting ? &log.waiting->chunk : nullptr)) continue;
    if (log.waiting && log.waiting->not_before_ms > now_ms) continue;
    if (log.waiting && log.waiting->before) {
      // One that is frozen grows no more: what waits for it is judged again.
      const Extent& before = *log.waiting->before;
      if (Held(before.log).size < before.size && !IsRefused(before.log)) continue;
      StopWaiting(log);
      log.dropped = true;
    } else if (log.waiting) {
      v1::Chunk chunk = log.waiting->chunk;
      StopWaiting(log);
      Take(log, std::move(chunk));
    }
    // What was dropped meanwhile must be sent again.
    if (std::exchange(log.dropped, false)) log.expected_owed = true;
    PayExpected(log);
  }
}

void Inbound::Stored(const Extent& held, uint64_t ticket) {
  Log& log = At(held.log);
  Advance(held);
  Answered(log, ticket);
}

void Inbound::Aborted(const Extent& held, uint64_t ticket) {
  Log& log = At(held.log);
  Advance(held);
  log.expected_owed = true;
  Answered(log, ticket);
}

void Inbound::Answered(Log& log, uint64_t ticket) {
  auto it = log.storing.find(ticket);
  if (it == log.storing.end()) return;
  storing_bytes_ -= it->second;
  log.storing.erase(it);
  PayExpected(log);
}

void Inbound::PayExpected(Log& log) {
  if (!log.expected_owed || !log.storing.empty()) return;
  log.expected_owed = false;
  if (log.refusal) return SendRefusal(log);
  log.next = log.held.size;
  log.asked_for = log.held.size;
  actions_.push_back(SendExpected{log.held, {}});
}

std::vector<Inbound::Action> Inbound::TakeActions() { return std::exchange(actions_, {}); }

Extent Inbound::Held(std::string_view name) const {
  auto it = logs_.find(name);
  if (it != logs_.end()) return it->second.held;
  Extent nothing;
  nothing.log = name;
  return nothing;
}

bool Inbound::IsRefused(std::string_view name) const {
  auto it = logs_.find(name);
  return it != logs_.end() && it->second.refusal.has_value();
}

std::vector<std::string> Inbound::problems() const {
  std::vector<std::string> problems;
  for (const auto& [name, log] : logs_) {
    if (log.refusal) {
      problems.push_back(name + " is refused: " + log.refusal->message());
    } else if (log.waiting) {
      if (log.waiting->before) {
        problems.push_back(name + " waits for " + Describe(*log.waiting->before) +
                           ", which it continues.");
        continue;
      }
      problems.push_back(name + (log.waiting->not_before_ms > 0
                                     ? " is held back: its clock is too far ahead (CLOCK_AHEAD)."
                                     : " waits: the key of its node is not enrolled."));
    }
  }
  return problems;
}

}  // namespace liggare::replication
