// The rules of a grant as data, per regulation and version.
#ifndef SERVICES_DOMAIN_LAW_REGULATION_H_
#define SERVICES_DOMAIN_LAW_REGULATION_H_

#include <span>
#include <string>
#include <string_view>

#include "liggare/v1/event.pb.h"
#include "services/domain/calendar/calendar.h"

namespace liggare::domain {

// A step with a last day.
enum class Step {
  kApplication,      // Kommun to länsstyrelse.
  kReport,           // Kommun to länsstyrelse.
  kCountyAccount,    // Länsstyrelse to Socialstyrelsen.
  kNationalAccount,  // Socialstyrelsen to regeringen.
};

struct Deadline {
  Step step;
  int years_after;  // The bidragsår plus this: 0 or 1.
  unsigned month;
  unsigned day;
  std::string_view source;  // The paragraph.
};

// Who claims money back.
enum class Claimant { kSocialstyrelsen, kLansstyrelse };

// Why money may be claimed back.
struct Ground {
  v1::AterkravGrund grund;
  std::string_view source;
};

struct Regulation {
  std::string_view name;  // SFS 2013:522
  int first_year;         // The first bidragsår it applies to.
  Claimant claims_back;
  std::string_view claim_source;  // The paragraph on claiming back and waiving.
  bool appealable;
  std::string_view appeal_source;       // The paragraph that says whether.
  std::string_view requisition_source;  // Account first, then requisition.
  std::span<const Deadline> deadlines;
  std::span<const Ground> grounds;
};

// The regulation of a bidragsår: the last that applies from that year or from one before it.
const Regulation& RegulationOf(int year);

// The last day of the step for a bidragsår, moved past free days
// (lag 1930:173, 2 §).
Date DueOn(Step step, int year);

// "15 januari året efter (förordning 2013:522, 10 §)": for messages.
std::string SourceOf(Step step, int year);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_LAW_REGULATION_H_
