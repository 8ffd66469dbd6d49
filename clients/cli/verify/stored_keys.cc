#include "clients/cli/verify/stored_keys.h"

#include <string>

#include "liggare/v1/entry.pb.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/replication_service.pb.h"

namespace liggare::cli {
namespace {

// Under this name a node keeps the chain that enrols it (docs/storage_format.md).
constexpr std::string_view kEnrolmentNote = "enrolment_chain";

void AddKey(const std::string& vkey, std::vector<note::VerifierKey>& keys) {
  if (const auto key = note::VerifierKey::Parse(vkey); key.ok()) keys.push_back(*key);
}

void AddKeyOf(const v1::EventData& data, std::vector<note::VerifierKey>& keys) {
  if (data.has_node_enrolled()) AddKey(data.node_enrolled().verifier_key(), keys);
  if (data.has_node_key_changed()) AddKey(data.node_key_changed().verifier_key(), keys);
}

}  // namespace

std::vector<note::VerifierKey> StoredKeys::InEvent(uint32_t type, std::string_view data) {
  std::vector<note::VerifierKey> keys;
  if (type != v1::EventData::kNodeEnrolledFieldNumber &&
      type != v1::EventData::kNodeKeyChangedFieldNumber) {
    return keys;
  }
  v1::EventData parsed;
  if (parsed.ParseFromArray(data.data(), static_cast<int>(data.size()))) AddKeyOf(parsed, keys);
  return keys;
}

std::vector<note::VerifierKey> StoredKeys::InNote(std::string_view key, std::string_view value) {
  std::vector<note::VerifierKey> keys;
  v1::EnrolmentChain chain;
  if (key != kEnrolmentNote) return keys;
  if (!chain.ParseFromArray(value.data(), static_cast<int>(value.size()))) return keys;
  for (const v1::ProvenEntry& link : chain.links()) {
    v1::Event event;
    v1::EventData data;
    if (event.ParseFromString(link.entry()) && data.ParseFromString(event.data())) {
      AddKeyOf(data, keys);
    }
  }
  return keys;
}

}  // namespace liggare::cli
