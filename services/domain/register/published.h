// What an authority has published of a table: the stated cells, as printed.
#ifndef SERVICES_DOMAIN_REGISTER_PUBLISHED_H_
#define SERVICES_DOMAIN_REGISTER_PUBLISHED_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

class Published {
 public:
  Published() = default;
  // From the state of a tabell/… subject.
  explicit Published(const State& state);

  // The table's published cells; none if nothing was published.
  static absl::StatusOr<Published> Of(StateView& view, std::string_view table, int year);

  std::optional<Decimal> Cell(std::string_view row, std::string_view column) const;
  // The words of a cell that holds a name.
  std::optional<std::string> Text(std::string_view row, std::string_view column) const;
  // The ids of the rows with such cells, in byte order.
  std::vector<std::string> TextRows() const;
  // The ids of the rows with figures, and of one row's columns, in byte order.
  std::vector<std::string> Rows() const;
  std::vector<std::string> ColumnsOf(std::string_view row) const;
  bool empty() const { return cells_.empty() && texts_.empty(); }

 private:
  std::map<std::string, std::map<std::string, Decimal, std::less<>>, std::less<>> cells_;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> texts_;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_REGISTER_PUBLISHED_H_
