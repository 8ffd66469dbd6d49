// The version of the rules by which entries become a state.
#ifndef SERVICES_DOMAIN_STATE_FOLD_VERSION_H_
#define SERVICES_DOMAIN_STATE_FOLD_VERSION_H_

#include <cstdint>

namespace liggare::domain {

// Rises with every release in which entries that the release before could hold fold to another
// state: a new event type or field of a form, another rule of what has effect or conflicts, another
// finding in State::findings. Nodes compare digests of states only under one version. It does not
// rise for tables, for findings over several subjects, or for wording.
inline constexpr uint32_t kFoldVersion = 3;

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_STATE_FOLD_VERSION_H_
