// Logs made in a test, with their keys: entries, proofs, checkpoints and
// cosignatures, as nodes make them.
#ifndef TESTS_EVENTSTORE_PROOF_FAKE_LOGS_H_
#define TESTS_EVENTSTORE_PROOF_FAKE_LOGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"
#include "liggare/v1/audit_service.pb.h"
#include "liggare/v1/event.pb.h"

namespace liggare::testing {

inline constexpr char kTrustDomain[] = "liggare.test";

// A key whose seed is `seed`, 32 times.
note::SigningKey MakeKey(const std::string& path, uint8_t seed);

// One log of at most 255 entries.
class FakeLog {
 public:
  FakeLog(std::string path, uint8_t seed);

  // Adds an entry with this sender's part; its index.
  uint64_t Add(const v1::EventData& data, const std::vector<std::string>& basis_logs = {});
  // Adds bytes as they are.
  void AddBytes(std::string entry);
  // Adds the enrolment of a child.
  uint64_t Enrol(const FakeLog& child, v1::Custody custody = v1::CUSTODY_OWN,
                 const std::string& hosted_by = "");

  // Adds the handing over of a node's key from one to another, signed by the first.
  uint64_t ChangeKey(const std::string& path, const note::SigningKey& from,
                     const note::SigningKey& to);
  // Adds the revocation of a node's key beyond `size` entries of its first log.
  uint64_t RevokeKey(const std::string& path, const note::SigningKey& key, int64_t size,
                     int64_t cosigned_until_s = 0);

  // Adds that a node's log has ended; the writer knew the node by these logs.
  uint64_t Close(const std::string& path, int64_t size,
                 const std::vector<std::string>& basis_logs = {});

  // A checkpoint of the first `size` entries, signed by the log's key and cosigned.
  using Cosigners = std::vector<std::pair<const note::SigningKey*, uint64_t>>;
  std::string Checkpoint(uint64_t size, const Cosigners& cosigners = {}) const;
  v1::ProvenEntry Prove(uint64_t index, uint64_t size, const Cosigners& cosigners = {}) const;

  const std::string& path() const { return path_; }
  std::string name() const { return path_ + "@1"; }
  const note::SigningKey& key() const { return key_; }
  void set_key(note::SigningKey key) { key_ = std::move(key); }
  const std::vector<std::string>& entries() const { return entries_; }
  uint64_t size() const { return entries_.size(); }

 private:
  const std::string path_;
  note::SigningKey key_;
  std::vector<std::string> entries_;
};

// An event with a filled-in id and subject; the payload is the caller's.
v1::EventData MakeData(const std::string& subject, uint8_t id);

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_PROOF_FAKE_LOGS_H_
