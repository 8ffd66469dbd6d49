// Kontroll of one report in itself: a pure function of its state, so that the fold
// can tell when a finding came and when it was corrected (State::findings).
//
//   SUM_DIFFERS                   a stated total is not the sum of its fields
//   GROUP_HIDDEN                  it would be, without those of annan könsidentitet
//                                 or of unknown age
//   TEXT_DIFFERS                  a figure of the text is not the sum of its fields
//   SHARE_DIFFERS                 a stated percentage is not the share of the klienter
//   BARN_EXCEEDS_KLIENTER         more klienter with children than klienter of a kön
//   KONTAKTORSAK_EXCEEDS_KLIENTER more with one reason than klienter of a kön
//   MOVEMENT_DIFFERS              new and remaining are not all, or more have ended
//   PART_EXCEEDS_WHOLE            women, referred, avvikelser of one kind, … exceed
//                                 what they are a part of
//   ANSWER_CONTRADICTS            a "no" beside figures that say "yes"
#ifndef SERVICES_DOMAIN_RAPPORT_REPORT_KONTROLL_H_
#define SERVICES_DOMAIN_RAPPORT_REPORT_KONTROLL_H_

#include <vector>

#include "liggare/v1/query_service.pb.h"
#include "services/domain/state/state.h"

namespace liggare::domain {

// None if no report is lodged.
std::vector<v1::Finding> ReportFindings(const State& report);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_RAPPORT_REPORT_KONTROLL_H_
