// Events of one verksamhet, se/17/varmland, for tests of recording.
#ifndef TESTS_TESTING_SAMPLE_EVENTS_H_
#define TESTS_TESTING_SAMPLE_EVENTS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "liggare/v1/event.pb.h"
#include "liggare/v1/event_service.pb.h"

namespace liggare::testing {

inline constexpr char kVerksamhet[] = "se/17/varmland";
inline constexpr char kReportSubject[] = "rapport/2024/se/17/varmland";
inline constexpr char kOmbudField[] = "ombud.personer";

// A UUIDv7 that no other number gives.
std::string SampleId(uint64_t number);

v1::EventData Registered(uint64_t id, std::string_view path = kVerksamhet);
// With this many ombud.
v1::EventData Report(uint64_t id, int64_t ombud);
// Of the number of ombud.
v1::EventData Correction(uint64_t id, int64_t old_ombud, int64_t new_ombud);
// Adds the reason's commitment to the event and gives its disclosure.
v1::Disclosure AddReason(v1::EventData& event, const std::string& text, char salt_byte = 's');

v1::Submission SubmissionOf(const v1::EventData& event);

}  // namespace liggare::testing

#endif  // TESTS_TESTING_SAMPLE_EVENTS_H_
