// The year 2024 with the nation's published figures, carried by one verksamhet
// and one kommun, and the tables as they were printed.
#ifndef TESTS_SERVICES_DOMAIN_YEAR_2024_H_
#define TESTS_SERVICES_DOMAIN_YEAR_2024_H_

#include <memory>
#include <string>

#include "tests/services/domain/world.h"

namespace liggare::domain {

// Figures of the lägesrapport of 2024, tables 2, 3 and 7, and its text.
std::unique_ptr<World> Year2024();

// Publishes tabell/2024/<table>; cells are "row column value" separated by ", ".
void Publish(World& world, const std::string& table, const std::string& cells);

}  // namespace liggare::domain

#endif  // TESTS_SERVICES_DOMAIN_YEAR_2024_H_
