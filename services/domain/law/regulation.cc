#include "services/domain/law/regulation.h"

#include <algorithm>
#include <array>

namespace liggare::domain {
namespace {

constexpr std::array<Deadline, 4> kDeadlines2013 = {{
    {Step::kApplication, 0, 3, 1,
     "1 mars bidragsåret (HSLF-FS 2016:98, 2 §; förordning 2013:522, 8 §)"},
    {Step::kReport, 1, 1, 15, "15 januari året efter (förordning 2013:522, 10 §)"},
    {Step::kCountyAccount, 1, 3, 1, "1 mars året efter (förordning 2013:522, 12 §)"},
    {Step::kNationalAccount, 1, 5, 15, "15 maj året efter (förordning 2013:522, 14 §)"},
}};

constexpr std::array<Ground, 2> kGrounds2013 = {{
    {v1::ATERKRAV_GRUND_EJ_REDOVISAT, "förordning 2013:522, 15 § första stycket 1"},
    {v1::ATERKRAV_GRUND_OANVANT, "förordning 2013:522, 15 § första stycket 2"},
}};

constexpr Regulation kSfs2013522 = {
    .name = "SFS 2013:522",
    .first_year = 2014,
    .claims_back = Claimant::kSocialstyrelsen,
    .claim_source = "förordning 2013:522, 15 § andra stycket",
    .appealable = false,
    .appeal_source = "förordning 2013:522, 17 §",
    .requisition_source = "förordning 2013:522, 9 § andra stycket",
    .deadlines = kDeadlines2013,
    .grounds = kGrounds2013,
};

const Deadline& DeadlineOf(Step step, int year) {
  return *std::find_if(RegulationOf(year).deadlines.begin(), RegulationOf(year).deadlines.end(),
                       [step](const Deadline& deadline) { return deadline.step == step; });
}

}  // namespace

const Regulation& RegulationOf(int) { return kSfs2013522; }

Date DueOn(Step step, int year) {
  const Deadline& deadline = DeadlineOf(step, year);
  return MovedDeadline(std::chrono::year(year + deadline.years_after) /
                       std::chrono::month(deadline.month) / std::chrono::day(deadline.day));
}

std::string_view SourceOf(Step step, int year) { return DeadlineOf(step, year).source; }

}  // namespace liggare::domain
