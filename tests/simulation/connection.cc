#include "tests/simulation/connection.h"

#include <algorithm>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/call/channel.h"
#include "tests/simulation/frame_text.h"
#include "tests/simulation/process.h"

namespace liggare::simulation {
namespace {

constexpr size_t kWindowBytes = 64 * 1024;  // HTTP/2's: beyond it a write waits.
constexpr int64_t kCloseGraceUs = 2'000'000;
constexpr int64_t kBreakUs = 2'000'000;
constexpr int64_t kConnectTimeoutUs = 20'000'000;

absl::Status Unavailable(std::string why) {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE, {std::move(why), "", ""});
}

}  // namespace

Connection::Connection(Network& network, uint64_t number, std::string child, std::string parent)
    : network_(network),
      number_(number),
      child_path_(std::move(child)),
      parent_path_(std::move(parent)),
      child_(*this, true),
      parent_(*this, false) {}

void Connection::Note(const End& end, const std::string& what) {
  Trace& trace = network_.parts().trace;
  if (!trace.on()) return;
  const std::string who = end.process_ != nullptr ? end.process_->name()
                          : end.is_child_         ? child_path_
                                                  : parent_path_;
  trace.Add(who, "#" + std::to_string(number_) + " " + what);
}

bool Connection::blocked() { return network_.weather(child_path_).blocked; }

int64_t Connection::Latency() {
  const LinkWeather& weather = network_.weather(child_path_);
  return weather.latency_us + network_.random().Between(0, weather.jitter_us);
}

// --- Life -------------------------------------------------------------------

void Connection::Begin(Process& child, Network::CallDone done) {
  done_ = std::move(done);
  child_.process_ = &child;
  child_.driver_ = child.MakeSession(replication::Side::kChild, parent_path_, child_);
  Note(child_, "dials " + parent_path_);
  child_.driver_->Start({});
  child.Wake();
  network_.parts().scheduler.After(Latency(), [self = shared_from_this()] {
    if (self->child_.process_ == nullptr || self->severed_) return;
    Process* parent = self->network_.parts().find(self->parent_path_);
    if (self->blocked() || parent == nullptr) {
      const int64_t wait_us = self->blocked() ? kConnectTimeoutUs : 0;
      self->severed_ = true;
      self->network_.parts().scheduler.After(
          wait_us, [self] { self->Break(self->child_, Unavailable("No connection.")); });
      return;
    }
    self->parent_.process_ = parent;
    self->parent_.reading_ = true;  // For the hello.
    self->MaybeRead(self->parent_);
  });
}

void Connection::Greet(v1::Frame frame) {
  if (!frame.has_hello() || frame.hello().path() != child_path_ ||
      frame.hello().to() != parent_path_) {
    parent_.Close(MakeError(v1::ERROR_CODE_PERMISSION_DENIED, {"No such hello.", "", ""}));
    return;
  }
  Process& process = *parent_.process_;
  parent_.driver_ = process.MakeSession(replication::Side::kParent, child_path_, parent_);
  parent_.driver_->Start(std::move(frame));
  process.Wake();
}

void Connection::Cut(bool half_open) {
  if (std::exchange(severed_, true)) return;
  child_.wire_.clear();
  parent_.wire_.clear();
  const bool spare_child = half_open && network_.random().Chance(50);
  const bool spare_parent = half_open && !spare_child;
  if (!spare_child) BreakLater(true, Unavailable("The stream broke off."));
  if (!spare_parent) BreakLater(false, Unavailable("The stream broke off."));
}

void Connection::BreakLater(bool child_end, const absl::Status& why) {
  network_.parts().scheduler.After(network_.random().Between(0, kBreakUs),
                                   [self = shared_from_this(), child_end, why] {
                                     self->Break(child_end ? self->child_ : self->parent_, why);
                                   });
}

void Connection::Break(End& end, const absl::Status& why) {
  if (end.closed_ || end.process_ == nullptr || std::exchange(end.broken_, true)) return;
  Note(end, "broke off: " + ErrorText(ErrorOf(why)));
  if (end.is_child_) end_ = why;
  if (end.driver_ == nullptr) return Closed(end, why);
  end.driver_->OnBroken(Unavailable("The stream broke off."));
  end.process_->Wake();
}

void Connection::Detach(const Process& process, bool silently) {
  for (End* end : {&child_, &parent_}) {
    if (end->process_ != &process) continue;
    end->process_ = nullptr;
    end->driver_.reset();
    end->closed_ = true;
    end->inbox_.clear();
    if (silently) {
      end->wire_.clear();
      severed_ = true;
    } else {
      Send(*end, {0, 0, {}, Unavailable("The peer's process has died.")});
    }
  }
  ForgetIfOver();
}

void Connection::StopSession(const Process& process) {
  for (End* end : {&child_, &parent_}) {
    if (end->process_ != &process || end->driver_ == nullptr || end->closed_) continue;
    end->driver_->Stop(process.path() + " is stopping.");
    end->process_->Wake();
  }
}

// --- Frames -----------------------------------------------------------------

void Connection::End::Write(v1::Frame frame) {
  Connection& c = connection_;
  if (process_ == nullptr || closed_ || broken_) return;
  process_->Speak(frame);
  c.network_.CountFrame();
  c.network_.parts().checker.OnFrame(process_->name(), frame);
  if (c.network_.parts().trace.on()) c.Note(*this, "▸ " + FrameText(frame));
  const size_t bytes = frame.ByteSizeLong();
  writing_ = true;
  if (bytes > rpc::kMessageBytesMax) {
    c.BreakLater(is_child_, MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                                      {"The message is too large for the transport.", "", ""}));
    return;
  }
  unread_bytes_ += bytes;
  c.Send(*this, {0, bytes, std::move(frame), {}});
  c.MaybeWritten(*this);
}

void Connection::End::Read() {
  reading_ = true;
  connection_.MaybeRead(*this);
}

void Connection::End::Close(const absl::Status& status) { connection_.Closed(*this, status); }

void Connection::Closed(End& end, const absl::Status& status) {
  if (std::exchange(end.closed_, true)) return;
  Note(end, "closes: " + ErrorText(ErrorOf(status)));
  Send(end, {0, 0, {}, status});
  if (end.is_child_) {
    if (!end.broken_) end_ = status;
    network_.parts().scheduler.After(network_.random().Between(0, kCloseGraceUs),
                                     [self = shared_from_this()] { self->CallIsOver(self->end_); });
  } else {
    ForgetIfOver();
  }
}

// What the dialler hears, after gRPC has ended the call.
void Connection::CallIsOver(const absl::Status& status) {
  if (child_.process_ == nullptr) return;
  child_.process_ = nullptr;
  if (done_) done_(status, child_.lived_);
  done_ = nullptr;
  ForgetIfOver();
}

void Connection::ForgetIfOver() {
  if (!child_.closed_ || child_.process_ != nullptr) return;
  if (parent_.process_ != nullptr && !parent_.closed_) return;
  network_.parts().scheduler.After(0, [self = shared_from_this()] {
    self->child_.driver_.reset();
    self->parent_.driver_.reset();
    self->network_.Forget(*self);
  });
}

void Connection::Send(End& from, Packet packet) {
  if (severed_) return;
  const int64_t now_us = network_.parts().scheduler.now_us();
  const int64_t sending_us =
      static_cast<int64_t>(packet.bytes) * 1'000'000 / network_.weather(child_path_).bytes_per_s;
  from.sending_until_us_ = std::max(now_us, from.sending_until_us_) + sending_us;
  packet.arrives_us = from.sending_until_us_ + Latency();
  if (!from.wire_.empty()) {
    packet.arrives_us = std::max(packet.arrives_us, from.wire_.back().arrives_us);
  }
  const int64_t delay_us = packet.arrives_us - now_us;
  from.wire_.push_back(std::move(packet));
  network_.parts().scheduler.After(delay_us,
                                   [self = shared_from_this(), is_child = from.is_child_] {
                                     self->Deliver(is_child ? self->child_ : self->parent_);
                                   });
}

void Connection::Unblocked() {
  for (End* end : {&child_, &parent_}) {
    for (size_t i = 0; i < end->wire_.size(); ++i) {
      network_.parts().scheduler.After(Latency(),
                                       [self = shared_from_this(), is_child = end->is_child_] {
                                         self->Deliver(is_child ? self->child_ : self->parent_);
                                       });
    }
  }
}

// One packet, if its time has come; each was planned by itself.
void Connection::Deliver(End& from) {
  if (severed_ || blocked() || from.wire_.empty()) return;
  if (from.wire_.front().arrives_us > network_.parts().scheduler.now_us()) return;
  Packet packet = std::move(from.wire_.front());
  from.wire_.pop_front();
  End& to = Other(from);
  if (to.closed_ || to.broken_) {
    from.unread_bytes_ -= packet.bytes;
    return MaybeWritten(from);
  }
  to.inbox_.push_back(std::move(packet));
  MaybeRead(to);
}

void Connection::MaybeWritten(End& from) {
  if (!from.writing_ || from.unread_bytes_ > kWindowBytes || from.driver_ == nullptr) return;
  if (from.process_ == nullptr || from.closed_ || from.broken_) return;
  from.writing_ = false;
  from.driver_->OnWritten();
  from.process_->Wake();
}

void Connection::MaybeRead(End& to) {
  if (!to.reading_ || to.inbox_.empty() || to.process_ == nullptr || to.closed_ || to.broken_) {
    return;
  }
  Packet packet = std::move(to.inbox_.front());
  to.inbox_.pop_front();
  Take(to, std::move(packet));
}

void Connection::Take(End& to, Packet packet) {
  if (!packet.frame) return Break(to, packet.end);
  to.reading_ = false;
  to.lived_ |= packet.frame->has_frontier();  // As in uplink.cc.
  End& from = Other(to);
  from.unread_bytes_ -= packet.bytes;
  if (to.driver_ == nullptr) {
    Greet(*std::move(packet.frame));
  } else {
    to.driver_->OnFrame(*std::move(packet.frame));
    to.process_->Wake();
  }
  MaybeWritten(from);
}

}  // namespace liggare::simulation
