#include "services/domain/form/form_version.h"

#include "liggare/v1/event.pb.h"

namespace liggare::domain {

uint32_t FormVersionOf(int type, int year) {
  const bool is_report = type == v1::EventData::kReportSubmittedFieldNumber;
  return is_report && year >= kSecondFormFrom ? 2 : 1;
}

}  // namespace liggare::domain
