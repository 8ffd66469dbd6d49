// JSON lines: what is accepted, written and read again is the same event.
#include "proto/json/event_json.h"
#include "tests/fuzz/fuzz_input.h"

namespace json = liggare::json;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const json::SaltSource same_salt = [] { return std::string(json::kSaltBytes, 's'); };
  const auto first = json::EventFromJson(liggare::testing::FuzzInput(data, size).rest(), same_salt);
  if (!first.ok()) return 0;
  const auto second =
      json::EventFromJson(json::EventToJson(first->data, first->disclosures), same_salt);
  FUZZ_CHECK(second.ok());
  FUZZ_CHECK(second->data.SerializeAsString() == first->data.SerializeAsString());
  FUZZ_CHECK(second->disclosures.size() == first->disclosures.size());
  return 0;
}
