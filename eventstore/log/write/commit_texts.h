// What a commit does with texts. They are kept by commitment, and each entry's row in
// meta lists those that are kept for it:
//
//   meta   d ‖ log, index        ─► commitments ─┐
//          d ‖ log', index'      ─► commitments ─┴─► disclosures   commitment ─► salt, text
//          e ‖ commitment, subject, path ─► the entry that erased it
//
// An entry erases texts of its own subject only, and only where they stand in a log of its
// own node or of one below: the commitment leaves the rows of those entries, now and
// whenever one comes with the text again; the text goes with the last row that lists it. So
// nobody erases another's text by copying its commitment, nor that of a node above.
//
// Private to this folder.
#ifndef EVENTSTORE_LOG_WRITE_COMMIT_TEXTS_H_
#define EVENTSTORE_LOG_WRITE_COMMIT_TEXTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/read/event_log.h"

namespace liggare::log {

// For one commit. Not thread-safe; both must outlive it.
class CommitTexts {
 public:
  CommitTexts(const Database& database, Batch& batch) : database_(database), batch_(batch) {}

  // An entry with a text, of which its row lists the commitment. The views must live until
  // Finish.
  struct Holder {
    keys::EventKey place;
    std::string_view log;  // Its name.
    std::string_view subject;
  };
  void Add(const Holder& holder, const DisclosureText& text);
  // The entry at `by`, of `subject`, orders the text of a commitment erased. The subject
  // must live until Finish.
  void Erase(const LogIndex& by, std::string_view subject, std::string commitment);

  // Adds the rows to the batch, whatever the order in which texts and orders came. Reads
  // all commitments if a text that is held is erased. DATA_LOSS if a row can't be read.
  absl::Status Finish();
  // Whether texts go that are on disk. After Finish.
  bool erases() const { return erases_; }

 private:
  struct Text {
    Holder holder;
    const DisclosureText* text;
  };
  struct Order {
    LogIndex by;
    std::string_view subject;
    std::string commitment;
  };
  // What the rows of meta say of a text that is held.
  struct Holders {
    bool released = false;  // By an entry of a subject that has erased it.
    bool kept = false;      // By another.
  };
  using HeldTexts = std::map<std::string, Holders, std::less<>>;

  absl::Status PutOrders();
  absl::Status PutTexts();
  absl::Status ReleaseTexts();
  absl::Status ReleaseRow(std::string_view key, std::string_view commitments, HeldTexts& held);
  absl::Status CountErasure();
  // Where an entry of that log about that subject has it.
  absl::StatusOr<bool> IsErased(std::string_view commitment, std::string_view subject,
                                std::string_view log);
  absl::StatusOr<bool> HasErasedRow(const std::string& key);
  // For a stored entry.
  absl::StatusOr<bool> IsErasedAt(const keys::EventKey& place, std::string_view commitment);

  const Database& database_;
  Batch& batch_;
  std::vector<Text> texts_;
  std::vector<Order> orders_;
  std::set<std::string, std::less<>> ordered_;  // Keys of meta; new in this commit.
  std::set<std::string, std::less<>> put_;      // Commitments.
  std::optional<bool> any_erased_;              // Whether the database has such a key.
  bool erases_ = false;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_WRITE_COMMIT_TEXTS_H_
