// Entries about keys and enrolments twice, out of order, and by who may write them but not
// so: what they stop, and nothing else.
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

note::SigningKey NewKey(const std::string& path) {
  return *note::SigningKey::Generate(kTrustDomain + ("/" + path));
}

std::string Vkey(const note::SigningKey& key) { return key.verifier().Text(); }

// A node below the hostile one, which may write about its keys: a and b count, c never.
struct Below {
  explicit Below(const Scene& scene) : path(scene.self() + "/n") {}
  const std::string path;
  const note::SigningKey a = NewKey(path);
  const note::SigningKey b = NewKey(path);
  const note::SigningKey c = NewKey(path);
};

using Entries = std::function<std::vector<v1::EventData>(const Below&)>;
using Key = const note::SigningKey Below::*;

// A log of the node below whose checkpoints this key signs.
ForgedLog LogBy(const Below& below, Key key) {
  ForgedLog log(kTrustDomain, below.path + "@1", below.*key);
  log.AppendMany(1);
  return log;
}

// The hostile log goes on with these; then of the node below is taken what one key signs,
// and nothing that the other does.
std::function<void(Scene&)> Records(const Entries& entries, Key counts, Key does_not) {
  return [=](Scene& scene) {
    const Below below(scene);
    Speaker& peer = scene.Live();
    const uint64_t before = scene.log().size();
    for (const v1::EventData& event : entries(below)) scene.log().Append(event);
    peer.Send(scene.log().ChunkFrom(before));
    scene.ExpectTaken();
    peer.Send(LogBy(below, does_not).ChunkFrom(0));
    scene.ExpectTaken();
    EXPECT_EQ(scene.SizeAtVictim(below.path + "@1"), 0u) << "by the wrong key";
    // A session hears no more of what it has refused.
    scene.Greet().Send(LogBy(below, counts).ChunkFrom(0));
    EXPECT_TRUE(scene.speaker().Await(v1::Frame::kAcknowledged,
                                      [&](const v1::Frame& frame) {
                                        return frame.acknowledged().state().log() ==
                                               below.path + "@1";
                                      }))
        << "by the right key: " << ErrorText(scene.speaker().AwaitEnd());
  };
}

Attacks OfNodesBelow() {
  return {
      {"AChangeTwiceAndByAKeyThatHasHandedOver", kBelow, GoesOn(),
       Records(
           [](const Below& n) {
             return std::vector{Enrolling(n.path, Vkey(n.a)), Changing(n.path, n.a, Vkey(n.b)),
                                Changing(n.path, n.a, Vkey(n.b)), Changing(n.path, n.a, Vkey(n.c))};
           },
           &Below::b, &Below::c)},
      {"AChangeBeforeTheEnrolment", kBelow, GoesOn(),
       Records(
           [](const Below& n) {
             return std::vector{Changing(n.path, n.a, Vkey(n.c)), Enrolling(n.path, Vkey(n.a))};
           },
           &Below::a, &Below::c)},
      {"AClosingBeforeTheEnrolment", kBelow, GoesOn(),
       Records(
           [](const Below& n) {
             return std::vector{Closing(n.path, 0, std::string(merkle::kHashBytes, 'r')),
                                Enrolling(n.path, Vkey(n.a))};
           },
           &Below::a, &Below::c)},
      {"ASecondEnrolmentWithAnotherKey", kBelow, GoesOn(),
       Records(
           [](const Below& n) {
             return std::vector{Enrolling(n.path, Vkey(n.a)), Enrolling(n.path, Vkey(n.c)),
                                Enrolling(n.path, Vkey(n.a))};
           },
           &Below::a, &Below::c)},
      {"ARevokedKeyEnrolledAgain", kBelow, GoesOn(),
       Records(
           [](const Below& n) {
             return std::vector{Enrolling(n.path, Vkey(n.c)),    Revoking(n.path, Vkey(n.c), 0),
                                Enrolling(n.path, Vkey(n.c)),    Enrolling(n.path, Vkey(n.b)),
                                Enrolling(n.path, Vkey(n.c)),    Changing(n.path, n.b, Vkey(n.c)),
                                Revoking(n.path, Vkey(n.c), 100)};
           },
           &Below::b, &Below::c)},
      {"AChangeSignedByARevokedKey", kBelow, GoesOn(),
       Records(
           [](const Below& n) {
             return std::vector{Enrolling(n.path, Vkey(n.a)), Revoking(n.path, Vkey(n.a), 0),
                                Changing(n.path, n.a, Vkey(n.c)), Enrolling(n.path, Vkey(n.b))};
           },
           &Below::b, &Below::c)},
      {"AThousandEntriesAboutOneKey", kBelow, GoesOn(),
       Records(
           [](const Below& n) {
             std::vector<v1::EventData> events = {Enrolling(n.path, Vkey(n.a))};
             for (int i = 0; i < 1'000; ++i) {
               events.push_back(Changing(n.path, n.c, Vkey(n.c)));
             }
             return events;
           },
           &Below::a, &Below::c)},
  };
}

// As its parent writes about the victim's keys what the victim never agreed to.
std::function<void(Scene&)> AgainstTheVictim(
    const std::function<std::vector<v1::EventData>(Scene&)>& events) {
  return [events](Scene& scene) {
    Speaker& peer = scene.Live();
    const uint64_t before = scene.log().size();
    for (const v1::EventData& event : events(scene)) scene.log().Append(event);
    peer.Send(scene.log().ChunkFrom(before));
  };
}

// The victim goes on recording, and with its own key.
std::function<void(Scene&)> InVainAgainstTheVictim(
    const std::function<std::vector<v1::EventData>(Scene&)>& events) {
  return [events](Scene& scene) {
    AgainstTheVictim(events)(scene);
    scene.ExpectTaken();
    scene.ExpectVictimRecords();
    EXPECT_EQ(scene.VictimsStatus().read_only_reason(), "");
    scene.victims_process().StateOf(scene.victim(), "node/" + scene.victim());
  };
}

std::string KeyOfVictim(Scene& scene) { return Vkey(scene.keyring().KeyOf(scene.victim())); }

Attacks OfTheVictim() {
  return {
      {"AChangeOfTheVictimsKeyThatItNeverSigned", kAbove, GoesOn(),
       InVainAgainstTheVictim([](Scene& s) {
         return std::vector{Changing(s.victim(), s.key(), Vkey(NewKey(s.victim()))),
                            Changing(s.victim(), NewKey(s.victim()), Vkey(NewKey(s.victim())))};
       })},
      {"AnotherKeyOfTheVictim", kAbove, GoesOn(), InVainAgainstTheVictim([](Scene& s) {
         return std::vector{Enrolling(s.victim(), Vkey(NewKey(s.victim()))),
                            Enrolling(s.victim(), Vkey(s.key())),
                            Enrolling(s.victim(), std::string(60'000, 'k'))};
       })},
      {"RevocationsOfKeysThatTheVictimNeverHad", kAbove, GoesOn(),
       InVainAgainstTheVictim([](Scene& s) {
         return std::vector{Revoking(s.victim(), Vkey(NewKey(s.victim())), 0),
                            Revoking(s.victim(), Vkey(s.key()), -1),
                            Revoking(s.victim(), "no key", INT64_MIN)};
       })},
      {"TheVictimsKeyRevoked", kAbove, Stops(), AgainstTheVictim([](Scene& s) {
         return std::vector{Revoking(s.victim(), KeyOfVictim(s), 0)};
       })},
      {"AnEpochOfTheVictimOpened", kAbove, GoesOn(), InVainAgainstTheVictim([](Scene& s) {
         v1::EventData opens = AboutVerksamhet(s.victim());
         opens.set_subject("node/" + s.victim());
         v1::LogState& previous = *opens.mutable_epoch_opened()->mutable_previous();
         previous = s.log().State();
         previous.set_log(s.victim() + "@1");
         return std::vector{opens, opens};
       })},
  };
}

}  // namespace

Attacks KeyAttacks() {
  Attacks all = OfNodesBelow();
  for (Attack& attack : OfTheVictim()) all.push_back(std::move(attack));
  return all;
}

}  // namespace liggare::hostile
