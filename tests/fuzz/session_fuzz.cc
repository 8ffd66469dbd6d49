// A peer that sends anything: the session stays within its limits, and ends or
// goes on, whatever comes in what order.
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/session.h"
#include "tests/fuzz/fuzz_input.h"

namespace replication = liggare::replication;
namespace v1 = liggare::v1;
using liggare::testing::FuzzInput;

namespace {

constexpr int64_t kStepMs = 1000;

replication::Session MakeSession(bool is_child) {
  replication::Session::Options options;
  if (is_child) {
    options.ends = {replication::Side::kChild, "se/17", "se"};
  } else {
    options.ends = {replication::Side::kParent, "se/17", "se/17/varmland"};
  }
  options.trust_domain = "liggare.test";
  options.nonce = std::string(replication::kNonceBytes, 'n');
  options.instance_id = std::string(16, 'i');
  options.has_key = [](std::string_view path, std::string_view) { return path != "se/17/unknown"; };
  return replication::Session(std::move(options));
}

// Does nothing of what the session wants, but for answering that it failed.
void Answer(replication::Session& session, FuzzInput& input) {
  for (replication::Effect& effect : session.TakeEffects()) {
    if (const auto* read = std::get_if<replication::ReadChunk>(&effect)) {
      session.OnReadFailed(read->log, absl::UnavailableError("fuzz"));
    } else if (const auto* compare = std::get_if<replication::CompareRoot>(&effect)) {
      session.OnRootCompared(compare->peer, compare->peer.root);
    } else if (std::holds_alternative<replication::SignProof>(effect)) {
      session.OnProofSigned(v1::KeyProof());
    } else if (std::holds_alternative<replication::CheckProof>(effect)) {
      session.OnProofChecked(replication::KeyVerdict{input.Byte() % 4 == 0 ? 1 : 0}, "");
    } else if (std::holds_alternative<replication::AdmitPeer>(effect)) {
      session.OnLogs({{.held = {.log = "se/17@1", .size = 3}, .sendable = 3}});
    } else if (std::get_if<replication::CheckDuplicate>(&effect) != nullptr &&
               input.Byte() % 2 == 0) {
      session.OnChunkFault({"se/17@1", replication::Blame::kPeer, "fuzz", ""});
    }
  }
}

void Drain(replication::Session& session) {
  for (size_t sent = 0; session.TakeFrame().has_value(); ++sent) {
    FUZZ_CHECK(sent <= replication::kControlFramesMax + replication::kSessionLogsMax);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  replication::Session session = MakeSession(input.Byte() % 2 == 0);
  int64_t now_ms = 1'700'000'000'000;
  session.Start({now_ms, now_ms});
  while (!input.empty() && !session.ended()) {
    const uint8_t what = input.Byte();
    now_ms += what / 16 * kStepMs;
    if (what % 16 == 0) {
      session.OnTick({now_ms, now_ms});
    } else if (session.WantsFrame()) {
      v1::Frame frame;
      const std::string_view bytes = input.Bytes(input.Byte() | (what % 4) << 8);
      if (frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        session.OnFrame(std::move(frame), {now_ms, now_ms});
      }
    }
    Answer(session, input);
    if (what % 8 != 7) Drain(session);
  }
  return 0;
}
