#include "services/replication/session/inbound.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "proto/name/log_name.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/log_flow.h"

namespace liggare::replication {
namespace {

// Before a chunk that there was no room for is asked for again, doubled each time: a
// peer is asked for the same only so often (kRewindsMax).
constexpr int64_t kAskAgainMs = 1'000;
constexpr int kAskAgainDoublingsMax = 6;

}  // namespace

Inbound::Inbound(std::string peer, HasKey has_key)
    : peer_(std::move(peer)), has_key_(std::move(has_key)) {}

Inbound::Log& Inbound::At(std::string_view name) {
  auto it = logs_.find(name);
  if (it == logs_.end()) {
    it = logs_.emplace(std::string(name), Log{}).first;
    it->second.held.log = name;
  }
  return it->second;
}

bool Inbound::HasKeyOf(const Log& log, const v1::Chunk* chunk) const {
  return has_key_(name::PathOfLog(log.held.log), chunk != nullptr ? chunk->checkpoint() : "");
}

void Inbound::Advance(const Extent& held) {
  Log& log = At(held.log);
  if (held.size <= log.held.size) return;
  log.held = held;
  log.next = std::max(log.next, held.size);
  log.asked_again = 0;
}

void Inbound::Refuse(std::string_view name, v1::Error reason) {
  Log& log = At(name);
  StopWaiting(log);
  // Nobody will answer for what did not verify.
  for (const auto& [ticket, bytes] : log.storing) storing_bytes_ -= bytes;
  log.storing.clear();
  log.refusal = std::move(reason);
  hindered_.insert(log.held.log);
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
  Waiting waiting;
  if (HasKeyOf(log, &chunk)) {
    waiting.not_before_ms = clocks.latest_ms - log::kClockAheadMaxMs;
    if (waiting.not_before_ms <= clocks.now.wall_ms) return Take(log, std::move(chunk));
  }
  waiting.chunk = std::move(chunk);
  Wait(log, std::move(waiting), clocks.now);
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

void Inbound::WaitFor(v1::Chunk chunk, const Extent& before, SessionTime now) {
  Log& log = At(chunk.log());
  if (log.refusal) return SendRefusal(log);
  if (log.waiting || log.dropped) {
    log.dropped = true;
    return;
  }
  Waiting waiting;
  waiting.chunk = std::move(chunk);
  waiting.before = before;
  Wait(log, std::move(waiting), now);
}

bool Inbound::HasRoomFor(const std::string& share, size_t bytes) const {
  Room used;
  if (auto of = waiting_of_.find(share); of != waiting_of_.end()) used = of->second;
  return used.chunks < kWaitingChunksMax - waiting_.chunks &&
         used.bytes + bytes <= kWaitingBytesMax - waiting_.bytes;
}

void Inbound::Wait(Log& log, Waiting waiting, SessionTime now) {
  const size_t bytes = waiting.chunk->ByteSizeLong();
  const std::string share = ShareOf(peer_, log.held.log);
  if (HasRoomFor(share, bytes)) {
    for (Room* room : {&waiting_, &waiting_of_[share]}) {
      ++room->chunks;
      room->bytes += bytes;
    }
  } else {
    waiting.chunk.reset();
    log.dropped = true;
    const int doublings = std::min(log.asked_again++, kAskAgainDoublingsMax);
    waiting.ask_again_ms = now.steady_ms + (kAskAgainMs << doublings);
  }
  ++waiting_count_;
  log.waiting = std::move(waiting);
  hindered_.insert(log.held.log);
}

std::optional<v1::Chunk> Inbound::StopWaiting(Log& log) {
  if (!log.waiting) return {};
  std::optional<v1::Chunk> chunk = std::move(log.waiting->chunk);
  log.waiting.reset();
  if (!log.refusal) hindered_.erase(log.held.log);
  --waiting_count_;
  if (chunk) {
    const size_t bytes = chunk->ByteSizeLong();
    auto of = waiting_of_.find(ShareOf(peer_, log.held.log));
    for (Room* room : {&waiting_, &of->second}) {
      --room->chunks;
      room->bytes -= bytes;
    }
    if (of->second.chunks == 0) waiting_of_.erase(of);
  }
  return chunk;
}

bool Inbound::MayGoOn(const Log& log, SessionTime now) const {
  if (!log.waiting || log.waiting->not_before_ms > now.wall_ms) return false;
  if (log.waiting->ask_again_ms > now.steady_ms) return false;
  if (!HasKeyOf(log, log.waiting->chunk ? &*log.waiting->chunk : nullptr)) return false;
  if (!log.waiting->before) return true;
  // One that is frozen grows no more: what waits for it is judged again.
  const Extent& before = *log.waiting->before;
  return Held(before.log).size >= before.size || IsRefused(before.log);
}

void Inbound::Retry(SessionTime now) {
  std::vector<std::string> ready;
  for (const std::string& name : hindered_) {
    if (MayGoOn(At(name), now)) ready.push_back(name);
  }
  for (const std::string& name : ready) {
    Log& log = At(name);
    const bool begins_epoch = log.waiting->before.has_value();
    std::optional<v1::Chunk> chunk = StopWaiting(log);
    if (begins_epoch) {
      log.dropped = true;  // It comes again, to be judged again.
    } else if (chunk) {
      Take(log, *std::move(chunk));
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

v1::HeldBack Inbound::HeldBackOf(const Log& log) {
  v1::HeldBack held_back;
  held_back.set_log(log.held.log);
  held_back.set_first_index(log.held.size);
  v1::Error& reason = *held_back.mutable_reason();
  if (log.waiting->before) {
    reason.set_code(v1::ERROR_CODE_UNAVAILABLE);
    reason.set_message("it waits for " + Describe(*log.waiting->before) + ", which it continues");
  } else if (log.waiting->not_before_ms > 0) {
    reason.set_code(v1::ERROR_CODE_CLOCK_AHEAD);
    reason.set_message("its clock is ahead");
    held_back.set_until_ms(log.waiting->not_before_ms);
  } else {
    reason.set_code(v1::ERROR_CODE_NOT_FOUND);
    reason.set_message("the key of its node is not enrolled");
  }
  return held_back;
}

std::vector<v1::HeldBack> Inbound::held_back() const {
  std::vector<v1::HeldBack> all;
  for (const std::string& name : hindered_) {
    if (all.size() >= kProblemsMax) break;
    const Log& log = logs_.find(name)->second;
    if (!log.refusal && log.waiting) all.push_back(HeldBackOf(log));
  }
  return all;
}

std::vector<Problem> Inbound::problems() const {
  std::vector<Problem> problems;
  for (const std::string& name : hindered_) {
    if (problems.size() >= kProblemsMax) {
      problems.push_back({.text = "As many logs as " + std::to_string(hindered_.size()) +
                                  " are refused or wait; these are the first.",
                          .key = "logs that are refused or wait"});
      break;
    }
    const Log& log = logs_.find(name)->second;
    if (!log.refusal) continue;
    problems.push_back({.text = name + " is refused: " + log.refusal->message(),
                        .log = name,
                        .has_alarm = log.refusal->code() == v1::ERROR_CODE_FORKED});
  }
  return problems;
}

}  // namespace liggare::replication
