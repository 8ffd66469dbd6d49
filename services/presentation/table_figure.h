// The figure of a table's cell as programs read it: without spaces, rounded as it is
// printed.
#ifndef SERVICES_PRESENTATION_TABLE_FIGURE_H_
#define SERVICES_PRESENTATION_TABLE_FIGURE_H_

#include <optional>
#include <string>

#include "liggare/v1/query_service.pb.h"

namespace liggare::presentation {

// What stands for a figure that is not to be published (the statistics agencies' mark).
inline constexpr char kSuppressedMark[] = "..";

// 129999888, -1135202, 328.47, 17.46; nothing for a text, an absent or a suppressed
// cell. Halves go away from zero. Kronor have decimals only where there are öre.
std::optional<std::string> PlainFigure(const v1::TableCell& cell);

// How many decimals figures of this unit have: 2 for hundredths and percent.
int DecimalsOf(v1::TableUnit unit);

// How the unit is called, in Swedish: antal, kronor, procent.
std::string UnitName(v1::TableUnit unit);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_TABLE_FIGURE_H_
