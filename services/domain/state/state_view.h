// The states that a rule or a table looks at, at one moment: now, or at the
// frontier that some node knew.
#ifndef SERVICES_DOMAIN_STATE_STATE_VIEW_H_
#define SERVICES_DOMAIN_STATE_STATE_VIEW_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/domain/state/state.h"

namespace liggare::domain {

class StateView {
 public:
  virtual ~StateView() = default;
  // The subject's state; an empty one (State::empty) if nothing is held of it.
  // Never null.
  virtual absl::StatusOr<std::shared_ptr<const State>> StateOf(std::string_view subject) = 0;
  // The subjects that begin with `prefix` and have an entry in the view, in byte
  // order.
  virtual absl::StatusOr<std::vector<std::string>> ListSubjects(std::string_view prefix) = 0;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_STATE_STATE_VIEW_H_
