// What the rules of judge_*.cc have in common. Private to the judge.
#ifndef SERVICES_DOMAIN_JUDGE_JUDGEMENT_H_
#define SERVICES_DOMAIN_JUDGE_JUDGEMENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/judge/judge_view.h"
#include "services/domain/law/regulation.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {

using StatePtr = std::shared_ptr<const State>;

// One event that is being judged. What it refers to outlives it.
struct Judgement {
  const v1::EventData& event;
  std::string_view writer_path;
  const Subject& subject;
  JudgeView& view;
  const Regulation& regulation;

  // The state of the event's own subject.
  absl::StatusOr<StatePtr> Own() const { return view.StateOf(event.subject()); }
};

// OK, or why the event may not be recorded.
using JudgeFn = absl::Status (*)(const Judgement&);

// By the event type's number. Null: nothing but shape and authority is asked.
JudgeFn GrantRuleOf(int type);     // judge_grant.cc
JudgeFn ReturnRuleOf(int type);    // judge_returned.cc
JudgeFn ReportRuleOf(int type);    // judge_report.cc
JudgeFn AterkravRuleOf(int type);  // judge_aterkrav.cc
JudgeFn BristRuleOf(int type);     // judge_brist.cc
JudgeFn ErasureRuleOf(int type);   // judge_erasure.cc

// PREREQUISITE_MISSING: `expected` must come first.
absl::Status MissingStep(std::string message, std::string expected);

// STEP_NOT_ALLOWED: `expected` is what is possible.
absl::Status ForbiddenStep(std::string message, std::string expected);

// What was done before, what this event adds, and what both may not exceed.
struct Amounts {
  int64_t before_ore = 0;
  int64_t added_ore = 0;
  int64_t limit_ore = 0;
};
// AMOUNT_EXCEEDED: "<what> would exceed <of>".
absl::Status CheckNotAbove(const Amounts& amounts, std::string_view what, std::string_view of);

// OLD_VALUE_DIFFERS unless `stated` is what `path` holds.
absl::Status CheckOldValue(const State& state, const std::string& path, const v1::Value& stated);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_JUDGE_JUDGEMENT_H_
