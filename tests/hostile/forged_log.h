// A log that a hostile member makes by hand: entries as it likes, and checkpoints of
// them that its real key signs. It keeps every entry, so that any part of it, any proof
// and any root can be shown.
#ifndef TESTS_HOSTILE_FORGED_LOG_H_
#define TESTS_HOSTILE_FORGED_LOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/merkle/proof.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/replication_service.pb.h"

namespace liggare::hostile {

// Milliseconds since 1970, by this machine's clock.
int64_t NowMs();

// What FreshId draws from (tests/testing/seed.h): one seed, one series of ids, but for the time in
// them.
uint32_t Seed();

// A new event id (UUIDv7), unlike every other of this process.
std::string FreshId();

// An event that says nothing of interest, about a verksamhet of that path.
v1::EventData AboutVerksamhet(const std::string& path);

// That a node enrols another, with a key.
v1::EventData Enrolling(const std::string& path, const std::string& vkey,
                        const std::string& host = "hostile");

// That a node closes another, with the end of its log.
v1::EventData Closing(const std::string& path, int64_t size, const std::string& root);

// That a node revokes a key of another from that size of its first log on.
v1::EventData Revoking(const std::string& path, const std::string& vkey, int64_t size);

// That a key hands over to another one of the node; `old_key` signs it.
v1::EventData Changing(const std::string& path, const note::SigningKey& old_key,
                       const std::string& new_vkey);

class ForgedLog {
 public:
  // `name` is that of the log, <path>@<epoch>; `key` must outlive this.
  ForgedLog(std::string trust_domain, std::string name, const note::SigningKey& key);

  const std::string& name() const { return name_; }
  std::string path() const { return name_.substr(0, name_.find('@')); }
  const note::SigningKey& key() const { return *key_; }
  uint64_t size() const { return entries_.size(); }
  const std::string& entry(uint64_t index) const { return entries_.at(index); }
  // The clock of an entry that would be appended now.
  uint64_t next_clock() const;

  // What an honest node would record next: the right index, a clock that rises.
  v1::Event NextEvent(const v1::EventData& data) const;
  // Appends the entry of that event.
  void Append(const v1::EventData& data) { AppendBytes(NextEvent(data).SerializeAsString()); }
  // Appends that event with something changed.
  void AppendChanged(const v1::EventData& data, const std::function<void(v1::Event&)>& change);
  // Appends whatever bytes, and makes their hash a leaf.
  void AppendBytes(std::string bytes);
  // Appends events that say nothing of interest.
  void AppendMany(uint64_t count);

  merkle::Hash RootAt(uint64_t size) const;
  merkle::Proof Consistency(uint64_t from, uint64_t to) const;
  merkle::Proof Inclusion(uint64_t index, uint64_t size) const;
  v1::LogState StateAt(uint64_t size) const;
  v1::LogState State() const { return StateAt(size()); }

  // A checkpoint of that size that the log's key signs.
  note::Checkpoint CheckpointAt(uint64_t size) const;
  note::Note SignedAt(uint64_t size) const {
    return note::SignCheckpoint(CheckpointAt(size), *key_);
  }

  // Entries [first, end) under a checkpoint of all of them.
  v1::Chunk Chunk(uint64_t first, uint64_t end) const { return ChunkUnder(first, end, end); }
  v1::Chunk ChunkUnder(uint64_t first, uint64_t end, uint64_t checkpoint_size) const;
  // All from `first` on.
  v1::Chunk ChunkFrom(uint64_t first) const { return Chunk(first, size()); }
  // An entry with what proves its place.
  v1::ProvenEntry Proven(uint64_t index) const;

 private:
  class Tiles : public merkle::TileReader {
   public:
    absl::StatusOr<std::string> ReadTile(merkle::TileId id) const override;
    std::map<std::pair<int, uint64_t>, std::string> tiles;
  };

  std::string trust_domain_;
  std::string name_;
  const note::SigningKey* key_;
  std::vector<std::string> entries_;
  uint64_t last_clock_ = 0;
  merkle::Tree tree_;
  Tiles tiles_;
};

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_FORGED_LOG_H_
