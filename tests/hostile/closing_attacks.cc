// What a node that was closed may try, and who may close whom.
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

constexpr auto kReadOnly = v1::ERROR_CODE_READ_ONLY;

std::string SomeRoot() { return std::string(merkle::kHashBytes, 'r'); }

// The victim, who may, closes the hostile node with what it holds of its log.
void Close(Scene& scene) {
  const v1::LogState state = scene.log().State();
  const v1::RecordResult closed = scene.victims_process().Record(
      scene.victim(), Closing(scene.self(), static_cast<int64_t>(state.size()), state.root()));
  ASSERT_TRUE(closed.has_recorded()) << ErrorText(closed.error());
}

void ExpectRefusalOf(Speaker& peer, const v1::Chunk& chunk) {
  peer.Send(chunk);
  const auto refused = peer.Await(v1::Frame::kExpected, [&](const v1::Frame& frame) {
    return frame.expected().state().log() == chunk.log() && frame.expected().has_refusal();
  });
  ASSERT_TRUE(refused) << ErrorText(peer.AwaitEnd());
  EXPECT_EQ(v1::ErrorCode_Name(refused->expected().refusal().code()), "ERROR_CODE_READ_ONLY")
      << refused->expected().refusal().message();
}

// The next epoch of the hostile log, which continues it.
ForgedLog NextEpoch(Scene& scene) {
  ForgedLog log(kTrustDomain, scene.self() + "@2", scene.key());
  v1::EventData opens = AboutVerksamhet(scene.self());
  opens.set_subject("node/" + scene.self());
  *opens.mutable_epoch_opened()->mutable_previous() = scene.log().State();
  log.Append(opens);
  return log;
}

// Whatever the hostile node sends, it ends where it was closed; what came before stands.
std::function<void(Scene&)> IsClosedThenSends(
    const std::function<std::vector<v1::Chunk>(Scene&)>& chunks) {
  return [chunks](Scene& scene) {
    scene.Live();
    const uint64_t end = scene.log().size();
    scene.victims_process().ExpectReceipt(scene.victim(), scene.log().name() + "#0");
    Close(scene);
    for (const v1::Chunk& chunk : chunks(scene)) {
      // Of what was refused nothing is heard in this session.
      ExpectRefusalOf(scene.Greet(), chunk);
      EXPECT_EQ(scene.SizeAtVictim(scene.log().name()), end);
      EXPECT_EQ(scene.SizeAtVictim(scene.self() + "@2"), 0u);
    }
    scene.victims_process().ExpectReceipt(scene.victim(), scene.log().name() + "#0");
    // For the table to see it refused.
    scene.Greet().Send(chunks(scene).back());
  };
}

ForgedLog Longer(Scene& scene, uint64_t more) {
  ForgedLog forged = scene.log();
  forged.AppendMany(more);
  return forged;
}

Attacks OfTheClosed() {
  return {
      {"EntriesBeyondItsEnd", kBelow, Refuses(kReadOnly), IsClosedThenSends([](Scene& s) {
         const ForgedLog forged = Longer(s, 3);
         return std::vector{forged.Chunk(s.log().size(), s.log().size() + 1),
                            forged.ChunkFrom(s.log().size())};
       })},
      {"AnEpochBeyondItsEnd", kBelow, Refuses(kReadOnly),
       IsClosedThenSends([](Scene& s) { return std::vector{NextEpoch(s).ChunkFrom(0)}; })},
      {"AnOpeningByItself", kBelow, Refuses(kReadOnly), IsClosedThenSends([](Scene& s) {
         ForgedLog forged = s.log();
         forged.Append(Enrolling(s.self(), s.key().verifier().Text()));
         return std::vector{forged.ChunkFrom(s.log().size())};
       })},
      // Its nodes have nobody to enrol them beyond the end, and no way but its session.
      {"ANodeEnrolledBeyondItsEnd", kBelow, Refuses(kReadOnly), IsClosedThenSends([](Scene& s) {
         const std::string path = s.self() + "/n";
         ForgedLog forged = s.log();
         forged.Append(Enrolling(path, s.keyring().KeyOf(path).verifier().Text()));
         ForgedLog below(kTrustDomain, path + "@1", s.keyring().KeyOf(path));
         below.AppendMany(1);
         s.Greet().Send(below.ChunkFrom(0));
         return std::vector{forged.ChunkFrom(s.log().size())};
       })},
      {"EveryThingAThousandTimesAfterItsEnd", kBelow, Refuses(kReadOnly),
       [](Scene& scene) {
         scene.Live();
         Close(scene);
         const ForgedLog forged = Longer(scene, 1);
         Speaker& peer = scene.Greet();
         for (int i = 0; i < 1'000; ++i) peer.Send(forged.ChunkFrom(scene.log().size()));
       }},
      {"TheSameAgainUpToItsEnd", kBelow, Refuses(kReadOnly),
       [](Scene& scene) {
         scene.Live();
         Close(scene);
         scene.Greet();
         scene.Deliver();  // Is answered as before.
         scene.speaker().Send(Longer(scene, 1).ChunkFrom(scene.log().size()));
       }},
  };
}

// Closings in the hostile log, of nodes that it did not enrol.
std::function<void(Scene&)> Closes(const std::function<std::vector<std::string>(Scene&)>& paths) {
  return [paths](Scene& scene) {
    Speaker& peer = scene.Live();
    const uint64_t before = scene.log().size();
    for (const std::string& path : paths(scene)) {
      for (const int64_t size : {int64_t{0}, int64_t{1}, INT64_MAX, int64_t{-1}, INT64_MIN}) {
        scene.log().AppendChanged(Closing(path, size, SomeRoot()), [&](v1::Event& event) {
          v1::Basis& basis = *event.add_basis();
          basis.set_log(path + "@100");
          basis.set_index(7);
        });
      }
    }
    peer.Send(scene.log().ChunkFrom(before));
  };
}

// Closes a node that it enrolled itself, at two entries, with others' logs in the basis.
void CloseItsOwnChild(Scene& scene) {
  Speaker& peer = scene.Live();
  const std::string path = scene.self() + "/n";
  const uint64_t before = scene.log().size();
  ForgedLog below(kTrustDomain, path + "@1", scene.keyring().KeyOf(path));
  below.AppendMany(2);
  scene.log().Append(Enrolling(path, below.key().verifier().Text()));
  scene.log().AppendChanged(
      Closing(path, 2, std::string(merkle::HashBytes(below.RootAt(2)))), [&](v1::Event& event) {
        for (const std::string& other : {scene.bystander(), scene.victim(), scene.self()}) {
          event.add_basis()->set_log(other + "@1");
        }
      });
  peer.Send(scene.log().ChunkFrom(before));
  scene.ExpectTaken();
  peer.Send(below.ChunkFrom(0));
  EXPECT_TRUE(peer.Await(v1::Frame::kAcknowledged, [&](const v1::Frame& frame) {
    return frame.acknowledged().state().log() == below.name();
  })) << "what came before its end";
  below.AppendMany(1);
  ExpectRefusalOf(peer, below.ChunkFrom(2));
  EXPECT_EQ(scene.SizeAtVictim(below.name()), 2u);
}

// As the victim's parent, which may: the victim records nothing more, and what it has
// recorded stands.
std::function<void(Scene&)> ClosesTheVictim(int64_t size) {
  return [size](Scene& scene) {
    scene.ExpectVictimRecords();
    Speaker& peer = scene.Live();
    const uint64_t before = scene.log().size();
    scene.log().Append(Closing(scene.victim(), size, SomeRoot()));
    peer.Send(scene.log().ChunkFrom(before));
  };
}

void CloseTheVictimAndOpenIt(Scene& scene) {
  Speaker& peer = scene.Live();
  const uint64_t before = scene.log().size();
  const std::string vkey = scene.keyring().KeyOf(scene.victim()).verifier().Text();
  for (int i = 0; i < 20; ++i) {
    scene.log().Append(Closing(scene.victim(), 0, SomeRoot()));
    scene.log().Append(Enrolling(scene.victim(), vkey, scene.victims_process().host()));
  }
  peer.Send(scene.log().ChunkFrom(before));
  scene.ExpectTaken();
  scene.ExpectVictimRecords();
}

Attacks OfWhoCloses() {
  return {
      {"ClosingsByWhoDidNotEnrol", kEverywhere, GoesOn(), Closes([](Scene& s) {
         std::vector<std::string> paths = {s.self(), "se", s.bystander(), "se/98", "se/17/a"};
         if (!s.is_above()) paths.push_back(s.victim());
         return paths;
       })},
      {"ItsOwnChildClosedThatGoesOn", kBelow, GoesOn(), CloseItsOwnChild},
      {"TheVictimClosedAtNothing", kAbove, Stops(), ClosesTheVictim(0)},
      {"TheVictimClosedBeyondAllNumbers", kAbove, Stops(), ClosesTheVictim(-1)},
      {"TheVictimClosedAndOpenedAgainAndAgain", kAbove, GoesOn(), CloseTheVictimAndOpenIt},
  };
}

}  // namespace

Attacks ClosingAttacks() {
  Attacks all = OfTheClosed();
  for (Attack& attack : OfWhoCloses()) all.push_back(std::move(attack));
  return all;
}

}  // namespace liggare::hostile
