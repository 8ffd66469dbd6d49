// The honest nodes beside which the hostile ones stand, each tier a real process:
//
//   se
//   ├─ se/17 ─┬─ se/17/a
//   │         ├─ se/17/b
//   │         └─ … hostile children, one for each attack
//   ├─ se/01 ─── se/01/c
//   └─ … hostile counties, one for each attack
//
// After every attack ExpectHonestGoOn says whether the rest of the country noticed.
#ifndef TESTS_HOSTILE_TREE_H_
#define TESTS_HOSTILE_TREE_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/hostile/keyring.h"
#include "tests/hostile/node_process.h"

namespace liggare::hostile {

// Not thread-safe.
class Tree {
 public:
  // Starts every process and enrols every node.
  Tree();
  ~Tree();

  Keyring& keyring() { return keyring_; }
  // The process that hosts a node, which must be one of the above.
  NodeProcess& At(const std::string& path);
  // Enrols a node at the honest one above it, with its key in the keyring.
  void Enrol(const std::string& path, const std::string& host = "hostile");

  // Every verksamhet records, and the nation has it; the counties have what the nation
  // wrote meanwhile. Nobody is closed for writing, and no alarm is about an honest log.
  void ExpectHonestGoOn();
  // Ends every process, checks every directory, and begins again: what an attack left
  // behind must not hurt later, either.
  void RestartChecked();

 private:
  void ExpectBlameless(const std::string& path);

  Keyring keyring_;
  std::vector<std::unique_ptr<NodeProcess>> processes_;  // From the nation down.
};

// Whether a log or a node is one of the hostile ones: its path has a segment that begins
// with "x-".
bool IsHostile(const std::string& name);

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_TREE_H_
