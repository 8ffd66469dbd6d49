// Decides what a node may record: log::Judge over the domain's rules.
//
// Lives on the sequencer's thread but for its making. The EventLog must outlive
// it, and it the Sequencer.
#ifndef SERVICES_RECORD_EVENT_JUDGE_H_
#define SERVICES_RECORD_EVENT_JUDGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "services/record/sequenced_states.h"

namespace liggare::record {

class EventJudge : public log::Judge {
 public:
  explicit EventJudge(const log::EventLog& log,
                      size_t kept_weight_max = SequencedStates::kKeptWeightMax);
  ~EventJudge() override;

  // The submission must have come through ParseSubmission. Errors as those of
  // domain::JudgeEvent. The basis is, per log, the last entry of the subject that
  // this node holds.
  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader& header,
                                                   const log::Submission& submission) override;
  void Accepted(const log::EntryHeader& header, std::string_view entry,
                const log::Submission& submission) override;
  void Stored(const log::Chunk& chunk) override;
  bool SameFields(std::string_view first_data, const std::vector<log::DisclosureText>& stored,
                  const log::Submission& submission) override;
  // domain::ErasedBy.
  std::vector<std::string> ErasedBy(std::string_view log, uint32_t type,
                                    std::string_view entry) override;
  // domain::MayWriteAbout.
  bool MayWriteAbout(std::string_view log, std::string_view subject) override;

 private:
  const log::EventLog& log_;
  SequencedStates states_;
  std::vector<log::LogIndex> basis_;  // Of the submission admitted last.
  std::unique_ptr<log::EventLog::Subscription> commits_;
};

}  // namespace liggare::record

#endif  // SERVICES_RECORD_EVENT_JUDGE_H_
