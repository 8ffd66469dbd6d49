// A table as CSV, for programs and spreadsheets: fields by ";", the first row names
// them, a missing figure is an empty field (HSLF-FS 2016:91), decimal comma and no
// spaces in numbers (as ESV's open data), quotes as in RFC 4180, UTF-8, lines end in
// CR LF.
//
//   kod;rad;18–29 år;Totalt
//   man;Män;1065;4303
//
// A text that begins as a formula does (=, +, -, @, after spaces too) has an apostrophe
// before it, so that no spreadsheet runs what somebody wrote; figures stay figures.
// Only what is computed; a cell that is not to be published is "..". The notes are not
// in it: TableNotes gives them.
#ifndef SERVICES_PRESENTATION_TABLE_CSV_H_
#define SERVICES_PRESENTATION_TABLE_CSV_H_

#include <string>

#include "liggare/v1/query_service.pb.h"

namespace liggare::presentation {

// The byte order mark by which Excel tells UTF-8 from the older encodings.
inline constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

std::string TableCsv(const v1::GetTableResponse& table);

// Title, Källa and remarks, a line each.
std::string TableNotes(const v1::GetTableResponse& table);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_TABLE_CSV_H_
