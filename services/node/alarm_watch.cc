#include "services/node/alarm_watch.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "proto/text/shown_text.h"
#include "proto/text/utc_time.h"

namespace liggare::node {
namespace {

std::string KeyOf(const replication::Alarm& alarm) {
  return alarm.log + "\n" + (alarm.key.empty() ? alarm.message : alarm.key);
}

}  // namespace

AlarmWatch::AlarmWatch(Parts parts) : parts_(std::move(parts)), strand_(parts_.workers) {}

void AlarmWatch::Look() {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
  }
  Alarms();
  parts_.timer.After(kAlarmLookMs, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    work::Strand& strand = self->strand_;
    strand.Post([self = std::move(self)] { self->Look(); });
  });
}

void AlarmWatch::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

std::vector<replication::Alarm> AlarmWatch::Alarms() {
  std::lock_guard lock(mutex_);
  if (stopped_) return {};
  std::vector<replication::Alarm> alarms = parts_.alarms();
  const int64_t steady_ms = parts_.timer.SteadyMs();
  for (replication::Alarm& alarm : alarms) {
    const auto [it, is_new] = standing_.try_emplace(KeyOf(alarm));
    Standing& standing = it->second;
    if (is_new) standing.since_ms = parts_.now_ms();
    if (is_new || steady_ms - standing.told_ms >= kAlarmAgainMs) {
      standing.told_ms = steady_ms;
      Tell(alarm);
    }
    standing.seen_ms = steady_ms;
    standing.message = alarm.message;
    alarm.since_ms = standing.since_ms;
  }
  ForgetOver(steady_ms);
  return alarms;
}

void AlarmWatch::Tell(const replication::Alarm& alarm) const {
  std::string text = alarm.message;
  if (!alarm.log.empty()) text = alarm.log + ": " + text;
  if (alarm.until_ms > 0) text += "; until " + text::UtcText(alarm.until_ms);
  if (!alarm.evidence_file.empty()) text += "; evidence: " + alarm.evidence_file;
  spdlog::warn("{}: alarm: {}; {}", parts_.path, text::ShownText(text), alarm.advice);
}

void AlarmWatch::ForgetOver(int64_t steady_ms) {
  for (auto it = standing_.begin(); it != standing_.end();) {
    if (steady_ms - it->second.seen_ms < kAlarmRestMs) {
      ++it;
      continue;
    }
    spdlog::info("{}: no alarm any more: {}", parts_.path, text::ShownText(it->second.message));
    it = standing_.erase(it);
  }
}

}  // namespace liggare::node
