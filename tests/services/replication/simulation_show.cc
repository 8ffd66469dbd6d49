// What a person sees of a Simulation.
#include "proto/error/error.h"
#include "tests/services/replication/simulation.h"

namespace liggare::replication {
namespace {

std::string Interval(uint64_t first, uint64_t end) {
  return "[" + std::to_string(first) + "," + std::to_string(end) + ")";
}

std::string StateText(const v1::LogState& state) {
  return state.log() + " " + std::to_string(state.size());
}

}  // namespace

std::string Simulation::Show(const std::string& path) const {
  const Node& node = nodes_.at(path);
  std::string text;
  for (const auto& [name, log] : node.logs) {
    text += name + " " + std::to_string(log.size()) + (log.frozen ? " frozen" : "");
    if (!log.checkpoints.empty()) text += ", " + CheckpointText(log.checkpoints.rbegin()->second);
    text += "\n";
  }
  for (const std::string& alarm : node.alarms) text += "alarm: " + alarm + "\n";
  if (!node.stop_reason.empty()) text += "records nothing: " + node.stop_reason + "\n";
  for (const auto& [child, link] : links_) {
    for (const End* end : {&link.child, &link.parent}) {
      if (end->self != path) continue;
      text += "with " + end->peer + ": lag " + std::to_string(end->session->lag_entries()) + "\n";
      for (const Problem& problem : end->session->problems()) text += "  " + problem.text + "\n";
    }
  }
  if (!node.last_error.empty()) text += "last error: " + node.last_error + "\n";
  return text;
}

std::string Simulation::Describe(const End& end, const v1::Frame& frame) const {
  std::string text = end.self + " -> " + end.peer + "  ";
  switch (frame.kind_case()) {
    case v1::Frame::kHello:
      return text + "hello";
    case v1::Frame::kFrontier:
      text += "frontier";
      for (const v1::LogState& state : frame.frontier().logs()) text += ", " + StateText(state);
      return text;
    case v1::Frame::kChunk: {
      const v1::Chunk& chunk = frame.chunk();
      if (chunk.entries().empty()) {
        return text + "proof " + chunk.log() + " " + std::to_string(chunk.first_index()) + ", " +
               CheckpointText(chunk.checkpoint());
      }
      return text + "chunk " + chunk.log() + " " +
             Interval(chunk.first_index(), chunk.first_index() + chunk.entries_size()) + ", " +
             CheckpointText(chunk.checkpoint());
    }
    case v1::Frame::kAcknowledged:
      return text + "acknowledged " + StateText(frame.acknowledged().state()) + ", " +
             CheckpointText(frame.acknowledged().cosigned_checkpoint());
    case v1::Frame::kExpected:
      text += "expected " + StateText(frame.expected().state());
      if (frame.expected().has_refusal())
        text += ", refused: " + ErrorText(frame.expected().refusal());
      return text;
    case v1::Frame::kCosigned:
      return text + "cosigned " + frame.cosigned().log() + " " +
             CheckpointText(frame.cosigned().checkpoint());
    case v1::Frame::kHeartbeat:
      return text + "heartbeat, lag " + std::to_string(frame.heartbeat().lag_entries());
    case v1::Frame::kGoodbye:
      return text + "goodbye: " + ErrorText(frame.goodbye().error());
    case v1::Frame::kKeyProof:
      return text + "key proof";
    case v1::Frame::kWaiting:
      return text + "waiting: " + ErrorText(frame.waiting().reason());
    case v1::Frame::kEnrolment:
      return text + "enrolment";
    case v1::Frame::KIND_NOT_SET:
      return text + "nothing";
  }
  return text;
}

}  // namespace liggare::replication
