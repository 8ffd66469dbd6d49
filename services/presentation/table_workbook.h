// Tables as an Excel workbook (XLSX, ISO/IEC 29500): a sheet for each, with its title
// above, Källa and remarks below, and numbers as numbers that are shown as the reports
// write them.
#ifndef SERVICES_PRESENTATION_TABLE_WORKBOOK_H_
#define SERVICES_PRESENTATION_TABLE_WORKBOOK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "liggare/v1/query_service.pb.h"

namespace liggare::presentation {

struct Sheet {
  std::string name;  // At most 31 characters, without []:*?/\ ; each once.
  v1::GetTableResponse table;
};

// Replaces the file. INTERNAL names it and the reason.
absl::Status WriteWorkbook(const std::string& file, const std::vector<Sheet>& sheets);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_TABLE_WORKBOOK_H_
