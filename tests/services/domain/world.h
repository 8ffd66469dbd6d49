// A small world for the tests of the domain: logs in memory, events recorded as
// nodes do it (shape, authority, judgement), and a view over their states.
#ifndef TESTS_SERVICES_DOMAIN_WORLD_H_
#define TESTS_SERVICES_DOMAIN_WORLD_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "liggare/v1/error.pb.h"
#include "services/domain/fold/fold.h"
#include "services/domain/judge/judge.h"
#include "services/domain/judge/judge_view.h"

namespace liggare::domain {

// An event from JSON without its id, which is made: R"("subject": "…", …)".
v1::EventData EventOf(const std::string& members);
// The same for a payload: EventOf("anslag/2024", "grant_rate_set", R"("rate_ore": 1)").
v1::EventData EventOf(const std::string& subject, const std::string& type,
                      const std::string& fields);

// An entry as a node would write it.
FoldEntry EntryOf(const std::string& log, uint64_t index, uint64_t clock,
                  std::vector<LogPoint> basis, const v1::EventData& event);

// The state after the entries, sorted first, with everything held.
State FoldAll(std::vector<FoldEntry> entries);

class World : public JudgeView {
 public:
  // Judges and records; everyone knows everything at once.
  absl::Status Record(const std::string& writer_path, const v1::EventData& event);
  absl::Status Record(const std::string& writer_path, const std::string& subject,
                      const std::string& type, const std::string& fields);
  // The error of a refused event; its code is UNSPECIFIED if it was recorded.
  v1::Error Refusal(const std::string& writer_path, const std::string& subject,
                    const std::string& type, const std::string& fields);
  // Records without judging, with the given basis.
  void Append(const std::string& writer_path, const v1::EventData& event,
              std::vector<LogPoint> basis);

  absl::StatusOr<std::shared_ptr<const State>> StateOf(std::string_view subject) override;
  absl::StatusOr<std::vector<std::string>> ListSubjects(std::string_view prefix) override;
  absl::StatusOr<std::vector<TextPlace>> TextsOf(std::string_view subject) override;
  absl::StatusOr<proof::NodeKeys> KeysOf(std::string_view path) override;
  std::string_view TrustDomain() const override { return "liggare.test"; }
  // Of the node that records last.
  absl::StatusOr<bool> EnrolsFewerThan(size_t most) override;

  uint64_t entry_count() const { return clock_; }

  // The wall clock of every node; entries are recorded at this time, or, while it
  // stands still, in order.
  int64_t now_ms = 0;

  // The rules by which events are judged.
  RegulationFn regulation_of = RegulationOf;

 private:
  std::map<std::string, std::vector<FoldEntry>, std::less<>> subjects_;
  std::map<std::string, std::shared_ptr<const State>, std::less<>>
      folded_;  // Since the last entry.
  std::map<std::string, uint64_t> log_sizes_;
  uint64_t clock_ = 0;
  std::string recording_;  // The path of the node that records.
};

}  // namespace liggare::domain

#endif  // TESTS_SERVICES_DOMAIN_WORLD_H_
