// The names of the tables of the lägesrapport, as subjects and questions write them
// (tabell/2024/klienter). What each shows: table.h.
#ifndef SERVICES_DOMAIN_PLACE_TABLE_ID_H_
#define SERVICES_DOMAIN_PLACE_TABLE_ID_H_

#include <array>
#include <string_view>

namespace liggare::domain {

// In the order of the report.
inline constexpr auto kTableIds = std::to_array<std::string_view>(
    {"budget", "kommuner", "ombud", "handledning", "klienter", "kon", "barn", "kontaktorsaker",
     "vantetider", "prioritering", "utforare", "ledningsgrupper", "brister", "avvikelser",
     "enheter"});

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PLACE_TABLE_ID_H_
