// Classes as tables print them: 21-30, 338-365, 366+.
#ifndef SERVICES_DOMAIN_FIGURE_PRINTED_CLASS_H_
#define SERVICES_DOMAIN_FIGURE_PRINTED_CLASS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liggare::domain {

struct PrintedClass {
  std::string id;
  int64_t first = 0;
  std::optional<int64_t> last;  // Nothing where it is open: 366+.
};

// Nothing if the id is not of that form.
std::optional<PrintedClass> ParseClass(std::string_view id);

// Two classes, of which the second does not begin where the first ends.
struct ClassBreak {
  PrintedClass before;
  PrintedClass after;
  bool IsOverlap() const { return !before.last || after.first <= *before.last; }
};
// Those of the ids that are classes, by their first value.
std::vector<ClassBreak> BreaksBetween(const std::vector<std::string>& ids);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FIGURE_PRINTED_CLASS_H_
