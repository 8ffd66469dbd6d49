// Figures over the reports of a scope, for the tables.
#ifndef SERVICES_DOMAIN_TABLE_REPORT_FIGURES_H_
#define SERVICES_DOMAIN_TABLE_REPORT_FIGURES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/domain/figure/fraction.h"
#include "services/domain/rapport/klient_figures.h"
#include "services/domain/register/scope.h"
#include "services/domain/table/table_builder.h"

namespace liggare::domain {

// The sum of FieldSum over the reports; no figure if none has such a field.
Fraction SumOver(const std::vector<ScopedState>& reports, std::string_view pattern);

// Sets the cell to SumOver, as a count, with its source.
void SetSum(TableBuilder& table, const std::string& row, const std::string& column,
            const std::vector<ScopedState>& reports, const CellSource& source);

// The klienter of all of the reports.
KlientFigures KlientFiguresOf(const std::vector<ScopedState>& reports);

// "Källa: Kommunernas återrapporter 2024."
std::string SourceNote(int year);

// What reports are called where they are missing.
inline constexpr std::string_view kReports = "Återrapporter";

// "Återrapporter saknas för 2014 och 2015."
std::string MissingNote(std::string_view what, const std::vector<int>& years);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_REPORT_FIGURES_H_
