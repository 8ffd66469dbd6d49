// Verifies a receipt offline, with nothing but the national key.
//
//   national key
//     └ enrolment.links[0]: entry of se@1, under a checkpoint of se@1 -> key of se/17
//         └ enrolment.links[1]: entry of se/17@1 -> key of se/17/varmland
//             └ event: entry of se/17/varmland@1 under that node's checkpoint,
//               cosigned by ancestors, each with its time
//
// Pure; anything may be fed to it.
#ifndef EVENTSTORE_PROOF_RECEIPT_VERIFIER_H_
#define EVENTSTORE_PROOF_RECEIPT_VERIFIER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/proof/disclosure.h"
#include "eventstore/proof/key_chain.h"
#include "liggare/v1/audit_service.pb.h"

namespace liggare::proof {

inline constexpr uint32_t kReceiptVersion = 1;
// A chain has an enrolment and perhaps changes of key for each tier.
inline constexpr int kChainLinksMax = 256;

// A node whose signature the receipt rests on, and who holds its key.
struct ProvenSigner {
  std::string path;
  std::string vkey;
  std::string display_name;
  v1::Custody custody = v1::CUSTODY_UNSPECIFIED;
  std::string hosted_by;
  bool is_origin = false;   // It recorded the event.
  bool superseded = false;  // The origin's key has been replaced since.
};

// A tier above the origin that had the event on its disk.
struct ProvenReceipt {
  std::string path;
  uint64_t time_s = 0;  // Of its first cosignature with the event in it; seconds since 1970.
  uint64_t size = 0;    // Of the checkpoint that it cosigned.
};

// A signature line that did not count; all else was judged without it.
struct LeftOutSignature {
  std::string where;  // enrolment.links[1], event, cosigned[0]
  note::LeftOutLine line;
};

// What a receipt proves.
struct VerifiedReceipt {
  v1::Event event;
  v1::EventData data;
  std::string path;  // Of the node that recorded it.
  note::Checkpoint checkpoint;
  std::vector<ProvenSigner> signers;    // From the nation down; the origin last.
  std::vector<ProvenReceipt> received;  // From the origin's parent up.
  std::vector<DisclosedText> texts;
  std::vector<LeftOutSignature> left_out;
};

// VERIFICATION_FAILED (or DISCLOSURE_MISMATCH) if any step fails; `field` names
// the step as its place in the receipt: receipt_version,
// enrolment.links[1].inclusion_proof, event.checkpoint, cosigned[0].entry,
// disclosures[0], ... A signature line that does not verify, or of whom nobody knows,
// fails nothing: it is left out, and said to be. INVALID_FIELD if `national_key` is not a national
// vkey.
absl::StatusOr<VerifiedReceipt> VerifyReceipt(const v1::Receipt& receipt,
                                              std::string_view national_key);

// Verifies the links from the nation down and takes their keys into `chain`.
// They must all lie on the way from se to `path`. `left_out`, which may be null, gets
// the signature lines that did not count.
absl::Status ApplyEnrolmentChain(const v1::EnrolmentChain& enrolment, std::string_view path,
                                 KeyChain& chain,
                                 std::vector<LeftOutSignature>* left_out = nullptr);

// The file form of a receipt: the JSON form of v1::Receipt. Reading refuses
// fields that it does not know: MALFORMED.
std::string ReceiptToJson(const v1::Receipt& receipt);
absl::StatusOr<v1::Receipt> ReceiptFromJson(std::string_view json);

}  // namespace liggare::proof

#endif  // EVENTSTORE_PROOF_RECEIPT_VERIFIER_H_
