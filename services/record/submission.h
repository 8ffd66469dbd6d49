// A submission on its way in: parsed, and checked as far as that needs no state,
// on the thread that received it, so that the sequencer's thread is left with
// what only it can do. Pure functions; safe from any thread.
#ifndef SERVICES_RECORD_SUBMISSION_H_
#define SERVICES_RECORD_SUBMISSION_H_

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/write/sequencer.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/event_service.pb.h"
#include "services/domain/law/authority.h"

namespace liggare::record {

// What the judge gets back of a submission: the event that `data` is.
class ParsedEventData : public log::ParsedEvent {
 public:
  explicit ParsedEventData(std::shared_ptr<const v1::EventData> event) : event_(std::move(event)) {}
  const std::shared_ptr<const v1::EventData>& event() const { return event_; }

 private:
  const std::shared_ptr<const v1::EventData> event_;
};

// Who records, and for whom.
struct Writer {
  std::string_view path;       // The node's.
  std::string_view principal;  // The caller's identity, as the server attests it.
  domain::Certificate certificate = domain::Certificate::kSystem;
};

// The submission, ready for the sequencer. Errors: LIMIT_EXCEEDED, MALFORMED,
// those of domain::CheckShape and domain::AuthoriseWriter, NOT_AUTHORISED for the
// types that only a node itself writes (entry.proto), PERMISSION_DENIED for those that need
// another certificate, DISCLOSURE_MISMATCH.
absl::StatusOr<log::Submission> ParseSubmission(v1::Submission submission, const Writer& writer);

// The texts with their commitments, if they are exactly those of the event:
// every commitment has its disclosure, and every disclosure its commitment.
// DISCLOSURE_MISMATCH otherwise.
absl::StatusOr<std::vector<log::DisclosureText>> MatchDisclosures(
    const v1::EventData& event, google::protobuf::RepeatedPtrField<v1::Disclosure> disclosures);

// Whether two events say the same. Commitments are compared through the texts
// that are held for each; one whose text is not held counts as equal.
bool SameFields(const v1::EventData& first, const std::vector<log::DisclosureText>& first_texts,
                const v1::EventData& second, const std::vector<log::DisclosureText>& second_texts);

}  // namespace liggare::record

#endif  // SERVICES_RECORD_SUBMISSION_H_
