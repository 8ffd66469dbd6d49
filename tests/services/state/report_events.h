// Events about the report of a verksamhet, as tests of state need them.
#ifndef TESTS_SERVICES_STATE_REPORT_EVENTS_H_
#define TESTS_SERVICES_STATE_REPORT_EVENTS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "liggare/v1/event.pb.h"

namespace liggare::testing {

inline constexpr std::string_view kVarmland = "se/17/varmland";
inline constexpr std::string_view kVarmlandRapport = "rapport/2024/se/17/varmland";
inline constexpr std::string_view kKvinnor = "klienter[kvinna][30-49].antal";
inline constexpr std::string_view kMan = "klienter[man][30-49].antal";

// Whether the report of that year has the form that is in use from 2025.
inline bool HasSecondForm(std::string_view subject) {
  constexpr std::string_view kFirstYear = "rapport/2025/";
  return subject.substr(0, kFirstYear.size()) >= kFirstYear;
}

// What that form requires beside.
inline void AddSecondForm(v1::EventData& event) {
  event.set_form_version(2);
  v1::ReportSubmitted& report = *event.mutable_report_submitted();
  report.mutable_ombud()->set_kvinnor(2);
  report.mutable_ombud()->set_tjanster_i_bidraget_hundredths(200);
  report.mutable_klientrorelse()->set_nya(0);
  report.mutable_klientrorelse()->set_kvarstaende(0);
  report.mutable_klientrorelse()->set_avslutade(0);
  report.set_barn_definition(v1::BARN_DEFINITION_BOR_HELT_ELLER_DELVIS);
  report.mutable_ko()->set_finns(false);
  report.mutable_prioritering()->set_finns(true);
  report.mutable_handledning()->set_svar(v1::HANDLEDNING_SVAR_ERBJUDEN);
  v1::LedningsgruppPart& part = *report.mutable_ledningsgrupp()->add_parter();
  part.set_part(v1::SAMVERKANSPART_KOMMUN);
  part.set_deltar(true);
  report.set_rutin_for_brister(true);
}

inline v1::EventData Submitted(std::string_view subject, int64_t kvinnor, int64_t man) {
  v1::EventData event;
  event.set_subject(std::string(subject));
  event.mutable_actor()->set_id("handlaggare-1");
  v1::ReportSubmitted& report = *event.mutable_report_submitted();
  report.mutable_ombud()->set_personer(3);
  report.mutable_ombud()->set_heltid_hundredths(250);
  v1::KlientAntal& row = *report.add_klienter();
  row.set_kon(v1::KON_KVINNA);
  row.set_alder(v1::ALDER_30_49);
  row.set_antal(kvinnor);
  v1::KlientAntal& other = *report.add_klienter();
  other.set_kon(v1::KON_MAN);
  other.set_alder(v1::ALDER_30_49);
  other.set_antal(man);
  if (HasSecondForm(subject)) AddSecondForm(event);
  return event;
}

inline v1::EventData Corrected(std::string_view subject, std::string_view path, int64_t value) {
  v1::EventData event;
  event.set_subject(std::string(subject));
  event.set_reason_code("rattelse");
  event.mutable_report_corrected()->set_path(std::string(path));
  event.mutable_report_corrected()->mutable_new_()->set_number(value);
  return event;
}

inline v1::EventData Registered(std::string_view path) {
  v1::EventData event;
  event.set_subject("verksamhet/" + std::string(path));
  v1::VerksamhetRegistered& registered = *event.mutable_verksamhet_registered();
  registered.set_namn("PO " + std::string(path));
  registered.set_driftsform(v1::DRIFTSFORM_KOMMUNAL_REGI);
  registered.set_huvudman("1780");
  registered.set_from("2020-01-01");
  return event;
}

}  // namespace liggare::testing

#endif  // TESTS_SERVICES_STATE_REPORT_EVENTS_H_
