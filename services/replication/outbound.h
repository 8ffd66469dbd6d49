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
#ifndef SERVICES_REPLICATION_OUTBOUND_H_
#define SERVICES_REPLICATION_OUTBOUND_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/replication/effect.h"
#include "services/replication/extent.h"

namespace liggare::replication {

class Outbound {
 public:
  // `own_path`: its logs go first in every turn.
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
  uint64_t lag_entries() const;
  std::map<std::string, uint64_t> acknowledged() const;
  std::vector<std::string> problems() const;

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
  };
  // Own logs before others, then by name.
  using Key = std::pair<bool, std::string>;

  Key KeyOf(std::string_view log) const;
  Log& At(std::string_view log);
  const Log* Find(std::string_view log) const;
  void Compare(Log& log);
  void Rewind(std::string_view name, Log& log);
  void DropFirstSent(Log& log);
  void Land(Log& log, uint64_t size);
  bool MayRead(const Log& log) const;

  const std::string own_path_;
  std::map<Key, Log> logs_;
  bool frontier_complete_ = false;
  std::optional<Key> served_;  // Whose turn it was last.
  size_t reading_count_ = 0;
  size_t window_bytes_ = 0;
  std::deque<v1::Chunk> ready_;
  std::vector<Comparison> comparisons_;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_OUTBOUND_H_
