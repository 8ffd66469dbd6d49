// A table as JSON-stat 2.0, in the shape in which PxWebApi 2 answers: class dataset,
// the dimensions Region, Tid and ContentsCode beside those of the table, values row by
// row, status ".." where a figure is not to be published, notes that must be shown.
//
// Regions have SCB's codes: 00 the nation, 17 a län; nodes below are named by their
// paths. Texts of a table (an utförare's organisation) are notes of their row.
// https://json-stat.org/full/
#ifndef SERVICES_PRESENTATION_TABLE_JSON_STAT_H_
#define SERVICES_PRESENTATION_TABLE_JSON_STAT_H_

#include <string>
#include <vector>

#include "services/presentation/table_form.h"

namespace liggare::presentation {

std::string TableJsonStat(const AnsweredTable& answer);

// Several, as class collection with the datasets in it.
std::string TablesJsonStat(const std::string& label, const std::vector<AnsweredTable>& answers);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_TABLE_JSON_STAT_H_
