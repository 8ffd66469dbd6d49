// What may be answered, and said beside data: acknowledgements, expectations,
// cosignatures, heartbeats, goodbyes.
#include <gtest/gtest.h>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

constexpr auto kDenied = v1::ERROR_CODE_PERMISSION_DENIED;

v1::LogState State(const std::string& log, uint64_t size) {
  const std::string root = size == 0 ? std::string(merkle::HashBytes(merkle::EmptyRoot()))
                                     : std::string(merkle::kHashBytes, 'r');
  v1::LogState state;
  state.set_log(log);
  state.set_size(size);
  state.set_root(root);
  return state;
}

v1::Frame Acknowledges(v1::LogState state, std::string checkpoint = "") {
  v1::Frame frame;
  *frame.mutable_acknowledged()->mutable_state() = std::move(state);
  frame.mutable_acknowledged()->set_cosigned_checkpoint(std::move(checkpoint));
  return frame;
}

v1::Frame Expects(v1::LogState state) {
  v1::Frame frame;
  *frame.mutable_expected()->mutable_state() = std::move(state);
  return frame;
}

v1::Frame Cosigns(std::string log, std::string checkpoint) {
  v1::Frame frame;
  frame.mutable_cosigned()->set_log(std::move(log));
  frame.mutable_cosigned()->set_checkpoint(std::move(checkpoint));
  return frame;
}

v1::Frame Beats(int64_t now_ms, uint64_t lag) {
  v1::Frame frame;
  frame.mutable_heartbeat()->set_now_ms(now_ms);
  frame.mutable_heartbeat()->set_lag_entries(lag);
  return frame;
}

v1::Frame SaysGoodbye(int code, std::string message) {
  v1::Frame frame;
  v1::Error& error = *frame.mutable_goodbye()->mutable_error();
  error.set_code(static_cast<v1::ErrorCode>(code));
  error.set_message(std::move(message));
  return frame;
}

std::string VictimsLog(const Scene& scene) { return scene.victim() + "@1"; }

// Sends one frame in a live session.
std::function<void(Scene&)> Says(const std::function<v1::Frame(Scene&)>& frame, int times = 1) {
  return [=](Scene& scene) {
    Speaker& peer = scene.Live();
    for (int i = 0; i < times; ++i) {
      if (!peer.Send(frame(scene))) return;
    }
  };
}

// The note under the first entries that the victim sends of its own log.
note::Note NoteOfVictim(Scene& scene, Speaker& peer) {
  const std::optional<v1::Chunk> theirs = peer.AwaitEntriesOf(VictimsLog(scene));
  EXPECT_TRUE(theirs) << "the victim sends nothing of its own log";
  auto note = note::ParseNote(theirs ? theirs->checkpoint() : "");
  EXPECT_TRUE(note.ok()) << note.status();
  return note.ok() ? *std::move(note) : note::Note();
}

Attacks Acknowledgements() {
  return {
      {"AnAcknowledgementOfMoreThanThereIs", kBelow, GoesOn(),
       Says([](Scene& s) { return Acknowledges(State(VictimsLog(s), UINT64_MAX)); })},
      {"AnAcknowledgementOfMoreThanThereIs", kAbove, Stops(),
       Says([](Scene& s) { return Acknowledges(State(VictimsLog(s), UINT64_MAX)); })},
      {"AnAcknowledgementOfAnotherRoot", kBelow, GoesOn(),
       Says([](Scene& s) { return Acknowledges(State(VictimsLog(s), 1)); })},
      {"AnAcknowledgementOfItsOwnLog", kEverywhere, Ends(kDenied),
       Says([](Scene& s) { return Acknowledges(s.log().State()); })},
      {"AnAcknowledgementOfAnothersLog", kEverywhere, Ends(kDenied),
       Says([](Scene&) { return Acknowledges(State("se/98/other@1", 1)); })},
      {"AnAcknowledgementOfNoLog", kEverywhere, EndsSomehow(),
       Says([](Scene&) { return Acknowledges(v1::LogState()); })},
      {"TenThousandAcknowledgementsOfNothing", kEverywhere, GoesOn(),
       Says([](Scene& s) { return Acknowledges(State(VictimsLog(s), 0)); }, 10'000)},
      {"AnAcknowledgementWithACheckpointOfTwoMegabytes", kEverywhere,
       Ends(v1::ERROR_CODE_LIMIT_EXCEEDED), Says([](Scene& s) {
         return Acknowledges(State(VictimsLog(s), 0), std::string(2 << 20, 'c'));
       })},
      {"AnAcknowledgementWithAForgedCheckpoint", kEverywhere, GoesOn(), Says([](Scene& s) {
         // The victim's log, by the wrong key.
         ForgedLog forged(kTrustDomain, VictimsLog(s), s.key());
         forged.AppendMany(1);
         return Acknowledges(State(VictimsLog(s), 0), forged.SignedAt(1).Encode());
       })},
  };
}

Attacks Expectations() {
  return {
      {"AThousandTimesTheBeginning", kEverywhere, GoesOn(),
       Says([](Scene& s) { return Expects(State(VictimsLog(s), 0)); }, 1'000)},
      {"MoreIsExpectedThanThereIs", kBelow, GoesOn(),
       Says([](Scene& s) { return Expects(State(VictimsLog(s), UINT64_MAX)); })},
      {"ARefusalOfTheVictimsLog", kEverywhere, GoesOn(), Says([](Scene& s) {
         v1::Frame frame = Expects(State(VictimsLog(s), 0));
         frame.mutable_expected()->mutable_refusal()->set_code(v1::ERROR_CODE_FORKED);
         return frame;
       })},
      // The status of the victim, which says why a log is refused, stays readable.
      {"TwentyRefusalsOfOneMegabyteEach", kEverywhere, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         for (int i = 1; i <= 20; ++i) {
           v1::Frame frame = Expects(State(scene.victim() + "@" + std::to_string(i), 0));
           v1::Error& why = *frame.mutable_expected()->mutable_refusal();
           why.set_code(static_cast<v1::ErrorCode>(i));
           why.set_message("\x1b[2J" + std::string(1 << 20, 'm'));
           peer.Send(frame);
         }
         scene.ExpectTaken();
         EXPECT_LT(scene.VictimsStatus().ByteSizeLong(), 200'000u);
       }},
      {"AProofThatNobodyAskedFor", kEverywhere, GoesOn(), Says([](Scene& s) {
         v1::Frame frame;
         *frame.mutable_chunk() = s.log().Chunk(1, 1);
         return frame;
       })},
      {"AFalseProofOfAnotherRoot", kBelow, Ends(v1::ERROR_CODE_VERIFICATION_FAILED),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         peer.Send(Expects(State(VictimsLog(scene), 1)));
         ForgedLog forged(kTrustDomain, VictimsLog(scene), scene.key());
         forged.AppendMany(1);
         peer.Send(forged.Chunk(1, 1));
       }},
  };
}

Attacks Cosignatures() {
  return {
      {"ACosignatureFromBelow", kBelow, Ends(kDenied),
       Says([](Scene& s) { return Cosigns(s.log().name(), s.log().SignedAt(1).Encode()); })},
      {"ACosignatureOfTheVictimsLogFromBelow", kBelow, Ends(kDenied),
       Says([](Scene& s) { return Cosigns(VictimsLog(s), s.log().SignedAt(1).Encode()); })},
      {"ACosignatureOfItsOwnLogThatTheVictimHoldsInPart",
       {From::kParent},
       Ends(kDenied),
       Says([](Scene& s) { return Cosigns(s.log().name(), s.log().SignedAt(1).Encode()); })},
      {"ACheckpointOfItsOwnLogThatTheVictimHolds", {From::kNation}, GoesOn(), Says([](Scene& s) {
         return Cosigns(s.log().name(), s.log().SignedAt(1).Encode());
       })},
      // What another county has cosigned, for it was shown another log.
      {"ACheckpointOfASecondLogOfTheSameName", {From::kNation}, Freezes(), Says([](Scene& s) {
         ForgedLog second(kTrustDomain, s.log().name(), s.key());
         second.AppendMany(1);
         return Cosigns(s.log().name(), second.SignedAt(1).Encode());
       })},
      {"TwentyThousandCheckpointsOfItsOwnLog",
       {From::kNation},
       GoesOn(),
       Says([](Scene& s) { return Cosigns(s.log().name(), s.log().SignedAt(1).Encode()); },
            20'000)},
      {"ACosignatureOfTwoMegabytes", kAbove, Ends(v1::ERROR_CODE_LIMIT_EXCEEDED),
       Says([](Scene& s) { return Cosigns(VictimsLog(s), std::string(2 << 20, 'c')); })},
      {"ACosignatureThatIsNoNote", kAbove, GoesOn(),
       Says([](Scene& s) { return Cosigns(VictimsLog(s), "no note"); })},
      {"ACosignatureOfACheckpointThatTheVictimNeverSigned", kAbove, GoesOn(), Says([](Scene& s) {
         ForgedLog forged(kTrustDomain, VictimsLog(s), s.key());
         forged.AppendMany(1'000);
         return Cosigns(VictimsLog(s), forged.SignedAt(1'000).Encode());
       })},
      {"TwentyThousandCosignatures", kAbove, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         for (int i = 0; i < 20'000; ++i) {
           if (!peer.Send(Cosigns(VictimsLog(scene), "note " + std::to_string(i)))) return;
         }
       }},
      {"NinetyNineLinesBesideTheVictimsSignature", kAbove, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         note::Note note = NoteOfVictim(scene, peer);
         while (note.signatures.size() < note::kSignaturesMax) {
           note.signatures.push_back({kTrustDomain + ("/" + scene.victim()),
                                      static_cast<uint32_t>(note.signatures.size()), "x"});
         }
         peer.Send(Cosigns(VictimsLog(scene), note.Encode()));
       }},
      {"AForgedLineOfAnAncestorBesideTheVictimsSignature",
       {From::kParent},
       GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         note::Note note = NoteOfVictim(scene, peer);
         const note::VerifierKey nation =
             scene.keyring().KeyOf("se").verifier().WithType(note::KeyType::kCosignatureV1);
         note.signatures.push_back({nation.name(), nation.key_id(), std::string(72, 'f')});
         peer.Send(Cosigns(VictimsLog(scene), note.Encode()));
       }},
  };
}

Attacks Others() {
  return {
      {"AClockBeforeAllTime", kEverywhere, GoesOn(),
       Says([](Scene&) { return Beats(INT64_MIN, UINT64_MAX); })},
      {"AClockAfterAllTime", kEverywhere, GoesOn(),
       Says([](Scene&) { return Beats(INT64_MAX, UINT64_MAX); })},
      {"TwentyThousandHeartbeats", kEverywhere, GoesOn(),
       Says([](Scene&) { return Beats(NowMs(), 0); }, 20'000)},
      {"AFrameOfNoKind", kEverywhere, GoesOn(), Says([](Scene&) { return v1::Frame(); })},
      {"AGoodbyeWithoutAReason", kEverywhere, EndsSomehow(),
       Says([](Scene&) { return SaysGoodbye(0, ""); })},
      {"AGoodbyeWithACodeThatDoesNotExist", kEverywhere, EndsSomehow(),
       Says([](Scene&) { return SaysGoodbye(999, "so long"); })},
      {"AGoodbyeOfOneMegabyteWithControlCharacters", kEverywhere, EndsSomehow(),
       Says([](Scene&) { return SaysGoodbye(19, "\x1b[2J\n" + std::string(1 << 20, '\x07')); })},
      {"AThousandGoodbyes", kEverywhere, EndsSomehow(),
       Says([](Scene&) { return SaysGoodbye(19, "so long"); }, 1'000)},
  };
}

}  // namespace

Attacks AnswerAttacks() {
  Attacks all = Acknowledgements();
  for (const Attacks& more : {Expectations(), Cosignatures(), Others()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace liggare::hostile
