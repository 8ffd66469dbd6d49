#include "services/replication/session/extent.h"

#include "proto/error/error.h"

namespace liggare::replication {

v1::LogState ToProto(const Extent& extent) {
  v1::LogState state;
  state.set_log(extent.log);
  state.set_size(extent.size);
  state.set_root(std::string(merkle::HashBytes(extent.root)));
  return state;
}

absl::StatusOr<Extent> ExtentOf(const v1::LogState& state) {
  std::optional<merkle::Hash> root = merkle::HashFromBytes(state.root());
  if (!root) {
    return MakeError(v1::ERROR_CODE_MALFORMED, {"The root of " + state.log() + " has " +
                                                    std::to_string(state.root().size()) + " bytes.",
                                                "root", "32 bytes"});
  }
  return Extent{state.log(), state.size(), *root};
}

std::string Describe(const Extent& extent) {
  return extent.log + " at " + std::to_string(extent.size);
}

}  // namespace liggare::replication
