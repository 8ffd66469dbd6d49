// One duty being written down. Private to duties.h.
#ifndef SERVICES_DOMAIN_DUTY_DUTY_H_
#define SERVICES_DOMAIN_DUTY_DUTY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "liggare/v1/query_service.pb.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/duty/duties.h"
#include "services/domain/register/receipt_times.h"
#include "services/domain/register/scope.h"

namespace liggare::domain {

struct DutyParts {
  v1::DutyKind kind = v1::DUTY_KIND_UNSPECIFIED;
  std::string subject;
  std::string vem;
  std::string namn;
  std::string vad = {};
  Date due_on;
  std::string source;
};

// What is known of its coming.
struct Coming {
  bool is_recorded = false;
  std::optional<int64_t> received_at_ms = {};  // Where a time is known,
  std::optional<Date> received_on = {};        // or else the day.
};
Coming ComingOf(const FirstReceipt& receipt);

// With its status and days as of the day `on`.
v1::Duty MakeDuty(DutyParts parts, const Coming& coming, Date on);

// How many days `day` comes after `due`; 0 if it does not.
uint32_t DaysAfter(Date due, Date day);

// The display name that the node was enrolled with, or else the name of its
// verksamhet, or the path itself.
absl::StatusOr<std::string> NameOfNode(StateView& view, std::string_view path);

// What is asked: the view and the receipts, of what, as of when.
struct DutyQuestion {
  ReceiptSources sources;
  const Scope& scope;
  Date on;
};
absl::Status AddReportDuties(const DutyQuestion& question, v1::ListDutiesResponse& out);
absl::Status AddGrantDuties(const DutyQuestion& question, v1::ListDutiesResponse& out);
absl::Status AddFeedbackDuties(const DutyQuestion& question, v1::ListDutiesResponse& out);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_DUTY_DUTY_H_
