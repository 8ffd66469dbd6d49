// The receiving half of a session: per log, what is held, what is on its way to
// the store, and what waits. Pure.
//
//      size                      next
//   ----|--- handed to the store --|      a chunk that begins at `next` is taken
//
// A chunk that ends at or below `size` is checked and acknowledged again; one
// that ends within (size, next] is a repetition of what is being stored. Any
// other is a gap: Expected is sent once nothing is under way, and everything is
// dropped until the sender has rewound.
//
// What waits for a key, the clock or another log is kept while there is room, which the
// peer's children share; of the rest only what it waits for is known, and it is asked for
// again when that has come.
#ifndef SERVICES_REPLICATION_SESSION_INBOUND_H_
#define SERVICES_REPLICATION_SESSION_INBOUND_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/replication/session/effect.h"
#include "services/replication/session/extent.h"
#include "services/replication/session/problem.h"
#include "services/replication/session/session_time.h"

namespace liggare::replication {

class Inbound {
 public:
  // Whether the key by which the node of that path has signed the checkpoint is
  // enrolled here; any key of it, where the checkpoint is empty.
  using HasKey = std::function<bool(std::string_view path, std::string_view checkpoint)>;
  // `peer` is the path of the node at the other end.
  Inbound(std::string peer, HasKey has_key);

  // So much of the log is held durably, whoever stored it.
  void Advance(const Extent& held);
  // The log is frozen, or closed to this session: every chunk is dropped, and
  // the first that comes is answered with the reason.
  void Refuse(std::string_view log, v1::Error reason);
  // The same, and says so at once.
  void RefuseNow(std::string_view log, v1::Error reason);

  // A chunk with entries arrived, in a form that was checked. `latest_ms` is the
  // furthest clock in it that was looked at.
  struct Clocks {
    int64_t latest_ms = 0;
    SessionTime now;
  };
  void Arrived(v1::Chunk chunk, Clocks clocks);
  // The chunk begins an epoch, and so much of the one before must be held first:
  // it is asked for again then.
  void WaitFor(v1::Chunk chunk, const Extent& before, SessionTime now);
  // A key was enrolled, a log advanced, or time passed: tries again what waits.
  void Retry(SessionTime now);

  // The store's answers, with the ticket of the StoreChunk. Aborted: nothing of
  // it was stored, because the copy ends elsewhere.
  void Stored(const Extent& held, uint64_t ticket);
  void Aborted(const Extent& held, uint64_t ticket);

  // What the session must do, in order.
  struct SendExpected {
    Extent held;
    std::optional<v1::Error> refusal;
  };
  using Action = std::variant<StoreChunk, CheckDuplicate, SendExpected>;
  std::vector<Action> TakeActions();

  // What is held, or 0 entries.
  Extent Held(std::string_view log) const;
  bool IsRefused(std::string_view log) const;
  // Entries and disclosures handed to the store and not answered.
  size_t storing_bytes() const { return storing_bytes_; }
  // Logs that wait; the chunks of theirs that are kept.
  size_t waiting_count() const { return waiting_count_; }
  size_t kept_count() const { return waiting_.chunks; }
  // Logs that are refused: at most kProblemsMax, and one that counts the rest.
  std::vector<Problem> problems() const;
  // Logs that wait, and for what; at most kProblemsMax.
  std::vector<v1::HeldBack> held_back() const;

 private:
  struct Waiting {
    std::optional<v1::Chunk> chunk;  // Nothing: there was no room for it.
    int64_t not_before_ms = 0;       // On the wall clock. Set: its clock is ahead.
    int64_t ask_again_ms = 0;        // On the steady clock, where there was no room for it.
    std::optional<Extent> before;    // Set: for that much of another log.
  };
  struct Room {
    size_t chunks = 0;
    size_t bytes = 0;
  };
  struct Log {
    Extent held;
    uint64_t next = 0;
    std::map<uint64_t, size_t> storing;  // Ticket to bytes.
    bool expected_owed = false;
    std::optional<uint64_t> asked_for;  // Expected was sent; the rest is dropped till it comes.
    std::optional<Waiting> waiting;
    bool dropped = false;  // A chunk was dropped because of what waits.
    int asked_again = 0;   // How often a chunk came that there was no room for.
    std::optional<v1::Error> refusal;
    bool refusal_sent = false;
  };

  Log& At(std::string_view log);
  void Take(Log& log, v1::Chunk chunk);
  void Store(Log& log, v1::Chunk chunk);
  void Wait(Log& log, Waiting waiting, SessionTime now);
  // The chunk that was kept, if one was.
  std::optional<v1::Chunk> StopWaiting(Log& log);
  bool HasRoomFor(const std::string& share, size_t bytes) const;
  bool MayGoOn(const Log& log, SessionTime now) const;
  static v1::HeldBack HeldBackOf(const Log& log);
  void PayExpected(Log& log);
  void SendRefusal(Log& log);
  void Answered(Log& log, uint64_t ticket);
  bool HasKeyOf(const Log& log, const v1::Chunk* chunk) const;  // The chunk may be null.

  const std::string peer_;
  const HasKey has_key_;
  std::map<std::string, Log, std::less<>> logs_;
  std::set<std::string> hindered_;  // Logs that wait, or are refused.
  size_t storing_bytes_ = 0;
  size_t waiting_count_ = 0;
  Room waiting_;                            // The chunks that are kept.
  std::map<std::string, Room> waiting_of_;  // The same, by the peer's child (ShareOf).
  uint64_t last_ticket_ = 0;
  std::vector<Action> actions_;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_INBOUND_H_
