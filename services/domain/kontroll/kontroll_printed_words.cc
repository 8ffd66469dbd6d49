// Kontroll of the words of what was printed: classes with gaps, and names that are
// no län.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "services/domain/figure/printed_class.h"
#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/register/published.h"

namespace liggare::domain {
namespace {

using Findings = std::vector<v1::Finding>;

// One printed table.
struct Printed {
  std::string_view id;
  int year;
  Published cells;

  std::string Subject() const { return TabellSubject(year, id); }
  std::string Title() const { return "Tabellen " + std::string(id) + " " + std::to_string(year); }
};

absl::StatusOr<Printed> PrintedOf(StateView& view, std::string_view id, int year) {
  absl::StatusOr<Published> published = Published::Of(view, id, year);
  if (!published.ok()) return published.status();
  return Printed{id, year, *std::move(published)};
}

void AddBreaks(const Printed& printed, const std::vector<std::string>& ids, Findings& out) {
  for (const ClassBreak& found : BreaksBetween(ids)) {
    const bool is_overlap = found.IsOverlap();
    const std::string expected = found.before.last ? std::to_string(*found.before.last + 1) : "–";
    out.push_back(MakeFinding(
        "CLASSES_WITH_GAPS",
        {.subject = printed.Subject(),
         .fields = {"cells[" + found.before.id + "]", "cells[" + found.after.id + "]"},
         .stated = found.after.id,
         .computed = expected,
         .sentence = printed.Title() + ": klasserna " + found.before.id + " och " + found.after.id +
                     (is_overlap ? " överlappar varandra."
                                 : " lämnar värdena " + expected + "–" +
                                       std::to_string(found.after.first - 1) + " utan klass.")}));
  }
}

// Värmland, Värmlands län; of several, each.
bool IsLan(std::string_view name) {
  return std::any_of(AllLan().begin(), AllLan().end(), [name](const Lan& lan) {
    return name == lan.name || name == lan.short_name ||
           name == std::string(lan.short_name) + " län";
  });
}

std::vector<std::string> NamesIn(std::string text) {
  for (size_t at = text.find(" och "); at != std::string::npos; at = text.find(" och ")) {
    text.replace(at, 5, ", ");
  }
  std::vector<std::string> names;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(", ", start), text.size());
    names.push_back(text.substr(start, end - start));
    start = end + 2;
  }
  return names;
}

// The län of the kommun of that name; empty if there is none.
std::string LanOfKommun(std::string_view name) {
  for (const Kommun& kommun : AllKommuner()) {
    if (kommun.name == name) return std::string(FindLan(kommun.kommunkod.substr(0, 2))->short_name);
  }
  return "";
}

void CheckName(const Printed& printed, const std::string& row, const std::string& name,
               Findings& out) {
  if (IsLan(name)) return;
  const std::string lan = LanOfKommun(name);
  out.push_back(
      MakeFinding("NAME_NOT_LAN",
                  {.subject = printed.Subject(),
                   .fields = {"cells[" + row + "][lan].text"},
                   .stated = name,
                   .computed = lan,
                   .sentence = printed.Title() + ": " + name + " i raden " + row + " är inget län" +
                               (lan.empty() ? "." : "; kommunen ligger i " + lan + ".")}));
}

void CheckNames(const Printed& printed, Findings& out) {
  for (const std::string& row : printed.cells.TextRows()) {
    const std::optional<std::string> text = printed.cells.Text(row, "lan");
    if (!text) continue;
    for (const std::string& name : NamesIn(*text)) CheckName(printed, row, name, out);
  }
}

}  // namespace

absl::Status AddPrintedWordFindings(StateView& view, const Scope& scope,
                                    std::vector<v1::Finding>& out) {
  if (!scope.IsNation()) return absl::OkStatus();
  const auto waiting = PrintedOf(view, "vantetider", scope.year);
  if (!waiting.ok()) return waiting.status();
  AddBreaks(*waiting, waiting->cells.Rows(), out);
  const auto klienter = PrintedOf(view, "klienter", scope.year);
  if (!klienter.ok()) return klienter.status();
  AddBreaks(*klienter, klienter->cells.ColumnsOf("totalt"), out);
  const auto utforare = PrintedOf(view, "utforare", scope.year);
  if (!utforare.ok()) return utforare.status();
  CheckNames(*utforare, out);
  return absl::OkStatus();
}

}  // namespace liggare::domain
