// One end of a replication stream whose frames the test writes. It knows no rule of the
// protocol, and no transport.
#ifndef TESTS_HOSTILE_SPEAKER_H_
#define TESTS_HOSTILE_SPEAKER_H_

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "liggare/v1/replication_service.pb.h"

namespace liggare::hostile {

// Whatever is awaited comes within so long, or the test fails and says what did not.
inline constexpr int kPatienceS = 60;

// Thread-safe in so far as one thread may send while another reads.
class Speaker {
 public:
  virtual ~Speaker() = default;

  // False if the other has ended the stream.
  bool Send(const v1::Frame& frame) { return Write(frame); }
  bool Send(v1::Chunk chunk);
  bool Send(v1::Frontier frontier);

  // Reads until a frame of this kind comes that is accepted; the others go by. Nothing
  // if the stream ends before, or patience does.
  using Accept = std::function<bool(const v1::Frame&)>;
  std::optional<v1::Frame> Await(v1::Frame::KindCase kind, const Accept& accept = {});
  // The first entries of that log that come, or came while something else was awaited.
  std::optional<v1::Chunk> AwaitEntriesOf(const std::string& log);
  // Reads until the stream ends. How: the other's Goodbye, or the status of the call.
  v1::Error AwaitEnd();

  virtual void HangUp() = 0;

 protected:
  virtual bool Write(const v1::Frame& frame) = 0;
  virtual bool Read(v1::Frame& frame) = 0;
  virtual v1::Error StatusOfCall() = 0;

 private:
  // Reads one frame, and keeps in mind a Goodbye, and a log's first entries.
  bool ReadFrame(v1::Frame& frame);
  std::optional<v1::Error> goodbye_;
  std::map<std::string, v1::Chunk> first_chunks_;  // By log.
};

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_SPEAKER_H_
