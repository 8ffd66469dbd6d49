// Entries about a subject that have no effect. Whoever writes many of them makes nobody's
// state longer: an answer shows the first of each log, and the others come in pages.
#ifndef SERVICES_ASK_WITHOUT_EFFECT_H_
#define SERVICES_ASK_WITHOUT_EFFECT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/query_service.pb.h"
#include "services/ask/page.h"
#include "services/state/state_reader.h"

namespace liggare::ask {

// Of one log: as far as its entries without authority are counted for a state.
inline constexpr uint64_t kAsideCountedMax = 1'000;
// Logs with such entries that a state names.
inline constexpr int kAsideLogsMax = 16;
// Entries that one page looks through.
inline constexpr uint64_t kAsidePageEntries = 1'000;

// Adds those of nodes that may write nothing about the subject: the first
// (domain::kDisregardedShownMax) and the number of each log. DATA_LOSS if one can't be read.
absl::Status AddWithoutAuthority(const log::EventLog& log, const state::Frontier& frontier,
                                 std::string_view subject, v1::GetStateResponse& response);

// Where a page of all of them begins: after an entry without authority or, if `log` is
// empty and it is not the first page, after so many of the others.
struct WithoutEffectStart {
  uint64_t at_index = 0;  // As PageStart's.
  uint64_t number = 0;
  std::string log = {};
};
// "120.4096" or "120.17.se/17/b@1". INVALID_FIELD for what is no page.
absl::StatusOr<WithoutEffectStart> ParseWithoutEffectPage(std::string_view page);

// One page of all, of what `view` shows; `start` is nothing for the first. Pages name
// `at_index` for their moment.
absl::StatusOr<v1::ListWithoutEffectResponse> WithoutEffectPage(
    const log::EventLog& log, state::StateReader::View& view, std::string_view subject,
    const std::optional<WithoutEffectStart>& start, uint64_t at_index);

}  // namespace liggare::ask

#endif  // SERVICES_ASK_WITHOUT_EFFECT_H_
