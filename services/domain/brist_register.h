// The register of systembrister: each brist with those that were grouped under it,
// so that both the number of län and of verksamheter that have it can be told, and
// what became of it.
#ifndef SERVICES_DOMAIN_BRIST_REGISTER_H_
#define SERVICES_DOMAIN_BRIST_REGISTER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/domain/calendar.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"

namespace liggare::domain {

// Who was asked what became of a brist.
struct Aterkoppling {
  std::string av_vem;
  std::string due_on;  // YYYY-MM-DD
  bool is_given = false;
};

struct Brist {
  std::string subject;
  std::string path;  // Of the node that has reported it.
  std::string niva;
  std::string omrade;
  std::string rubrik;
  std::string observed_on;
  bool is_remedied = false;
  int64_t atgarder = 0;
  std::map<std::string, int64_t> rang;  // By the path of the node whose order it is.
  std::vector<Aterkoppling> aterkoppling;
  std::vector<std::string> members;    // Subjects that are grouped under it.
  std::set<std::string> verksamheter;  // That have it, itself and all members.
  std::set<std::string> lan;           // Their länskoder.
};

// The brister of the scope's nodes that were observed in its year and are grouped
// under no other of them, by subject. Errors as ComputeTable's.
absl::StatusOr<std::vector<Brist>> BristerOf(StateView& view, const Scope& scope);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_BRIST_REGISTER_H_
