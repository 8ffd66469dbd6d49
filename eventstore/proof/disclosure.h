// The texts behind an event's commitments (entry.proto, Text and Disclosure).
#ifndef EVENTSTORE_PROOF_DISCLOSURE_H_
#define EVENTSTORE_PROOF_DISCLOSURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "liggare/v1/entry.pb.h"
#include "liggare/v1/event.pb.h"

namespace liggare::proof {

// A commitment in an event: the field that holds it and its 32 bytes.
struct Commitment {
  std::string field;  // aterkrav_decided.motivering
  std::string bytes;
};

// Every commitment in the event, in the order of its fields.
std::vector<Commitment> CommitmentsOf(const v1::EventData& data);

// The text of a commitment, or that it is not disclosed.
struct DisclosedText {
  std::string field;
  bool disclosed = false;
  std::string text;
};

// Pairs the event's commitments with the disclosures. DISCLOSURE_MISMATCH, with
// `field` = disclosures[n], for a disclosure that none of them stands for.
absl::StatusOr<std::vector<DisclosedText>> OpenCommitments(
    const v1::EventData& data,
    const google::protobuf::RepeatedPtrField<v1::Disclosure>& disclosures);

}  // namespace liggare::proof

#endif  // EVENTSTORE_PROOF_DISCLOSURE_H_
