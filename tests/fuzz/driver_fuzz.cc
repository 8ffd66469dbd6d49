// A county in memory, whose child (or whose parent) has an enrolled key and sends
// anything: frames that are right, frames signed and impossible, frames with changed
// bytes, and bytes. Whatever came, the county goes on: it records, what it has stored is
// whole and opens again, and its other child's session works.
#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/log/care/fsck.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "services/replication/drive/session_driver.h"
#include "services/replication/session/key_proof.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/node_in_memory.h"
#include "tests/fuzz/spoil.h"

namespace {

using liggare::testing::FuzzInput;
using liggare::testing::FuzzKeyOf;
using liggare::testing::kFuzzNowMs;
using liggare::testing::kFuzzTrustDomain;
using liggare::testing::NodeInMemory;
namespace log = liggare::log;
namespace merkle = liggare::merkle;
namespace note = liggare::note;
namespace replication = liggare::replication;
namespace v1 = liggare::v1;

constexpr char kCounty[] = "se/17";
constexpr char kHonest[] = "se/17/a";
constexpr char kHostile[] = "se/17/evil";
constexpr int kStepsMax = 64;
constexpr int kFewMax = 156;  // A byte up to here adds no lines; 255 makes them one too many.
constexpr size_t kEntriesMax = 48;

// One end of a session, kept in memory.
class Wire : public replication::FrameStream {
 public:
  void Write(v1::Frame frame) override {
    sent_.push_back(std::move(frame));
    written_ = true;
  }
  void Read() override { wants_ = true; }
  void Close(const absl::Status& status) override { closed_ = status; }

  bool closed() const { return closed_.has_value(); }
  bool Has(v1::Frame::KindCase kind) const {
    return std::ranges::any_of(sent_, [&](const v1::Frame& f) { return f.kind_case() == kind; });
  }
  const std::vector<v1::Frame>& sent() const { return sent_; }
  bool TakeWritten() { return std::exchange(written_, false); }
  bool TakeWant() { return std::exchange(wants_, false); }

 private:
  std::vector<v1::Frame> sent_;
  std::optional<absl::Status> closed_;
  bool written_ = false;
  bool wants_ = false;
};

// A log that the fuzzer writes with its own key.
class ForgedLog {
 public:
  ForgedLog(std::string name, std::string subject)
      : name_(std::move(name)),
        subject_(std::move(subject)),
        key_(FuzzKeyOf(name_.substr(0, name_.find('@')))) {}

  const std::string& name() const { return name_; }
  const note::SigningKey& key() const { return key_; }
  size_t size() const { return entries_.size(); }

  // The next entry, as it should be.
  std::string Next() const {
    v1::EventData data;
    data.set_event_id(std::string(14, 'f') + static_cast<char>(name_.size()) +
                      static_cast<char>(entries_.size()));
    data.set_subject(subject_);
    data.mutable_verksamhet_registered()->set_namn("PO");
    v1::Event event;
    event.set_format_version(1);
    event.set_log(name_);
    event.set_index(entries_.size());
    event.set_clock((static_cast<uint64_t>(kFuzzNowMs) << 16) + entries_.size());
    event.set_recorded_at_ms(kFuzzNowMs);
    event.set_principal(name_.substr(0, name_.find('@')));
    event.set_data(data.SerializeAsString());
    return event.SerializeAsString();
  }
  void Append(std::string entry) {
    std::vector<merkle::FullTile> full;
    tree_.Append(merkle::LeafOf(entry), full);
    entries_.push_back(std::move(entry));
  }
  note::Note Checkpoint() const {
    return note::SignCheckpoint(
        {std::string(kFuzzTrustDomain) + "/" + name_, tree_.size(), tree_.Root()}, key_);
  }
  v1::Chunk ChunkFrom(size_t first) const {
    v1::Chunk chunk;
    chunk.set_log(name_);
    chunk.set_first_index(first);
    for (size_t i = first; i < entries_.size(); ++i) chunk.add_entries(entries_[i]);
    chunk.set_checkpoint(Checkpoint().Encode());
    return chunk;
  }
  v1::LogState State() const {
    v1::LogState state;
    state.set_log(name_);
    state.set_size(entries_.size());
    state.set_root(std::string(merkle::HashBytes(tree_.Root())));
    return state;
  }

 private:
  const std::string name_;
  const std::string subject_;
  const note::SigningKey key_;
  merkle::Tree tree_;
  std::vector<std::string> entries_;
};

// A session of the county with a peer that this program plays.
class Dialogue {
 public:
  Dialogue(NodeInMemory& county, replication::SessionEnds ends)
      : county_(county),
        ends_(ends),
        driver_(
            std::make_shared<replication::SessionDriver>(county.node(), ends, "memory", wire_)) {
    driver_->Start({});
    Settle();
  }
  ~Dialogue() {
    driver_->Stop("the input has ended");
    Settle();
    for (int i = 0; i < kTicksToClose && !wire_.closed(); ++i) Tick();
    FUZZ_CHECK(wire_.closed());
  }
  Dialogue(const Dialogue&) = delete;

  void Send(v1::Frame frame) {
    if (wire_.closed() || !wire_.TakeWant()) return;
    driver_->OnFrame(std::move(frame));
    Settle();
  }
  void SendHello() {
    v1::Frame frame;
    frame.mutable_hello()->set_protocol_version(1);
    frame.mutable_hello()->set_path(ends_.peer);
    frame.mutable_hello()->set_to(ends_.self);
    frame.mutable_hello()->set_format_version(1);
    frame.mutable_hello()->set_now_ms(county_.parts().now_ms());
    frame.mutable_hello()->set_nonce(nonce_);
    Send(std::move(frame));
  }
  // That this program holds the peer's key, over the county's nonce.
  v1::Frame Proof() const {
    v1::Frame frame;
    const auto hello = std::ranges::find_if(wire_.sent(), &v1::Frame::has_hello);
    if (hello == wire_.sent().end()) return frame;
    const note::SigningKey key = FuzzKeyOf(ends_.peer);
    frame.mutable_key_proof()->set_key_id(key.verifier().key_id());
    frame.mutable_key_proof()->set_signature(key.Sign(replication::HelloProofText(
        {kFuzzTrustDomain, ends_.peer, ends_.self}, {nonce_, hello->hello().nonce()})));
    return frame;
  }
  void Tick() {
    county_.LetTimePass(kTickMs);
    Settle();
  }
  const Wire& wire() const { return wire_; }

 private:
  static constexpr int64_t kTickMs = 1'000;
  static constexpr int kTicksToClose = 8;

  void Settle() {
    do {
      county_.Settle();
      if (wire_.TakeWritten()) driver_->OnWritten();
    } while (county_.Settle());
  }

  const std::string nonce_ = std::string(replication::kNonceBytes, 'f');
  NodeInMemory& county_;
  const replication::SessionEnds ends_;
  Wire wire_;
  std::shared_ptr<replication::SessionDriver> driver_;
};

// What the hostile peer does next, as the input says.
class Hostile {
 public:
  Hostile(FuzzInput& input, Dialogue& dialogue, bool is_child)
      : input_(input), dialogue_(dialogue) {
    if (is_child) {
      logs_.emplace_back("se/17/evil@1", "verksamhet/se/17/evil");
      logs_.emplace_back("se/17/evil/x@1", "verksamhet/se/17/evil/x");
      logs_.emplace_back("se/17/evil@2", "verksamhet/se/17/evil");
    } else {
      logs_.emplace_back("se@1", "anslag/2024");
      logs_.emplace_back("se@2", "anslag/2024");
      logs_.emplace_back("se/17@1", "rekvisition/2024/17");
    }
  }

  void Step() {
    switch (input_.Byte() % 12) {
      case 0:
        return SendSpoiled(v1::Frame());
      case 1:
        return dialogue_.SendHello();
      case 2:
        return SendFrontier();
      case 3:
        return SendChunk();
      case 4:
        return dialogue_.Tick();
      case 5:
        return SendState();
      case 6:
        return SendCosigned();
      case 7:
        return Grow();
      case 8:
        return Echo();
      default:
        return SendChunk();
    }
  }

 private:
  ForgedLog& Pick() { return logs_[input_.Byte() % logs_.size()]; }

  void SendSpoiled(v1::Frame frame) {
    if (liggare::testing::Spoil(input_, frame)) dialogue_.Send(std::move(frame));
  }
  void SendFrontier() {
    v1::Frame frame;
    frame.mutable_frontier();
    for (int count = input_.Byte() % 4; count > 0; --count) {
      *frame.mutable_frontier()->add_logs() = Pick().State();
    }
    SendSpoiled(std::move(frame));
  }
  // More entries in a log, right or changed before they are signed.
  void Grow() {
    ForgedLog& log = Pick();
    for (int count = input_.Byte() % 4; count > 0 && log.size() < kEntriesMax; --count) {
      std::string entry = log.Next();
      const uint8_t changes = input_.Byte();
      if (changes >= 128) liggare::testing::SpoilBytes(input_, changes % 4, entry);
      if (!entry.empty()) log.Append(std::move(entry));
    }
  }
  // Adds lines to a note, in names and with ids that mean something.
  std::string Lines(const ForgedLog& log, note::Note note) {
    for (int count = input_.Byte() - kFewMax; count > 0; --count) {
      note.signatures.push_back(note.signatures.front());
    }
    for (int count = input_.Byte() % 4; count > 0; --count) {
      const note::VerifierKey key = FuzzKeyOf(input_.Byte() % 2 == 0 ? "se" : kCounty)
                                        .verifier()
                                        .WithType(note::KeyType::kCosignatureV1);
      note.signatures.push_back({key.name(), key.key_id(), std::string(input_.Bytes(72))});
    }
    if (input_.Byte() % 2 == 0) {
      note.signatures.push_back(note::Cosign(log.key(), note.text, input_.Byte()));
    }
    return note.Encode();
  }
  void SendChunk() {
    const ForgedLog& log = Pick();
    v1::Frame frame;
    *frame.mutable_chunk() = log.ChunkFrom(log.size() == 0 ? 0 : input_.Byte() % log.size());
    frame.mutable_chunk()->set_checkpoint(Lines(log, log.Checkpoint()));
    SendSpoiled(std::move(frame));
  }
  void SendState() {
    v1::Frame frame;
    if (input_.Byte() % 2 == 0) {
      *frame.mutable_acknowledged()->mutable_state() = Pick().State();
    } else {
      *frame.mutable_expected()->mutable_state() = Pick().State();
    }
    SendSpoiled(std::move(frame));
  }
  void SendCosigned() {
    const ForgedLog& log = Pick();
    v1::Frame frame;
    frame.mutable_cosigned()->set_log(log.name());
    frame.mutable_cosigned()->set_checkpoint(Lines(log, log.Checkpoint()));
    SendSpoiled(std::move(frame));
  }
  // Something that the county itself has said, changed.
  void Echo() {
    const std::vector<v1::Frame>& sent = dialogue_.wire().sent();
    if (!sent.empty()) SendSpoiled(sent[input_.Byte() % sent.size()]);
  }

  FuzzInput& input_;
  Dialogue& dialogue_;
  std::deque<ForgedLog> logs_;
};

void PlayHostile(FuzzInput& input, NodeInMemory& county) {
  const bool is_child = input.Byte() % 2 == 0;
  Dialogue dialogue(
      county, is_child ? replication::SessionEnds{replication::Side::kParent, kCounty, kHostile}
                       : replication::SessionEnds{replication::Side::kChild, kCounty, "se"});
  Hostile hostile(input, dialogue, is_child);
  for (int i = 0; i < kStepsMax && !input.empty() && !dialogue.wire().closed(); ++i) {
    hostile.Step();
  }
  // A parent may prove that it holds more of the county's log; a child never can.
  if (is_child) FUZZ_CHECK(!county.node().recording_stopped().has_value());
}

// The other child brings an entry, and it is taken.
void PlayHonest(NodeInMemory& county) {
  Dialogue dialogue(county, {replication::Side::kParent, kCounty, kHonest});
  dialogue.SendHello();
  dialogue.Send(dialogue.Proof());
  v1::Frame frame;
  frame.mutable_frontier();
  dialogue.Send(std::move(frame));
  ForgedLog log("se/17/a@1", "verksamhet/se/17/a");
  log.Append(log.Next());
  v1::Frame chunk;
  *chunk.mutable_chunk() = log.ChunkFrom(0);
  dialogue.Send(std::move(chunk));
  FUZZ_CHECK(!dialogue.wire().closed());
  FUZZ_CHECK(dialogue.wire().Has(v1::Frame::kAcknowledged));
  FUZZ_CHECK(county.log().Find("se/17/a@1")->size == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  NodeInMemory county(kCounty);
  for (const char* child : {kHonest, kHostile, "se/17/evil/x"}) {
    FUZZ_CHECK(county.Enrol(child).ok());
  }
  PlayHostile(input, county);
  if (!county.node().recording_stopped()) PlayHonest(county);
  v1::EventData event;
  event.set_subject("rekvisition/2024/17");
  event.mutable_funds_requisitioned();
  FUZZ_CHECK(county.Record(event).ok());
  FUZZ_CHECK(log::Fsck(county.database(), {}).ok());
  FUZZ_CHECK(
      log::EventLog::Open(county.database(), {.trust_domain = "", .path = "", .read_only = true})
          .ok());
  return 0;
}
