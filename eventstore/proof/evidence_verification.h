// Verifies a file of evidence offline, with nothing but the national key: that the
// key of a log's node has signed what no honest node signs
// (docs/storage_format.md, "Evidence").
//
// Pure; anything may be fed to it.
#ifndef EVENTSTORE_PROOF_EVIDENCE_VERIFICATION_H_
#define EVENTSTORE_PROOF_EVIDENCE_VERIFICATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/proof/key_chain.h"
#include "liggare/v1/audit_service.pb.h"

namespace liggare::proof {

inline constexpr uint32_t kEvidenceVersion = 1;

// What the evidence proves, recomputed; nothing of its own words is in it.
struct VerifiedEvidence {
  v1::EvidenceKind kind = v1::EVIDENCE_KIND_UNSPECIFIED;
  std::string log;
  std::string path;   // Whose key is convicted.
  std::string vkey;   // That key.
  uint64_t size = 0;  // At which the histories differ, or up to which one was shown.
  // The first entry that is known to differ or that must not be.
  std::optional<uint64_t> index;
  std::string what;  // One sentence.
};

// VERIFICATION_FAILED, with the part that does not hold as the field:
// evidence_version, enrolment.links[0].entry, held.checkpoint, claimed.state, …
// INVALID_FIELD if `national_key` is no national vkey.
absl::StatusOr<VerifiedEvidence> VerifyEvidence(const v1::Evidence& evidence,
                                                std::string_view national_key);

// Whether a file's text says that it is evidence, whatever it is worth.
bool IsEvidence(std::string_view json);
// Refuses fields that the form does not have: VERIFICATION_FAILED.
absl::StatusOr<v1::Evidence> EvidenceFromJson(std::string_view json);

// For people (Swedish) and for programs (liggare.verified_evidence/1); a newline at
// the end.
std::string EvidenceText(const VerifiedEvidence& evidence);
std::string EvidenceJson(const VerifiedEvidence& evidence);

}  // namespace liggare::proof

#endif  // EVENTSTORE_PROOF_EVIDENCE_VERIFICATION_H_
