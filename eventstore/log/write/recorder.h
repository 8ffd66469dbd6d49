// Turns submissions into entries of the own log, one by one: form, duplicates,
// the judge, then the entry. Private to this folder.
#ifndef EVENTSTORE_LOG_WRITE_RECORDER_H_
#define EVENTSTORE_LOG_WRITE_RECORDER_H_

#include "absl/status/statusor.h"
#include "eventstore/log/write/commit_builder.h"
#include "eventstore/log/write/recorded_ids.h"
#include "eventstore/log/write/sequencer.h"

namespace liggare::log {

// For one commit, on the sequencer's thread. Everything must outlive it.
class Recorder {
 public:
  Recorder(const EventLog& log, CommitBuilder& builder, Judge& judge, RecordedIds& ids)
      : log_(log), builder_(builder), judge_(judge), ids_(ids) {}

  // Where the submission will stand when the commit is durable, or why it is
  // refused (Sequencer::Record). The submission must live until the commit is.
  absl::StatusOr<Recorded> Record(const Submission& submission);

  // Adds the Received that the commit needs, each under a fresh id.
  void AddReceived(const SequencerEnvironment& environment);

 private:
  absl::StatusOr<Recorded> AnswerDuplicate(const FirstRecord& first, const Submission& submission);
  absl::StatusOr<Recorded> Append(const DataHeader& header, const Submission& submission);

  const EventLog& log_;
  CommitBuilder& builder_;
  Judge& judge_;
  RecordedIds& ids_;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_WRITE_RECORDER_H_
