#include "services/domain/duty/duties.h"

#include <algorithm>
#include <utility>

#include "services/domain/duty/duty.h"
#include "services/domain/place/natural_order.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

v1::DutyStatus StatusOf(const Coming& coming, std::optional<Date> received_on, Date due, Date on) {
  if (received_on) {
    return *received_on <= due ? v1::DUTY_STATUS_IN_TIME : v1::DUTY_STATUS_LATE;
  }
  if (coming.is_recorded) return v1::DUTY_STATUS_NOT_RECEIVED;
  return on <= due ? v1::DUTY_STATUS_AWAITED : v1::DUTY_STATUS_MISSING;
}

bool ComesBefore(const v1::Duty& a, const v1::Duty& b) {
  const int a_kind = a.kind();
  const int b_kind = b.kind();
  if (a_kind != b_kind) return a_kind < b_kind;
  if (a.vem() != b.vem()) return ComesBeforeByNumber(a.vem(), b.vem());
  if (a.due_on() != b.due_on()) return a.due_on() < b.due_on();
  return ComesBeforeByNumber(a.subject(), b.subject());
}

}  // namespace

Coming ComingOf(const FirstReceipt& receipt) {
  return {.is_recorded = receipt.is_recorded, .received_at_ms = receipt.received_at_ms};
}

uint32_t DaysAfter(Date due, Date day) {
  const auto days = std::chrono::sys_days(day) - std::chrono::sys_days(due);
  return days.count() > 0 ? static_cast<uint32_t>(days.count()) : 0;
}

v1::Duty MakeDuty(DutyParts parts, const Coming& coming, Date on) {
  std::optional<Date> received_on = coming.received_on;
  if (coming.received_at_ms) received_on = StockholmDate(*coming.received_at_ms);
  v1::Duty duty;
  duty.set_kind(parts.kind);
  duty.set_subject(std::move(parts.subject));
  duty.set_vem(std::move(parts.vem));
  duty.set_namn(std::move(parts.namn));
  duty.set_vad(std::move(parts.vad));
  duty.set_due_on(FormatDate(parts.due_on));
  duty.set_source(std::move(parts.source));
  duty.set_status(StatusOf(coming, received_on, parts.due_on, on));
  duty.set_days(DaysAfter(parts.due_on, received_on.value_or(on)));
  if (received_on) duty.set_received_on(FormatDate(*received_on));
  duty.set_received_at_ms(coming.received_at_ms.value_or(0));
  return duty;
}

absl::StatusOr<std::string> NameOfNode(StateView& view, std::string_view path) {
  auto node = view.StateOf(NodeSubject(path));
  if (!node.ok()) return node.status();
  if (const auto name = (*node)->Text("display_name")) return std::string(*name);
  auto verksamhet = view.StateOf(VerksamhetSubject(path));
  if (!verksamhet.ok()) return verksamhet.status();
  return std::string((*verksamhet)->Text("namn").value_or(path));
}

absl::StatusOr<v1::ListDutiesResponse> DutiesOf(ReceiptSources sources, const Scope& scope,
                                                Date on) {
  if (absl::Status status = CheckScope(scope); !status.ok()) return status;
  const DutyQuestion question{sources, scope, on};
  v1::ListDutiesResponse response;
  for (auto* add : {AddGrantDuties, AddReportDuties, AddFeedbackDuties}) {
    if (absl::Status status = add(question, response); !status.ok()) return status;
  }
  std::stable_sort(response.mutable_duties()->begin(), response.mutable_duties()->end(),
                   ComesBefore);
  response.set_on(FormatDate(on));
  return response;
}

}  // namespace liggare::domain
