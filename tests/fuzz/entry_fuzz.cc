// Entries and the senders' parts of them: the header reader agrees with protobuf
// wherever both accept the bytes.
#include "eventstore/log/bytes/entry.h"
#include "liggare/v1/entry.pb.h"
#include "liggare/v1/event.pb.h"
#include "tests/fuzz/fuzz_input.h"

namespace event_log = liggare::log;
namespace v1 = liggare::v1;

namespace {

void CheckData(std::string_view bytes) {
  const auto header = event_log::ParseDataHeader(bytes);
  if (!header.ok()) return;
  v1::EventData data;
  if (!data.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  FUZZ_CHECK(header->event_id == data.event_id());
  FUZZ_CHECK(header->subject == data.subject());
  if (data.payload_case() != v1::EventData::PAYLOAD_NOT_SET) {
    FUZZ_CHECK(header->type == static_cast<uint32_t>(data.payload_case()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = liggare::testing::FuzzInput(data, size).rest();
  CheckData(bytes);
  const auto header = event_log::ParseEntryHeader(bytes);
  if (!header.ok()) return 0;
  CheckData(header->data);
  v1::Event event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return 0;
  FUZZ_CHECK(header->log == event.log());
  FUZZ_CHECK(header->index == event.index());
  FUZZ_CHECK(header->clock == event.clock());
  FUZZ_CHECK(header->recorded_at_ms == event.recorded_at_ms());
  FUZZ_CHECK(header->principal == event.principal());
  FUZZ_CHECK(header->data == event.data());
  return 0;
}
