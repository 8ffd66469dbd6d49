// A table of the lägesrapport as text (Swedish, the published figure beside the
// computed one) and as JSON.
#ifndef CLIENTS_CLI_TABLE_FORM_H_
#define CLIENTS_CLI_TABLE_FORM_H_

#include <string>

#include "liggare/v1/query_service.pb.h"

namespace liggare::cli {

// Which table it is.
struct AnsweredTable {
  int year = 0;
  std::string scope;  // Empty: the node itself.
  v1::GetTableResponse table;
};

// Text, ending in a newline. A column that has published figures is followed by
// one headed "publ.", in which ≠ marks those that differ from the computed ones.
std::string TableText(const AnsweredTable& answer);

// JSON, format liggare.table/1, ending in a newline.
std::string TableJson(const AnsweredTable& answer);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_TABLE_FORM_H_
