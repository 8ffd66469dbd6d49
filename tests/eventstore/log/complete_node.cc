#include "tests/eventstore/log/complete_node.h"

#include <gtest/gtest.h>

#include <utility>

namespace liggare::testing {
namespace {

constexpr char kStranger[] = "se/17/b@1";

}  // namespace

std::vector<note::VerifierKey> NoteKeyFinder::InEvent(uint32_t, std::string_view) { return {}; }

std::vector<note::VerifierKey> NoteKeyFinder::InNote(std::string_view key, std::string_view value) {
  std::vector<note::VerifierKey> keys;
  if (key != kKeysNote) return keys;
  for (size_t end = value.find('\n'); end != std::string_view::npos; end = value.find('\n')) {
    if (const auto parsed = note::VerifierKey::Parse(value.substr(0, end)); parsed.ok()) {
      keys.push_back(*parsed);
    }
    value.remove_prefix(end + 1);
  }
  return keys;
}

bool MayWriteAbout(std::string_view log, std::string_view) { return log != kStranger; }

CompleteNode::CompleteNode() {
  node_.judge.stranger = kStranger;
  first_child_.RecordSome(262, "rapport/2024/se/17/a");  // A full tile and an open one.
  for (int i = 0; i < 3; ++i) {
    const auto text = MakeDisclosure("text " + std::to_string(i));
    EXPECT_TRUE(
        first_child_
            .RecordOne(MakeSubmissionWithText(MakeEventId((1ull << 60) + i), "brist/a/1", text))
            .ok());
  }
  second_child_.RecordSome(5, "rapport/2024/se/17/b");
  StoreChildren();
  std::string vkeys;
  for (const char* path : {"se", "se/17", "se/17/a", "se/17/b"}) {
    vkeys += KeyOf(path).verifier().Text() + "\n";
  }
  node_.sequencer().SaveNote(kKeysNote, vkeys);
  node_.sequencer().SaveNote("recording_stopped", "a reason");
  node_.sequencer().Step();
  SaveOwnCheckpoint();
  node_.sequencer().Freeze("se/17/b@1", "evidence", [](absl::Status) {});
  node_.sequencer().Step();
}

void CompleteNode::StoreChildren() {
  node_.RecordSome(3, "bidrag/2024/1780");
  EXPECT_TRUE(node_.Store(first_child_.MakeChunk("se/17/a@1", 0, 100)).status.ok());
  EXPECT_TRUE(node_.CopyFrom(second_child_, "se/17/b@1").status.ok());
  EXPECT_TRUE(node_.CopyFrom(first_child_, "se/17/a@1").status.ok());
  EXPECT_TRUE(node_
                  .RecordOne(MakeSubmissionWithText(MakeEventId(1ull << 61), "bidrag/2024/1780",
                                                    MakeDisclosure("own text")))
                  .ok());
  const auto erased = MakeDisclosure("erased text");
  EXPECT_TRUE(node_
                  .RecordOne(MakeSubmissionWithText(MakeEventId((1ull << 61) + 1),
                                                    "bidrag/2024/1780", erased))
                  .ok());
  EXPECT_TRUE(node_
                  .RecordOne(MakeErasure(MakeEventId((1ull << 61) + 2), "bidrag/2024/1780",
                                         {erased.commitment}))
                  .ok());
}

// The own log's checkpoint, which the parent has cosigned.
void CompleteNode::SaveOwnCheckpoint() {
  auto own = node_.sequencer().OwnCheckpoint();
  ASSERT_TRUE(own.ok()) << own.status();
  own->note.signatures.push_back(note::Cosign(KeyOf("se"), own->note.text, kStartMs / 1000));
  node_.sequencer().SaveCheckpoint("se/17@1", *std::move(own));
  node_.sequencer().Step();
}

}  // namespace liggare::testing
