// What may be sent as entries.
#include <gtest/gtest.h>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

constexpr auto kNotVerified = v1::ERROR_CODE_VERIFICATION_FAILED;

// The hostile log with one more entry, signed as it stands, and sent.
std::function<void(Scene&)> Signs(const std::function<void(Scene&, ForgedLog&)>& append) {
  return [append](Scene& scene) {
    Speaker& peer = scene.Live();
    ForgedLog forged = scene.log();
    const uint64_t before = forged.size();
    append(scene, forged);
    peer.Send(forged.ChunkFrom(before));
  };
}

// An honest entry, in which the header is changed before it is signed.
std::function<void(Scene&)> SignsHeader(const std::function<void(Scene&, v1::Event&)>& change) {
  return Signs([change](Scene& scene, ForgedLog& forged) {
    forged.AppendChanged(AboutVerksamhet(scene.self()),
                         [&](v1::Event& event) { change(scene, event); });
  });
}

// An honest chunk of two entries, changed after it was signed.
std::function<void(Scene&)> Sends(const std::function<void(Scene&, v1::Chunk&)>& change) {
  return [change](Scene& scene) {
    Speaker& peer = scene.Live();
    ForgedLog forged = scene.log();
    const uint64_t before = forged.size();
    forged.AppendMany(2);
    v1::Chunk chunk = forged.ChunkFrom(before);
    change(scene, chunk);
    peer.Send(chunk);
  };
}

// Signed entries whose hashes stand in their place.
void AppendWithheld(Scene&, ForgedLog& forged) {
  for (int i = 0; i < 3; ++i) forged.AppendBytes(std::string(merkle::kHashBytes, 'w'));
}

// Another history of the log from its beginning, signed as well.
ForgedLog OtherHistory(Scene& scene) {
  ForgedLog other(kTrustDomain, scene.log().name(), scene.key());
  other.AppendMany(scene.log().size());
  return other;
}

Attacks Headers() {
  return {
      {"AnEntryOfAnothersLog", kEverywhere, Freezes(),
       SignsHeader([](Scene& s, v1::Event& event) { event.set_log(s.bystander() + "@1"); })},
      {"AnEntryOfTheVictimsLog", kEverywhere, Freezes(),
       SignsHeader([](Scene& s, v1::Event& event) { event.set_log(s.victim() + "@1"); })},
      {"AnEntryWithAnotherIndex", kEverywhere, Freezes(),
       SignsHeader([](Scene&, v1::Event& event) { event.set_index(event.index() + 1); })},
      {"AnEntryWithTheLastIndexOfAll", kEverywhere, Freezes(),
       SignsHeader([](Scene&, v1::Event& event) { event.set_index(UINT64_MAX); })},
      {"AClockThatGoesBack", kEverywhere, Freezes(),
       SignsHeader([](Scene&, v1::Event& event) { event.set_clock(1); })},
      {"AClockThatStandsStill", kEverywhere, Freezes(), Signs([](Scene& s, ForgedLog& forged) {
         const uint64_t clock = forged.next_clock();
         for (int i = 0; i < 2; ++i) {
           forged.AppendChanged(AboutVerksamhet(s.self()),
                                [&](v1::Event& event) { event.set_clock(clock); });
         }
       })},
      {"AClockAtTheEndOfTime", kEverywhere, Holds("CLOCK_AHEAD"),
       SignsHeader([](Scene&, v1::Event& event) { event.set_clock(UINT64_MAX); })},
      {"AFormatOfALaterVersion", kEverywhere, GoesOn(),
       [](Scene& s) {
         Speaker& peer = s.Live();
         s.log().AppendChanged(AboutVerksamhet(s.self()),
                               [](v1::Event& event) { event.set_format_version(UINT32_MAX); });
         peer.Send(s.log().ChunkFrom(s.log().size() - 1));
       }},
      {"AnEventIdOfTwoBytes", kEverywhere, Freezes(), Signs([](Scene& s, ForgedLog& forged) {
         v1::EventData data = AboutVerksamhet(s.self());
         data.set_event_id("id");
         forged.Append(data);
       })},
      {"AnEventWithoutASubject", kEverywhere, Freezes(), Signs([](Scene& s, ForgedLog& forged) {
         v1::EventData data = AboutVerksamhet(s.self());
         data.clear_subject();
         forged.Append(data);
       })},
      {"ASubjectOfTenKilobytes", kEverywhere, Freezes(), Signs([](Scene& s, ForgedLog& forged) {
         v1::EventData data = AboutVerksamhet(s.self());
         data.set_subject(std::string(10'000, 's'));
         forged.Append(data);
       })},
      {"AnEventWithoutAPayload", kEverywhere, Freezes(), Signs([](Scene& s, ForgedLog& forged) {
         v1::EventData data = AboutVerksamhet(s.self());
         data.clear_payload();
         forged.Append(data);
       })},
      {"AnEventWithTwoPayloads", kEverywhere, Freezes(), Signs([](Scene& s, ForgedLog& forged) {
         v1::EventData second;
         second.mutable_report_submitted();
         forged.AppendChanged(AboutVerksamhet(s.self()), [&](v1::Event& event) {
           event.set_data(event.data() + second.SerializeAsString());
         });
       })},
      {"AnEmptyEntry", kEverywhere, Freezes(),
       Signs([](Scene&, ForgedLog& forged) { forged.AppendBytes(""); })},
      {"AnEntryThatIsNoMessage", kEverywhere, Freezes(),
       Signs([](Scene&, ForgedLog& forged) { forged.AppendBytes("\xff\xff\xff\xff"); })},
  };
}

Attacks Places() {
  return {
      {"AGap", kEverywhere, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog forged = scene.log();
         forged.AppendMany(5);
         peer.Send(forged.ChunkFrom(forged.size() - 1));
         EXPECT_TRUE(peer.Await(v1::Frame::kExpected));
       }},
      {"TheSameAgainAndAgain", kEverywhere, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         for (int i = 0; i < 100; ++i) peer.Send(scene.log().ChunkFrom(0));
       }},
      {"AnotherHistory", kEverywhere, Freezes(),
       [](Scene& scene) { scene.Live().Send(OtherHistory(scene).ChunkFrom(0)); }},
      {"AnotherHistoryThatIsLonger", kEverywhere, Freezes(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog other = OtherHistory(scene);
         other.AppendMany(3);
         peer.Send(other.ChunkUnder(0, scene.log().size(), scene.log().size()));
       }},
      {"AnotherByteInWhatIsHeld", kEverywhere, GoesOn(),
       [](Scene& scene) {
         // Of entries that are held nothing is read but how many there are.
         Speaker& peer = scene.Live();
         v1::Chunk chunk = scene.log().ChunkFrom(0);
         chunk.mutable_entries(0)->back() ^= 1;
         peer.Send(chunk);
       }},
      {"AnotherByteInWhatIsNew", kEverywhere, Ends(kNotVerified),
       Sends([](Scene&, v1::Chunk& chunk) { chunk.mutable_entries(1)->back() ^= 1; })},
      {"EntriesInAnotherOrder", kEverywhere, Ends(kNotVerified),
       Sends([](Scene&, v1::Chunk& chunk) { chunk.mutable_entries()->SwapElements(0, 1); })},
      {"AnIndexBeyondAll", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       Sends([](Scene&, v1::Chunk& chunk) { chunk.set_first_index(UINT64_MAX); })},
      {"EntriesOfAnothersLog", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       Sends([](Scene& s, v1::Chunk& chunk) { chunk.set_log(s.bystander() + "@1"); })},
      {"EntriesOfTheVictimsLog", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       Sends([](Scene& s, v1::Chunk& chunk) { chunk.set_log(s.victim() + "@1"); })},
      {"EntriesOfNoLog", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       Sends([](Scene&, v1::Chunk& chunk) { chunk.clear_log(); })},
      {"EntriesOfANodeThatNobodyEnrolled", kBelow, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         for (int i = 0; i < 100; ++i) {
           const std::string path = scene.self() + "/n" + std::to_string(i);
           ForgedLog unknown(kTrustDomain, path + "@1", scene.key());
           unknown.AppendMany(1);
           peer.Send(unknown.ChunkFrom(0));
         }
       }},
      {"MoreThanAChunkMayHold", kEverywhere, Ends(v1::ERROR_CODE_LIMIT_EXCEEDED),
       Sends([](Scene&, v1::Chunk& chunk) {
         chunk.mutable_entries(0)->resize(300'000);
         chunk.mutable_entries(1)->resize(300'000);
       })},
      {"AnEntryLargerThanAny", kEverywhere, Ends(kNotVerified),
       Signs([](Scene&, ForgedLog& forged) { forged.AppendBytes(std::string(400'000, 'e')); })},
      {"AMillionEmptyEntries", kEverywhere, Ends(v1::ERROR_CODE_LIMIT_EXCEEDED),
       Sends([](Scene&, v1::Chunk& chunk) {
         for (int i = 0; i < 1'000'000; ++i) chunk.add_entries();
       })},
      {"WithheldEntries",
       {From::kChild, From::kCounty, From::kNation},
       Ends(kNotVerified),
       Signs(AppendWithheld)},
      {"WithheldEntries",
       {From::kParent},
       GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         const uint64_t before = scene.log().size();
         AppendWithheld(scene, scene.log());
         peer.Send(scene.log().ChunkFrom(before));
       }},
      {"TwoEventsOfOneId", kEverywhere, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         const uint64_t before = scene.log().size();
         const v1::EventData event = AboutVerksamhet(scene.self());
         for (int i = 0; i < 3; ++i) scene.log().Append(event);
         peer.Send(scene.log().ChunkFrom(before));
       }},
  };
}

}  // namespace

Attacks ChunkAttacks() {
  Attacks all = Headers();
  for (Attack& attack : Places()) all.push_back(std::move(attack));
  return all;
}

}  // namespace liggare::hostile
