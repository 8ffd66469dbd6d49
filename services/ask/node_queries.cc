#include "services/ask/node_queries.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/ask/proven_receipts.h"
#include "services/ask/without_effect.h"
#include "services/domain/duty/brist_list.h"
#include "services/domain/duty/duties.h"
#include "services/domain/form/value.h"
#include "services/domain/kontroll/kontroll.h"
#include "services/domain/place/subject.h"
#include "services/domain/publish/publishable.h"
#include "services/domain/state/fold_version.h"
#include "services/domain/state/state_proto.h"
#include "services/domain/table/table.h"
#include "services/domain/table/table_series.h"
#include "services/state/received_times.h"
#include "services/state/state_digest.h"

namespace liggare::ask {
namespace {

using View = state::StateReader::View;

absl::StatusOr<v1::GetStateDigestResponse> DigestOf(const v1::GetStateDigestRequest& request,
                                                    View& view) {
  const auto digests = state::DigestSubjects(view, request.prefix());
  if (!digests.ok()) return digests.status();
  if (request.with_subjects() && digests->size() > kSubjectsMax) {
    return MakeError(
        v1::ERROR_CODE_LIMIT_EXCEEDED,
        {.message = std::to_string(digests->size()) + " subjects begin so",
         .field = "prefix",
         .expected = "at most " + std::to_string(kSubjectsMax) + " of them: a longer prefix"});
  }
  v1::GetStateDigestResponse response;
  response.set_digest(std::string(merkle::HashBytes(state::RootOf(*digests))));
  response.set_fold_version(domain::kFoldVersion);
  response.set_subject_count(digests->size());
  for (const auto& [log, known] : view.frontier().logs()) {
    v1::LogPosition& position = *response.add_frontier();
    position.set_log(log);
    position.set_next_index(known.size);
  }
  if (!request.with_subjects()) return response;
  for (const auto& [subject, digest] : *digests) {
    v1::SubjectDigest& one = *response.add_subjects();
    one.set_subject(subject);
    one.set_digest(std::string(merkle::HashBytes(digest)));
  }
  return response;
}

// How many names an error lists.
constexpr size_t kNamesShown = 20;

std::string Listed(const std::vector<std::string>& names) {
  if (names.empty()) return "nothing is held yet";
  std::string text = "one of";
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) text += " " + names[i];
  if (names.size() > kNamesShown) {
    text += " and " + std::to_string(names.size() - kNamesShown) + " more";
  }
  return text;
}

// The subjects that share the longest beginning, in whole segments, with one
// that is not there.
absl::StatusOr<std::vector<std::string>> Nearby(View& view, std::string_view subject) {
  for (std::string_view prefix = subject;;) {
    const size_t slash = prefix.rfind('/', prefix.size() - 2);
    prefix = slash == std::string_view::npos ? "" : prefix.substr(0, slash + 1);
    auto subjects = view.ListSubjects(prefix);
    if (!subjects.ok() || !subjects->empty() || prefix.empty()) return subjects;
  }
}

absl::Status UnknownSubject(View& view, const std::string& subject, const std::string& node) {
  const auto nearby = Nearby(view, subject);
  if (!nearby.ok()) return nearby.status();
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = node + " has no entry of " + subject + " at that moment",
                    .field = "subject",
                    .expected = Listed(*nearby)});
}

// The nodes at or below `path` that the view knows: by their logs, or enrolled.
absl::StatusOr<std::vector<std::string>> NodesWithin(View& view, std::string_view path) {
  std::set<std::string> paths = {std::string(path)};
  for (const auto& [name, known] : view.frontier().logs()) paths.emplace(name::PathOfLog(name));
  const auto subjects = view.ListSubjects(domain::NodeSubject(path));
  if (!subjects.ok()) return subjects.status();
  for (const std::string& subject : *subjects) {
    if (const auto parsed = domain::ParseSubject(subject); parsed.ok()) paths.emplace(parsed->path);
  }
  std::erase_if(paths, [&](const std::string& found) { return !name::IsAtOrBelow(found, path); });
  return std::vector<std::string>(paths.begin(), paths.end());
}

}  // namespace

absl::StatusOr<size_t> NodeQueries::AddText(const v1::Value& value, Texts& texts) const {
  const std::string commitment = domain::CommitmentIn(value.text());
  if (commitment.empty()) return size_t{0};
  const auto text = log_.Disclosure(commitment);
  if (!text.ok()) return text.status();
  if (!*text) return size_t{0};
  v1::DisclosedText& added = *texts.Add();
  added.set_commitment(value.text());
  added.set_text((*text)->text);
  return added.text().size();
}

template <typename Response, typename Request>
absl::StatusOr<Response> NodeQueries::Paged(
    const Request& request, const std::function<absl::StatusOr<Response>(View&)>& compute,
    const std::function<absl::StatusOr<uint64_t>(Response&)>& finish) const {
  const auto start = ParsePage(request.page());
  if (!start.ok()) return start.status();
  const auto finish_page = [&](Response& page) {
    return finish ? finish(page) : absl::StatusOr<uint64_t>(UINT64_MAX);
  };
  const auto whole_at = [&](const v1::Moment& moment) -> absl::StatusOr<Response> {
    auto view = states_.At(moment);
    if (!view.ok()) return view.status();
    return compute(*view);
  };
  const uint64_t at_index = request.page().empty() ? OwnSize() : start->at_index;
  if (request.page().empty()) {
    absl::StatusOr<Response> whole = whole_at(request.moment());
    if (!whole.ok()) return whole;
    if (whole->ByteSizeLong() <= page_bytes_) {
      const auto fitting = finish_page(*whole);
      if (!fitting.ok()) return fitting.status();
      if (*fitting == UINT64_MAX) return whole;
    }
  }
  absl::StatusOr<Response> page = whole_at(MomentOf(request.moment(), at_index));
  if (!page.ok()) return page;
  Cut cut = CutLists(*page, start->first, {.bytes = page_bytes_});
  const auto fitting = finish_page(*page);
  if (!fitting.ok()) return fitting.status();
  if (*fitting < cut.kept) {
    cut = {.kept = *fitting, .more = true};
    CutLists(*page, 0, {.bytes = SIZE_MAX, .elements = *fitting});
  }
  if (cut.more) {
    page->set_next_page(PageText({.at_index = at_index, .first = start->first + cut.kept}));
  }
  return page;
}

absl::StatusOr<v1::GetStateResponse> NodeQueries::GetState(
    const v1::GetStateRequest& request) const {
  if (const auto subject = domain::ParseSubject(request.subject()); !subject.ok()) {
    return subject.status();
  }
  const auto compute = [&](View& view) -> absl::StatusOr<v1::GetStateResponse> {
    const auto state = view.StateOf(request.subject());
    if (!state.ok()) return state.status();
    v1::GetStateResponse response;
    absl::Status added = AddWithoutAuthority(log_, view.frontier(), request.subject(), response);
    if (!added.ok()) return added;
    if ((*state)->empty && response.without_authority().empty()) {
      return UnknownSubject(view, request.subject(), log_.path());
    }
    *response.mutable_state() = domain::ToProto(**state);
    return response;
  };
  Texts texts;
  const auto add_texts = [&](v1::GetStateResponse& page) -> absl::StatusOr<uint64_t> {
    texts.Clear();
    size_t bytes = 0;
    for (int i = 0; i < page.state().fields_size(); ++i) {
      const auto added = AddText(page.state().fields(i).value(), texts);
      if (!added.ok()) return added.status();
      bytes += *added;
      if (bytes <= page_bytes_ || i == 0 || *added == 0) continue;
      texts.RemoveLast();
      return static_cast<uint64_t>(i);
    }
    return UINT64_MAX;
  };
  auto page = Paged<v1::GetStateResponse>(request, {compute}, {add_texts});
  if (page.ok()) page->mutable_texts()->Swap(&texts);
  return page;
}

absl::StatusOr<v1::ListWithoutEffectResponse> NodeQueries::ListWithoutEffect(
    const v1::ListWithoutEffectRequest& request) const {
  if (const auto subject = domain::ParseSubject(request.subject()); !subject.ok()) {
    return subject.status();
  }
  std::optional<WithoutEffectStart> start;
  if (!request.page().empty()) {
    auto parsed = ParseWithoutEffectPage(request.page());
    if (!parsed.ok()) return parsed.status();
    start = *std::move(parsed);
  }
  const uint64_t at_index = start ? start->at_index : OwnSize();
  auto view = states_.At(MomentOf(request.moment(), at_index));
  if (!view.ok()) return view.status();
  return WithoutEffectPage(log_, *view, request.subject(), start, at_index);
}

uint64_t NodeQueries::OwnSize() const { return log_.Find(log_.own_log())->size; }

v1::Moment NodeQueries::MomentOf(const v1::Moment& asked, uint64_t at_index) const {
  v1::Moment moment = asked;
  if (!asked.known_by().empty()) return moment;
  moment.set_known_by(log_.path());
  moment.set_at_index(at_index);
  return moment;
}

absl::StatusOr<v1::GetHistoryResponse> NodeQueries::HistoryPage(
    const v1::GetHistoryRequest& request, View& view, const PageStart& start) const {
  const auto state = view.StateOf(request.subject());
  if (!state.ok()) return state.status();
  if ((*state)->empty) return UnknownSubject(view, request.subject(), log_.path());
  auto part = view.HistoryPartOf(request.subject(), request.path_prefix(),
                                 {.skipped = start.first, .bytes_max = page_bytes_});
  if (!part.ok()) return part.status();
  v1::GetHistoryResponse page;
  size_t text_bytes = 0;
  for (v1::Change& change : part->changes) {
    const auto added = AddText(change.new_(), *page.mutable_texts());
    if (!added.ok()) return added.status();
    text_bytes += *added;
    if (text_bytes > page_bytes_ && page.changes_size() > 0 && *added > 0) {
      page.mutable_texts()->RemoveLast();
      part->more = true;
      break;
    }
    *page.add_changes() = std::move(change);
  }
  if (part->more) {
    const uint64_t next = start.first + static_cast<uint64_t>(page.changes_size());
    page.set_next_page(PageText({.at_index = start.at_index, .first = next}));
  }
  return page;
}

absl::StatusOr<v1::GetHistoryResponse> NodeQueries::GetHistory(
    const v1::GetHistoryRequest& request) const {
  if (const auto subject = domain::ParseSubject(request.subject()); !subject.ok()) {
    return subject.status();
  }
  auto start = ParsePage(request.page());
  if (!start.ok()) return start.status();
  if (request.page().empty()) {
    start->at_index = OwnSize();
    auto view = states_.At(request.moment());
    if (!view.ok()) return view.status();
    auto page = HistoryPage(request, *view, *start);
    if (!page.ok() || page->next_page().empty()) return page;
  }
  auto view = states_.At(MomentOf(request.moment(), start->at_index));
  if (!view.ok()) return view.status();
  return HistoryPage(request, *view, *start);
}

absl::StatusOr<v1::GetTableResponse> NodeQueries::GetTable(
    const v1::GetTableRequest& request) const {
  return Paged<v1::GetTableResponse>(
      request, {[&](View& view) -> absl::StatusOr<v1::GetTableResponse> {
        const auto scope = ScopeOf(view, request.scope(), request.year());
        if (!scope.ok()) return scope.status();
        const auto table_of = [&](const domain::Scope& of) {
          return request.publishable()
                     ? domain::ComputePublishableTable(view, request.table(), of, smallest_count_)
                     : domain::ComputeTable(view, request.table(), of);
        };
        if (request.from_year() == 0) return table_of(*scope);
        return domain::ComputeSeries(view, request.table(), *scope, request.from_year(), table_of);
      }});
}

absl::StatusOr<v1::ExplainCellResponse> NodeQueries::ExplainCell(
    const v1::ExplainCellRequest& request) const {
  return Paged<v1::ExplainCellResponse>(
      request, {[&](View& view) -> absl::StatusOr<v1::ExplainCellResponse> {
        const auto scope = ScopeOf(view, request.scope(), request.year());
        if (!scope.ok()) return scope.status();
        const domain::CellName cell{request.row(), request.column()};
        if (!request.publishable()) return domain::ExplainCell(view, request.table(), *scope, cell);
        return domain::ExplainPublishableCell(view, request.table(), *scope, cell, smallest_count_);
      }});
}

absl::StatusOr<v1::ListFindingsResponse> NodeQueries::ListFindings(
    const v1::ListFindingsRequest& request) const {
  return Paged<v1::ListFindingsResponse>(
      request, {[&](View& view) -> absl::StatusOr<v1::ListFindingsResponse> {
        const auto scope = ScopeOf(view, request.scope(), request.year());
        if (!scope.ok()) return scope.status();
        auto findings = domain::FindingsOf(view, *scope);
        if (!findings.ok()) return findings.status();
        v1::ListFindingsResponse response;
        for (v1::Finding& finding : *findings) *response.add_findings() = std::move(finding);
        return response;
      }});
}

absl::StatusOr<v1::ListDutiesResponse> NodeQueries::ListDuties(
    const v1::ListDutiesRequest& request) const {
  return Paged<v1::ListDutiesResponse>(
      request, {[&](View& view) -> absl::StatusOr<v1::ListDutiesResponse> {
        const auto scope = ScopeOf(view, request.scope(), request.year());
        if (!scope.ok()) return scope.status();
        const auto on = DayOf(request.on());
        if (!on.ok()) return on.status();
        state::ReceivedTimes times(log_, view.shared_frontier());
        // When a cosignature came is not known: of a moment in the past they say nothing.
        if (keys_ == nullptr || !request.moment().known_by().empty()) {
          return domain::DutiesOf({view, times}, *scope, *on);
        }
        ProvenReceipts proven(times, *keys_);
        return domain::DutiesOf({view, proven}, *scope, *on);
      }});
}

absl::StatusOr<v1::ListBristerResponse> NodeQueries::ListBrister(
    const v1::ListBristerRequest& request) const {
  return Paged<v1::ListBristerResponse>(
      request, {[&](View& view) -> absl::StatusOr<v1::ListBristerResponse> {
        const auto scope = ScopeOf(view, request.scope(), request.year());
        if (!scope.ok()) return scope.status();
        const auto on = DayOf(request.on());
        if (!on.ok()) return on.status();
        return domain::BristListOf(view, *scope, {.on = *on, .open_only = request.open_only()});
      }});
}

absl::StatusOr<v1::ListExamplesResponse> NodeQueries::ListExamples(
    const v1::ListExamplesRequest& request) const {
  std::map<std::string, std::string> commitments;  // By subject.
  const auto compute = [&](View& view) -> absl::StatusOr<v1::ListExamplesResponse> {
    const auto scope = ScopeOf(view, request.scope(), 0);
    if (!scope.ok()) return scope.status();
    auto shared = domain::ExamplesOf(view, scope->path);
    if (!shared.ok()) return shared.status();
    v1::ListExamplesResponse response;
    for (domain::SharedExample& one : *shared) {
      commitments[one.example.subject()] = one.commitment;
      *response.add_examples() = std::move(one.example);
    }
    return response;
  };
  const auto add_texts = [&](v1::ListExamplesResponse& page) -> absl::StatusOr<uint64_t> {
    size_t bytes = 0;
    for (int i = 0; i < page.examples_size(); ++i) {
      v1::GoodExample& example = *page.mutable_examples(i);
      const auto text = log_.Disclosure(commitments[example.subject()]);
      if (!text.ok()) return text.status();
      if (!*text) continue;
      bytes += (*text)->text.size();
      if (bytes > page_bytes_ && i > 0) return static_cast<uint64_t>(i);
      example.set_beskrivning((*text)->text);
    }
    return UINT64_MAX;
  };
  return Paged<v1::ListExamplesResponse>(request, {compute}, {add_texts});
}

absl::StatusOr<domain::Date> NodeQueries::DayOf(const std::string& on) const {
  if (on.empty()) return domain::StockholmDate(now_ms_());
  if (const auto day = domain::ParseDate(on)) return *day;
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = "\"" + on + "\" is not a day", .field = "on", .expected = "YYYY-MM-DD"});
}

absl::StatusOr<v1::ListSubjectsResponse> NodeQueries::ListSubjects(
    const v1::ListSubjectsRequest& request) const {
  if (request.subjects_max() > kSubjectsMax) {
    return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                     {.message = "too many subjects for one answer",
                      .field = "subjects_max",
                      .expected = "at most " + std::to_string(kSubjectsMax)});
  }
  const uint32_t max = request.subjects_max() == 0 ? kSubjectsDefault : request.subjects_max();
  v1::ListSubjectsResponse response;
  const absl::Status scanned = log_.ScanSubjects(
      request.prefix(), request.after(), [&](std::string_view subject, const log::LogIndex&) {
        response.add_subjects(subject.data(), subject.size());
        return static_cast<uint32_t>(response.subjects_size()) < max;
      });
  if (!scanned.ok()) return scanned;
  return response;
}

absl::StatusOr<domain::Scope> NodeQueries::ScopeOf(View& view, const std::string& path,
                                                   int32_t year) const {
  if (path.empty() || path == log_.path()) return domain::Scope{.path = log_.path(), .year = year};
  const auto nodes = NodesWithin(view, log_.path());
  if (!nodes.ok()) return nodes.status();
  if (!std::binary_search(nodes->begin(), nodes->end(), path)) {
    return MakeError(v1::ERROR_CODE_NOT_FOUND,
                     {.message = path + " is no node at or below " + log_.path(),
                      .field = "scope",
                      .expected = Listed(*nodes)});
  }
  return domain::Scope{.path = path, .year = year};
}

absl::StatusOr<v1::GetStateDigestResponse> NodeQueries::GetStateDigest(
    const v1::GetStateDigestRequest& request) const {
  return Paged<v1::GetStateDigestResponse>(request,
                                           {[&](View& view) { return DigestOf(request, view); }});
}

}  // namespace liggare::ask
