// The part of Session that shows a child what its siblings have cosigned (witnesses.h).
#include <utility>

#include "services/replication/session/limits.h"
#include "services/replication/session/session.h"

namespace liggare::replication {

void Session::FindWitnessedIfDue() {
  if (phase_ != Phase::kLive || options_.ends.side != Side::kParent) return;
  if (witnessed_ms_ && now_.steady_ms - *witnessed_ms_ < kWitnessMs) return;
  witnessed_ms_ = now_.steady_ms;
  effects_.push_back(FindWitnessed{});
}

void Session::OnWitnessed(const std::string& log, std::map<uint64_t, std::string> checkpoints) {
  const uint64_t held = outbound_.Acknowledged(log);
  Shown& shown = witnessed_[log];
  Shown now;
  for (auto& [size, note] : checkpoints) {
    if (size > held) continue;  // The peer could not compare it.
    const auto said = shown.said.find(size);
    if (said != shown.said.end() && said->second == note) {
      now.said.insert(shown.said.extract(said));
    } else {
      now.waiting.emplace(size, std::move(note));
    }
  }
  shown = std::move(now);
  Settle();
}

std::optional<v1::Frame> Session::TakeWitnessed() {
  for (auto& [log, shown] : witnessed_) {
    if (shown.waiting.empty()) continue;
    auto next = shown.waiting.extract(shown.waiting.begin());
    v1::Frame frame;
    frame.mutable_cosigned()->set_log(log);
    frame.mutable_cosigned()->set_checkpoint(next.mapped());
    shown.said.insert(std::move(next));
    return frame;
  }
  return {};
}

}  // namespace liggare::replication
