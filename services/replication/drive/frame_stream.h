// The transport under a session: one frame at a time in each direction.
#ifndef SERVICES_REPLICATION_DRIVE_FRAME_STREAM_H_
#define SERVICES_REPLICATION_DRIVE_FRAME_STREAM_H_

#include "absl/status/status.h"
#include "liggare/v1/replication_service.pb.h"

namespace liggare::replication {

// Called by one SessionDriver, on its strand. All methods return at once.
class FrameStream {
 public:
  virtual ~FrameStream() = default;
  // Sends a frame, then calls SessionDriver::OnWritten. Not again before that.
  virtual void Write(v1::Frame frame) = 0;
  // Reads a frame, then calls SessionDriver::OnFrame. Not again before that.
  virtual void Read() = 0;
  // Ends the stream with this status. The last call, made exactly once; the
  // stream may then die at any time, and calls the driver no more.
  virtual void Close(const absl::Status& status) = 0;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_DRIVE_FRAME_STREAM_H_
