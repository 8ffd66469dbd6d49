// What may be said to begin anew, and what goes on after its end.
#include <gtest/gtest.h>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

constexpr auto kNotVerified = v1::ERROR_CODE_VERIFICATION_FAILED;

std::string Epoch(const Scene& scene, const std::string& number) {
  return scene.self() + "@" + number;
}

v1::EventData Opens(const Scene& scene, const v1::LogState& previous) {
  v1::EventData event;
  event.set_event_id(FreshId());
  event.set_subject("node/" + scene.self());
  event.mutable_actor()->set_id(scene.self());
  *event.mutable_epoch_opened()->mutable_previous() = previous;
  return event;
}

// A log of that epoch whose first entry says that it continues another.
ForgedLog NewEpoch(Scene& scene, const std::string& number, const v1::LogState& previous) {
  ForgedLog log(kTrustDomain, Epoch(scene, number), scene.key());
  log.Append(Opens(scene, previous));
  return log;
}

std::function<void(Scene&)> Opens(const std::string& number,
                                  const std::function<v1::LogState(Scene&)>& previous) {
  return [=](Scene& scene) {
    Speaker& peer = scene.Live();
    peer.Send(NewEpoch(scene, number, previous(scene)).ChunkFrom(0));
  };
}

v1::LogState Now(Scene& scene) { return scene.log().State(); }

// Sends a new epoch, and once more when the victim has it: it then goes by what it has
// stored.
void Deliver(Speaker& peer, ForgedLog log) {
  for (int i = 0; i < 2; ++i) {
    if (i > 0) log.AppendMany(1);
    peer.Send(log.ChunkFrom(log.size() - 1));
    EXPECT_TRUE(peer.Await(v1::Frame::kAcknowledged,
                           [&](const v1::Frame& frame) {
                             return frame.acknowledged().state().log() == log.name() &&
                                    frame.acknowledged().state().size() == log.size();
                           }))
        << log.name() << " is not taken";
  }
}

}  // namespace

Attacks EpochAttacks() {
  return {
      {"TheLastEpochOfAll", kEverywhere, Refuses(kNotVerified), Opens("4294967295", Now)},
      {"AnEpochThatContinuesAnothersLog", kEverywhere, Refuses(kNotVerified),
       Opens("2",
             [](Scene& scene) {
               v1::LogState state = Now(scene);
               state.set_log(scene.bystander() + "@1");
               return state;
             })},
      {"AnEpochThatContinuesTheVictimsLog", kEverywhere, Refuses(kNotVerified),
       Opens("2",
             [](Scene& scene) {
               v1::LogState state = Now(scene);
               state.set_log(scene.victim() + "@1");
               return state;
             })},
      {"AnEpochThatContinuesItself", kEverywhere, Refuses(kNotVerified),
       Opens("2",
             [](Scene& scene) {
               v1::LogState state = Now(scene);
               state.set_log(Epoch(scene, "2"));
               return state;
             })},
      {"AnEpochThatContinuesALaterOne", kEverywhere, Refuses(kNotVerified),
       Opens("2",
             [](Scene& scene) {
               v1::LogState state = Now(scene);
               state.set_log(Epoch(scene, "3"));
               return state;
             })},
      {"AnEpochThatContinuesAnotherRoot", kEverywhere, Refuses(kNotVerified),
       Opens("2",
             [](Scene& scene) {
               v1::LogState state = Now(scene);
               state.mutable_root()->front() ^= 1;
               return state;
             })},
      {"AnEpochThatContinuesLessThanThereIs", kEverywhere, Refuses(kNotVerified),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         const v1::LogState before = Now(scene);
         scene.ExpectTaken();
         peer.Send(NewEpoch(scene, "2", before).ChunkFrom(0));
       }},
      {"AnEpochThatContinuesMoreThanThereIs", kEverywhere, Holds("waits for"),
       Opens("2",
             [](Scene& scene) {
               v1::LogState state = Now(scene);
               state.set_size(state.size() + 1'000);
               return state;
             })},
      {"AnEpochThatContinuesNothing", kEverywhere, Refuses(kNotVerified),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog log(kTrustDomain, Epoch(scene, "2"), scene.key());
         log.AppendMany(1);
         peer.Send(log.ChunkFrom(0));
       }},
      {"TwoEpochsThatContinueOneEnd", kEverywhere, Refuses(kNotVerified),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         Deliver(peer, NewEpoch(scene, "2", Now(scene)));
         peer.Send(NewEpoch(scene, "3", Now(scene)).ChunkFrom(0));
       }},
      {"AnEpochThatGoesOnAfterItsEnd", kEverywhere, Freezes(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         Deliver(peer, NewEpoch(scene, "2", Now(scene)));
         ForgedLog forged = scene.log();
         forged.AppendMany(1);
         peer.Send(forged.ChunkFrom(forged.size() - 1));
       }},
      {"AnEpochWithANumberThatIsNone", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       Opens("0", Now)},
      {"AnEpochWithALeadingZero", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       Opens("02", Now)},
      {"AnOpeningOfAnothersEpoch", kEverywhere, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog& log = scene.log();
         const uint64_t before = log.size();
         for (const std::string& other : {scene.bystander(), scene.victim(), scene.self()}) {
           v1::LogState state = Now(scene);
           state.set_log(other + "@1");
           v1::EventData opens = Opens(scene, state);
           opens.set_subject("node/" + other);
           log.Append(opens);
         }
         peer.Send(log.ChunkFrom(before));
       }},
  };
}

}  // namespace liggare::hostile
