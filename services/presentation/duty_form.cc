#include "services/presentation/duty_form.h"

#include <algorithm>
#include <array>
#include <vector>

#include "proto/text/shown_text.h"
#include "services/presentation/swedish_text.h"
#include "services/presentation/text_table.h"

namespace liggare::presentation {
namespace {

constexpr char kMissingFormat[] = "liggare.missing/1";
constexpr char kRemindersFormat[] = "liggare.reminders/1";

struct KindName {
  v1::DutyKind kind;
  const char* token;
  const char* text;
};
// In the order of the year.
constexpr std::array kKinds = std::to_array<KindName>({
    {v1::DUTY_KIND_APPLICATION, "ansokan", "Ansökan"},
    {v1::DUTY_KIND_REPORT, "redovisning", "Redovisning"},
    {v1::DUTY_KIND_COMPLETION, "komplettering", "Komplettering"},
    {v1::DUTY_KIND_COUNTY_ACCOUNT, "lansrapport", "Länsstyrelsens redovisning"},
    {v1::DUTY_KIND_FEEDBACK, "aterkoppling", "Återkoppling"},
});

const KindName& NameOf(v1::DutyKind kind) {
  static constexpr KindName kOther = {v1::DUTY_KIND_UNSPECIFIED, "annat", "Annat"};
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [kind](const KindName& name) { return name.kind == kind; });
  return found == kKinds.end() ? kOther : *found;
}

const char* StatusToken(v1::DutyStatus status) {
  switch (status) {
    case v1::DUTY_STATUS_IN_TIME:
      return "i_tid";
    case v1::DUTY_STATUS_LATE:
      return "for_sent";
    case v1::DUTY_STATUS_AWAITED:
      return "vantas";
    case v1::DUTY_STATUS_MISSING:
      return "saknas";
    default:
      return "ej_framme";
  }
}

std::string DaysText(uint32_t days) {
  return std::to_string(days) + (days == 1 ? " dag" : " dagar");
}

std::string StatusText(const v1::Duty& duty) {
  switch (duty.status()) {
    case v1::DUTY_STATUS_IN_TIME:
      return "i tid";
    case v1::DUTY_STATUS_LATE:
      return DaysText(duty.days()) + " för sent";
    case v1::DUTY_STATUS_AWAITED:
      return "väntas";
    case v1::DUTY_STATUS_MISSING:
      return "saknas sedan " + DaysText(duty.days());
    default:
      return "registrerad, mottagning inte känd här";
  }
}

std::vector<v1::Duty> Chosen(const AnsweredDuties& duties, bool (*is_chosen)(v1::DutyStatus)) {
  std::vector<v1::Duty> chosen;
  for (const v1::Duty& duty : duties.answer.duties()) {
    if (is_chosen(duty.status())) chosen.push_back(duty);
  }
  return chosen;
}

std::vector<v1::Duty> Reminders(const AnsweredDuties& duties) {
  std::vector<v1::Duty> missing =
      Chosen(duties, [](v1::DutyStatus status) { return status == v1::DUTY_STATUS_MISSING; });
  std::stable_sort(missing.begin(), missing.end(),
                   [](const v1::Duty& a, const v1::Duty& b) { return a.due_on() < b.due_on(); });
  return missing;
}

// Who, with the path or code where that says more than the name.
std::string WhoOf(const v1::Duty& duty) {
  return duty.namn() == duty.vem() ? duty.vem() : duty.namn() + " (" + duty.vem() + ")";
}

std::string WhatOf(const v1::Duty& duty) {
  const std::string kind = NameOf(duty.kind()).text;
  return duty.vad().empty() ? kind : kind + ": " + duty.vad();
}

std::string Counts(const AnsweredDuties& duties) {
  TextTable table(
      {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight, Align::kRight});
  table.AddRow({"", "I tid", "För sent", "Saknas", "Väntas", "Ej framme"});
  table.AddRule();
  for (const KindName& kind : kKinds) {
    const auto count = [&](v1::DutyStatus status) {
      return std::to_string(std::count_if(
          duties.answer.duties().begin(), duties.answer.duties().end(), [&](const v1::Duty& duty) {
            return duty.kind() == kind.kind && duty.status() == status;
          }));
    };
    table.AddRow({kind.text, count(v1::DUTY_STATUS_IN_TIME), count(v1::DUTY_STATUS_LATE),
                  count(v1::DUTY_STATUS_MISSING), count(v1::DUTY_STATUS_AWAITED),
                  count(v1::DUTY_STATUS_NOT_RECEIVED)});
  }
  return table.Text();
}

std::string Lines(const std::vector<v1::Duty>& duties) {
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft});
  table.AddRow({"Sista dag", "Vem", "Vad", "Inkom", "Läge"});
  table.AddRule();
  for (const v1::Duty& duty : duties) {
    table.AddRow({duty.due_on(), WhoOf(duty), WhatOf(duty), duty.received_on(), StatusText(duty)});
  }
  return table.Text();
}

Json DutyJson(const v1::Duty& duty) {
  Json json = {{"kind", NameOf(duty.kind()).token},
               {"subject", duty.subject()},
               {"vem", duty.vem()},
               {"namn", duty.namn()}};
  if (!duty.vad().empty()) json["vad"] = duty.vad();
  json["due_on"] = duty.due_on();
  json["source"] = duty.source();
  json["status"] = StatusToken(duty.status());
  if (!duty.received_on().empty()) json["received_on"] = duty.received_on();
  if (duty.received_at_ms() != 0) json["received_at"] = IsoTime(duty.received_at_ms());
  json["days"] = duty.days();
  return json;
}

// The members that the first answers of this form had.
void AddMissingReports(const AnsweredDuties& duties, Json& json) {
  int expected_count = 0;
  Json missing = Json::array();
  for (const v1::Duty& duty : duties.answer.duties()) {
    if (duty.kind() != v1::DUTY_KIND_REPORT) continue;
    ++expected_count;
    const bool is_there =
        duty.status() != v1::DUTY_STATUS_MISSING && duty.status() != v1::DUTY_STATUS_AWAITED;
    if (is_there) continue;
    missing.push_back({{"path", duty.vem()}, {"namn", duty.namn()}, {"due_on", duty.due_on()}});
  }
  json["expected_count"] = expected_count;
  json["missing"] = std::move(missing);
}

}  // namespace

std::string DutiesText(const AnsweredDuties& duties) {
  std::string text = "Bidragsåret " + std::to_string(duties.year) + ", läget den " +
                     text::ShownText(duties.answer.on()) + "\n\n" + Counts(duties);
  const std::vector<v1::Duty> shown =
      duties.with_all
          ? Chosen(duties, [](v1::DutyStatus) { return true; })
          : Chosen(duties, [](v1::DutyStatus status) {
              return status != v1::DUTY_STATUS_IN_TIME && status != v1::DUTY_STATUS_AWAITED;
            });
  return shown.empty() ? text : text + "\n" + Lines(shown);
}

Json DutiesJson(const AnsweredDuties& duties) {
  Json json = {{"format", kMissingFormat}, {"year", duties.year}, {"on", duties.answer.on()}};
  AddMissingReports(duties, json);
  json["duties"] = Json::array();
  for (const v1::Duty& duty : duties.answer.duties()) json["duties"].push_back(DutyJson(duty));
  return json;
}

std::string RemindersText(const AnsweredDuties& duties) {
  const std::vector<v1::Duty> reminders = Reminders(duties);
  const std::string head = "Att påminna om, bidragsåret " + std::to_string(duties.year) +
                           ", läget den " + text::ShownText(duties.answer.on()) + ": " +
                           std::to_string(reminders.size()) + "\n";
  return reminders.empty() ? head : head + "\n" + Lines(reminders);
}

Json RemindersJson(const AnsweredDuties& duties) {
  Json json = {{"format", kRemindersFormat}, {"year", duties.year}, {"on", duties.answer.on()}};
  json["reminders"] = Json::array();
  for (const v1::Duty& duty : Reminders(duties)) json["reminders"].push_back(DutyJson(duty));
  return json;
}

}  // namespace liggare::presentation
