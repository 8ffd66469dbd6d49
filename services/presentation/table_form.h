// A table of the lägesrapport as text (Swedish, the published figure beside the
// computed one) and as JSON.
#ifndef SERVICES_PRESENTATION_TABLE_FORM_H_
#define SERVICES_PRESENTATION_TABLE_FORM_H_

#include <string>

#include "liggare/v1/query_service.pb.h"

namespace liggare::presentation {

// Which table it is.
struct AnsweredTable {
  int year = 0;
  std::string scope;  // Empty: the node itself.
  v1::GetTableResponse table;
  bool is_series = false;  // A row for each year.
};

// Text, ending in a newline. A column that has published figures is followed by
// one headed "publ.", in which ≠ marks those that differ from the computed ones.
std::string TableText(const AnsweredTable& answer);

// JSON, format liggare.table/1, ending in a newline.
std::string TableJson(const AnsweredTable& answer);

// What a cell is computed from.
struct ExplainedCell {
  std::string row;
  std::string column;
  v1::ExplainCellResponse answer;
};

// A line for each field: subject, path, value, the event that set it.
std::string ExplainedText(const ExplainedCell& cell);

// JSON, format liggare.cell/1.
std::string ExplainedJson(const ExplainedCell& cell);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_TABLE_FORM_H_
