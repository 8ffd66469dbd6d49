// In the simulator's programs a signature is a hash of key and message, and one
// verifies that was made in the same run, with that key, of that message, and no
// other does. Ed25519 itself, which note's tests cover, would take most of a run.
#ifndef TESTS_SIMULATION_QUICK_SIGNATURES_H_
#define TESTS_SIMULATION_QUICK_SIGNATURES_H_

namespace liggare::simulation {

// A run begins: nothing is remembered of earlier ones.
void ForgetSignatures();

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_QUICK_SIGNATURES_H_
