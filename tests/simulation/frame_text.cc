#include "tests/simulation/frame_text.h"

#include <string_view>

#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"
#include "proto/error/error.h"
#include "proto/text/hex.h"

namespace liggare::simulation {
namespace {

std::string CheckpointText(const std::string& bytes) {
  if (bytes.empty()) return "";
  const auto note = note::ParseNote(bytes);
  const auto checkpoint = note::ParseCheckpoint(note.ok() ? note->text : "");
  if (!checkpoint.ok()) return " no checkpoint";
  std::string text = " checkpoint " + std::to_string(checkpoint->size) + " by";
  for (const note::Signature& signature : note->signatures) {
    text += " " + signature.name.substr(signature.name.find('/') + 1);
  }
  return text;
}

// The first bytes of a root: enough to see whether two differ.
std::string RootText(std::string_view root) { return "~" + text::Hex(root.substr(0, 3)); }

std::string StateText(const v1::LogState& state) {
  return state.log() + ":" + std::to_string(state.size()) + RootText(state.root());
}

std::string ChunkText(const v1::Chunk& chunk) {
  if (chunk.entries().empty()) {
    return "proof " + chunk.log() + ":" + std::to_string(chunk.first_index()) +
           CheckpointText(chunk.checkpoint());
  }
  return "chunk " + chunk.log() + " [" + std::to_string(chunk.first_index()) + "," +
         std::to_string(chunk.first_index() + chunk.entries_size()) + ")" +
         CheckpointText(chunk.checkpoint());
}

}  // namespace

std::string FrameText(const v1::Frame& frame) {
  switch (frame.kind_case()) {
    case v1::Frame::kHello:
      return "hello version " + std::to_string(frame.hello().protocol_version()) + " boot " +
             std::to_string(frame.hello().boot_count());
    case v1::Frame::kFrontier: {
      std::string text = "frontier";
      for (const v1::LogState& state : frame.frontier().logs()) text += " " + StateText(state);
      return text;
    }
    case v1::Frame::kChunk:
      return ChunkText(frame.chunk());
    case v1::Frame::kAcknowledged:
      return "acknowledged " + StateText(frame.acknowledged().state()) +
             CheckpointText(frame.acknowledged().cosigned_checkpoint());
    case v1::Frame::kExpected:
      return "expected " + StateText(frame.expected().state()) +
             (frame.expected().has_refusal() ? " " + ErrorText(frame.expected().refusal()) : "");
    case v1::Frame::kCosigned:
      return "cosigned " + frame.cosigned().log() + CheckpointText(frame.cosigned().checkpoint());
    case v1::Frame::kHeartbeat:
      return "heartbeat lag " + std::to_string(frame.heartbeat().lag_entries());
    case v1::Frame::kGoodbye:
      return "goodbye " + ErrorText(frame.goodbye().error());
    case v1::Frame::kKeyProof:
      return "key proof";
    case v1::Frame::kWaiting:
      return "waiting " + ErrorText(frame.waiting().reason());
    case v1::Frame::kEnrolment:
      return "enrolment of " + std::to_string(frame.enrolment().links_size()) + " links";
    case v1::Frame::KIND_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace liggare::simulation
