// The sending half of a session: per log, how far the peer is, what is on its
// way, and whose turn it is. Pure.
//
//              peer's extent known          roots agree
//   kUnknown ------------------> kComparing ------------> kOpen ---- Expected --> kComparing
//                  |                  |                      |
//                  | peer has more    | roots differ         | refusal
//                  v                  v                      v
//               kPeerAhead         kStopped              kStopped
//                  |
//                  +-- the local copy has caught up --> kComparing
//
//   acked        next                    size
//     |-- in flight --|-- not yet read ----|
//
// Turns: the own logs after every chunk of others; those of each child after those of
// the one before, however many it has; within a child one log after another.
#ifndef SERVICES_REPLICATION_SESSION_OUTBOUND_H_
#define SERVICES_REPLICATION_SESSION_OUTBOUND_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/replication/session/effect.h"
#include "services/replication/session/extent.h"
#include "services/replication/session/problem.h"

namespace liggare::replication {

class Outbound {
 public:
  // `own_path`: its logs go before those of others.
  explicit Outbound(std::string own_path);

  // What the peer's Frontier or Expected says it holds of a log. Sending goes on
  // from there once the roots agree. False if it has been rewound too often.
  bool PeerHolds(const Extent& peer);
  // The peer's Frontier has come: a log that it did not name it does not hold.
  void FrontierComplete();
  // So much of `log` may be sent.
  void Advance(std::string_view log, uint64_t size);

  enum class Ack { kTaken, kUnknown, kDiffers };
  // The peer holds so much durably. kUnknown: not the end of a chunk in flight,
  // compare roots; kDiffers: the end of one, with another root.
  Ack Acknowledge(const Extent& peer);
  // The comparison that was asked for came out well.
  void Agree(const Extent& peer);
  // No more of this log in this session.
  void Stop(std::string_view log, std::string reason);

  // A log whose peer is ahead of this node, or must be compared; each is
  // returned once per change.
  struct Comparison {
    Extent peer;
    bool peer_ahead = false;
  };
  std::vector<Comparison> TakeComparisons();

  // The next chunk to read, if window and turns allow one.
  std::optional<ReadChunk> NextRead();
  // The chunk was read; empty entries: nothing can be sent for now.
  void Read(v1::Chunk chunk, uint64_t round, const merkle::Hash& end_root);
  // A chunk to send, if one is ready.
  std::optional<v1::Chunk> TakeChunk();

  bool IsStopped(std::string_view log) const;
  // What the peer is known to hold of the log, with the same root.
  uint64_t Acknowledged(std::string_view log) const;
  uint64_t lag_entries() const { return lag_entries_; }
  // What the peer was found to hold since this was last asked.
  std::map<std::string, uint64_t> TakeAcknowledged();
  // At most kProblemsMax and one that counts the rest.
  std::vector<Problem> problems() const;

 private:
  enum class Phase { kUnknown, kComparing, kPeerAhead, kOpen, kStopped };
  struct Sent {
    uint64_t end = 0;
    size_t bytes = 0;
    bool in_window = false;  // A probe does not count.
    merkle::Hash root = {};
  };
  struct Log {
    Phase phase = Phase::kUnknown;
    uint64_t size = 0;
    uint64_t acked = 0;
    uint64_t next = 0;
    uint64_t round = 0;   // Counts rewinds: what was read before one is dropped.
    bool proven = false;  // Acknowledged in this session: no longer probing.
    bool reading = false;
    int rewinds = 0;  // Since the last acknowledgement.
    Extent peer;      // While kComparing or kPeerAhead.
    std::deque<Sent> in_flight;
    size_t in_flight_bytes = 0;
    std::string problem;
    uint64_t lag = 0;  // As it is counted in lag_entries_.
  };
  // The logs of one child, or the node's own.
  struct Turn {
    std::set<std::string> wanting;  // Have something to be read, and room in their windows.
    std::string served;             // The one whose turn it was last.
  };

  Log& At(std::string_view log);
  const Log* Find(std::string_view log) const;
  // The log has changed: keeps the turns, the lag and the problems in step.
  void Changed(const std::string& name, Log& log);
  void Compare(Log& log);
  void Rewind(std::string_view name, Log& log);
  void DropFirstSent(Log& log);
  void Land(Log& log, uint64_t size);
  static bool Wants(const Log& log);
  std::optional<ReadChunk> ReadIn(Turn& turn);
  std::optional<ReadChunk> ReadOfOthers();

  const std::string own_path_;
  std::map<std::string, Log, std::less<>> logs_;
  bool frontier_complete_ = false;
  std::map<std::string, Turn> turns_;  // By child (ShareOf); "" has the own.
  std::string served_;                 // The child whose turn it was last.
  bool own_turn_ = true;
  size_t reading_count_ = 0;
  size_t window_bytes_ = 0;
  std::deque<v1::Chunk> ready_;
  std::vector<Comparison> comparisons_;
  uint64_t lag_entries_ = 0;
  std::set<std::pair<bool, std::string>> troubled_;  // With a problem; own logs before others.
  std::set<std::string> acknowledged_;               // News for TakeAcknowledged.
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_OUTBOUND_H_
