#include "services/replication/session/outbound.h"

#include <algorithm>

#include "services/replication/session/limits.h"
#include "services/replication/session/log_flow.h"

namespace liggare::replication {
namespace {

// What a chunk costs of the window: its entries and the texts beside them.
size_t BytesOf(const v1::Chunk& chunk) {
  size_t bytes = 0;
  for (const std::string& entry : chunk.entries()) bytes += entry.size();
  for (const v1::Disclosure& disclosure : chunk.disclosures()) bytes += disclosure.text().size();
  return bytes;
}

}  // namespace

Outbound::Outbound(std::string own_path) : own_path_(std::move(own_path)) {}

Outbound::Log& Outbound::At(std::string_view name) {
  auto it = logs_.find(name);
  if (it == logs_.end()) {
    it = logs_.emplace(std::string(name), Log{}).first;
    it->second.peer.log = name;
    if (frontier_complete_) it->second.phase = Phase::kOpen;
  }
  return it->second;
}

const Outbound::Log* Outbound::Find(std::string_view log) const {
  auto it = logs_.find(log);
  return it == logs_.end() ? nullptr : &it->second;
}

bool Outbound::Wants(const Log& log) {
  if (log.phase != Phase::kOpen || log.reading || log.next >= log.size) return false;
  if (!log.proven) return log.in_flight.empty();
  return log.in_flight_bytes < kLogWindowBytesMax && log.in_flight.size() < kLogWindowChunksMax;
}

void Outbound::Changed(const std::string& name, Log& log) {
  const std::string share = ShareOf(own_path_, name);
  if (Wants(log)) {
    turns_[share].wanting.insert(name);
  } else if (auto turn = turns_.find(share); turn != turns_.end()) {
    turn->second.wanting.erase(name);
  }
  lag_entries_ -= log.lag;
  log.lag = log.size > log.acked ? log.size - log.acked : 0;
  lag_entries_ += log.lag;
  if (log.phase == Phase::kPeerAhead || !log.problem.empty()) {
    troubled_.emplace(!share.empty(), name);
  } else {
    troubled_.erase({!share.empty(), name});
  }
}

bool Outbound::PeerHolds(const Extent& peer) {
  Log& log = At(peer.log);
  if (log.phase == Phase::kStopped) return true;
  if (++log.rewinds > kRewindsMax) {
    Stop(peer.log, "The peer asks for " + Describe(peer) + " again and again.");
    return false;
  }
  Rewind(peer.log, log);
  log.peer = peer;
  Compare(log);
  Changed(peer.log, log);
  return true;
}

void Outbound::Compare(Log& log) {
  if (log.peer.size == 0) {
    log.phase = Phase::kOpen;
    log.acked = log.next = 0;
    acknowledged_.insert(log.peer.log);
    return;
  }
  const bool ahead = log.peer.size > log.size;
  log.phase = ahead ? Phase::kPeerAhead : Phase::kComparing;
  comparisons_.push_back({log.peer, ahead});
}

void Outbound::FrontierComplete() {
  frontier_complete_ = true;
  for (auto& [name, log] : logs_) {
    log.rewinds = 0;
    if (log.phase == Phase::kUnknown) {
      log.phase = Phase::kOpen;
      acknowledged_.insert(name);
    }
    Changed(name, log);
  }
}

void Outbound::Advance(std::string_view name, uint64_t size) {
  Log& log = At(name);
  log.size = std::max(log.size, size);
  if (log.phase == Phase::kPeerAhead && log.size >= log.peer.size) Compare(log);
  Changed(std::string(name), log);
}

Outbound::Ack Outbound::Acknowledge(const Extent& peer) {
  Log& log = At(peer.log);
  if (log.phase != Phase::kOpen || peer.size <= log.acked) return Ack::kTaken;
  if (peer.size > log.size) {
    PeerHolds(peer);
    return Ack::kTaken;
  }
  auto sent = std::ranges::find(log.in_flight, peer.size, &Sent::end);
  if (sent == log.in_flight.end()) return Ack::kUnknown;
  if (sent->root != peer.root) return Ack::kDiffers;
  Land(log, peer.size);
  Changed(peer.log, log);
  acknowledged_.insert(peer.log);
  return Ack::kTaken;
}

void Outbound::Agree(const Extent& peer) {
  Log& log = At(peer.log);
  if (log.phase == Phase::kComparing && log.peer == peer) {
    log.phase = Phase::kOpen;
    log.acked = log.next = peer.size;
  } else if (log.phase == Phase::kOpen && peer.size > log.acked) {
    Land(log, peer.size);
  }
  Changed(peer.log, log);
  acknowledged_.insert(peer.log);
}

void Outbound::Land(Log& log, uint64_t size) {
  while (!log.in_flight.empty() && log.in_flight.front().end <= size) DropFirstSent(log);
  log.acked = size;
  if (log.next < size) log.next = size;
  log.proven = true;
  log.rewinds = 0;
}

void Outbound::Stop(std::string_view name, std::string reason) {
  Log& log = At(name);
  Rewind(name, log);
  log.phase = Phase::kStopped;
  if (log.problem.empty()) log.problem = std::move(reason);
  Changed(std::string(name), log);
}

void Outbound::Rewind(std::string_view name, Log& log) {
  while (!log.in_flight.empty()) DropFirstSent(log);
  std::erase_if(ready_, [&](const v1::Chunk& chunk) { return chunk.log() == name; });
  ++log.round;
  if (log.reading) {
    log.reading = false;
    --reading_count_;
  }
}

void Outbound::DropFirstSent(Log& log) {
  const Sent& sent = log.in_flight.front();
  log.in_flight_bytes -= sent.bytes;
  if (sent.in_window) window_bytes_ -= sent.bytes;
  log.in_flight.pop_front();
}

std::vector<Outbound::Comparison> Outbound::TakeComparisons() {
  return std::exchange(comparisons_, {});
}

std::optional<ReadChunk> Outbound::NextRead() {
  if (!frontier_complete_ || reading_count_ + ready_.size() >= kReadyChunksMax) return {};
  Turn& own = turns_[""];
  if (own_turn_) {
    if (auto read = ReadIn(own)) {
      own_turn_ = false;
      return read;
    }
  }
  if (auto read = ReadOfOthers()) {
    own_turn_ = true;
    return read;
  }
  return ReadIn(own);
}

std::optional<ReadChunk> Outbound::ReadOfOthers() {
  // From the child after the one served last, round to itself.
  auto it = turns_.upper_bound(served_);
  for (size_t i = 0; i < turns_.size(); ++i, ++it) {
    if (it == turns_.end()) it = turns_.begin();
    if (it->first.empty()) continue;
    if (auto read = ReadIn(it->second)) {
      served_ = it->first;
      return read;
    }
  }
  return {};
}

std::optional<ReadChunk> Outbound::ReadIn(Turn& turn) {
  auto it = turn.wanting.upper_bound(turn.served);
  for (size_t i = 0; i < turn.wanting.size(); ++i, ++it) {
    if (it == turn.wanting.end()) it = turn.wanting.begin();
    const std::string name = *it;
    Log& log = logs_.find(name)->second;
    if (log.proven && window_bytes_ >= kWindowBytesMax) continue;
    log.reading = true;
    ++reading_count_;
    turn.served = name;
    ReadChunk read{name, log.next, log.size, log.proven ? kChunkBytesMax : kProbeBytesMax,
                   log.round};
    Changed(name, log);
    return read;
  }
  return {};
}

void Outbound::Read(v1::Chunk chunk, uint64_t round, const merkle::Hash& end_root) {
  const std::string name = chunk.log();
  Log& log = At(name);
  if (!log.reading || log.round != round) return;
  log.reading = false;
  --reading_count_;
  if (chunk.entries().empty()) {
    log.size = log.next;  // Nothing more is covered by a checkpoint.
  } else {
    log.next = chunk.first_index() + chunk.entries_size();
    Sent sent{log.next, BytesOf(chunk), log.proven, end_root};
    log.in_flight_bytes += sent.bytes;
    if (sent.in_window) window_bytes_ += sent.bytes;
    log.in_flight.push_back(sent);
    ready_.push_back(std::move(chunk));
  }
  Changed(name, log);
}

std::optional<v1::Chunk> Outbound::TakeChunk() {
  if (ready_.empty()) return {};
  v1::Chunk chunk = std::move(ready_.front());
  ready_.pop_front();
  return chunk;
}

bool Outbound::IsStopped(std::string_view name) const {
  const Log* log = Find(name);
  return log != nullptr && log->phase == Phase::kStopped;
}

uint64_t Outbound::Acknowledged(std::string_view log) const {
  const Log* found = Find(log);
  return found == nullptr || found->phase != Phase::kOpen ? 0 : found->acked;
}

std::map<std::string, uint64_t> Outbound::TakeAcknowledged() {
  std::map<std::string, uint64_t> sizes;
  for (const std::string& name : acknowledged_) sizes[name] = logs_.find(name)->second.acked;
  acknowledged_.clear();
  return sizes;
}

std::vector<Problem> Outbound::problems() const {
  std::vector<Problem> problems;
  for (const auto& [of_others, name] : troubled_) {
    if (problems.size() >= kProblemsMax) {
      problems.push_back({.text = "As many logs as " + std::to_string(troubled_.size()) +
                                  " are hindered; these are the first.",
                          .key = "logs that are hindered"});
      break;
    }
    const Log& log = logs_.find(name)->second;
    if (!log.problem.empty()) problems.push_back({.text = log.problem, .log = name});
    if (log.phase == Phase::kPeerAhead) {
      problems.push_back(
          {.text = "of " + name + " the peer has " + std::to_string(log.peer.size) +
                   " entries, here are " + std::to_string(log.size) +
                   ": its writer sends them, or a restore from the peer fetches them",
           .log = name,
           .key = "the peer has more of " + name});
    }
  }
  return problems;
}

}  // namespace liggare::replication
