// What a verifier says of the signature lines that it left out.
#ifndef SERVICES_PRESENTATION_LEFT_OUT_FORM_H_
#define SERVICES_PRESENTATION_LEFT_OUT_FORM_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/note/reduction.h"
#include "eventstore/proof/receipt_verifier.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::presentation {

// Kinds of lines that are told one by one; of the rest the number.
inline constexpr size_t kLeftOutShownMax = 10;

// "Obs: ..." for people, lines of the same name and reason in one, or nothing.
std::string LeftOutText(const std::vector<note::LeftOutLine>& lines);

// [{"name": …, "why": "does_not_verify", "count": 3}, …], the same for programs. A name
// that is no key's here is null: anything may stand in a note.
Json LeftOutJson(const std::vector<note::LeftOutLine>& lines);

// The lines of a receipt, wherever they stood.
std::vector<note::LeftOutLine> LinesOf(const std::vector<proof::LeftOutSignature>& left_out);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_LEFT_OUT_FORM_H_
