// Forms are versioned by year.
#include "services/domain/form/form_version.h"

#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "services/domain/form/shape.h"
#include "tests/services/domain/world.h"

namespace liggare::domain {
namespace {

constexpr char kFirstForm[] =
    R"("ombud": {"personer": 8, "heltid_hundredths": 750}, "klienter": [])";
constexpr char kSecondForm[] =
    R"("ombud": {"personer": 8, "heltid_hundredths": 750, "kvinnor": 6,
                 "tjanster_i_bidraget_hundredths": 700},
       "klientrorelse": {"nya": 1, "kvarstaende": 2, "avslutade": 0},
       "barn_definition": "bor_helt_eller_delvis", "ko": {"finns": false},
       "prioritering": {"finns": true}, "handledning": {"svar": "erbjuden"},
       "ledningsgrupp": {"parter": [{"part": "kommun", "deltar": true}]},
       "rutin_for_brister": true)";

v1::Error FaultOf(int year, uint32_t version, const std::string& fields) {
  v1::EventData event =
      EventOf("rapport/" + std::to_string(year) + "/se/17/varmland", "report_submitted", fields);
  event.set_form_version(version);
  const absl::Status status = CheckShape(event);
  return status.ok() ? v1::Error() : ErrorOf(status);
}

TEST(FormVersionTest, AYearHasItsForm) {
  EXPECT_EQ(FaultOf(2024, 0, kFirstForm).code(), v1::ERROR_CODE_UNSPECIFIED);
  EXPECT_EQ(FaultOf(2024, 1, kFirstForm).code(), v1::ERROR_CODE_UNSPECIFIED);
  EXPECT_EQ(FaultOf(2025, 2, kSecondForm).code(), v1::ERROR_CODE_UNSPECIFIED);
}

TEST(FormVersionTest, AnotherYearsFormIsRefused) {
  for (const auto& [year, version] : {std::pair(2024, 2u), {2025, 0u}, {2025, 1u}}) {
    const v1::Error error = FaultOf(year, version, kSecondForm);
    EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_FIELD) << year;
    EXPECT_EQ(error.field(), "form_version");
    EXPECT_EQ(error.expected(), year == 2024 ? "1" : "2");
  }
}

TEST(FormVersionTest, TheSecondFormRequiresMore) {
  const v1::Error error = FaultOf(2025, 2, kFirstForm);
  EXPECT_EQ(error.code(), v1::ERROR_CODE_MISSING_FIELD);
  EXPECT_EQ(error.field(), "ombud.kvinnor");
  std::string without(kSecondForm);
  without.replace(without.find("\"ko\": {\"finns\": false},"), 23, "");
  EXPECT_EQ(FaultOf(2025, 2, without).field(), "ko");
}

TEST(FormVersionTest, TheFirstFormTakesTheNewFieldsToo) {
  EXPECT_EQ(FaultOf(2024, 1, kSecondForm).code(), v1::ERROR_CODE_UNSPECIFIED);
}

}  // namespace
}  // namespace liggare::domain
