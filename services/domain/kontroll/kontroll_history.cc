// Kontroll of a report against others: the same kommun in two reports, and figures
// far from the verksamhet's own years before.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "services/domain/figure/fraction.h"
#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/rapport/klient_figures.h"

namespace liggare::domain {
namespace {

constexpr int kYearsBefore = 3;
constexpr size_t kYearsNeeded = 2;
// Below this the share says nothing: small verksamheter vary.
constexpr int64_t kDifferenceMin = 20;
constexpr int64_t kFactor = 2;

std::string KommunName(const std::string& kommunkod) {
  const Kommun* kommun = FindKommun(kommunkod);
  return kommun == nullptr ? kommunkod : std::string(kommun->name) + " (" + kommunkod + ")";
}

// A kommun's money is accounted for by one report of a year.
void CheckKommuner(const std::vector<ScopedState>& reports, std::vector<v1::Finding>& out) {
  std::map<std::string, const ScopedState*> first;
  for (const ScopedState& report : reports) {
    report.state->ForEachElement("ekonomi", [&](const std::vector<std::string_view>& keys,
                                                std::string_view name, const FieldValue&) {
      if (name != "anvant_ore") return;
      const std::string kommunkod(keys.front());
      const auto [it, is_first] = first.emplace(kommunkod, &report);
      if (is_first) return;
      out.push_back(MakeFinding("KOMMUN_COUNTED_TWICE",
                                {.subject = report.subject,
                                 .fields = {"ekonomi[" + kommunkod + "]"},
                                 .stated = report.about,
                                 .computed = it->second->about,
                                 .sentence = KommunName(kommunkod) + " redovisas både av " +
                                             it->second->about + " och av " + report.about + "."}));
    });
  }
}

// The verksamhet's klienter in the years before, of those that were reported.
absl::StatusOr<std::vector<int64_t>> KlienterBefore(StateView& view, const std::string& path,
                                                    int year) {
  std::vector<int64_t> klienter;
  for (int before = year - kYearsBefore; before < year; ++before) {
    if (before < kYearMin) continue;
    auto report = view.StateOf(RapportSubject(before, path));
    if (!report.ok()) return report.status();
    if (IsReported(**report)) klienter.push_back(FiguresOf(**report).AllKlienter());
  }
  return klienter;
}

absl::Status CheckOutlier(StateView& view, const ScopedState& report, int year,
                          std::vector<v1::Finding>& out) {
  const auto before = KlienterBefore(view, report.about, year);
  if (!before.ok()) return before.status();
  if (before->size() < kYearsNeeded) return absl::OkStatus();
  const auto [low, high] = std::minmax_element(before->begin(), before->end());
  const int64_t now = FiguresOf(*report.state).AllKlienter();
  const bool is_high = now > kFactor * *high && now - *high >= kDifferenceMin;
  const bool is_low = kFactor * now < *low && *low - now >= kDifferenceMin;
  if (!is_high && !is_low) return absl::OkStatus();
  const std::string range = SwedishText({*low, 0}) + "–" + SwedishText({*high, 0});
  out.push_back(MakeFinding("OUTLIER",
                            {.subject = report.subject,
                             .fields = {"klienter"},
                             .stated = SwedishText({now, 0}),
                             .computed = range,
                             .sentence = report.about + ": klienterna är " + SwedishText({now, 0}) +
                                         ", men var " + range + " åren före."}));
  return absl::OkStatus();
}

}  // namespace

absl::Status AddHistoryFindings(StateView& view, const Scope& scope,
                                std::vector<v1::Finding>& out) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  CheckKommuner(*reports, out);
  for (const ScopedState& report : *reports) {
    absl::Status status = CheckOutlier(view, report, scope.year, out);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
