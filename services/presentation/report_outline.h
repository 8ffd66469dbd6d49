// The order, headings and numbers that the tables have in the lägesrapport of 2024, so
// that the next one can be pasted from it. A heading that tells what the figures show
// (how many kommuner, more or fewer than the year before) is made from the figures; it
// is a neutral one where they are not there.
#ifndef SERVICES_PRESENTATION_REPORT_OUTLINE_H_
#define SERVICES_PRESENTATION_REPORT_OUTLINE_H_

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "liggare/v1/query_service.pb.h"

namespace liggare::presentation {

struct OutlineEntry {
  std::string_view table;
  std::string_view number;   // Tabell 7, Diagram 1; empty where the report has none.
  std::string_view caption;  // Where the report's differs from the table's title.
  // The same as that of the entry before: it stands under its heading.
  std::string_view heading;
  bool needs_year_before = false;
};

// In the order of the report; after it, the tables that it does not have.
std::span<const OutlineEntry> ReportOutline();

// Of one year, by the table's id.
using TablesById = std::map<std::string, v1::GetTableResponse, std::less<>>;

// The heading of an entry. `before` has the tables of the year before that are needed.
std::string HeadingOf(const OutlineEntry& entry, const TablesById& tables,
                      const TablesById& before);

// Tabell 2. Klienternas ålder och kön 2024
std::string CaptionOf(const OutlineEntry& entry, const v1::GetTableResponse& table);

// At most 31 characters: Tabell 2 klienter.
std::string SheetNameOf(const OutlineEntry& entry);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_REPORT_OUTLINE_H_
