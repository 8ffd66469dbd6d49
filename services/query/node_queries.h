// The questions of QueryService, answered at one node from what it holds.
#ifndef SERVICES_QUERY_NODE_QUERIES_H_
#define SERVICES_QUERY_NODE_QUERIES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/event_log.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/scope.h"
#include "services/domain/smallest_count.h"
#include "services/state/state_reader.h"

namespace liggare::query {

inline constexpr uint32_t kSubjectsDefault = 1'000;
inline constexpr uint32_t kSubjectsMax = 10'000;

// A value that borrows the node's log and reader. Thread-safe. Every answer is
// computed at one frontier: that of the call, or of the request's moment.
//
// Errors that all share: those of StateReader::At for a moment; INVALID_SUBJECT
// for a subject that is not well formed; NOT_FOUND, with what there is in
// `expected`, for a subject without entries, an unknown table, or a scope that is
// not this node or a node below it.
class NodeQueries {
 public:
  // `smallest_count`: what a table that may be published shows of persons at least.
  NodeQueries(const log::EventLog& log, state::StateReader& states,
              int64_t smallest_count = domain::kSmallestCountDefault)
      : log_(log), states_(states), smallest_count_(smallest_count) {}

  absl::StatusOr<v1::GetStateResponse> GetState(const v1::GetStateRequest& request) const;
  absl::StatusOr<v1::GetHistoryResponse> GetHistory(const v1::GetHistoryRequest& request) const;
  absl::StatusOr<v1::GetTableResponse> GetTable(const v1::GetTableRequest& request) const;
  absl::StatusOr<v1::ExplainCellResponse> ExplainCell(const v1::ExplainCellRequest& request) const;
  absl::StatusOr<v1::ListFindingsResponse> ListFindings(
      const v1::ListFindingsRequest& request) const;
  absl::StatusOr<v1::ListMissingResponse> ListMissing(const v1::ListMissingRequest& request) const;
  // Of everything that is held now. LIMIT_EXCEEDED above kSubjectsMax.
  absl::StatusOr<v1::ListSubjectsResponse> ListSubjects(
      const v1::ListSubjectsRequest& request) const;

 private:
  absl::StatusOr<domain::Scope> ScopeOf(state::StateReader::View& view, const std::string& path,
                                        int32_t year) const;

  const log::EventLog& log_;
  state::StateReader& states_;
  const int64_t smallest_count_;
};

}  // namespace liggare::query

#endif  // SERVICES_QUERY_NODE_QUERIES_H_
