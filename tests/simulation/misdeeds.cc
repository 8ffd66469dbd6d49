#include "tests/simulation/misdeeds.h"

#include <algorithm>
#include <array>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "liggare/v1/entry.pb.h"
#include "proto/form/uuid.h"
#include "proto/name/log_name.h"
#include "tests/simulation/node_keys.h"

namespace liggare::simulation {
namespace {

constexpr size_t kCosignatureBytes = 72;
constexpr uint64_t kEpochs = 4;

std::string Origin(const std::string& log) { return std::string(kTrustDomain) + "/" + log; }

// A chunk of entries up to `end` of a log whose leaves are these.
void SignAsEnd(v1::Chunk& chunk, const std::vector<merkle::Hash>& leaves,
               const note::SigningKey& key) {
  merkle::Tree tree;
  std::vector<merkle::FullTile> full;
  for (const merkle::Hash& leaf : leaves) tree.Append(leaf, full);
  const note::Checkpoint checkpoint{Origin(chunk.log()), leaves.size(), tree.Root()};
  chunk.set_checkpoint(note::SignCheckpoint(checkpoint, key).Encode());
  chunk.clear_consistency_proof();
}

}  // namespace

const char* MisdeedName(Misdeed misdeed) {
  constexpr const char* kNames[kMisdeedCount] = {
      "forges cosignatures", "adds foreign lines",  "lies in its frontier",
      "changes bytes",       "opens epochs",        "acknowledges more than was sent",
      "signs two roots",     "writes about others", "writes impossible figures"};
  return kNames[static_cast<int>(misdeed)];
}

Misdeeds::Misdeeds(std::string path, std::vector<std::string> others, Random random)
    : path_(std::move(path)), others_(std::move(others)), random_(random) {
  percent_ = static_cast<int>(random_.Between(3, 40));
  const int64_t count = random_.Between(1, 4);
  for (int64_t i = 0; i < count; ++i) {
    has_.push_back(static_cast<Misdeed>(random_.Below(kMisdeedCount)));
  }
}

bool Misdeeds::Has(Misdeed misdeed) const { return std::ranges::count(has_, misdeed) > 0; }

bool Misdeeds::Does(Misdeed misdeed) {
  if (!Has(misdeed) || !random_.Chance(percent_)) return false;
  ++done_[misdeed];
  return true;
}

std::string Misdeeds::Bytes(size_t count) {
  std::string bytes(count, '\0');
  random_.Fill(reinterpret_cast<uint8_t*>(bytes.data()), count);
  return bytes;
}

void Misdeeds::Distort(v1::Frame& frame, const log::EventLog& log, int64_t now_ms) {
  if (frame.has_frontier()) Distort(*frame.mutable_frontier());
  if (frame.has_acknowledged()) Distort(*frame.mutable_acknowledged());
  if (frame.has_chunk()) Distort(*frame.mutable_chunk(), log, now_ms);
}

void Misdeeds::Distort(v1::Frontier& frontier) {
  if (!Does(Misdeed::kLiesInFrontier)) return;
  for (v1::LogState& state : *frontier.mutable_logs()) {
    if (random_.Chance(50)) continue;
    state.set_size(random_.Chance(20) ? UINT64_MAX : random_.Below(state.size() + 50));
    state.set_root(Bytes(merkle::kHashBytes));
  }
  for (int i = 0; i < 3; ++i) {
    v1::LogState& state = *frontier.add_logs();
    state.set_log(AnyOther() + "@" + std::to_string(1 + random_.Below(kEpochs)));
    state.set_size(1 + random_.Below(100));
    state.set_root(Bytes(merkle::kHashBytes));
  }
}

std::string Misdeeds::WithForgedLines(const std::string& text, int count) {
  absl::StatusOr<note::Note> note = note::ParseNote(text);
  if (!note.ok()) return text;
  for (int i = 0; i < count; ++i) {
    const std::string other = random_.Chance(50) ? AnyOther() : "se";
    const note::VerifierKey key = KeyOf(other).verifier().WithType(note::KeyType::kCosignatureV1);
    note->signatures.push_back({key.name(), key.key_id(), Bytes(kCosignatureBytes)});
  }
  return note->Encode();
}

void Misdeeds::Distort(v1::Acknowledged& acknowledged) {
  if (Does(Misdeed::kAcknowledgesMore)) {
    v1::LogState& state = *acknowledged.mutable_state();
    if (random_.Chance(70)) state.set_size(state.size() + 1 + random_.Below(1'000));
    state.set_root(Bytes(merkle::kHashBytes));
  }
  if (Does(Misdeed::kForgesCosignatures)) {
    acknowledged.set_cosigned_checkpoint(
        WithForgedLines(acknowledged.cosigned_checkpoint(), static_cast<int>(random_.Below(5))));
  }
}

void Misdeeds::Distort(v1::Chunk& chunk, const log::EventLog& log, int64_t now_ms) {
  if (Does(Misdeed::kAddsForeignLines)) {
    chunk.set_checkpoint(
        WithForgedLines(chunk.checkpoint(), static_cast<int>(random_.Between(1, 90))));
  }
  if (chunk.entries_size() > 0 && Does(Misdeed::kChangesBytes)) ChangeBytes(chunk);
  if (name::PathOfLog(chunk.log()) != path_) return;
  if (Does(Misdeed::kOpensEpochs)) return OpenEpoch(chunk, log, now_ms);
  if (chunk.entries_size() > 0 && Does(Misdeed::kSignsTwoRoots)) SignAnotherRoot(chunk, log);
}

void Misdeeds::ChangeBytes(v1::Chunk& chunk) {
  std::string& entry =
      *chunk.mutable_entries(static_cast<int>(random_.Below(chunk.entries_size())));
  switch (random_.Below(4)) {
    case 0:
      if (!entry.empty()) entry[random_.Below(entry.size())] ^= 1;
      return;
    case 1:
      entry.clear();
      return;
    case 2:
      chunk.mutable_entries()->RemoveLast();
      return;
    default:
      chunk.set_first_index(random_.Chance(20) ? UINT64_MAX : chunk.first_index() + 1);
  }
}

// The first entry of an epoch that is not its turn, or that continues something else.
void Misdeeds::OpenEpoch(v1::Chunk& chunk, const log::EventLog& log, int64_t now_ms) {
  v1::EventData data;
  data.set_event_id(Bytes(16));
  data.set_subject("node/" + path_);
  data.mutable_actor()->set_id(path_);
  v1::LogState& previous = *data.mutable_epoch_opened()->mutable_previous();
  previous.set_log(random_.Chance(70) ? chunk.log() : AnyOther() + "@1");
  previous.set_size(log.Find(chunk.log())->size + random_.Below(10));
  previous.set_root(Bytes(merkle::kHashBytes));
  v1::Event event;
  event.set_format_version(1);
  event.set_log(path_ + "@" + std::to_string(2 + random_.Below(kEpochs)));
  event.set_clock(static_cast<uint64_t>(now_ms) << log::kClockCounterBits);
  event.set_recorded_at_ms(now_ms);
  event.set_principal(path_);
  event.set_data(data.SerializeAsString());
  chunk.Clear();
  chunk.set_log(event.log());
  chunk.add_entries(event.SerializeAsString());
  SignAsEnd(chunk, {merkle::LeafHash(chunk.entries(0))}, KeyOf(path_));
}

// The chunk's last entry is another one, and its log's key vouches for it.
void Misdeeds::SignAnotherRoot(v1::Chunk& chunk, const log::EventLog& log) {
  const uint64_t end = chunk.first_index() + static_cast<uint64_t>(chunk.entries_size());
  std::vector<merkle::Hash> leaves;
  for (uint64_t index = 0; index < end; ++index) {
    const auto entry = log.Read(chunk.log(), index);
    if (!entry.ok()) return;
    leaves.push_back(merkle::LeafOf(*entry));
  }
  std::string& last = *chunk.mutable_entries(chunk.entries_size() - 1);
  v1::Event event;
  if (!event.ParseFromString(last)) return;
  event.set_principal("another");
  last = event.SerializeAsString();
  leaves.back() = merkle::LeafHash(last);
  SignAsEnd(chunk, leaves, KeyOf(path_));
}

// --- What it records --------------------------------------------------------

bool Misdeeds::writes() const {
  return Has(Misdeed::kWritesAboutOthers) || Has(Misdeed::kWritesFigures);
}

v1::EventData Misdeeds::NextEvent(int64_t now_ms) {
  const bool figures =
      !Has(Misdeed::kWritesAboutOthers) || (Has(Misdeed::kWritesFigures) && random_.Chance(50));
  ++done_[figures ? Misdeed::kWritesFigures : Misdeed::kWritesAboutOthers];
  v1::EventData event = figures ? WithFigures() : AboutAnother();
  std::array<uint8_t, 10> random;
  random_.Fill(random.data(), random.size());
  event.set_event_id(form::MakeUuid7(now_ms, random));
  event.mutable_actor()->set_id("anna");
  return event;
}

v1::EventData Misdeeds::AboutAnother() {
  const std::string other = AnyOther();
  v1::EventData event;
  event.set_subject("node/" + other);
  switch (random_.Below(6)) {
    case 0:
      event.mutable_node_enrolled()->set_verifier_key(KeyOf(path_).verifier().Text());
      return event;
    case 1:
      event.mutable_node_closed()->set_size(0);
      event.mutable_node_closed()->set_root(Bytes(merkle::kHashBytes));
      return event;
    case 2:
      event.mutable_node_key_revoked()->set_verifier_key(KeyOf(other).verifier().Text());
      event.mutable_node_key_revoked()->set_log(other + "@1");
      return event;
    case 3:
      event.set_subject("anslag/2024");
      event.mutable_appropriation_set()->add_poster()->set_amount_ore(1);
      return event;
    case 4:
      event.set_subject("verksamhet/" + other);
      event.mutable_kommun_assigned()->set_kommunkod("1780");
      event.mutable_kommun_assigned()->set_from("2020-01-01");
      return event;
    default:
      event.set_subject("rapport/2024/" + other);
      event.mutable_report_submitted()->mutable_ombud()->set_personer(99);
      return event;
  }
}

v1::EventData Misdeeds::WithFigures() {
  v1::EventData event;
  event.set_subject("rapport/2024/" + path_);
  v1::Ombud& ombud = *event.mutable_report_submitted()->mutable_ombud();
  const std::array<int64_t, 4> figures = {INT64_MAX, INT64_MIN, -1, INT64_MAX / 2};
  ombud.set_personer(figures[random_.Below(figures.size())]);
  ombud.set_heltid_hundredths(figures[random_.Below(figures.size())]);
  v1::KlientAntal& row = *event.mutable_report_submitted()->add_klienter();
  row.set_kon(static_cast<v1::Kon>(4'711));
  row.set_antal(figures[random_.Below(figures.size())]);
  return event;
}

}  // namespace liggare::simulation
