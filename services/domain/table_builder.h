// Puts a table together: columns, rows, computed cells, and beside them what was
// published.
#ifndef SERVICES_DOMAIN_TABLE_BUILDER_H_
#define SERVICES_DOMAIN_TABLE_BUILDER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "liggare/v1/query_service.pb.h"
#include "services/domain/fraction.h"
#include "services/domain/published.h"

namespace liggare::domain {

// How a cell is written.
enum class CellStyle {
  kCount,       // 10 248
  kChange,      // +2
  kKronor,      // 129 999 888, or with two decimals where there are öre
  kHundredths,  // 328,47
  kPercent,     // 17,46 %
};

class TableBuilder {
 public:
  struct Column {
    std::string id;
    std::string label;
  };

  TableBuilder(std::string table, std::string title, std::vector<Column> columns);

  // A row of absent cells, last.
  void AddRow(std::string id, std::string label);
  bool HasRow(std::string_view id) const;
  // The row and the column must be there. A figure that does not exist leaves the
  // cell absent.
  void Set(std::string_view row, std::string_view column, Fraction figure, CellStyle style);
  void AddNote(std::string note);

  // Puts the published figure into every cell that has one, and says whether it
  // differs from the computed one. A cell without a computed figure never
  // differs.
  void AddPublished(const Published& published);

  v1::GetTableResponse Take() { return std::move(table_); }

 private:
  v1::GetTableResponse table_;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_BUILDER_H_
