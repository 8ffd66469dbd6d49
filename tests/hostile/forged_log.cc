#include "tests/hostile/forged_log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <random>

#include "proto/form/uuid.h"
#include "tests/testing/seed.h"

namespace liggare::hostile {
namespace {

constexpr int kClockCounterBits = 16;
constexpr int64_t kFarMs = 60'000;

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) abort();
  return *std::move(value);
}

}  // namespace

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

uint32_t Seed() {
  static const uint32_t seed = testing::TestSeed();
  return seed;
}

std::string FreshId() {
  static std::mt19937_64 generator(Seed());
  std::array<uint8_t, 10> random;
  for (uint8_t& byte : random) byte = static_cast<uint8_t>(generator());
  return form::MakeUuid7(NowMs(), random);
}

v1::EventData AboutVerksamhet(const std::string& path) {
  v1::EventData event;
  event.set_event_id(FreshId());
  event.set_subject("verksamhet/" + path);
  event.mutable_actor()->set_id("anna");
  v1::VerksamhetRegistered& registered = *event.mutable_verksamhet_registered();
  registered.set_namn("PO " + path);
  registered.set_driftsform(v1::DRIFTSFORM_KOMMUNAL_REGI);
  registered.set_huvudman("1780");
  registered.set_from("2014-01-01");
  return event;
}

v1::EventData Enrolling(const std::string& path, const std::string& vkey, const std::string& host) {
  v1::EventData event;
  event.set_event_id(FreshId());
  event.set_subject("node/" + path);
  event.mutable_actor()->set_id("anna");
  v1::NodeEnrolled& enrolled = *event.mutable_node_enrolled();
  enrolled.set_verifier_key(vkey);
  enrolled.set_display_name(path);
  enrolled.set_custody(v1::CUSTODY_OWN);
  enrolled.set_host(host);
  return event;
}

v1::EventData Closing(const std::string& path, int64_t size, const std::string& root) {
  v1::EventData event = Enrolling(path, "");
  event.mutable_node_closed()->set_size(size);
  event.mutable_node_closed()->set_root(root);
  return event;
}

v1::EventData Revoking(const std::string& path, const std::string& vkey, int64_t size) {
  v1::EventData event = Enrolling(path, "");
  v1::NodeKeyRevoked& revoked = *event.mutable_node_key_revoked();
  revoked.set_verifier_key(vkey);
  revoked.set_log(path + "@1");
  revoked.set_size(size);
  return event;
}

v1::EventData Changing(const std::string& path, const note::SigningKey& old_key,
                       const std::string& new_vkey) {
  v1::EventData event = Enrolling(path, "");
  v1::NodeKeyChanged& changed = *event.mutable_node_key_changed();
  changed.set_verifier_key(new_vkey);
  changed.set_old_key_signature(
      old_key.Sign("liggare/key-change/v1\n" + old_key.verifier().Text() + "\n" + new_vkey + "\n"));
  return event;
}

absl::StatusOr<std::string> ForgedLog::Tiles::ReadTile(merkle::TileId id) const {
  const auto tile = tiles.find({id.level, id.number});
  if (tile == tiles.end()) return absl::NotFoundError("no such tile");
  return tile->second;
}

ForgedLog::ForgedLog(std::string trust_domain, std::string name, const note::SigningKey& key)
    : trust_domain_(std::move(trust_domain)), name_(std::move(name)), key_(&key) {}

uint64_t ForgedLog::next_clock() const {
  return std::max(last_clock_ + 1, static_cast<uint64_t>(NowMs()) << kClockCounterBits);
}

v1::Event ForgedLog::NextEvent(const v1::EventData& data) const {
  v1::Event event;
  event.set_format_version(1);
  event.set_log(name_);
  event.set_index(size());
  event.set_clock(next_clock());
  event.set_recorded_at_ms(NowMs());
  event.set_principal("spiffe://" + trust_domain_ + "/" + path() + "/system/test");
  event.set_data(data.SerializeAsString());
  return event;
}

void ForgedLog::AppendChanged(const v1::EventData& data,
                              const std::function<void(v1::Event&)>& change) {
  v1::Event event = NextEvent(data);
  change(event);
  AppendBytes(event.SerializeAsString());
}

void ForgedLog::AppendBytes(std::string bytes) {
  v1::Event event;
  // One from the far future must not drag the next along.
  const uint64_t far = static_cast<uint64_t>(NowMs() + kFarMs) << kClockCounterBits;
  if (event.ParseFromString(bytes) && event.clock() < far) {
    last_clock_ = std::max(last_clock_, event.clock());
  }
  std::vector<merkle::FullTile> full;
  tree_.Append(merkle::LeafOf(bytes), full);
  for (merkle::FullTile& tile : full) {
    tiles_.tiles.emplace(std::pair(tile.id.level, tile.id.number), std::move(tile.hashes));
  }
  entries_.push_back(std::move(bytes));
}

void ForgedLog::AppendMany(uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) Append(AboutVerksamhet(path()));
}

merkle::Hash ForgedLog::RootAt(uint64_t size) const {
  return OrDie(merkle::RootAt(tree_, tiles_, size));
}

merkle::Proof ForgedLog::Consistency(uint64_t from, uint64_t to) const {
  return OrDie(merkle::ConsistencyProof(tree_, tiles_, from, to));
}

merkle::Proof ForgedLog::Inclusion(uint64_t index, uint64_t size) const {
  return OrDie(merkle::InclusionProof(tree_, tiles_, index, size));
}

v1::LogState ForgedLog::StateAt(uint64_t size) const {
  v1::LogState state;
  state.set_log(name_);
  state.set_size(size);
  state.set_root(std::string(merkle::HashBytes(RootAt(size))));
  return state;
}

note::Checkpoint ForgedLog::CheckpointAt(uint64_t size) const {
  return {trust_domain_ + "/" + name_, size, RootAt(size)};
}

v1::Chunk ForgedLog::ChunkUnder(uint64_t first, uint64_t end, uint64_t checkpoint_size) const {
  v1::Chunk chunk;
  chunk.set_log(name_);
  chunk.set_first_index(first);
  for (uint64_t i = first; i < end; ++i) chunk.add_entries(entries_.at(i));
  chunk.set_checkpoint(SignedAt(checkpoint_size).Encode());
  for (const merkle::Hash& hash : Consistency(end, checkpoint_size)) {
    chunk.add_consistency_proof(std::string(merkle::HashBytes(hash)));
  }
  return chunk;
}

v1::ProvenEntry ForgedLog::Proven(uint64_t index) const {
  v1::ProvenEntry proven;
  proven.set_entry(entries_.at(index));
  for (const merkle::Hash& hash : Inclusion(index, size())) {
    proven.add_inclusion_proof(std::string(merkle::HashBytes(hash)));
  }
  proven.set_checkpoint(SignedAt(size()).Encode());
  return proven;
}

}  // namespace liggare::hostile
