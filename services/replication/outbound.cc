#include "services/replication/outbound.h"

#include <algorithm>

#include "services/domain/log_name.h"
#include "services/replication/limits.h"

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

Outbound::Key Outbound::KeyOf(std::string_view log) const {
  return {domain::PathOfLog(log) != own_path_, std::string(log)};
}

Outbound::Log& Outbound::At(std::string_view log) {
  auto [it, inserted] = logs_.try_emplace(KeyOf(log));
  if (inserted) {
    it->second.peer.log = log;
    if (frontier_complete_) it->second.phase = Phase::kOpen;
  }
  return it->second;
}

const Outbound::Log* Outbound::Find(std::string_view log) const {
  auto it = logs_.find(KeyOf(log));
  return it == logs_.end() ? nullptr : &it->second;
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
  return true;
}

void Outbound::Compare(Log& log) {
  if (log.peer.size == 0) {
    log.phase = Phase::kOpen;
    log.acked = log.next = 0;
    return;
  }
  const bool ahead = log.peer.size > log.size;
  log.phase = ahead ? Phase::kPeerAhead : Phase::kComparing;
  comparisons_.push_back({log.peer, ahead});
}

void Outbound::FrontierComplete() {
  frontier_complete_ = true;
  for (auto& [key, log] : logs_) {
    log.rewinds = 0;
    if (log.phase == Phase::kUnknown) log.phase = Phase::kOpen;
  }
}

void Outbound::Advance(std::string_view name, uint64_t size) {
  Log& log = At(name);
  log.size = std::max(log.size, size);
  if (log.phase == Phase::kPeerAhead && log.size >= log.peer.size) Compare(log);
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

bool Outbound::MayRead(const Log& log) const {
  if (log.phase != Phase::kOpen || log.reading || log.next >= log.size) return false;
  if (!log.proven) return log.in_flight.empty();
  return window_bytes_ < kWindowBytesMax && log.in_flight_bytes < kLogWindowBytesMax &&
         log.in_flight.size() < kLogWindowChunksMax;
}

std::optional<ReadChunk> Outbound::NextRead() {
  if (!frontier_complete_ || reading_count_ + ready_.size() >= kReadyChunksMax) return {};
  // From the one after the last served, round to itself.
  auto start = served_ ? logs_.upper_bound(*served_) : logs_.begin();
  auto it = start;
  for (size_t i = 0; i < logs_.size(); ++i, ++it) {
    if (it == logs_.end()) it = logs_.begin();
    Log& log = it->second;
    if (!MayRead(log)) continue;
    log.reading = true;
    ++reading_count_;
    served_ = it->first;
    return ReadChunk{it->first.second, log.next, log.size,
                     log.proven ? kChunkBytesMax : kProbeBytesMax, log.round};
  }
  return {};
}

void Outbound::Read(v1::Chunk chunk, uint64_t round, const merkle::Hash& end_root) {
  Log& log = At(chunk.log());
  if (!log.reading || log.round != round) return;
  log.reading = false;
  --reading_count_;
  if (chunk.entries().empty()) {
    log.size = log.next;  // Nothing more is covered by a checkpoint.
    return;
  }
  log.next = chunk.first_index() + chunk.entries_size();
  Sent sent{log.next, BytesOf(chunk), log.proven, end_root};
  log.in_flight_bytes += sent.bytes;
  if (sent.in_window) window_bytes_ += sent.bytes;
  log.in_flight.push_back(sent);
  ready_.push_back(std::move(chunk));
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

uint64_t Outbound::lag_entries() const {
  uint64_t lag = 0;
  for (const auto& [key, log] : logs_) lag += log.size > log.acked ? log.size - log.acked : 0;
  return lag;
}

std::map<std::string, uint64_t> Outbound::acknowledged() const {
  std::map<std::string, uint64_t> sizes;
  for (const auto& [key, log] : logs_) sizes[key.second] = log.acked;
  return sizes;
}

std::vector<std::string> Outbound::problems() const {
  std::vector<std::string> problems;
  for (const auto& [key, log] : logs_) {
    if (!log.problem.empty()) problems.push_back(log.problem);
    if (log.phase == Phase::kPeerAhead) {
      problems.push_back("of " + key.second + " the peer has " + std::to_string(log.peer.size) +
                         " entries, here are " + std::to_string(log.size) +
                         ": its writer sends them, or a restore from the peer fetches them");
    }
  }
  return problems;
}

}  // namespace liggare::replication
