#include "services/domain/publish/withheld_counts.h"

#include <algorithm>
#include <span>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/figure/heading.h"
#include "services/domain/rapport/klient_figures.h"
#include "services/domain/table/report_figures.h"

namespace liggare::domain {
namespace {

constexpr char kKlienter[] = "klienter";
constexpr char kBarn[] = "barn";

std::string KontaktorsakName(std::string_view orsak) {
  return "kontaktorsaker." + std::string(orsak);
}

// The place of the token among the headings; their number for kAllPersons.
int PlaceOf(std::span<const Heading> headings, std::string_view id) {
  const auto it = std::find_if(headings.begin(), headings.end(),
                               [id](const Heading& heading) { return heading.id == id; });
  return static_cast<int>(it - headings.begin());
}

int KonCount() { return static_cast<int>(KonHeadings().size()); }

// The nodes of the scope that have reports, and which report is whose.
struct Nodes {
  std::vector<int> parents;
  std::map<std::string, int, std::less<>> by_path;
  std::vector<int> of_reports;
};

int NodeAt(const std::string& path, const std::string& root, Nodes& nodes) {
  if (const auto it = nodes.by_path.find(path); it != nodes.by_path.end()) return it->second;
  const int parent =
      path == root ? CountTree::kNoParent : NodeAt(std::string(name::ParentOf(path)), root, nodes);
  nodes.parents.push_back(parent);
  const int node = static_cast<int>(nodes.parents.size()) - 1;
  nodes.by_path[path] = node;
  return node;
}

Nodes NodesOf(const std::vector<ScopedState>& reports, const std::string& root) {
  Nodes nodes;
  for (const ScopedState& report : reports) {
    const int node = NodeAt(report.about, root, nodes);
    const bool has_others_below =
        std::any_of(reports.begin(), reports.end(), [&](const ScopedState& other) {
          return other.about != report.about && name::IsAtOrBelow(other.about, report.about);
        });
    if (!has_others_below) {
      nodes.of_reports.push_back(node);
      continue;
    }
    nodes.parents.push_back(node);
    nodes.of_reports.push_back(static_cast<int>(nodes.parents.size()) - 1);
    nodes.by_path[WithheldCounts::OwnReportOf(report.about)] = nodes.of_reports.back();
  }
  return nodes;
}

CountTree EmptyTree(const Nodes& nodes, int columns) {
  CountTree tree(KonCount(), columns);
  for (const int parent : nodes.parents) tree.AddNode(parent);
  return tree;
}

CountTree KlienterIn(const std::vector<ScopedState>& reports, const Nodes& nodes) {
  CountTree tree = EmptyTree(nodes, static_cast<int>(AlderHeadings().size()));
  for (size_t i = 0; i < reports.size(); ++i) {
    for (const auto& [kon, by_alder] : FiguresOf(*reports[i].state).klienter) {
      for (const auto& [alder, antal] : by_alder) {
        tree.Add(nodes.of_reports[i], PlaceOf(KonHeadings(), kon), PlaceOf(AlderHeadings(), alder),
                 antal);
      }
    }
  }
  return tree;
}

CountTree BarnIn(const std::vector<ScopedState>& reports, const Nodes& nodes) {
  CountTree tree = EmptyTree(nodes, 1);
  for (size_t i = 0; i < reports.size(); ++i) {
    for (const auto& [kon, antal] : FiguresOf(*reports[i].state).barn) {
      tree.Add(nodes.of_reports[i], PlaceOf(KonHeadings(), kon), 0, antal);
    }
  }
  return tree;
}

CountTree KontaktorsakIn(const std::vector<ScopedState>& reports, const Nodes& nodes,
                         std::string_view orsak) {
  CountTree tree = EmptyTree(nodes, 1);
  for (size_t i = 0; i < reports.size(); ++i) {
    for (const Heading& kon : KonHeadings()) {
      const Fraction antal =
          SumOver({reports[i]}, KontaktorsakName(orsak) + "." + std::string(kon.id));
      tree.Add(nodes.of_reports[i], PlaceOf(KonHeadings(), kon.id), 0, antal.numerator);
    }
  }
  return tree;
}

}  // namespace

absl::StatusOr<WithheldCounts> WithheldCounts::Of(StateView& view, const Scope& scope,
                                                  int64_t smallest) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  WithheldCounts counts;
  Nodes nodes = NodesOf(*reports, scope.path);
  const auto add = [&](const std::string& name, const CountTree& tree) {
    counts.suppressions_.emplace(name, Suppression(tree, smallest));
  };
  add(kKlienter, KlienterIn(*reports, nodes));
  add(kBarn, BarnIn(*reports, nodes));
  for (const Heading& orsak : KontaktorsakHeadings()) {
    add(KontaktorsakName(orsak.id), KontaktorsakIn(*reports, nodes, orsak.id));
  }
  counts.nodes_ = std::move(nodes.by_path);
  return counts;
}

bool WithheldCounts::Klienter(std::string_view path, std::string_view kon,
                              std::string_view alder) const {
  const auto node = nodes_.find(path);
  if (node == nodes_.end()) return false;
  const CountTree form(KonCount(), static_cast<int>(AlderHeadings().size()));
  const int cell = form.CellOf(PlaceOf(KonHeadings(), kon), PlaceOf(AlderHeadings(), alder));
  return suppressions_.find(kKlienter)->second.IsWithheld(node->second, cell);
}

bool WithheldCounts::Barn(std::string_view path, std::string_view kon) const {
  const auto node = nodes_.find(path);
  if (node == nodes_.end()) return false;
  return suppressions_.find(kBarn)->second.IsWithheld(node->second, PlaceOf(KonHeadings(), kon));
}

bool WithheldCounts::Kontaktorsak(std::string_view path, std::string_view orsak,
                                  std::string_view kon) const {
  const auto node = nodes_.find(path);
  const auto suppression = suppressions_.find(KontaktorsakName(orsak));
  if (node == nodes_.end() || suppression == suppressions_.end()) return false;
  return suppression->second.IsWithheld(node->second, PlaceOf(KonHeadings(), kon));
}

}  // namespace liggare::domain
