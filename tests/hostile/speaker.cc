#include "tests/hostile/speaker.h"

#include <utility>

namespace liggare::hostile {

bool Speaker::Send(v1::Chunk chunk) {
  v1::Frame frame;
  *frame.mutable_chunk() = std::move(chunk);
  return Write(frame);
}

bool Speaker::Send(v1::Frontier frontier) {
  v1::Frame frame;
  *frame.mutable_frontier() = std::move(frontier);
  return Write(frame);
}

bool Speaker::ReadFrame(v1::Frame& frame) {
  if (!Read(frame)) return false;
  if (frame.has_goodbye()) goodbye_ = frame.goodbye().error();
  if (frame.has_chunk()) first_chunks_.try_emplace(frame.chunk().log(), frame.chunk());
  return true;
}

std::optional<v1::Frame> Speaker::Await(v1::Frame::KindCase kind, const Accept& accept) {
  v1::Frame frame;
  while (ReadFrame(frame)) {
    if (frame.kind_case() == kind && (!accept || accept(frame))) return frame;
  }
  return {};
}

std::optional<v1::Chunk> Speaker::AwaitEntriesOf(const std::string& log) {
  v1::Frame frame;
  while (!first_chunks_.contains(log)) {
    if (!ReadFrame(frame)) return {};
  }
  return first_chunks_.at(log);
}

v1::Error Speaker::AwaitEnd() {
  v1::Frame frame;
  while (!goodbye_ && ReadFrame(frame)) {
  }
  return goodbye_ ? *goodbye_ : StatusOfCall();
}

}  // namespace liggare::hostile
