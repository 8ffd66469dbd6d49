// Which counts of persons in the reports of a scope and a year are withheld from
// publication (suppression.h): klienter, klienter with children, and klienter by
// reason for contact. Computed from the scope's own reports alone, so that every tier
// withholds the same of it.
#ifndef SERVICES_DOMAIN_PUBLISH_WITHHELD_COUNTS_H_
#define SERVICES_DOMAIN_PUBLISH_WITHHELD_COUNTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/domain/publish/suppression.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// All kön, all ages.
inline constexpr std::string_view kAllPersons = "totalt";

class WithheldCounts {
 public:
  static absl::StatusOr<WithheldCounts> Of(StateView& view, const Scope& scope, int64_t smallest);

  // Whether there are reports of it.
  bool Has(std::string_view path) const { return nodes_.find(path) != nodes_.end(); }

  // Of a node at or below the scope; false if there are no reports of it. `kon` and
  // `alder` are tokens, or kAllPersons.
  bool Klienter(std::string_view path, std::string_view kon, std::string_view alder) const;
  bool Barn(std::string_view path, std::string_view kon) const;
  bool Kontaktorsak(std::string_view path, std::string_view orsak, std::string_view kon) const;

  // The report of a node itself, where there are others below it.
  static std::string OwnReportOf(std::string_view path) { return std::string(path) + "/."; }

 private:
  std::map<std::string, int, std::less<>> nodes_;  // By path, their number in the trees.
  // "klienter", "barn", "kontaktorsaker.bostad", …
  std::map<std::string, Suppression, std::less<>> suppressions_;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PUBLISH_WITHHELD_COUNTS_H_
