// The keys of simulated nodes: a path has the same in every run.
#ifndef TESTS_SIMULATION_NODE_KEYS_H_
#define TESTS_SIMULATION_NODE_KEYS_H_

#include <string_view>

#include "eventstore/note/key.h"

namespace liggare::simulation {

inline constexpr std::string_view kTrustDomain = "simulation.liggare.se";

// Lives for ever. Not thread-safe.
const note::SigningKey& KeyOf(std::string_view path);

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_NODE_KEYS_H_
