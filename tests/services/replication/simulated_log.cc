#include "tests/services/replication/simulated_log.h"

#include <sstream>

#include "liggare/v1/entry.pb.h"
#include "proto/text/hex.h"

namespace liggare::replication {
namespace {

merkle::Hash FromHex(const std::string& hex) {
  merkle::Hash hash = {};
  if (hex.size() != 2 * hash.size()) return hash;
  for (size_t i = 0; i < hash.size(); ++i) {
    hash[i] = static_cast<uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return hash;
}

}  // namespace

std::string SimulatedCheckpoint::Text() const {
  return "ckpt " + extent.log + " " + std::to_string(extent.size) + " " +
         text::Hex(merkle::HashBytes(extent.root)) + " by " + signer + cosigners;
}

std::optional<SimulatedCheckpoint> SimulatedCheckpoint::Parse(const std::string& text) {
  std::istringstream in(text);
  SimulatedCheckpoint checkpoint;
  std::string word, hex, by;
  if (!(in >> word >> checkpoint.extent.log >> checkpoint.extent.size >> hex >> by >>
        checkpoint.signer) ||
      word != "ckpt") {
    return {};
  }
  checkpoint.extent.root = FromHex(hex);
  while (in >> word) checkpoint.cosigners += " " + word;
  return checkpoint;
}

std::string CheckpointText(const std::string& bytes) {
  std::optional<SimulatedCheckpoint> checkpoint = SimulatedCheckpoint::Parse(bytes);
  if (!checkpoint) return "no checkpoint";
  return "checkpoint " + std::to_string(checkpoint->extent.size) + " by " + checkpoint->signer +
         checkpoint->cosigners;
}

SimulatedLog::SimulatedLog(std::string name)
    : name_(std::move(name)), roots_({merkle::EmptyRoot()}) {}

void SimulatedLog::Append(std::string entry) {
  std::vector<merkle::FullTile> full;
  tree_.Append(merkle::LeafOf(entry), full);
  entries_.push_back(std::move(entry));
  roots_.push_back(tree_.Root());
}

void SimulatedLog::Truncate(uint64_t size) {
  std::vector<std::string> kept(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(size));
  entries_.clear();
  roots_ = {merkle::EmptyRoot()};
  tree_ = merkle::Tree();
  checkpoints.erase(checkpoints.upper_bound(size), checkpoints.end());
  for (std::string& entry : kept) Append(std::move(entry));
}

Extent SimulatedLog::At(uint64_t size) const { return {name_, size, roots_.at(size)}; }

std::string SimulatedEntry(const std::string& log, uint64_t index, int64_t clock_ms,
                           const std::string& kind) {
  v1::Event event;
  event.set_format_version(1);
  event.set_log(log);
  event.set_index(index);
  event.set_clock(static_cast<uint64_t>(clock_ms) << 16);
  event.set_data(kind);
  return event.SerializeAsString();
}

std::string SimulatedEpoch(const std::string& log, int64_t clock_ms, const Extent& previous) {
  v1::EntryData data;
  *data.mutable_epoch_opened()->mutable_previous() = ToProto(previous);
  return SimulatedEntry(log, 0, clock_ms, data.SerializeAsString());
}

bool IsReceived(const std::string& entry) {
  v1::Event event;
  return event.ParseFromString(entry) && event.data() == "received";
}

}  // namespace liggare::replication
