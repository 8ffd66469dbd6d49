// Sweden's 290 kommuner and 21 län with SCB's codes. Source: CC0 data set
// sjbrg/swedish-geodata, agreeing with the columns of Socialstyrelsen's reports.
#ifndef SERVICES_DOMAIN_PLACE_KOMMUN_H_
#define SERVICES_DOMAIN_PLACE_KOMMUN_H_

#include <span>
#include <string_view>

namespace liggare::domain {

struct Lan {
  std::string_view lanskod;     // 17
  std::string_view name;        // Värmlands län
  std::string_view short_name;  // Värmland
};

struct Kommun {
  std::string_view kommunkod;  // 1780; its first two digits are the länskod.
  std::string_view name;       // Karlstad
};

// By länskod; by kommunkod.
std::span<const Lan> AllLan();
std::span<const Kommun> AllKommuner();
// In the order of the lägesrapport's table 1: Swedish alphabetical by short name.
std::span<const Lan* const> LanByName();

// Null if there is no such code.
const Lan* FindLan(std::string_view lanskod);
const Kommun* FindKommun(std::string_view kommunkod);

// The län's kommuner, by kommunkod; empty if there is no such län.
std::span<const Kommun> KommunerOfLan(std::string_view lanskod);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PLACE_KOMMUN_H_
