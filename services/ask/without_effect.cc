#include "services/ask/without_effect.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "services/domain/fold/fold.h"
#include "services/domain/state/state_proto.h"
#include "services/state/subject_fold.h"

namespace liggare::ask {
namespace {

using Step = log::EventLog::AsideStep;

absl::StatusOr<v1::Disregarded> ReadAside(const log::EventLog& log, const log::LogIndex& place) {
  const auto entry = state::ReadFoldEntry(log, place);
  if (!entry.ok()) return entry.status();
  return domain::DisregardedOf(*entry, domain::CheckEffect(*entry));
}

// Counts and collects what stands aside, log by log.
class AsideSummary {
 public:
  explicit AsideSummary(const state::Frontier& frontier) : frontier_(frontier) {}

  Step Take(const log::LogIndex& place) {
    if (!frontier_.Holds(place.log, place.index)) return Step::kNextLog;
    if (counts_.empty() || counts_.back().log() != place.log) {
      if (counts_.size() == kAsideLogsMax) {
        more_logs_ = true;
        return Step::kEnd;
      }
      counts_.emplace_back().set_log(place.log);
    }
    v1::WithoutEffect& count = counts_.back();
    if (count.count() == kAsideCountedMax) {
      count.set_at_least(true);
      return Step::kNextLog;
    }
    count.set_count(count.count() + 1);
    if (count.count() <= domain::kDisregardedShownMax) shown_.push_back(place);
    return Step::kOn;
  }

  const std::vector<v1::WithoutEffect>& counts() const { return counts_; }
  const std::vector<log::LogIndex>& shown() const { return shown_; }
  bool more_logs() const { return more_logs_; }

 private:
  const state::Frontier& frontier_;
  std::vector<v1::WithoutEffect> counts_;
  std::vector<log::LogIndex> shown_;
  bool more_logs_ = false;
};

// Takes down, while a subject is folded, which entries have no effect.
class DisregardedRecorder : public domain::ChangeListener {
 public:
  DisregardedRecorder(uint64_t skipped, uint64_t max) : skipped_(skipped), max_(max) {}

  void Changed(const domain::State&, std::string_view, const domain::FieldValue&,
               const domain::FieldValue&, uint32_t, const domain::FoldEntry&) override {}
  void Disregarded(const domain::FoldEntry& entry, const absl::Status& why) override {
    if (seen_++ < skipped_) return;
    if (entries_.size() == max_) {
      more_ = true;
    } else {
      entries_.push_back(domain::DisregardedOf(entry, why));
    }
  }
  bool Done() const override { return more_; }

  std::vector<v1::Disregarded>& entries() { return entries_; }
  bool more() const { return more_; }

 private:
  const uint64_t skipped_;
  const uint64_t max_;
  uint64_t seen_ = 0;
  bool more_ = false;
  std::vector<v1::Disregarded> entries_;
};

// The places of the next page of what stands aside, and one more if there is one.
absl::StatusOr<std::vector<log::LogIndex>> AsidePlaces(const log::EventLog& log,
                                                       const state::Frontier& frontier,
                                                       std::string_view subject,
                                                       const std::optional<log::LogIndex>& after) {
  std::vector<log::LogIndex> places;
  const absl::Status scanned = log.ScanAside(subject, after, [&](const log::LogIndex& place) {
    if (!frontier.Holds(place.log, place.index)) return Step::kNextLog;
    places.push_back(place);
    return places.size() > kAsidePageEntries ? Step::kEnd : Step::kOn;
  });
  if (!scanned.ok()) return scanned;
  return places;
}

absl::Status NoSuchPage() {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD, {.message = "there is no such page",
                                                  .field = "page",
                                                  .expected = "next_page of the page before"});
}

}  // namespace

absl::Status AddWithoutAuthority(const log::EventLog& log, const state::Frontier& frontier,
                                 std::string_view subject, v1::GetStateResponse& response) {
  AsideSummary summary(frontier);
  const absl::Status scanned =
      log.ScanAside(subject, {}, [&](const log::LogIndex& place) { return summary.Take(place); });
  if (!scanned.ok()) return scanned;
  std::vector<log::LogIndex> shown = summary.shown();
  std::vector<v1::WithoutEffect> counts = summary.counts();
  // By name, as on every tier; a scan has them by local numbers.
  std::stable_sort(shown.begin(), shown.end(),
                   [](const auto& a, const auto& b) { return a.log < b.log; });
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.log() < b.log(); });
  for (const log::LogIndex& place : shown) {
    auto entry = ReadAside(log, place);
    if (!entry.ok()) return entry.status();
    *response.add_without_authority() = *std::move(entry);
  }
  for (const v1::WithoutEffect& count : counts) {
    *response.add_without_authority_counts() = count;
  }
  response.set_more_without_authority(summary.more_logs());
  return absl::OkStatus();
}

absl::StatusOr<WithoutEffectStart> ParseWithoutEffectPage(std::string_view page) {
  const size_t point = page.find('.', page.find('.') + 1);
  const auto numbers = ParsePage(page.substr(0, point));
  if (page.empty() || !numbers.ok()) return NoSuchPage();
  WithoutEffectStart start = {.at_index = numbers->at_index, .number = numbers->first};
  if (point == std::string_view::npos) return start;
  start.log = std::string(page.substr(point + 1));
  if (!name::ParseLogName(start.log).ok()) return NoSuchPage();
  return start;
}

absl::StatusOr<v1::ListWithoutEffectResponse> WithoutEffectPage(
    const log::EventLog& log, state::StateReader::View& view, std::string_view subject,
    const std::optional<WithoutEffectStart>& start, uint64_t at_index) {
  v1::ListWithoutEffectResponse response;
  if (!start || !start->log.empty()) {
    std::optional<log::LogIndex> after;
    if (start) after = log::LogIndex{.log = start->log, .index = start->number};
    const auto places = AsidePlaces(log, view.frontier(), subject, after);
    if (!places.ok()) return places.status();
    for (size_t i = 0; i < std::min<size_t>(places->size(), kAsidePageEntries); ++i) {
      auto entry = ReadAside(log, (*places)[i]);
      if (!entry.ok()) return entry.status();
      *response.add_entries() = *std::move(entry);
    }
    response.set_next_page(PageText({.at_index = at_index, .first = 0}));
    if (places->size() <= kAsidePageEntries) return response;
    const log::LogIndex& last = (*places)[kAsidePageEntries - 1];
    response.set_next_page(PageText({.at_index = at_index, .first = last.index}) + "." + last.log);
    return response;
  }
  DisregardedRecorder recorder(start->number, kAsidePageEntries);
  if (absl::Status read = view.Replay(subject, recorder); !read.ok()) return read;
  for (v1::Disregarded& entry : recorder.entries()) *response.add_entries() = std::move(entry);
  if (recorder.more()) {
    response.set_next_page(
        PageText({.at_index = at_index, .first = start->number + kAsidePageEntries}));
  }
  return response;
}

}  // namespace liggare::ask
