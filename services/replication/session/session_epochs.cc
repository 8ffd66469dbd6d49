// The part of Session that judges where a new epoch of a log begins.
#include <utility>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "services/replication/session/epoch_opening.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/session.h"

namespace liggare::replication {
namespace {

uint32_t EpochOf(std::string_view log) {
  absl::StatusOr<name::LogName> name = name::ParseLogName(log);
  return name.ok() ? name->epoch : 0;
}

}  // namespace

std::optional<std::string> Session::NewestOtherEpoch(std::string_view log) const {
  std::optional<std::string> newest;
  const std::string path(name::PathOfLog(log));
  for (auto at = logs_.lower_bound(path + "@");
       at != logs_.end() && name::PathOfLog(at->first) == path; ++at) {
    const auto& [name, local] = *at;
    if (name == log || local.held.size == 0) continue;
    if (!newest || EpochOf(*newest) < EpochOf(name)) newest = name;
  }
  return newest;
}

// A child has another version of an epoch that this node has left behind. It is the
// child that must be restored: of two versions the restore has chosen one.
bool Session::HasGoneOn(const std::string& log) const {
  if (!IsOwn(log) || options_.ends.side != Side::kParent) return false;
  const std::optional<std::string> newest = NewestOtherEpoch(log);
  return newest && EpochOf(*newest) > EpochOf(log);
}

void Session::RefuseEpoch(const std::string& log, const std::string& why) {
  inbound_.RefuseNow(
      log, ErrorOf(MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                             {"The new epoch " + log + " is not taken: " + why, "previous",
                              options_.ends.side == Side::kParent
                                  ? "a restore from " + options_.ends.self + " as it is now"
                                  : options_.ends.self + " restored from " + options_.ends.peer})));
}

bool Session::FitsEpochs(v1::Chunk& chunk) {
  const std::string log = chunk.log();
  if (chunk.first_index() != 0 || EpochOf(log) == 1 || inbound_.Held(log).size > 0) return true;
  if (EpochOf(log) > kEpochMax) {
    RefuseEpoch(log, "a node has at most " + std::to_string(kEpochMax) + " epochs.");
    return false;
  }
  const std::optional<Extent> previous = PreviousIn(chunk.entries(0));
  if (!previous || name::PathOfLog(previous->log) != name::PathOfLog(log) ||
      EpochOf(previous->log) >= EpochOf(log)) {
    RefuseEpoch(log, "its first entry names no epoch before it.");
    return false;
  }
  const std::optional<std::string> newest = NewestOtherEpoch(log);
  if (newest && EpochOf(*newest) > EpochOf(previous->log)) {
    RefuseEpoch(log, "it continues " + previous->log + ", but " + *newest + " is held.");
    return false;
  }
  const Extent held = inbound_.Held(previous->log);
  if (held == *previous) return true;
  const auto before = logs_.find(previous->log);
  const bool is_frozen = before != logs_.end() && before->second.frozen;
  if (held.size < previous->size && !is_frozen) {
    inbound_.WaitFor(std::move(chunk), *previous, now_);
    return false;
  }
  RefuseEpoch(log, "it continues " + Describe(*previous) + ", but held is " + Describe(held) +
                       (is_frozen                     ? ", frozen."
                        : held.size == previous->size ? " with another root."
                                                      : "."));
  return false;
}

}  // namespace liggare::replication
