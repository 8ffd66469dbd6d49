// A small node that holds a row of every kind: its own log and those of two
// children, one of which writes about what is not its own, tiles, texts, checkpoints with
// cosignatures, saved notes, evidence.
#ifndef TESTS_EVENTSTORE_LOG_COMPLETE_NODE_H_
#define TESTS_EVENTSTORE_LOG_COMPLETE_NODE_H_

#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/care/fsck.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::testing {

// Under this name a saved note holds every node's key, a line for each.
inline constexpr char kKeysNote[] = "keys";

// Finds the keys in that note.
class NoteKeyFinder : public log::KeyFinder {
 public:
  std::vector<note::VerifierKey> InEvent(uint32_t type, std::string_view data) override;
  std::vector<note::VerifierKey> InNote(std::string_view key, std::string_view value) override;
};

// Whose entries do not stand aside at that node.
bool MayWriteAbout(std::string_view log, std::string_view subject);

// Every log ends under a stored checkpoint, so that everything derived from it can be
// told from its entries.
class CompleteNode {
 public:
  CompleteNode();
  MemoryDatabase& database() { return database_; }

 private:
  void StoreChildren();
  void SaveOwnCheckpoint();

  MemoryDatabase database_;
  MemoryDatabase first_database_;
  MemoryDatabase second_database_;
  TestNode node_{database_, "se/17"};
  TestNode first_child_{first_database_, "se/17/a"};
  TestNode second_child_{second_database_, "se/17/b"};
};

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_LOG_COMPLETE_NODE_H_
