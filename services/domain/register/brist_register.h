// The register of systembrister: each brist with those that were grouped under it,
// so that both the number of län and of verksamheter that have it can be told, and
// what became of it.
#ifndef SERVICES_DOMAIN_REGISTER_BRIST_REGISTER_H_
#define SERVICES_DOMAIN_REGISTER_BRIST_REGISTER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// Of the brister that are grouped under one, at whatever depth, that are looked at.
inline constexpr size_t kGroupBristerMax = 4'096;
// Of what was asked about them, that is told.
inline constexpr size_t kGroupFeedbackMax = 4'096;

// Who was asked what became of a brist.
struct Aterkoppling {
  std::string id;  // Of the request, a UUID.
  std::string av_vem;
  std::string due_on;    // YYYY-MM-DD
  std::string given_on;  // The same; empty while there is no answer.

  bool is_given() const { return !given_on.empty(); }
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

  bool IsOfYear(int year) const;
};

// The brister of the nodes at or below `path`, by subject, each for itself: the
// sets of who has it are empty.
absl::StatusOr<std::vector<Brist>> AllBristerOf(StateView& view, const std::string& path);

// The brister of the scope's nodes that were observed in its year (0: in any) and
// are grouped under no other of them, by subject; the återkoppling that was asked
// for about members is theirs, too. Errors as ComputeTable's.
absl::StatusOr<std::vector<Brist>> BristerOf(StateView& view, const Scope& scope);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_REGISTER_BRIST_REGISTER_H_
