#include "tests/benchmarks/bench_event.h"

#include <chrono>

#include "liggare/v1/entry.pb.h"
#include "liggare/v1/event.pb.h"

namespace liggare::benchmarks {
namespace {

// 48 bits of milliseconds, version, 12 random bits, variant, 62 random bits
// (RFC 9562, 5.7).
std::string MakeId(std::mt19937_64& random) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const uint64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const uint64_t high = (ms << 16) | 0x7000 | (random() & 0x0FFF);
  const uint64_t low = (random() >> 2) | (uint64_t{1} << 63);
  std::string id;
  for (int shift = 56; shift >= 0; shift -= 8) id.push_back(static_cast<char>(high >> shift));
  for (int shift = 56; shift >= 0; shift -= 8) id.push_back(static_cast<char>(low >> shift));
  return id;
}

v1::EventData MakeData(const std::string& node, std::string id, std::string name) {
  v1::EventData data;
  data.set_event_id(std::move(id));
  data.set_subject("verksamhet/" + node);
  auto& registered = *data.mutable_verksamhet_registered();
  registered.set_namn(std::move(name));
  registered.set_driftsform(v1::DRIFTSFORM_KOMMUNAL_REGI);
  registered.set_huvudman("1780");
  registered.set_from("2024-01-01");
  return data;
}

// What the node adds around the sender's bytes, late in a log.
size_t EntryBytes(const std::string& node, const std::string& data) {
  v1::Event event;
  event.set_format_version(1);
  event.set_log(node + "@1");
  event.set_index(100'000);
  event.set_clock(1);
  event.set_recorded_at_ms(1'800'000'000'000);
  event.set_principal("spiffe://liggare.test/" + node + "/system/demo");
  auto& basis = *event.add_basis();
  basis.set_log(node + "@1");
  basis.set_index(100'000);
  event.set_data(data);
  return event.ByteSizeLong();
}

}  // namespace

EventMaker::EventMaker(std::string node, uint64_t seed) : node_(std::move(node)), random_(seed) {
  const std::string id(16, 'x');
  name_bytes_ = 300;
  const size_t bytes =
      EntryBytes(node_, MakeData(node_, id, std::string(name_bytes_, 'x')).SerializeAsString());
  name_bytes_ += kEntryBytes - bytes;
}

v1::Submission EventMaker::Next() {
  v1::Submission submission;
  submission.set_data(
      MakeData(node_, MakeId(random_), RandomText(name_bytes_)).SerializeAsString());
  return submission;
}

std::string EventMaker::RandomText(size_t bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
  std::string text(bytes, 0);
  uint64_t bits = 0;
  for (size_t i = 0; i < bytes; ++i) {
    if (i % 10 == 0) bits = random_();
    text[i] = kAlphabet[bits & 63];
    bits >>= 6;
  }
  return text;
}

}  // namespace liggare::benchmarks
