// The questions of QueryService, answered at one node from what it holds.
#ifndef SERVICES_ASK_NODE_QUERIES_H_
#define SERVICES_ASK_NODE_QUERIES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/query_service.pb.h"
#include "services/ask/page.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/publish/smallest_count.h"
#include "services/domain/register/scope.h"
#include "services/replication/chunks/key_registry.h"
#include "services/state/state_reader.h"

namespace liggare::ask {

inline constexpr uint32_t kSubjectsDefault = 1'000;
inline constexpr uint32_t kSubjectsMax = 10'000;

// A value that borrows the node's log and reader, and the clock, which tells the
// day of a question that names none. Thread-safe. Every answer is
// computed at one frontier: that of the call, or of the request's moment.
//
// Errors that all share: those of StateReader::At for a moment; INVALID_SUBJECT
// for a subject that is not well formed; NOT_FOUND, with what there is in
// `expected`, for a subject without entries, an unknown table, or a scope that is
// not this node or a node below it.
class NodeQueries {
 public:
  // Milliseconds since 1970-01-01T00:00:00Z.
  using Clock = std::function<int64_t()>;

  // `smallest_count`: what a table that may be published shows of persons at least.
  // `page_bytes`: of the lists of one page, and of the texts beside them. `keys`: with
  // them what a node above has cosigned is known to have come there; may be null.
  NodeQueries(const log::EventLog& log, state::StateReader& states, const Clock& now_ms,
              int64_t smallest_count = domain::kSmallestCountDefault,
              size_t page_bytes = kPageBytesMax, const replication::KeyRegistry* keys = nullptr)
      : log_(log),
        states_(states),
        now_ms_(now_ms),
        smallest_count_(smallest_count),
        page_bytes_(page_bytes),
        keys_(keys) {}

  absl::StatusOr<v1::GetStateResponse> GetState(const v1::GetStateRequest& request) const;
  absl::StatusOr<v1::ListWithoutEffectResponse> ListWithoutEffect(
      const v1::ListWithoutEffectRequest& request) const;
  absl::StatusOr<v1::GetHistoryResponse> GetHistory(const v1::GetHistoryRequest& request) const;
  absl::StatusOr<v1::GetTableResponse> GetTable(const v1::GetTableRequest& request) const;
  absl::StatusOr<v1::ExplainCellResponse> ExplainCell(const v1::ExplainCellRequest& request) const;
  absl::StatusOr<v1::ListFindingsResponse> ListFindings(
      const v1::ListFindingsRequest& request) const;
  // INVALID_FIELD also for a day that is none.
  absl::StatusOr<v1::ListDutiesResponse> ListDuties(const v1::ListDutiesRequest& request) const;
  absl::StatusOr<v1::ListBristerResponse> ListBrister(const v1::ListBristerRequest& request) const;
  absl::StatusOr<v1::ListExamplesResponse> ListExamples(
      const v1::ListExamplesRequest& request) const;
  // Of everything that is held now. LIMIT_EXCEEDED above kSubjectsMax.
  absl::StatusOr<v1::ListSubjectsResponse> ListSubjects(
      const v1::ListSubjectsRequest& request) const;
  // LIMIT_EXCEEDED if more than kSubjectsMax are to be told one by one.
  absl::StatusOr<v1::GetStateDigestResponse> GetStateDigest(
      const v1::GetStateDigestRequest& request) const;

 private:
  // How many entries the node's own log has.
  uint64_t OwnSize() const;
  // The moment asked for; where none is, that at which the own log had so many entries.
  v1::Moment MomentOf(const v1::Moment& asked, uint64_t at_index) const;
  using View = state::StateReader::View;
  using Texts = google::protobuf::RepeatedPtrField<v1::DisclosedText>;
  // Adds the text behind the value, if it is a commitment whose text is held; how many
  // bytes it has.
  absl::StatusOr<size_t> AddText(const v1::Value& value, Texts& texts) const;
  // The page of an answer that the request asks for. `compute` makes the whole answer,
  // without texts, from a view; `finish` adds texts to a page of it and says how many of
  // its elements they have room for.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Paged(
      const Request& request, const std::function<absl::StatusOr<Response>(View&)>& compute,
      const std::function<absl::StatusOr<uint64_t>(Response&)>& finish = {}) const;
  absl::StatusOr<v1::GetHistoryResponse> HistoryPage(const v1::GetHistoryRequest& request,
                                                     View& view, const PageStart& start) const;
  absl::StatusOr<domain::Scope> ScopeOf(View& view, const std::string& path, int32_t year) const;
  // The day that the request names, or else today in Stockholm.
  absl::StatusOr<domain::Date> DayOf(const std::string& on) const;

  const log::EventLog& log_;
  state::StateReader& states_;
  const Clock& now_ms_;
  const int64_t smallest_count_;
  const size_t page_bytes_;
  const replication::KeyRegistry* const keys_;
};

}  // namespace liggare::ask

#endif  // SERVICES_ASK_NODE_QUERIES_H_
