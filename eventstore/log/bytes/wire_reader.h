// Reads the fields of a serialised protobuf message one by one, without knowing
// the message and without copying. Private to this folder.
// https://protobuf.dev/programming-guides/encoding/
#ifndef EVENTSTORE_LOG_BYTES_WIRE_READER_H_
#define EVENTSTORE_LOG_BYTES_WIRE_READER_H_

#include <cstdint>
#include <string_view>

namespace liggare::log {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct WireField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t integer = 0;    // Of the integer types.
  std::string_view bytes;  // Of kBytes: a view into the message.
};

// Not thread-safe; the message must outlive the reader and its fields.
class WireReader {
 public:
  explicit WireReader(std::string_view message) : rest_(message) {}

  // Reads the next field. False at the end, or where the bytes are no message.
  bool Next(WireField& field);
  // Whether everything read so far was well formed.
  bool ok() const { return ok_; }

 private:
  bool ReadVarint(uint64_t& value);
  bool ReadFixed(int bytes, uint64_t& value);
  bool ReadValue(WireField& field);

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_BYTES_WIRE_READER_H_
