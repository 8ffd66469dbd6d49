// What may be claimed to be held.
#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

v1::LogState State(const std::string& log, uint64_t size, std::string root) {
  v1::LogState state;
  state.set_log(log);
  state.set_size(size);
  state.set_root(std::move(root));
  return state;
}

std::string SomeRoot() { return std::string(merkle::kHashBytes, 'r'); }

// Greets with this frontier, and then as an honest node would.
std::function<void(Scene&)> Claims(const std::function<void(Scene&, v1::Frontier&)>& fill) {
  return [fill](Scene& scene) {
    v1::Frontier frontier;
    fill(scene, frontier);
    scene.Greet(frontier);
  };
}

void Claim(v1::Frontier& frontier, v1::LogState state) { *frontier.add_logs() = std::move(state); }

std::function<void(Scene&)> ClaimsOfVictim(uint64_t size, const std::string& epoch = "@1") {
  return Claims([size, epoch](Scene& scene, v1::Frontier& frontier) {
    Claim(frontier, State(scene.victim() + epoch, size, SomeRoot()));
  });
}

}  // namespace

Attacks FrontierAttacks() {
  const auto names = [](const std::function<std::string(const Scene&, int)>& name, int count) {
    return Claims([=](Scene& scene, v1::Frontier& frontier) {
      for (int i = 0; i < count; ++i) Claim(frontier, State(name(scene, i), 1, SomeRoot()));
    });
  };
  return {
      // A parent that holds more of its child's log than the child is believed at once: a
      // disk that was set back must not record a second history meanwhile.
      {"MoreOfTheVictimsLogThanItHas", kBelow, GoesOn(), ClaimsOfVictim(1'000'000)},
      {"MoreOfTheVictimsLogThanItHas", kAbove, Stops(), ClaimsOfVictim(1'000'000)},
      {"TheVictimsLogWithoutEnd", kBelow, GoesOn(), ClaimsOfVictim(UINT64_MAX)},
      {"TheVictimsLogWithoutEnd", kAbove, Stops(), ClaimsOfVictim(UINT64_MAX)},
      {"ALaterEpochOfTheVictim", kBelow, GoesOn(), ClaimsOfVictim(1, "@4294967295")},
      {"ALaterEpochOfTheVictim", kAbove, Stops(), ClaimsOfVictim(1, "@4294967295")},
      {"AnotherRootOfTheVictimsLog", kBelow, GoesOn(), ClaimsOfVictim(1)},
      {"ARootOfTheWrongLength", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       Claims([](Scene& scene, v1::Frontier& frontier) {
         Claim(frontier, State(scene.log().name(), 1, "short"));
       })},
      {"ARootOfNothing", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       Claims([](Scene& scene, v1::Frontier& frontier) {
         Claim(frontier, State(scene.log().name(), 0, "short"));
       })},
      {"ItsOwnLogWithoutEnd", kEverywhere, GoesOn(),
       Claims([](Scene& scene, v1::Frontier& frontier) {
         Claim(frontier, State(scene.log().name(), UINT64_MAX, SomeRoot()));
       })},
      {"OneLogTwice", kBelow, GoesOn(), Claims([](Scene& scene, v1::Frontier& frontier) {
         for (int i = 0; i < 2; ++i) Claim(frontier, State(scene.log().name(), 7 + i, SomeRoot()));
         for (int i = 0; i < 2; ++i) Claim(frontier, State(scene.victim() + "@1", 1, SomeRoot()));
       })},
      {"AnothersLog", kEverywhere, GoesOn(), Claims([](Scene& scene, v1::Frontier& frontier) {
         Claim(frontier, State("se/98/other@1", UINT64_MAX, SomeRoot()));
         Claim(frontier, State("se/98@1", 5, SomeRoot()));
         Claim(frontier, State("no/1@1", 5, SomeRoot()));
         if (!scene.is_above()) Claim(frontier, State(scene.bystander() + "@1", 5, SomeRoot()));
       })},
      {"NamesThatAreNone", kEverywhere, GoesOn(), Claims([](Scene& scene, v1::Frontier& frontier) {
         for (const char* end : {"@", "@0", "@01", "@-1", "@1@1", "@4294967296", "", "/@1",
                                 "\x1b[2J@1", "\n@1", "/system@1", "/..@1"}) {
           Claim(frontier, State(scene.self() + end, 1, SomeRoot()));
         }
         Claim(frontier, State("", 1, SomeRoot()));
       })},
      {"NamesOfTenKilobytes", kEverywhere, GoesOn(),
       names(
           [](const Scene& scene, int i) {
             return scene.self() + "/" + std::string(10'000, 'n') + std::to_string(i) + "@1";
           },
           100)},
      {"AHundredThousandLogs", kEverywhere, Ends(v1::ERROR_CODE_LIMIT_EXCEEDED),
       names([](const Scene& scene, int i) { return scene.self() + "@" + std::to_string(i + 1); },
             100'000)},
  };
}

}  // namespace liggare::hostile
