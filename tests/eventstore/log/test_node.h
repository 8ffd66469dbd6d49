// A node for tests of the log: an EventLog with its sequencer on any Database, a
// judge that admits everything unless told otherwise, a clock that stands still,
// and a key made from its path.
#ifndef TESTS_EVENTSTORE_LOG_TEST_NODE_H_
#define TESTS_EVENTSTORE_LOG_TEST_NODE_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/database/database.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"

namespace liggare::testing {

inline constexpr char kTrustDomain[] = "liggare.test";
inline constexpr int64_t kStartMs = 1'700'000'000'000;

class FakeJudge : public log::Judge {
 public:
  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader& header,
                                                   const log::Submission& submission) override;
  void Accepted(const log::EntryHeader& header, std::string_view entry,
                const log::Submission& submission) override;
  void Stored(const log::Chunk& chunk) override;
  bool SameFields(std::string_view first_data, const std::vector<log::DisclosureText>& stored,
                  const log::Submission& submission) override;

  // What an entry of MakeErasure says, if its log is not in `unlawful`.
  std::vector<std::string> ErasedBy(std::string_view log, uint32_t type,
                                    std::string_view entry) override;

  bool MayWriteAbout(std::string_view log, std::string_view subject) override;

  std::string stranger;              // A log whose entries stand aside.
  std::string unlawful;              // A log whose entries erase nothing.
  absl::Status refusal;              // Of every Admit, unless OK.
  std::vector<log::LogIndex> basis;  // Of every Admit.
  bool same_fields = false;          // Of every SameFields.
  size_t stored_texts = 0;           // That the last SameFields was given.
  std::vector<std::string> told;     // "accepted <log> <index>", "stored <log> <first>".
};

// A submission of an event with this id, about this subject, with a payload of
// type 200 of `payload_bytes` zero bytes.
log::Submission MakeSubmission(std::string_view event_id, std::string_view subject,
                               size_t payload_bytes = 8);
// The text's disclosure, and a submission whose payload holds its commitment.
log::DisclosureText MakeDisclosure(std::string_view text);
log::Submission MakeSubmissionWithText(std::string_view event_id, std::string_view subject,
                                       const log::DisclosureText& text);
// An event that orders the texts of these commitments erased, in entries of `subject`.
log::Submission MakeErasure(std::string_view event_id, std::string_view subject,
                            const std::vector<std::string>& commitments);
// 16 bytes from a number; greater numbers are greater ids.
std::string MakeEventId(uint64_t number);

note::SigningKey KeyOf(std::string_view path);

class TestNode {
 public:
  // The database must outlive the node.
  TestNode(log::Database& database, std::string path);

  log::EventLog& log() { return *log_; }
  log::Sequencer& sequencer() { return *sequencer_; }

  // Record, stepped until answered.
  std::vector<absl::StatusOr<log::Recorded>> Record(std::vector<log::Submission> submissions);
  absl::StatusOr<log::Recorded> RecordOne(log::Submission submission);
  // Records `count` events with fresh ids, one commit each.
  void RecordSome(size_t count, std::string_view subject = "verksamhet/x");

  // Entries [first, end) of a log held here, under the newest checkpoint that
  // there is of it.
  log::Chunk MakeChunk(std::string_view log, uint64_t first, uint64_t end);

  struct Stored {
    absl::Status status;
    log::Sequencer::StoreResult result;
  };
  // Verifies against the held tree and stores, stepped until answered.
  Stored Store(const log::Chunk& chunk);
  // Only verifies.
  log::ChunkVerdict Verify(const log::Chunk& chunk);
  // Copies all of `log` that `from` has and this node lacks.
  Stored CopyFrom(TestNode& from, std::string_view log);

  FakeJudge judge;
  int64_t now_ms = kStartMs;

 private:
  const std::string path_;
  const note::SigningKey key_;
  std::unique_ptr<log::EventLog> log_;
  std::mt19937_64 random_;
  uint64_t next_id_ = 1;
  std::unique_ptr<log::Sequencer> sequencer_;
};

// The path of a log's name: without @<epoch>.
std::string PathOf(std::string_view log);

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_LOG_TEST_NODE_H_
