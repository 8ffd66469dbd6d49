#include "services/presentation/table_axes.h"

#include <algorithm>
#include <array>

#include "services/domain/place/table_id.h"

namespace liggare::presentation {
namespace {

constexpr Axis kKon = {"Kon", "kön"};
constexpr Axis kAlder = {"Alder", "ålder"};

struct Known {
  std::string_view table;
  TableAxes axes;
};

constexpr std::array kKnown = std::to_array<Known>({
    {"budget", {{"Post", "post"}, kMetricAxis}},
    {"kommuner", {kRegionAxis, kMetricAxis}},
    {"ombud", {kTimeAxis, kMetricAxis}},
    {"handledning", {{"Handledning", "handledning"}, kMetricAxis}},
    {"klienter", {kKon, kAlder}},
    {"kon", {kAlder, kKon}},
    {"barn", {kTimeAxis, kMetricAxis}},
    {"kontaktorsaker", {{"Kontaktorsak", "kontaktorsak"}, kMetricAxis}},
    {"vantetider", {{"Vantetid", "kö och väntetid"}, kMetricAxis}},
    {"prioritering", {{"Klientgrupp", "klientgrupp"}, kMetricAxis}},
    {"utforare", {{"Utforare", "utförare"}, kMetricAxis}},
    {"ledningsgrupper", {{"Ledningsgrupp", "ledningsgrupp"}, kMetricAxis}},
    {"brister", {{"Brist", "systembrist"}, kMetricAxis}},
    {"avvikelser", {kMetricAxis, {"Kolumn", "kolumn"}}},
    {"enheter", {{"Enhet", "enhet"}, kKon}},
});
// A table without axes does not compile.
static_assert(std::ranges::equal(kKnown, domain::kTableIds, {}, &Known::table));

}  // namespace

TableAxes AxesOf(std::string_view table, bool is_series) {
  TableAxes axes = {{"Rad", "rad"}, kMetricAxis};
  for (const Known& known : kKnown) {
    if (known.table == table) axes = known.axes;
  }
  if (is_series) axes.rows = kTimeAxis;
  return axes;
}

}  // namespace liggare::presentation
