#include "tests/services/replication/simulation.h"

#include <algorithm>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/log_share.h"

namespace liggare::replication {
namespace {

constexpr size_t kWireFramesMax = 2;
constexpr int kStepsMax = 1'000'000;

// Another for each end of each connection.
std::string NonceOf(uint64_t link, Side side) {
  std::string nonce(kNonceBytes, side == Side::kChild ? 'c' : 'p');
  const std::string number = std::to_string(link);
  nonce.replace(0, number.size(), number);
  return nonce;
}

// In the place of a signature: nobody here forges one.
v1::KeyProof ProofBy(const std::string& path, const std::string& text) {
  v1::KeyProof proof;
  proof.set_signature(text + "signed by " + path);
  return proof;
}

}  // namespace

Simulation::Simulation(std::function<void(const std::string&)> trace) : trace_(std::move(trace)) {}

void Simulation::AddNode(const std::string& path) {
  Node& node = nodes_[path];
  node.path = path;
  node.keys.insert(path);
  node.keys.insert("se");
  LogOf(node, OwnLog(node));
}

SimulatedLog& Simulation::LogOf(Node& node, const std::string& name) {
  return node.logs.try_emplace(name, name).first->second;
}

void Simulation::Enrol(const std::string& at, const std::string& path) {
  nodes_.at(at).keys.insert(path);
  ForEachEnd(at, [&](Link& link, End& end) {
    end.session->OnKeysChanged();
    Collect(link, end);
  });
}

uint64_t Simulation::Sendable(const Node& node, const std::string& name) {
  const SimulatedLog& log = node.logs.at(name);
  if (name == OwnLog(node)) return log.size();
  return log.checkpoints.empty() ? 0 : log.checkpoints.rbegin()->first;
}

LocalLog Simulation::View(const Node& node, const std::string& name, const SessionEnds& ends) {
  const SimulatedLog& log = node.logs.at(name);
  const uint64_t sendable = IsShown(ends, name) ? ShownEnd(node, name) : Sendable(node, name);
  return {log.Held(), sendable, log.frozen};
}

void Simulation::Connect(const std::string& child) {
  Cut(child);
  const std::string parent(name::ParentOf(child));
  Link& link = links_[child];
  link.id = ++last_link_;
  auto begin = [&](End& end, Side side, const std::string& self, const std::string& peer) {
    end.self = self;
    end.peer = peer;
    end.side = side;
    Node* node = &nodes_.at(self);
    Session::Options options;
    options.ends = end.ends();
    options.trust_domain = "liggare.test";
    options.nonce = NonceOf(link.id, side);
    options.has_key = [node](std::string_view path, std::string_view) {
      return node->keys.contains(std::string(path));
    };
    options.has_room = [node](std::string_view log) {
      std::set<std::string, std::less<>> held = node->let_in;
      for (const auto& [name, ours] : node->logs) held.insert(name);
      if (!held.contains(log) && !HasRoom(log, held)) return false;
      node->let_in.emplace(log);
      return true;
    };
    end.session = std::make_unique<Session>(std::move(options));
    end.session->Start({now_ms_, now_ms_});
    Collect(link, end);
  };
  begin(link.child, Side::kChild, child, parent);
  begin(link.parent, Side::kParent, parent, child);
}

void Simulation::Cut(const std::string& child) { links_.erase(child); }

void Simulation::Record(const std::string& path, const Recording& recording) {
  Node& node = nodes_.at(path);
  for (int i = 0; i < recording.count; ++i) AppendOwn(node, recording.kind, recording);
  Advanced(path, OwnLog(node));
}

void Simulation::AppendOwn(Node& node, const std::string& kind, const Recording& recording) {
  SimulatedLog& log = LogOf(node, OwnLog(node));
  log.Append(SimulatedEntry(OwnLog(node), log.size(), now_ms_ + recording.ahead_ms,
                            kind + std::string(recording.bytes, '.')));
}

void Simulation::Rollback(const std::string& path, const std::string& log, uint64_t size) {
  nodes_.at(path).logs.at(log).Truncate(size);
}

bool Simulation::IsLive(const std::string& child) const {
  const auto link = links_.find(child);
  return link != links_.end() && link->second.child.session->live() &&
         link->second.parent.session->live();
}

void Simulation::Inject(const std::string& from, const std::string& to, v1::Frame frame) {
  Link& link = links_.at(from.size() > to.size() ? from : to);
  End& end = link.child.self == from ? link.child : link.parent;
  Trace(Describe(end, frame) + "   (injected)");
  end.wire.push_back(std::move(frame));
}

void Simulation::Tick(int64_t ms) {
  now_ms_ += ms;
  for (auto& [child, link] : links_) {
    for (End* end : {&link.child, &link.parent}) {
      end->session->OnTick({now_ms_, now_ms_});
      Collect(link, *end);
    }
  }
}

void Simulation::Advanced(const std::string& path, const std::string& log) {
  ForEachEnd(path, [&](Link& link, End& end) {
    end.session->OnLogAdvanced(View(nodes_.at(path), log, end.ends()));
    Collect(link, end);
  });
}

void Simulation::ForEachEnd(const std::string& path,
                            const std::function<void(Link&, End&)>& visit) {
  for (auto& [child, link] : links_) {
    if (link.child.self == path) visit(link, link.child);
    if (link.parent.self == path) visit(link, link.parent);
  }
}

// Takes the effects of an end and queues them.
void Simulation::Collect(Link& link, End& end) {
  for (Effect& effect : end.session->TakeEffects()) {
    if (auto* store = std::get_if<StoreChunk>(&effect)) {
      nodes_.at(end.self).stores.push_back(
          {link.id, link.child.self, &end == &link.child, std::move(*store)});
    } else if (auto* over = std::get_if<EndSession>(&effect)) {
      end.ended = true;
      end.last_error = ErrorText(ErrorOf(over->status));
      nodes_.at(end.self).last_error = end.last_error;
      Trace(end.self + ": session with " + end.peer + " ends: " + end.last_error);
    } else {
      end.reads.push_back(std::move(effect));
    }
  }
}

std::vector<Simulation::StepFunction> Simulation::Steps() {
  std::vector<StepFunction> steps;
  std::vector<std::string> over;
  for (auto& [child, link] : links_) {
    Link* l = &link;
    if (link.child.ended && link.parent.ended) {
      over.push_back(child);
      continue;
    }
    for (auto [from, to] : {std::pair{&link.child, &link.parent}, {&link.parent, &link.child}}) {
      if (!from->reads.empty()) {
        steps.push_back([this, l, from] {
          Effect effect = std::move(from->reads.front());
          from->reads.pop_front();
          Perform(*l, *from, std::move(effect));
        });
      }
      // One that ends reads no more, but the wire takes what is sent to it: two that end at
      // once with full wires would wait for each other (SessionDriver: kGoodbyeTicksMax).
      if (!from->wire.empty() &&
          (to->session->WantsFrame() || to->session->ending() || to->ended)) {
        steps.push_back([this, l, from, to] { DeliverStep(*l, *from, *to); });
      }
      if (from->wire.size() < kWireFramesMax && !from->ended) SendStep(link, *from);
    }
  }
  for (const std::string& child : over) Cut(child);
  for (auto& [path, node] : nodes_) {
    Node* n = &node;
    if (!node.stores.empty() && !node.store_held) steps.push_back([this, n] { PerformStore(*n); });
  }
  return steps;
}

bool Simulation::RunUntilIdle() {
  for (int i = 0; i < kStepsMax; ++i) {
    std::vector<StepFunction> steps = Steps();
    if (steps.empty()) {
      // Sending may have put something on a wire without being a step itself.
      steps = Steps();
      if (steps.empty()) return true;
    }
    steps.front()();
  }
  return false;
}

void Simulation::SendStep(Link& link, End& end) {
  while (end.wire.size() < kWireFramesMax) {
    std::optional<v1::Frame> frame = end.session->TakeFrame();
    Collect(link, end);
    if (!frame) return;
    Trace(Describe(end, *frame));
    end.wire.push_back(*std::move(frame));
  }
}

void Simulation::DeliverStep(Link& link, End& from, End& to) {
  v1::Frame frame = std::move(from.wire.front());
  from.wire.pop_front();
  to.session->OnFrame(std::move(frame), {now_ms_, now_ms_});
  Collect(link, to);
}

std::string Simulation::CheckpointAt(const Node& node, const std::string& log,
                                     uint64_t size) const {
  const SimulatedLog& held = node.logs.at(log);
  if (log == OwnLog(node)) {
    auto stored = held.checkpoints.find(size);
    if (stored != held.checkpoints.end()) return stored->second;
    return SimulatedCheckpoint{held.At(size), node.path, ""}.Text();
  }
  auto stored = held.checkpoints.lower_bound(size);
  return stored == held.checkpoints.end() ? "" : stored->second;
}

v1::Chunk Simulation::MakeChunk(const std::string& source, const std::string& log, uint64_t first,
                                uint64_t end) const {
  const Node& node = nodes_.at(source);
  v1::Chunk chunk;
  chunk.set_log(log);
  chunk.set_first_index(first);
  for (uint64_t i = first; i < end; ++i) chunk.add_entries(node.logs.at(log).entry(i));
  chunk.set_checkpoint(CheckpointAt(node, log, end));
  return chunk;
}

void Simulation::Perform(Link& link, End& end, Effect effect) {
  Node& node = nodes_.at(end.self);
  Session& session = *end.session;
  if (auto* read = std::get_if<ReadChunk>(&effect)) {
    Read(end, node, *read);
  } else if (auto* duplicate = std::get_if<CheckDuplicate>(&effect)) {
    Compare(session, node, duplicate->chunk);
  } else if (auto* compare = std::get_if<CompareRoot>(&effect)) {
    const SimulatedLog& log = LogOf(node, compare->peer.log);
    session.OnRootCompared(compare->peer, log.At(compare->peer.size).root);
  } else if (auto* prove = std::get_if<ProveState>(&effect)) {
    v1::Chunk proof;
    proof.set_log(prove->log);
    proof.set_first_index(prove->size);
    proof.set_checkpoint(CheckpointAt(node, prove->log, prove->size));
    session.OnStateProven(node.logs.at(prove->log).At(prove->size), std::move(proof));
  } else if (auto* judge = std::get_if<JudgeDispute>(&effect)) {
    Judge(end, node, *judge);
  } else if (auto* save = std::get_if<SaveCosigned>(&effect)) {
    SaveCheckpoint(end, node, *save);
  } else if (auto* find = std::get_if<FindCosigned>(&effect)) {
    const auto log = node.logs.find(find->log);
    if (log != node.logs.end() && !log->second.checkpoints.empty()) {
      session.OnCosignedFound(find->log, log->second.checkpoints.rbegin()->second);
    }
  } else if (auto* freeze = std::get_if<FreezeLog>(&effect)) {
    LogOf(node, freeze->log).frozen = true;
    node.alarms.push_back(freeze->log + ": " + freeze->reason);
    Trace(node.path + ": froze " + freeze->log + ": " + freeze->reason);
    Advanced(node.path, freeze->log);
  } else if (auto* stop = std::get_if<StopRecording>(&effect)) {
    node.stop_reason = stop->reason;
    if (!stop->evidence.empty()) node.alarms.push_back(stop->log + ": " + stop->reason);
    Trace(node.path + ": stops recording: " + stop->reason);
  } else if (auto* keep = std::get_if<KeepEvidence>(&effect)) {
    node.alarms.push_back(keep->log + ": " + keep->reason);
    Trace(node.path + ": keeps evidence of " + keep->log + ": " + keep->reason);
  } else if (std::holds_alternative<AllowRecording>(effect)) {
    node.stop_reason.clear();
  } else {
    PerformGreeting(end, node, effect);
  }
  Collect(link, end);
}

void Simulation::PerformGreeting(End& end, Node& node, const Effect& effect) {
  Session& session = *end.session;
  if (std::holds_alternative<BuildEnrolment>(effect)) {
    if (node.keys.contains(end.peer)) return session.OnEnrolmentBuilt(v1::EnrolmentChain());
    session.OnEnrolmentMissing(ErrorOf(
        MakeError(v1::ERROR_CODE_NOT_FOUND, {end.peer + " is not enrolled here.", "", ""})));
  } else if (std::holds_alternative<SaveEnrolment>(effect)) {
    Enrol(end.self, end.peer);  // The chain leads to the parent's key.
  } else if (auto* sign = std::get_if<SignProof>(&effect)) {
    session.OnProofSigned(ProofBy(node.path, sign->text));
  } else if (auto* check = std::get_if<CheckProof>(&effect)) {
    const bool is_right = check->proof.signature() == ProofBy(end.peer, check->text).signature();
    session.OnProofChecked(!node.keys.contains(end.peer) ? KeyVerdict::kNotKnown
                           : is_right                    ? KeyVerdict::kProven
                                                         : KeyVerdict::kRefused,
                           "it is by another key");
  } else if (std::holds_alternative<AdmitPeer>(effect)) {
    std::vector<LocalLog> logs;
    for (const auto& [name, log] : node.logs) logs.push_back(View(node, name, end.ends()));
    session.OnLogs(logs);
  }
}

void Simulation::Read(const End& end, const Node& node, const ReadChunk& read) {
  Session& session = *end.session;
  if (IsShown(end.ends(), read.log)) return ReadShown(session, node, read);
  const SimulatedLog& log = node.logs.at(read.log);
  size_t bytes = 0;
  uint64_t stop = read.first_index;
  while (stop < std::min(read.end_index, log.size())) {
    bytes += log.entry(stop).size();
    if (stop > read.first_index && bytes > read.bytes_max) break;
    ++stop;
  }
  // A copy can be cut only where it has a checkpoint.
  if (read.log != OwnLog(node)) {
    auto after = log.checkpoints.upper_bound(stop);
    if (after == log.checkpoints.begin() || std::prev(after)->first <= read.first_index) {
      stop = after == log.checkpoints.end() ? read.first_index : after->first;
    } else {
      stop = std::prev(after)->first;
    }
  }
  session.OnChunkRead(MakeChunk(node.path, read.log, read.first_index, stop), read.round,
                      log.At(stop).root);
}

void Simulation::Compare(Session& session, const Node& node, const v1::Chunk& chunk) {
  const SimulatedLog& log = node.logs.at(chunk.log());
  bool same = true;
  for (int i = 0; i < chunk.entries_size(); ++i) {
    same &= merkle::LeafOf(chunk.entries(i)) == merkle::LeafOf(log.entry(chunk.first_index() + i));
  }
  if (same) {
    session.OnDuplicateChecked(
        log.Held(), CheckpointAt(node, chunk.log(), chunk.first_index() + chunk.entries_size()));
  } else {
    session.OnChunkFault({chunk.log(), Blame::kPeer, "other entries than before", ""});
  }
}

void Simulation::Judge(End& end, Node& node, const JudgeDispute& dispute) {
  const std::string& name = dispute.peer.log;
  SimulatedLog& log = LogOf(node, name);
  Session::DisputeJudged judged{name, DisputeVerdict::kUnproven, "no signature of its key", ""};
  std::optional<SimulatedCheckpoint> proof = SimulatedCheckpoint::Parse(dispute.proof.checkpoint());
  const std::string signer(name::PathOfLog(name));
  if (proof && proof->signer == signer) {
    if (dispute.peer.size > log.size()) {
      judged.verdict = DisputeVerdict::kAhead;
      judged.reason = end.peer + " proves " + std::to_string(dispute.peer.size) + " entries of " +
                      name + ", signed with this node's key.";
    } else if (log.At(dispute.peer.size).root == dispute.peer.root) {
      judged.verdict = DisputeVerdict::kNothing;
    } else {
      judged.verdict = DisputeVerdict::kFork;
      judged.reason = "two roots at " + std::to_string(dispute.peer.size);
    }
  }
  end.session->OnDisputeJudged(judged);
}

void Simulation::SaveCheckpoint(End& end, Node& node, const SaveCosigned& save) {
  std::optional<SimulatedCheckpoint> checkpoint = SimulatedCheckpoint::Parse(save.checkpoint);
  if (!checkpoint) return;
  SimulatedLog& log = LogOf(node, save.log);
  const uint64_t size = checkpoint->extent.size;
  if (size > log.size()) return;
  if (log.At(size) != checkpoint->extent) {
    end.session->OnCheckpointConflict({save.log, "two roots at " + std::to_string(size), ""});
    return;
  }
  log.checkpoints[size] = save.checkpoint;
  Trace(node.path + ": keeps " + save.log + " " + CheckpointText(save.checkpoint));
  ForEachEnd(node.path, [&](Link& link, End& other) {
    if (&other != &link.parent) return;
    if (IsShown(other.ends(), save.log)) {
      other.session->OnLogAdvanced(View(node, save.log, other.ends()));
    }
    other.session->OnCosigned(save.log, save.checkpoint);
    Collect(link, other);
  });
}

Simulation::End* Simulation::FindEnd(const PendingStore& store) {
  auto it = links_.find(store.child);
  if (it == links_.end() || it->second.id != store.link) return nullptr;
  return store.by_child ? &it->second.child : &it->second.parent;
}

void Simulation::PerformStore(Node& node) {
  size_t queued = 0;
  for (const PendingStore& waiting : node.stores) queued += waiting.effect.chunk.ByteSizeLong();
  queued_bytes_max_ = std::max(queued_bytes_max_, queued);

  PendingStore store = std::move(node.stores.front());
  node.stores.pop_front();
  const v1::Chunk& chunk = store.effect.chunk;
  SimulatedLog& log = LogOf(node, chunk.log());
  End* end = FindEnd(store);
  auto answer = [&](auto&& call) {
    if (end == nullptr) return;
    call(*end->session);
    Collect(links_.at(store.child), *end);
  };
  if (!node.stop_reason.empty()) {
    return answer([&](Session& s) {
      s.OnStoreRefused(chunk.log(), ErrorOf(MakeError(v1::ERROR_CODE_READ_ONLY,
                                                      {node.path + " must be restored", "", ""})));
    });
  }
  if (EndedByEpoch(node, chunk.log())) {
    return answer([&](Session& s) {
      s.OnChunkFault({chunk.log(), Blame::kLog, "it goes on after its end", "evidence"});
    });
  }
  if (chunk.first_index() != log.size()) {
    Trace(node.path + ": " + chunk.log() + " does not begin at " + std::to_string(log.size()));
    return answer([&](Session& s) {
      s.OnStoreAborted(log.Held(), CheckpointAt(node, chunk.log(), log.size()),
                       store.effect.ticket);
    });
  }
  SimulatedLog copy = log;
  bool bad = false;
  bool only_received = true;
  for (const std::string& entry : chunk.entries()) {
    bad |= entry.find("bad") != std::string::npos;
    only_received &= IsReceived(entry) || merkle::IsWithheld(entry);
    copy.Append(entry);
  }
  std::optional<SimulatedCheckpoint> checkpoint = SimulatedCheckpoint::Parse(chunk.checkpoint());
  if (!checkpoint || checkpoint->extent != copy.Held() ||
      checkpoint->signer != name::PathOfLog(chunk.log())) {
    return answer([&](Session& s) {
      s.OnChunkFault({chunk.log(), Blame::kPeer, "the root is not the checkpoint's", ""});
    });
  }
  if (bad) {
    return answer([&](Session& s) {
      s.OnChunkFault({chunk.log(), Blame::kLog, "an entry that must not be there", "evidence"});
    });
  }
  const std::string ours = " +" + node.path;
  const bool in_part = name::IsHeldInPart(node.path, name::PathOfLog(chunk.log()));
  if (!in_part && (checkpoint->cosigners + " ").find(ours + " ") == std::string::npos)
    checkpoint->cosigners += ours;
  copy.checkpoints[copy.size()] = checkpoint->Text();
  log = std::move(copy);
  if (!only_received) AppendOwn(node, "received", Recording());
  Trace(node.path + ": holds " + chunk.log() + " " + std::to_string(log.size()));
  answer([&](Session& s) { s.OnStored(log.Held(), checkpoint->Text(), store.effect.ticket); });
  Advanced(node.path, chunk.log());
  if (!only_received) Advanced(node.path, OwnLog(node));
}

const SimulatedLog* Simulation::Find(const std::string& path, const std::string& log) const {
  const Node& node = nodes_.at(path);
  auto it = node.logs.find(log);
  return it == node.logs.end() ? nullptr : &it->second;
}

}  // namespace liggare::replication
