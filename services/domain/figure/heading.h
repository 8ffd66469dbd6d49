// How the reports head the values that their tables have rows and columns for, in
// the order of the reports.
#ifndef SERVICES_DOMAIN_FIGURE_HEADING_H_
#define SERVICES_DOMAIN_FIGURE_HEADING_H_

#include <span>
#include <string_view>

namespace liggare::domain {

struct Heading {
  std::string_view id;  // The value's token.
  std::string_view label;
};

// Män, Kvinnor, then annan könsidentitet.
std::span<const Heading> KonHeadings();
// From the youngest, then those whose age is not known.
std::span<const Heading> AlderHeadings();
std::span<const Heading> KontaktorsakHeadings();
std::span<const Heading> KlientgruppHeadings();
std::span<const Heading> SamverkanspartHeadings();
std::span<const Heading> HandledningHeadings();
std::span<const Heading> DriftsformHeadings();
std::span<const Heading> BristOmradeHeadings();
std::span<const Heading> BristNivaHeadings();
// Which klienter count as living with children.
std::span<const Heading> BarnDefinitionHeadings();

// The label, or the id itself if there is none.
std::string_view LabelOf(std::span<const Heading> headings, std::string_view id);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FIGURE_HEADING_H_
