// What a restore fills: a new epoch of the node's log, and the logs that come back,
// verified entry by entry as if a peer had sent them.
//
// Nothing runs beside it: every step is written, in order, when its call returns.
// Not thread-safe.
#ifndef SERVICES_RESTORE_RESTORED_LOG_H_
#define SERVICES_RESTORE_RESTORED_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/chunks/arrival_check.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/session/extent.h"
#include "services/restore/log_origin.h"

namespace liggare::restore {

// Whose log it is. What it refers to must outlive the RestoredLog.
struct NodeParts {
  std::string path;
  std::string trust_domain;
  const note::SigningKey& signing_key;
  const note::VerifierKey& national_key;
  log::SequencerEnvironment environment;
};

// An event of an epoch that was lost, to be recorded again.
struct LostEvent {
  log::Submission submission;        // With its old place.
  std::vector<log::LogIndex> basis;  // As it is to be written.
};

class RestoredLog {
 public:
  // Begins an empty database with <path>@<epoch>, or takes up what it holds. It must
  // outlive the RestoredLog.
  static absl::StatusOr<std::unique_ptr<RestoredLog>> Open(log::Database& database, uint32_t epoch,
                                                           const NodeParts& parts);
  // Writes nothing more.
  ~RestoredLog();

  const log::EventLog& log() const { return *log_; }

  // Records the first entry: what the epoch continues.
  absl::Status OpenEpoch(const replication::Extent& previous);

  // Verifies the chain that enrols the node, believes its keys, and keeps it.
  absl::Status TakeEnrolment(const v1::EnrolmentChain& chain);
  // That the signing key is one that is enrolled, and not revoked.
  absl::Status CheckOwnKey() const;

  // Whether what came back so far, or the chain, enrols the node.
  bool IsEnrolled(std::string_view path) const { return keys_->Find(path).ok(); }

  // Fetches the log up to `end` and verifies it. How far it came: an origin may be
  // able to prove less than it holds. VERIFICATION_FAILED if what it gives is not
  // what the log's key has signed, or an epoch that continues something else than came
  // back of the one before, or one beside another that continues the same.
  absl::StatusOr<uint64_t> Take(LogOrigin& origin, const std::string& log, uint64_t end);

  // Keeps a log frozen that was frozen before.
  absl::Status Freeze(const std::string& log, const std::string& evidence);

  // Records the events again, in their order. Where each stands now.
  absl::StatusOr<std::vector<log::Recorded>> RecordAgain(std::vector<LostEvent> events);

 private:
  class Judge;
  explicit RestoredLog(const NodeParts& parts) : parts_(parts) {}
  absl::Status FitsEpochs(const v1::Chunk& chunk) const;
  absl::Status Store(log::VerifiedChunk chunk);

  const NodeParts& parts_;
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<log::Judge> judge_;
  std::unique_ptr<log::Sequencer> sequencer_;
  std::unique_ptr<replication::KeyRegistry> keys_;
  std::unique_ptr<replication::ArrivalCheck> check_;
};

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_RESTORED_LOG_H_
