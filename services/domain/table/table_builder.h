// Puts a table together: columns, rows, computed cells, and beside them what was
// published.
#ifndef SERVICES_DOMAIN_TABLE_TABLE_BUILDER_H_
#define SERVICES_DOMAIN_TABLE_TABLE_BUILDER_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/place/subject.h"
#include "services/domain/register/published.h"

namespace liggare::domain {

// How a cell is written.
enum class CellStyle {
  kCount,       // 10 248
  kChange,      // +2
  kKronor,      // 129 999 888, or with two decimals where there are öre
  kHundredths,  // 328,47
  kPercent,     // 17,46 %
};

// Fields that a cell is computed from: of the subjects of one kind in the table's
// scope, those whose path begins so (FieldSum's pattern; empty: all).
struct CellSource {
  SubjectKind kind = SubjectKind::kRapport;
  int year = 0;
  std::string pattern;
  std::string path = {};  // Only of this path and below; empty: of all in the scope.
};

class TableBuilder {
 public:
  struct Column {
    std::string id;
    std::string label;
  };

  TableBuilder(std::string table, std::string title, std::vector<Column> columns);

  // A row of absent cells, last. Of two with the same id the first is meant below.
  void AddRow(std::string id, std::string label);
  bool HasRow(std::string_view id) const;
  // The row and the column must be there. A figure that does not exist leaves the
  // cell absent.
  void Set(std::string_view row, std::string_view column, Fraction figure, CellStyle style);
  // A cell that is no figure.
  void SetText(std::string_view row, std::string_view column, std::string text);
  void AddNote(std::string note);

  // The fields that the cell is computed from. A cell may have several sources. That of a
  // row that is not there is left out.
  void AddSource(std::string_view row, std::string_view column, CellSource source);
  // Those of one cell; none if it has none, or there is no such cell.
  std::vector<CellSource> SourcesOf(std::string_view row, std::string_view column) const;
  // Leaves each cell absent that has sources and none that is there: 0 means that somebody
  // reported 0. Whether any source is there.
  absl::StatusOr<bool> LeaveOutUnless(
      const std::function<absl::StatusOr<bool>(const CellSource&)>& is_there);
  bool HasColumn(std::string_view id) const;
  v1::TableCell CellOf(std::string_view row, std::string_view column) const;
  // "man, kvinna, totalt": for errors.
  std::string RowIds() const;
  std::string ColumnIds() const;

  // Puts the published figure into every cell that has one, and says whether it
  // differs from the computed one. A cell without a computed figure never
  // differs.
  void AddPublished(const Published& published);

  v1::GetTableResponse Take() { return std::move(table_); }

 private:
  struct RowSource {
    std::string column;
    CellSource source;
  };

  v1::TableCell* Find(std::string_view row, std::string_view column);
  const v1::TableCell* Find(std::string_view row, std::string_view column) const;

  v1::GetTableResponse table_;
  // By row id, so that a table of thousands of rows is not searched for every cell.
  std::map<std::string, int, std::less<>> row_numbers_;
  std::vector<std::vector<RowSource>> sources_;  // By the row's number.
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_TABLE_BUILDER_H_
