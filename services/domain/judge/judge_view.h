// What a node sees that judges what it may record: states and texts at one moment.
#ifndef SERVICES_DOMAIN_JUDGE_JUDGE_VIEW_H_
#define SERVICES_DOMAIN_JUDGE_JUDGE_VIEW_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/proof/node_keys.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// A text in an entry, by its commitment.
struct TextPlace {
  std::string commitment;
  std::string path;  // Of the node in whose log the entry stands.
};

class JudgeView : public StateView {
 public:
  // All texts in entries of the subject, with or without effect, in their order.
  virtual absl::StatusOr<std::vector<TextPlace>> TextsOf(std::string_view subject) = 0;
  // What the logs of the node that records say of the keys of `path`.
  virtual absl::StatusOr<proof::NodeKeys> KeysOf(std::string_view path) = 0;
  // The trust domain of this tree.
  virtual std::string_view TrustDomain() const = 0;
  // Whether the node that records has enrolled fewer than `most` nodes, closed ones too.
  virtual absl::StatusOr<bool> EnrolsFewerThan(size_t most) = 0;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_JUDGE_JUDGE_VIEW_H_
