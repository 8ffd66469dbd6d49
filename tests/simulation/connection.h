// One call of a child to its parent: what gRPC is to the product's sessions.
// Private to network.cc but for the tests' reading.
#ifndef TESTS_SIMULATION_CONNECTION_H_
#define TESTS_SIMULATION_CONNECTION_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/drive/frame_stream.h"
#include "services/replication/drive/session_driver.h"
#include "tests/simulation/network.h"

namespace liggare::simulation {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Network& network, uint64_t number, std::string child, std::string parent);

  void Begin(Process& child, Network::CallDone done);
  // Both ends learn that it is broken, each in its time; see Network::Cut.
  void Cut(bool half_open);
  void Unblocked();
  void Detach(const Process& process, bool silently);
  void StopSession(const Process& process);
  const std::string& child() const { return child_path_; }

 private:
  // What travels: a frame, or the end of the stream and why.
  struct Packet {
    int64_t arrives_us = 0;
    size_t bytes = 0;
    std::optional<v1::Frame> frame;
    absl::Status end;
  };

  // One side of it, as its SessionDriver sees it.
  class End : public replication::FrameStream {
   public:
    End(Connection& connection, bool is_child) : connection_(connection), is_child_(is_child) {}
    void Write(v1::Frame frame) override;
    void Read() override;
    void Close(const absl::Status& status) override;

   private:
    friend class Connection;
    Connection& connection_;
    const bool is_child_;
    Process* process_ = nullptr;  // Null before it is there, and when it has died.
    std::shared_ptr<replication::SessionDriver> driver_;
    std::deque<Packet> wire_;   // Sent by this end.
    std::deque<Packet> inbox_;  // Arrived at this end.
    size_t unread_bytes_ = 0;   // Sent by this end and not read by the other.
    int64_t sending_until_us_ = 0;
    bool writing_ = false;
    bool reading_ = false;
    bool broken_ = false;
    bool closed_ = false;
    bool lived_ = false;
  };

  End& Other(const End& end) { return end.is_child_ ? parent_ : child_; }
  void Send(End& from, Packet packet);
  void Deliver(End& from);
  void MaybeWritten(End& from);
  void MaybeRead(End& to);
  void Take(End& to, Packet packet);
  void Greet(v1::Frame hello);
  void Break(End& end, const absl::Status& why);
  void BreakLater(bool child_end, const absl::Status& why);
  void Closed(End& end, const absl::Status& status);
  void CallIsOver(const absl::Status& status);
  void ForgetIfOver();
  int64_t Latency();
  bool blocked();
  void Note(const End& end, const std::string& what);

  Network& network_;
  const uint64_t number_;
  const std::string child_path_;
  const std::string parent_path_;
  Network::CallDone done_;
  absl::Status end_;  // Why, as the child's gRPC would tell it.
  bool severed_ = false;
  End child_;
  End parent_;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_CONNECTION_H_
