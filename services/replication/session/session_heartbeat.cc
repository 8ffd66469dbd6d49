// The part of Session that tells the other end how things stand here, and hears how they
// stand there: what either holds back is known at both.
#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "proto/error/error.h"
#include "proto/text/utc_time.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/peer_status.h"
#include "services/replication/session/peer_words.h"
#include "services/replication/session/session.h"

namespace liggare::replication {
namespace {

std::string AdviceFor(v1::ErrorCode reason) {
  switch (reason) {
    case v1::ERROR_CODE_CLOCK_AHEAD:
      return kClockAdvice;
    case v1::ERROR_CODE_NOT_FOUND:
      return kNotEnrolledAdvice;
    default:
      return "";
  }
}

// `holder` holds the entries back.
Problem HeldBackProblem(const std::string& holder, const v1::HeldBack& held_back) {
  Problem problem;
  problem.log = held_back.log();
  problem.until_ms = held_back.until_ms();
  problem.advice = AdviceFor(held_back.reason().code());
  problem.text = holder + " holds back " + held_back.log() + " from entry " +
                 std::to_string(held_back.first_index()) + " on";
  if (held_back.until_ms() > 0) problem.text += " until " + text::UtcText(held_back.until_ms());
  problem.text += ": " + ErrorText(held_back.reason());
  problem.key = problem.text;
  return problem;
}

}  // namespace

void Session::SendHeartbeatIfDue() {
  if (phase_ == Phase::kGreeting || now_.steady_ms - said_ms_ < kHeartbeatMs) return;
  if (std::ranges::any_of(control_, &v1::Frame::has_heartbeat)) return;
  said_ms_ = now_.steady_ms;
  v1::Frame frame;
  v1::Heartbeat& heartbeat = *frame.mutable_heartbeat();
  heartbeat.set_now_ms(now_.wall_ms);
  if (live()) {
    heartbeat.set_lag_entries(lag_entries());
    for (v1::HeldBack& held_back : inbound_.held_back()) {
      *heartbeat.add_held_back() = std::move(held_back);
    }
  }
  Send(std::move(frame));
}

void Session::Hear(int64_t peer_now_ms) {
  peer_clock_ahead_ms_ = std::clamp(peer_now_ms, int64_t{0}, log::kLatestClockMs) - now_.wall_ms;
  peer_clock_heard_ = now_;
}

void Session::OnHeartbeat(const v1::Heartbeat& heartbeat) {
  Hear(heartbeat.now_ms());
  peer_lag_entries_ = heartbeat.lag_entries();
  peer_held_back_.clear();
  for (const v1::HeldBack& held_back : heartbeat.held_back()) {
    if (peer_held_back_.size() >= kProblemsMax) break;
    if (!logs_.contains(held_back.log()) || !IsOutbound(options_.ends, held_back.log())) continue;
    v1::HeldBack& kept = peer_held_back_.emplace_back();
    kept.set_log(held_back.log());
    kept.set_first_index(held_back.first_index());
    kept.set_until_ms(std::clamp(held_back.until_ms(), int64_t{0}, log::kLatestClockMs));
    *kept.mutable_reason() = PeerWords(held_back.reason());
  }
}

Problem Session::WaitingProblem() const {
  const bool is_parent = options_.ends.side == Side::kParent;
  const std::string& key = is_parent ? peer_verifier_key_ : options_.verifier_key;
  const std::string text =
      (is_parent ? options_.ends.peer : "The parent") + " waits: " + waiting_for_ + " " +
      (is_parent ? "Its process says that its key is " : "The key of this node is ") +
      (key.empty() ? "none of its name" : key) + ".";
  return {.text = text, .advice = kNotEnrolledAdvice};
}

void Session::AddHeldBack(std::vector<Problem>& problems) const {
  const std::vector<v1::HeldBack> here = inbound_.held_back();
  for (const v1::HeldBack& held_back : here) {
    problems.push_back(HeldBackProblem(options_.ends.self, held_back));
    if (peer_lag_entries_ == 0) continue;
    problems.back().text +=
        "; " + options_.ends.peer + " has " + EntriesText(peer_lag_entries_) + " to send";
  }
  if (inbound_.waiting_count() > here.size()) {
    problems.push_back({.text = "As many logs as " + std::to_string(inbound_.waiting_count()) +
                                " are held back; these are the first.",
                        .key = "logs that are held back"});
  }
  for (const v1::HeldBack& held_back : peer_held_back_) {
    const uint64_t size = logs_.find(held_back.log())->second.held.size;
    if (size <= held_back.first_index()) continue;
    problems.push_back(HeldBackProblem(options_.ends.peer, held_back));
    problems.back().text += "; " + EntriesWaitText(size - held_back.first_index()) + " here";
  }
}

}  // namespace liggare::replication
