// How fast, how much and how seldom may be spoken.
#include <gtest/gtest.h>

#include <thread>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

// Says what makes the victim answer, and never hears it.
void NeverRead(Scene& scene) {
  Speaker& peer = scene.Live();
  const v1::Chunk again = scene.log().ChunkFrom(0);
  std::thread talker([&] {
    while (peer.Send(again)) {
    }
  });
  scene.ExpectOthersGoOn(/*victim_stopped=*/false);
  peer.HangUp();
  talker.join();
}

}  // namespace

Attacks FlowAttacks() {
  return {
      {"AChildThatNeverReads", kEverywhere, EndsSomehow(), NeverRead},
      {"FiftySessionsAtOnce", kBelow, GoesOn(),
       [](Scene& scene) {
         for (int i = 0; i < 50; ++i) scene.Raw().Send(scene.Hello());
         scene.Live();
       }},
      {"AMessageOfNineMegabytes", kEverywhere, EndsSomehow(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         v1::Chunk chunk = scene.log().ChunkFrom(0);
         chunk.add_entries(std::string(9 << 20, 'm'));
         peer.Send(chunk);
       }},
      {"AStreamThatIsCutBeforeTheFrontier", kBelow, GoesOn(),
       [](Scene& scene) {
         for (int i = 0; i < 20; ++i) {
           scene.Raw().Send(scene.Hello());
           scene.speaker().HangUp();
         }
         scene.Live();
       }},
      {"ThreeHundredSessionsOneAfterTheOther", kBelow, GoesOn(),
       [](Scene& scene) {
         scene.Live();
         const size_t before = scene.victims_process().AnonymousBytes();
         for (int i = 0; i < 300; ++i) scene.Greet();
         EXPECT_LT(scene.victims_process().AnonymousBytes(), before + (64 << 20));
       }},
      {"OneEntryAtATime", kEverywhere, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         for (int i = 0; i < 300; ++i) {
           scene.log().AppendMany(1);
           peer.Send(scene.log().ChunkFrom(scene.log().size() - 1));
         }
       }},
      {"FiveMegabytesOfEntries", kEverywhere, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         for (int i = 0; i < 84; ++i) {
           v1::EventData event = AboutVerksamhet(scene.self());
           event.mutable_verksamhet_registered()->set_namn(std::string(60'000, 'n'));
           scene.log().Append(event);
           peer.Send(scene.log().ChunkFrom(scene.log().size() - 1));
         }
       }},
  };
}

}  // namespace liggare::hostile
