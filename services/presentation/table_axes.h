// What the rows and the columns of a table stand for, in the words of PX: dimensions
// with an id, a label and a role.
#ifndef SERVICES_PRESENTATION_TABLE_AXES_H_
#define SERVICES_PRESENTATION_TABLE_AXES_H_

#include <string_view>

namespace liggare::presentation {

enum class AxisRole { kNone, kGeo, kTime, kMetric };

struct Axis {
  std::string_view id;
  std::string_view label;
  AxisRole role = AxisRole::kNone;
};

// PxWeb's names of the dimensions that every table has.
inline constexpr Axis kRegionAxis = {"Region", "region", AxisRole::kGeo};
inline constexpr Axis kTimeAxis = {"Tid", "år", AxisRole::kTime};
inline constexpr Axis kMetricAxis = {"ContentsCode", "tabellinnehåll", AxisRole::kMetric};

struct TableAxes {
  Axis rows;
  Axis columns;
};

// Of a table by its id; of a time series the rows are years. A table that is not
// known has rows of no role and measures in its columns.
TableAxes AxesOf(std::string_view table, bool is_series);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_TABLE_AXES_H_
