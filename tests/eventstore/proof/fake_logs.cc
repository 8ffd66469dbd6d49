#include "tests/eventstore/proof/fake_logs.h"

#include <array>
#include <cstdlib>

#include "eventstore/log/bytes/clock.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/proof.h"

namespace liggare::testing {
namespace {

constexpr int64_t kRecordedAtMs = 1'736'845'953'120;  // 2025-01-14T09:12:33.120Z

// There are none: the logs are shorter than a tile.
class NoTiles : public merkle::TileReader {
 public:
  absl::StatusOr<std::string> ReadTile(merkle::TileId) const override {
    return absl::NotFoundError("no tile is full");
  }
};

merkle::Tree TreeOf(const std::vector<std::string>& entries, uint64_t size) {
  merkle::Tree tree;
  std::vector<merkle::FullTile> full;
  for (uint64_t i = 0; i < size; ++i) tree.Append(merkle::LeafHash(entries[i]), full);
  return tree;
}

}  // namespace

note::SigningKey MakeKey(const std::string& path, uint8_t seed) {
  std::array<uint8_t, note::kSeedBytes> bytes;
  bytes.fill(seed);
  auto key = note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + path, bytes);
  if (!key.ok()) abort();
  return *std::move(key);
}

v1::EventData MakeData(const std::string& subject, uint8_t id) {
  v1::EventData data;
  data.set_event_id(std::string(16, static_cast<char>(id)));
  data.set_subject(subject);
  return data;
}

FakeLog::FakeLog(std::string path, uint8_t seed)
    : path_(std::move(path)), key_(MakeKey(path_, seed)) {}

uint64_t FakeLog::Add(const v1::EventData& data, const std::vector<std::string>& basis_logs) {
  v1::Event event;
  for (const std::string& log : basis_logs) event.add_basis()->set_log(log);
  event.set_format_version(1);
  event.set_log(name());
  event.set_index(size());
  event.set_recorded_at_ms(kRecordedAtMs + static_cast<int64_t>(size()));
  event.set_clock(static_cast<uint64_t>(event.recorded_at_ms()) << log::kClockCounterBits);
  event.set_principal("spiffe://" + std::string(kTrustDomain) + "/" + path_);
  event.set_data(data.SerializeAsString());
  entries_.push_back(event.SerializeAsString());
  return size() - 1;
}

void FakeLog::AddBytes(std::string entry) { entries_.push_back(std::move(entry)); }

uint64_t FakeLog::Enrol(const FakeLog& child, v1::Custody custody, const std::string& hosted_by) {
  v1::EventData data = MakeData("node/" + child.path(), static_cast<uint8_t>(size()));
  v1::NodeEnrolled& enrolled = *data.mutable_node_enrolled();
  enrolled.set_verifier_key(child.key().verifier().Text());
  enrolled.set_display_name("Noden " + child.path());
  enrolled.set_custody(custody);
  enrolled.set_hosted_by(hosted_by);
  return Add(data);
}

uint64_t FakeLog::ChangeKey(const std::string& path, const note::SigningKey& from,
                            const note::SigningKey& to) {
  v1::EventData data = MakeData("node/" + path, static_cast<uint8_t>(size()));
  data.mutable_node_key_changed()->set_verifier_key(to.verifier().Text());
  data.mutable_node_key_changed()->set_old_key_signature(from.Sign(
      "liggare/key-change/v1\n" + from.verifier().Text() + "\n" + to.verifier().Text() + "\n"));
  return Add(data);
}

uint64_t FakeLog::RevokeKey(const std::string& path, const note::SigningKey& key, int64_t size_kept,
                            int64_t cosigned_until_s) {
  v1::EventData data = MakeData("node/" + path, static_cast<uint8_t>(size()));
  v1::NodeKeyRevoked& revoked = *data.mutable_node_key_revoked();
  revoked.set_verifier_key(key.verifier().Text());
  revoked.set_log(path + "@1");
  revoked.set_size(size_kept);
  revoked.set_cosigned_until_s(cosigned_until_s);
  return Add(data);
}

uint64_t FakeLog::Close(const std::string& path, int64_t closed_size,
                        const std::vector<std::string>& basis_logs) {
  v1::EventData data = MakeData("node/" + path, static_cast<uint8_t>(size()));
  data.mutable_node_closed()->set_size(closed_size);
  data.mutable_node_closed()->set_root(std::string(32, 'r'));
  return Add(data, basis_logs);
}

std::string FakeLog::Checkpoint(uint64_t size, const Cosigners& cosigners) const {
  const note::Checkpoint checkpoint{std::string(kTrustDomain) + "/" + name(), size,
                                    TreeOf(entries_, size).Root()};
  note::Note note = note::SignCheckpoint(checkpoint, key_);
  for (const auto& [key, time_s] : cosigners) {
    note.signatures.push_back(note::Cosign(*key, note.text, time_s));
  }
  return note.Encode();
}

v1::ProvenEntry FakeLog::Prove(uint64_t index, uint64_t size, const Cosigners& cosigners) const {
  v1::ProvenEntry proven;
  proven.set_entry(entries_[index]);
  proven.set_checkpoint(Checkpoint(size, cosigners));
  const merkle::Tree tree = TreeOf(entries_, size);
  const auto proof = merkle::InclusionProof(tree, NoTiles(), index, size);
  if (!proof.ok()) abort();
  for (const merkle::Hash& hash : *proof) {
    proven.add_inclusion_proof(std::string(merkle::HashBytes(hash)));
  }
  return proven;
}

}  // namespace liggare::testing
