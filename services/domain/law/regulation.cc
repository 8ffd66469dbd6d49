#include "services/domain/law/regulation.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace liggare::domain {
namespace {

constexpr std::array<Deadline, 4> kDeadlines2013 = {{
    {Step::kApplication, 0, 3, 1, "HSLF-FS 2016:98, 2 §; förordning 2013:522, 8 §"},
    {Step::kReport, 1, 1, 15, "förordning 2013:522, 10 §"},
    {Step::kCountyAccount, 1, 3, 1, "förordning 2013:522, 12 §"},
    {Step::kNationalAccount, 1, 5, 15, "förordning 2013:522, 14 §"},
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

// By first year. One that comes into force is a line more.
constexpr std::array kRegulations = {&kSfs2013522};

constexpr std::array<std::string_view, 12> kMonths = {
    "januari", "februari", "mars",      "april",   "maj",      "juni",
    "juli",    "augusti",  "september", "oktober", "november", "december"};

const Deadline& DeadlineOf(Step step, int year) {
  return *std::find_if(RegulationOf(year).deadlines.begin(), RegulationOf(year).deadlines.end(),
                       [step](const Deadline& deadline) { return deadline.step == step; });
}

}  // namespace

const Regulation& RegulationOf(int year) {
  const auto later = std::ranges::find_if(
      kRegulations, [year](const Regulation* each) { return each->first_year > year; });
  // A year before all of them is of the first: nothing older can be recorded.
  return later == kRegulations.begin() ? *kRegulations.front() : **std::prev(later);
}

Date DueOn(Step step, int year) {
  const Deadline& deadline = DeadlineOf(step, year);
  return MovedDeadline(std::chrono::year(year + deadline.years_after) /
                       std::chrono::month(deadline.month) / std::chrono::day(deadline.day));
}

std::string SourceOf(Step step, int year) {
  const Deadline& deadline = DeadlineOf(step, year);
  std::string text = std::to_string(deadline.day) + " ";
  text += kMonths[deadline.month - 1];
  text += deadline.years_after == 0 ? " bidragsåret (" : " året efter (";
  text += deadline.source;
  return text + ")";
}

}  // namespace liggare::domain
