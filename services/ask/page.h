// Answers in pages (query_service.proto). What an outsider may lengthen is cut to what
// one message holds; the client joins the pages.
#ifndef SERVICES_ASK_PAGE_H_
#define SERVICES_ASK_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace liggare::ask {

// Of the lists of one page, unless one element alone is more; as much again of texts.
inline constexpr size_t kPageBytesMax = 2 * 1024 * 1024;

// Where a page begins.
struct PageStart {
  // How many entries the node's own log had when the first page was answered.
  uint64_t at_index = 0;
  // How many elements the pages before it have had.
  uint64_t first = 0;
};
// "120.4096". INVALID_FIELD for what is no page.
absl::StatusOr<PageStart> ParsePage(std::string_view page);
std::string PageText(const PageStart& start);

struct CutLimits {
  size_t bytes = kPageBytesMax;
  uint64_t elements = UINT64_MAX;
};
struct Cut {
  uint64_t kept = 0;
  bool more = false;  // Elements follow those that were kept.
};
// Takes the lists of `answer`, and of the messages in it, for one: leaves of it what
// follows the first `skipped` elements and fits, at least one.
Cut CutLists(google::protobuf::Message& answer, uint64_t skipped, const CutLimits& limits);

}  // namespace liggare::ask

#endif  // SERVICES_ASK_PAGE_H_
