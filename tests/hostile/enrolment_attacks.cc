// Who may be made a member, closed or robbed of a key.
#include <gtest/gtest.h>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

std::string NameOfKey(const std::string& path) { return kTrustDomain + ("/" + path); }

std::string NewVkey(const std::string& path) {
  return note::SigningKey::Generate(NameOfKey(path))->verifier().Text();
}

// Appends these events to the hostile log, which goes on with them.
std::function<void(Scene&)> Records(
    const std::function<std::vector<v1::EventData>(Scene&)>& events) {
  return [events](Scene& scene) {
    Speaker& peer = scene.Live();
    const uint64_t before = scene.log().size();
    for (const v1::EventData& event : events(scene)) scene.log().Append(event);
    peer.Send(scene.log().ChunkFrom(before));
  };
}

// All that can be written about another node's keys.
std::vector<v1::EventData> Against(Scene& scene, const std::string& path) {
  return {Enrolling(path, NewVkey(path)), Changing(path, scene.key(), NewVkey(path)),
          Closing(path, 0, std::string(merkle::kHashBytes, 'r')),
          Revoking(path, scene.keyring().KeyOf(path).verifier().Text(), 0)};
}

// Sends a chain in a live session.
std::function<void(Scene&)> Chains(const std::function<v1::EnrolmentChain(Scene&)>& chain,
                                   int times = 1) {
  return [=](Scene& scene) {
    Speaker& peer = scene.Live();
    v1::Frame frame;
    *frame.mutable_enrolment() = chain(scene);
    for (int i = 0; i < times; ++i) peer.Send(frame);
  };
}

v1::EnrolmentChain ChainOf(const v1::ProvenEntry& link, int count = 1) {
  v1::EnrolmentChain chain;
  for (int i = 0; i < count; ++i) *chain.add_links() = link;
  return chain;
}

// A link that says that the nation enrols the path; the hostile key signs it.
v1::ProvenEntry ForgedLink(Scene& scene, const std::string& path) {
  ForgedLog nation(kTrustDomain, "se@1", scene.key());
  nation.Append(Enrolling(path, NewVkey(path)));
  return nation.Proven(0);
}

// The victim has revoked the hostile key from here on.
void SignWithARevokedKey(Scene& scene) {
  Speaker& peer = scene.Live();
  const v1::RecordResult revoked = scene.victims_process().Record(
      scene.victim(), Revoking(scene.self(), scene.key().verifier().Text(),
                               static_cast<int64_t>(scene.log().size())));
  ASSERT_TRUE(revoked.has_recorded()) << revoked.ShortDebugString();
  ForgedLog forged = scene.log();
  forged.AppendMany(1);
  peer.Send(forged.ChunkFrom(forged.size() - 1));
}

// Enrols more nodes below itself than it has a use for, and speaks for each of them.
void SpeakForSixHundred(Scene& scene) {
  constexpr int kNodes = 600;
  std::vector<note::SigningKey> keys;
  for (int i = 0; i < kNodes; ++i) {
    const std::string path = scene.self() + "/n" + std::to_string(i);
    keys.push_back(*note::SigningKey::Generate(NameOfKey(path)));
  }
  Records([&](Scene& s) {
    std::vector<v1::EventData> events;
    for (int i = 0; i < kNodes; ++i) {
      events.push_back(Enrolling(s.self() + "/n" + std::to_string(i), keys[i].verifier().Text()));
    }
    return events;
  })(scene);
  for (int i = 0; i < kNodes; ++i) {
    const std::string path = scene.self() + "/n" + std::to_string(i);
    ForgedLog log(kTrustDomain, path + "@1", keys[i]);
    log.AppendMany(1);
    ASSERT_TRUE(scene.speaker().Send(log.ChunkFrom(0)));
  }
}

Attacks Entries() {
  return {
      {"AKeyThatWasRevoked", kBelow, Ends(v1::ERROR_CODE_UNAUTHENTICATED), SignWithARevokedKey},
      {"SixHundredNodesBelowItself", {From::kChild}, GoesOn(), SpeakForSixHundred},
      {"KeysOfASibling", kEverywhere, GoesOn(),
       Records([](Scene& s) { return Against(s, s.bystander()); })},
      {"KeysOfTheNation",
       {From::kChild, From::kCounty, From::kParent},
       GoesOn(),
       Records([](Scene& s) { return Against(s, "se"); })},
      {"KeysOfTheVictim", kBelow, GoesOn(),
       Records([](Scene& s) { return Against(s, s.victim()); })},
      {"KeysOfItself",
       {From::kChild, From::kCounty, From::kParent},
       GoesOn(),
       Records([](Scene& s) { return Against(s, s.self()); })},
      {"AnEnrolmentWithAKeyOfAnothersName", kEverywhere, GoesOn(), Records([](Scene& s) {
         return std::vector{Enrolling(s.self() + "/n", NewVkey(s.bystander())),
                            Enrolling(s.self() + "/m", "no key"),
                            Enrolling(s.self() + "/o", std::string(60'000, 'k'))};
       })},
      {"AnEnrolmentOfNoPath", kEverywhere, GoesOn(), Records([](Scene& s) {
         std::vector<v1::EventData> events;
         for (const char* path : {"", "/", "..", "se//", "se/17/A", "se/1/2/3/4/5/6/7/8/9"}) {
           events.push_back(Enrolling(path, NewVkey(s.self())));
         }
         return events;
       })},
      {"ItsOwnKeyByAnotherThatItEnrolledItself", kBelow, Holds("key"),
       [](Scene& scene) {
         const auto other = note::SigningKey::Generate(NameOfKey(scene.self()));
         Records([&](Scene& s) {
           return std::vector{Enrolling(s.self(), other->verifier().Text())};
         })(scene);
         scene.ExpectTaken();
         ForgedLog forged = scene.log();
         forged.AppendMany(1);
         v1::Chunk chunk = forged.ChunkFrom(forged.size() - 1);
         chunk.set_checkpoint(
             note::SignCheckpoint(forged.CheckpointAt(forged.size()), *other).Encode());
         scene.speaker().Send(chunk);
       }},
  };
}

Attacks Links() {
  return {
      {"AChainOfTenThousandLinks", kEverywhere, GoesOn(),
       Chains([](Scene& s) { return ChainOf(s.log().Proven(0), 10'000); })},
      {"AChainOfNoLinks", kEverywhere, GoesOn(),
       Chains([](Scene&) { return v1::EnrolmentChain(); })},
      {"AChainOfEmptyLinks", kEverywhere, GoesOn(),
       Chains([](Scene&) { return ChainOf(v1::ProvenEntry(), 100); })},
      {"AChainThatTheNationNeverSigned", {From::kParent}, GoesOn(), Chains([](Scene& s) {
         v1::EnrolmentChain chain = ChainOf(ForgedLink(s, s.self()));
         *chain.add_links() = s.log().Proven(0);
         return chain;
       })},
      {"AChainOfAnotherNode", kAbove, GoesOn(), Chains([](Scene& s) {
         ForgedLog log(kTrustDomain, s.self() + "@1", s.key());
         log.Append(Enrolling(s.self() + "/other", NewVkey(s.self() + "/other")));
         return ChainOf(log.Proven(0));
       })},
      {"AChainWithAnotherKeyOfTheVictim", kAbove, GoesOn(), Chains([](Scene& s) {
         ForgedLog log(kTrustDomain, s.self() + "@1", s.key());
         log.Append(Enrolling(s.victim(), NewVkey(s.victim())));
         return ChainOf(log.Proven(0));
       })},
      {"FiveHundredChains", kEverywhere, GoesOn(),
       Chains([](Scene& s) { return ChainOf(s.log().Proven(0), 10); }, 500)},
  };
}

}  // namespace

Attacks EnrolmentAttacks() {
  Attacks all = Entries();
  for (Attack& attack : Links()) all.push_back(std::move(attack));
  return all;
}

}  // namespace liggare::hostile
