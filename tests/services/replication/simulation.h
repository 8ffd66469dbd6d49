// Nodes with logs in memory, joined by sessions: carries out the effects of each
// Session, one small step at a time, in an order that the caller chooses.
#ifndef TESTS_SERVICES_REPLICATION_SIMULATION_H_
#define TESTS_SERVICES_REPLICATION_SIMULATION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/replication/session/session.h"
#include "tests/services/replication/simulated_log.h"

namespace liggare::replication {

class Simulation {
 public:
  // Everything that happens is told to `trace`, a line each.
  explicit Simulation(std::function<void(const std::string&)> trace = nullptr);

  void AddNode(const std::string& path);
  void Enrol(const std::string& at, const std::string& path);
  // Connects a node to its parent, cutting an older connection.
  void Connect(const std::string& child);
  void Cut(const std::string& child);
  bool IsConnected(const std::string& child) const { return links_.contains(child); }
  // Whether both ends have compared what they hold: before that a chunk has no place.
  bool IsLive(const std::string& child) const;

  struct Recording {
    int count = 1;
    size_t bytes = 0;      // Of padding per entry.
    int64_t ahead_ms = 0;  // Of the clock.
    // "bad": verifies, but must not be in a log. "concerning": is shown to the nodes
    // below the counties.
    std::string kind = "event";
  };
  void Record(const std::string& path, const Recording& recording);
  // What `liggare restore --from-parent` does: takes what the parent, or `from`, holds
  // of the node's logs, opens a new epoch on it, and records again what that never had.
  // `claimed_size` is what the epoch says it continues, if that is a lie.
  struct Restoring {
    std::string from;
    std::optional<uint64_t> claimed_size;
  };
  void Restore(const std::string& path, const Restoring& restoring);
  // A second process with a copy of the node's disk as it is now, to be exchanged
  // for the first by swapping again.
  void Clone(const std::string& path);
  void Swap(const std::string& path);
  // Gives the node logs of so many nodes below it, of an entry each, signed by keys that
  // everybody knows: path/<prefix>0 and so on.
  struct Flooding {
    std::string prefix = "n";
    int count = 0;
  };
  void Flood(const std::string& path, const Flooding& flooding);
  void Rollback(const std::string& path, const std::string& log, uint64_t size);
  // While held, a node's store takes its time.
  void Hold(const std::string& path, bool held) { nodes_.at(path).store_held = held; }
  // Puts a frame of our own making on the wire.
  void Inject(const std::string& from, const std::string& to, v1::Frame frame);
  // A chunk from what `source` holds of `log`.
  v1::Chunk MakeChunk(const std::string& source, const std::string& log, uint64_t first,
                      uint64_t end) const;
  void Tick(int64_t ms);

  // The steps that are possible now; each changes something. Running them in the
  // order given, again and again, ends when nothing is left to do.
  using StepFunction = std::function<void()>;
  std::vector<StepFunction> Steps();
  // Runs the first possible step until there is none. False after too many.
  bool RunUntilIdle();

  // What a person would see.
  std::string Show(const std::string& path) const;
  const SimulatedLog* Find(const std::string& path, const std::string& log) const;
  const std::map<std::string, SimulatedLog>& LogsOf(const std::string& path) const {
    return nodes_.at(path).logs;
  }
  bool recording(const std::string& path) const { return nodes_.at(path).stop_reason.empty(); }
  size_t alarm_count(const std::string& path) const { return nodes_.at(path).alarms.size(); }
  // The most bytes of chunks that any wire and store queue held.
  size_t queued_bytes_max() const { return queued_bytes_max_; }

 private:
  // One end of a connection.
  struct End {
    std::string self;
    std::string peer;
    Side side = Side::kChild;
    SessionEnds ends() const { return {side, self, peer}; }
    std::unique_ptr<Session> session;
    std::deque<v1::Frame> wire;  // To the peer.
    std::deque<Effect> reads;    // Everything but stores, in order.
    bool ended = false;
    std::string last_error;
  };
  struct Link {
    uint64_t id = 0;
    End child;
    End parent;
  };
  struct PendingStore {
    uint64_t link = 0;  // Who asked; answered only if it still is.
    std::string child;
    bool by_child = false;
    StoreChunk effect;
  };
  struct Node {
    std::string path;
    uint32_t epoch = 1;
    std::map<std::string, SimulatedLog> logs;
    std::set<std::string> keys;
    std::set<std::string, std::less<>> let_in;  // Logs that sessions have made room for.
    std::deque<PendingStore> stores;
    bool store_held = false;
    std::vector<std::string> alarms;
    std::string stop_reason;
    std::string last_error;
  };

  void Trace(const std::string& line) const {
    if (trace_) trace_(line);
  }
  SimulatedLog& LogOf(Node& node, const std::string& name);
  static std::string OwnLog(const Node& node) {
    return node.path + "@" + std::to_string(node.epoch);
  }
  static LocalLog View(const Node& node, const std::string& name, const SessionEnds& ends);
  static uint64_t Sendable(const Node& node, const std::string& name);
  // Of logs that a child gets in part (simulation_shown.cc).
  static bool IsShown(const SessionEnds& ends, const std::string& log);
  static uint64_t ShownEnd(const Node& node, const std::string& name);
  void ReadShown(Session& session, const Node& node, const ReadChunk& read);
  std::string CheckpointAt(const Node& node, const std::string& log, uint64_t size) const;
  void AppendOwn(Node& node, const std::string& kind, const Recording& recording);
  void Advanced(const std::string& path, const std::string& log);
  void ForEachEnd(const std::string& path, const std::function<void(Link&, End&)>& visit);
  void Collect(Link& link, End& end);
  void SendStep(Link& link, End& end);
  void DeliverStep(Link& link, End& from, End& to);
  void Perform(Link& link, End& end, Effect effect);
  void PerformGreeting(End& end, Node& node, const Effect& effect);
  void Read(const End& end, const Node& node, const ReadChunk& read);
  void Compare(Session& session, const Node& node, const v1::Chunk& chunk);
  void PerformStore(Node& node);
  void Judge(End& end, Node& node, const JudgeDispute& dispute);
  void SaveCheckpoint(End& end, Node& node, const SaveCosigned& save);
  // Whether a later epoch of the log's path is held.
  static bool EndedByEpoch(const Node& node, const std::string& log);
  End* FindEnd(const PendingStore& store);
  std::string Describe(const End& end, const v1::Frame& frame) const;

  std::function<void(const std::string&)> trace_;
  std::map<std::string, Node> nodes_;
  std::map<std::string, Node> clones_;  // Of nodes, by path; not connected.
  std::map<std::string, Link> links_;   // By child.
  uint64_t last_link_ = 0;
  int64_t now_ms_ = 1'700'000'000'000;
  size_t queued_bytes_max_ = 0;
};

}  // namespace liggare::replication

#endif  // TESTS_SERVICES_REPLICATION_SIMULATION_H_
