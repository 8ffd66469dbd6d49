#include "tests/testing/sample_events.h"

#include "eventstore/log/bytes/commitment.h"
#include "proto/form/uuid.h"

namespace liggare::testing {

std::string SampleId(uint64_t number) {
  std::array<uint8_t, 10> random = {};
  for (size_t i = 0; i < 8; ++i) random[2 + i] = static_cast<uint8_t>(number >> (8 * (7 - i)));
  return form::MakeUuid7(1'700'000'000'000, random);
}

v1::EventData Registered(uint64_t id, std::string_view path) {
  v1::EventData event;
  event.set_event_id(SampleId(id));
  event.set_subject("verksamhet/" + std::string(path));
  event.mutable_actor()->set_id("anna");
  v1::VerksamhetRegistered& registered = *event.mutable_verksamhet_registered();
  registered.set_namn("PO Värmland");
  registered.set_driftsform(v1::DRIFTSFORM_KOMMUNAL_REGI);
  registered.set_huvudman("1780");
  registered.set_from("2014-01-01");
  return event;
}

v1::EventData Report(uint64_t id, int64_t ombud) {
  v1::EventData event;
  event.set_event_id(SampleId(id));
  event.set_subject(kReportSubject);
  event.mutable_actor()->set_id("anna");
  event.mutable_report_submitted()->mutable_ombud()->set_personer(ombud);
  event.mutable_report_submitted()->mutable_ombud()->set_heltid_hundredths(100 * ombud);
  return event;
}

v1::EventData Correction(uint64_t id, int64_t old_ombud, int64_t new_ombud) {
  v1::EventData event;
  event.set_event_id(SampleId(id));
  event.set_subject(kReportSubject);
  event.mutable_actor()->set_id("anna");
  event.set_reason_code("rattelse");
  event.mutable_report_corrected()->set_path(kOmbudField);
  event.mutable_report_corrected()->mutable_old()->set_number(old_ombud);
  event.mutable_report_corrected()->mutable_new_()->set_number(new_ombud);
  return event;
}

v1::Disclosure AddReason(v1::EventData& event, const std::string& text, char salt_byte) {
  v1::Disclosure disclosure;
  disclosure.set_salt(std::string(32, salt_byte));
  disclosure.set_text(text);
  event.mutable_reason()->set_commitment(log::CommitmentOf(disclosure.salt(), text));
  return disclosure;
}

v1::Submission SubmissionOf(const v1::EventData& event) {
  v1::Submission submission;
  submission.set_data(event.SerializeAsString());
  return submission;
}

}  // namespace liggare::testing
