// The table of attacks: what each is called, from where it is tried, what its victim does
// about it, and what the hostile node sends.
#ifndef TESTS_HOSTILE_ATTACK_H_
#define TESTS_HOSTILE_ATTACK_H_

#include <functional>
#include <string>
#include <vector>

#include "liggare/v1/error.pb.h"
#include "tests/hostile/scene.h"

namespace liggare::hostile {

// What the victim is seen to do about it.
struct Outcome {
  enum class Kind {
    kEnds,     // It ends the session, with the code; and its status says so.
    kRefuses,  // It takes no more of the log in this session, and says why with the code.
    kFreezes,  // It freezes the log, and an alarm names it and a file with evidence.
    kHolds,    // It holds the log back, and its status says why, with this in the text.
    kStops,    // It records nothing more, and its status says whom it believed.
    kGoesOn,   // It takes what is right of the log, as if nothing had been.
  };
  Kind kind = Kind::kGoesOn;
  v1::ErrorCode code = v1::ERROR_CODE_UNSPECIFIED;  // Unspecified: any.
  std::string text = {};
};

inline Outcome Ends(v1::ErrorCode code) { return {Outcome::Kind::kEnds, code}; }
inline Outcome EndsSomehow() { return {Outcome::Kind::kEnds}; }
inline Outcome Refuses(v1::ErrorCode code) { return {Outcome::Kind::kRefuses, code}; }
inline Outcome Freezes() { return {Outcome::Kind::kFreezes, v1::ERROR_CODE_FORKED}; }
inline Outcome Holds(std::string text) {
  return {Outcome::Kind::kHolds, v1::ERROR_CODE_UNSPECIFIED, std::move(text)};
}
inline Outcome Stops() { return {Outcome::Kind::kStops}; }
inline Outcome GoesOn() { return {Outcome::Kind::kGoesOn}; }

struct Attack {
  std::string name;  // A fact about what is sent.
  std::vector<From> from;
  Outcome outcome;
  std::function<void(Scene&)> attempt;
};

using Attacks = std::vector<Attack>;

Attacks HelloAttacks();
Attacks FrontierAttacks();
Attacks ChunkAttacks();
Attacks CheckpointAttacks();
Attacks AnswerAttacks();  // Acknowledged, Expected, Cosigned, Heartbeat, Goodbye.
Attacks EnrolmentAttacks();
Attacks EpochAttacks();
Attacks TextAttacks();
Attacks ShapeAttacks();
Attacks FlowAttacks();
Attacks QuestionAttacks();  // GetChallenge, GetHoldings, GetChunk.
Attacks ClosingAttacks();
Attacks KeyAttacks();

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_ATTACK_H_
