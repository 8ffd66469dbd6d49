#include "eventstore/proof/log_verifier.h"

#include <utility>

#include "eventstore/merkle/hash.h"
#include "proto/error/error.h"

namespace liggare::proof {
namespace {

absl::Status Failed(std::string where, std::string message, std::string expected = "") {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                   {std::move(message), std::move(where), std::move(expected)});
}

absl::Status AtEntry(const ParsedEntry& entry, const absl::Status& status) {
  return Failed(entry.event.log() + "#" + std::to_string(entry.event.index()),
                ErrorOf(status).message(), ErrorOf(status).expected());
}

}  // namespace

absl::Status LogVerifier::Add(std::string_view entry) {
  if (merkle::IsWithheld(entry)) {
    ++withheld_;
    tree_.Append(merkle::LeafOf(entry), full_tiles_);
    full_tiles_.clear();
    return absl::OkStatus();
  }
  const uint64_t index = size();
  const std::string where = log_ + "#" + std::to_string(index);
  auto parsed = ParseEntry(entry, where);
  if (!parsed.ok()) return Failed(where, ErrorOf(parsed.status()).message());
  const v1::Event& event = parsed->event;
  if (event.log() != log_) return Failed(where, "the entry is of the log " + event.log(), log_);
  if (event.index() != index) {
    return Failed(where, "the entry says index " + std::to_string(event.index()),
                  std::to_string(index));
  }
  if (index > 0 && event.clock() <= last_clock_) {
    return Failed(where, "the clock " + std::to_string(event.clock()) + " does not rise",
                  "more than " + std::to_string(last_clock_));
  }
  last_clock_ = event.clock();
  tree_.Append(merkle::LeafHash(entry), full_tiles_);
  full_tiles_.clear();
  if (KeyChain::IsAboutKeys(parsed->data)) {
    enrolments_.push_back(*std::move(parsed));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KeyChain::Cosignature>> LogVerifier::Check(std::string_view checkpoint,
                                                                      KeyChain& chain) {
  for (const ParsedEntry& entry : enrolments_) {
    if (!KeyChain::IsOwnKeyChange(entry.event, entry.data)) continue;
    if (auto status = chain.Apply(entry.event, entry.data); !status.ok()) {
      return AtEntry(entry, status);
    }
  }
  auto opened = chain.OpenCheckpoint(checkpoint, log_);
  if (!opened.ok()) return Failed(log_, ErrorOf(opened.status()).message());
  const note::Checkpoint& stated = opened->checkpoint.checkpoint;
  if (stated.size != size()) {
    return Failed(log_, "there are " + std::to_string(size()) + " entries",
                  std::to_string(stated.size) + " as the checkpoint says");
  }
  if (stated.root != Root()) {
    return Failed(log_, "the entries do not give the root of the signed checkpoint of size " +
                            std::to_string(stated.size));
  }
  left_out_ = std::move(opened->left_out);
  for (const ParsedEntry& enrolment : enrolments_) {
    if (auto status = chain.Apply(enrolment.event, enrolment.data); !status.ok()) {
      return AtEntry(enrolment, status);
    }
  }
  enrolments_.clear();
  return std::move(opened->cosignatures);
}

}  // namespace liggare::proof
