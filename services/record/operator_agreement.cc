#include "services/record/operator_agreement.h"

#include <algorithm>
#include <set>
#include <utility>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/text/utc_time.h"
#include "services/record/submission.h"

namespace liggare::record {
namespace {

std::string WhatText(const v1::EventData& event) {
  return form::FindEventType(form::TypeNumberOf(event))->name + " about " + event.subject();
}

}  // namespace

absl::StatusOr<std::string> OperatorAgreement::Agree(std::shared_ptr<const v1::EventData> event,
                                                     const std::vector<log::DisclosureText>& texts,
                                                     const std::string& by) {
  auto same = std::make_shared<v1::EventData>(*event);
  same->clear_event_id();
  same->clear_actor();
  same->clear_expected();  // The state may have moved between the two.
  const std::lock_guard lock(mutex_);
  const int64_t now_ms = now_ms_();
  std::erase_if(proposals_, [&](const Proposal& each) { return each.until_ms <= now_ms; });
  Proposal proposal = {std::move(same), texts, by, now_ms + kProposalMaxMs};
  for (auto each = proposals_.begin(); each != proposals_.end(); ++each) {
    if (!SameFields(*each->event, each->texts, *proposal.event, texts)) continue;
    if (each->by == by) return Waits(*each);
    std::string principal = each->by + " " + by;
    proposals_.erase(each);
    return principal;
  }
  absl::Status waits = Waits(proposal);
  absl::Status kept = Keep(std::move(proposal));
  return kept.ok() ? waits : kept;
}

std::vector<std::string> OperatorAgreement::Waiting() const {
  const std::lock_guard lock(mutex_);
  const int64_t now_ms = now_ms_();
  std::vector<std::string> waiting;
  for (const Proposal& each : proposals_) {
    if (each.until_ms <= now_ms) continue;
    waiting.push_back(WhatText(*each.event) + " was sent by " + each.by +
                      " and waits for another operator until " + text::UtcText(each.until_ms));
  }
  return waiting;
}

absl::Status OperatorAgreement::Waits(const Proposal& proposal) const {
  return MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                   {.message = node_ + " records " + WhatText(*proposal.event) +
                               " when two operators have sent it; " + proposal.by + " is the first",
                    .field = "",
                    .expected = "the same event, sent by another operator of " + node_ +
                                " before " + text::UtcText(proposal.until_ms)});
}

absl::Status OperatorAgreement::Keep(Proposal proposal) {
  std::set<std::string> proposers = {proposal.by};
  size_t own = 0;
  for (const Proposal& each : proposals_) {
    proposers.insert(each.by);
    if (each.by == proposal.by) ++own;
  }
  if (proposers.size() > kProposersMax) {
    return MakeError(
        v1::ERROR_CODE_LIMIT_EXCEEDED,
        {.message = "events of " + std::to_string(kProposersMax) + " operators wait already",
         .field = "",
         .expected = "at most " + std::to_string(kProposersMax)});
  }
  if (own >= kProposalsPerOperatorMax) {
    proposals_.erase(std::ranges::find(proposals_, proposal.by, &Proposal::by));
  }
  proposals_.push_back(std::move(proposal));
  return absl::OkStatus();
}

}  // namespace liggare::record
