// Tries every attack of the table, from wherever it can come, and looks what became of
// the victim and of everybody else. tests/hostile/README.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "proto/error/error.h"
#include "tests/hostile/attack.h"
#include "tests/testing/seed.h"

namespace liggare::hostile {
namespace {

using ::testing::HasSubstr;

struct Trial {
  Attack attack;
  From from = From::kChild;
};

std::vector<Trial> TrialsOf(const Attacks& attacks) {
  std::vector<Trial> trials;
  for (const Attack& attack : attacks) {
    for (const From from : attack.from) trials.push_back({attack, from});
  }
  return trials;
}

std::string NameOfTrial(const ::testing::TestParamInfo<Trial>& info) {
  return NameOf(info.param.from) + "_" + info.param.attack.name;
}

std::ostream& operator<<(std::ostream& out, const Trial& trial) {
  return out << NameOf(trial.from) << " " << trial.attack.name;
}

// Looks at the victim's status until it is as it should be, or patience ends.
bool Eventually(Scene& scene, const std::function<bool(const v1::NodeStatus&)>& is) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(kPatienceS);
  while (!is(scene.VictimsStatus())) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class HostileTest : public ::testing::TestWithParam<Trial> {
 protected:
  // What an attack left on a disk is looked at when all of its group have been tried.
  static void TearDownTestSuite() { stage().tree().RestartChecked(); }
  static Stage& stage() {
    if (stage_ == nullptr) stage_ = std::make_unique<Stage>();
    return *stage_;
  }
  friend class Curtain;
  static inline std::unique_ptr<Stage> stage_;
};

// Ends the processes when the last test has run.
class Curtain : public ::testing::Environment {
 public:
  void TearDown() override { HostileTest::stage_.reset(); }
};
const auto* const kCurtain = ::testing::AddGlobalTestEnvironment(new Curtain);

// Whether the status of the victim says so of the session with the hostile node.
bool TellsOf(const Scene& scene, const v1::NodeStatus& status, const std::string& text) {
  const auto has = [&](const std::string& said) { return said.find(text) != std::string::npos; };
  if (scene.is_above()) {
    for (const v1::Alarm& alarm : status.alarms()) {
      if (has(alarm.message())) return true;
    }
    return has(status.parent().last_error());
  }
  for (const v1::ChildStatus& child : status.children()) {
    if (child.path() != scene.self()) continue;
    if (has(child.last_error()) || std::ranges::any_of(child.problems(), has)) return true;
  }
  return false;
}

void ExpectTold(Scene& scene, const std::string& text) {
  EXPECT_TRUE(
      Eventually(scene, [&](const v1::NodeStatus& status) { return TellsOf(scene, status, text); }))
      << "the status does not say " << text << " of " << scene.self() << ": "
      << scene.VictimsStatus().ShortDebugString();
}

void ExpectEnds(Scene& scene, const Outcome& outcome) {
  const v1::Error end = scene.speaker().AwaitEnd();
  if (outcome.code != v1::ERROR_CODE_UNSPECIFIED) {
    EXPECT_EQ(v1::ErrorCode_Name(end.code()), v1::ErrorCode_Name(outcome.code)) << end.message();
    // Who is turned away at the door leaves no mark.
    if (scene.is_above() || scene.has_lived()) ExpectTold(scene, ErrorName(outcome.code));
  }
}

void ExpectRefusal(Scene& scene, const Outcome& outcome) {
  const auto refused = [](const v1::Frame& frame) { return frame.expected().has_refusal(); };
  const auto expected = scene.speaker().Await(v1::Frame::kExpected, refused);
  ASSERT_TRUE(expected) << ErrorText(scene.speaker().AwaitEnd());
  const v1::Error& why = expected->expected().refusal();
  EXPECT_EQ(v1::ErrorCode_Name(why.code()), v1::ErrorCode_Name(outcome.code)) << why.message();
}

void ExpectRefuses(Scene& scene, const Outcome& outcome) {
  ExpectRefusal(scene, outcome);
  ExpectTold(scene, "refused");
}

void ExpectFreezes(Scene& scene, const Outcome& outcome) {
  ExpectRefusal(scene, outcome);
  std::string evidence;
  EXPECT_TRUE(Eventually(scene,
                         [&](const v1::NodeStatus& status) {
                           for (const v1::Alarm& alarm : status.alarms()) {
                             if (alarm.log() == scene.log().name() && evidence.empty())
                               evidence = alarm.evidence_file();
                           }
                           return !evidence.empty();
                         }))
      << "no alarm about " << scene.log().name();
  EXPECT_TRUE(std::filesystem::exists(evidence)) << evidence;
}

void ExpectHolds(Scene& scene, const Outcome& outcome) { ExpectTold(scene, outcome.text); }

void ExpectStops(Scene& scene) {
  EXPECT_TRUE(Eventually(scene, [&](const v1::NodeStatus& status) {
    return status.read_only_reason().find(scene.self()) != std::string::npos;
  })) << scene.VictimsStatus().read_only_reason();
}

void ExpectOutcome(Scene& scene, const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::kEnds:
      return ExpectEnds(scene, outcome);
    case Outcome::Kind::kRefuses:
      return ExpectRefuses(scene, outcome);
    case Outcome::Kind::kFreezes:
      return ExpectFreezes(scene, outcome);
    case Outcome::Kind::kHolds:
      return ExpectHolds(scene, outcome);
    case Outcome::Kind::kStops:
      return ExpectStops(scene);
    case Outcome::Kind::kGoesOn:
      return scene.ExpectTaken();
  }
}

TEST_P(HostileTest, IsWithstood) {
  SCOPED_TRACE(testing::HowToRepeat(Seed()));
  const Trial& trial = GetParam();
  const std::unique_ptr<Scene> scene = stage().Begin(trial.from);
  trial.attack.attempt(*scene);
  ExpectOutcome(*scene, trial.attack.outcome);
  scene->ExpectOthersGoOn(trial.attack.outcome.kind == Outcome::Kind::kStops);
  scene->End();
}

#define LIGGARE_HOSTILE_GROUP(group)                                                            \
  INSTANTIATE_TEST_SUITE_P(group, HostileTest, ::testing::ValuesIn(TrialsOf(group##Attacks())), \
                           NameOfTrial)
LIGGARE_HOSTILE_GROUP(Hello);
LIGGARE_HOSTILE_GROUP(Frontier);
LIGGARE_HOSTILE_GROUP(Chunk);
LIGGARE_HOSTILE_GROUP(Checkpoint);
LIGGARE_HOSTILE_GROUP(Answer);
LIGGARE_HOSTILE_GROUP(Enrolment);
LIGGARE_HOSTILE_GROUP(Epoch);
LIGGARE_HOSTILE_GROUP(Text);
LIGGARE_HOSTILE_GROUP(Shape);
LIGGARE_HOSTILE_GROUP(Flow);
LIGGARE_HOSTILE_GROUP(Question);
LIGGARE_HOSTILE_GROUP(Closing);
LIGGARE_HOSTILE_GROUP(Key);

}  // namespace
}  // namespace liggare::hostile
