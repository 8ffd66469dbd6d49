// The two forms of a state: text for people and JSON for programs. Both are
// frozen and described in docs/state_format.md.
#ifndef SERVICES_PRESENTATION_STATE_FORM_H_
#define SERVICES_PRESENTATION_STATE_FORM_H_

#include <string>
#include <vector>

#include "liggare/v1/query_service.pb.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::presentation {

// A state with the question that it answers.
struct AnsweredState {
  std::string node;   // Where it was asked.
  v1::Moment moment;  // An empty known_by means now.
  v1::State state;
  // The texts behind its commitments, as far as the node holds them.
  std::vector<v1::DisclosedText> texts = {};
  // Entries by nodes that may write nothing about the subject: the first of each log, how
  // many each has, and whether other logs have some.
  std::vector<v1::Disregarded> without_authority = {};
  std::vector<v1::WithoutEffect> without_authority_counts = {};
  bool more_without_authority = false;
};

// JSON, format liggare.state/1, indented, ending in a newline.
std::string StateJson(const AnsweredState& answer);

// One entry without effect, a line of the text: "se/18@1#3 (report_submitted): NOT_AUTHORISED:
// ...".
std::string WithoutEffectText(const v1::Disregarded& entry);
// The same for programs.
Json WithoutEffectJson(const v1::Disregarded& entry, EventRefs& events);

// Text in Swedish, ending in a newline.
std::string StateText(const AnsweredState& answer);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_STATE_FORM_H_
