#include "tests/services/state/replay.h"

#include <algorithm>
#include <vector>

#include "services/domain/fold/fold.h"
#include "services/domain/state/fold_entry.h"

namespace liggare::testing {

domain::State Replay(const log::EventLog& log, std::string_view subject,
                     const state::Frontier& frontier) {
  std::vector<domain::FoldEntry> entries;
  for (const auto& [name, known] : frontier.logs()) {
    for (uint64_t index = 0; index < known.size; ++index) {
      auto entry = domain::ParseFoldEntry(*log.Read(name, index));
      if (entry.ok() && entry->data->subject() == subject) entries.push_back(*std::move(entry));
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.Key() < b.Key(); });
  domain::State state;
  state.subject = std::string(subject);
  for (const domain::FoldEntry& entry : entries) {
    domain::Fold(state, entry, [&](std::string_view name) { return frontier.SizeOf(name); });
  }
  return state;
}

}  // namespace liggare::testing
