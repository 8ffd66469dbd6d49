#include "services/replication/chunks/enrolment.h"

#include "liggare/v1/event.pb.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/domain/place/subject.h"

namespace liggare::replication {
namespace {

// An entry's event and what its writer says in it; false if it is none.
bool Parse(std::string_view entry, v1::Event& event, v1::EventData& data) {
  return event.ParseFromArray(entry.data(), static_cast<int>(entry.size())) &&
         data.ParseFromString(event.data());
}

}  // namespace

bool MayEnrol(std::string_view enroller, std::string_view path) {
  return enroller == (path == name::kNationPath ? path : name::ParentOf(path));
}

bool IsAboutKeys(uint32_t type) {
  return type == v1::EventData::kNodeEnrolledFieldNumber ||
         type == v1::EventData::kNodeKeyChangedFieldNumber ||
         type == v1::EventData::kNodeClosedFieldNumber ||
         type == v1::EventData::kNodeKeyRevokedFieldNumber;
}

void ApplyEnrolment(std::string_view trust_domain, std::string_view path, std::string_view entry,
                    EnrolledNode& node) {
  v1::Event event;
  v1::EventData data;
  if (!Parse(entry, event, data)) return;
  ++node.entry_count;
  proof::Apply(proof::KeyEntryOf(trust_domain, path, event, data), node);
}

std::optional<note::VerifierKey> OwnKeyChange(std::string_view trust_domain, std::string_view path,
                                              std::string_view entry, const EnrolledNode& node) {
  v1::Event event;
  v1::EventData data;
  if (!Parse(entry, event, data) || !data.has_node_key_changed() ||
      name::PathOfLog(event.log()) != path || data.subject() != domain::NodeSubject(path)) {
    return {};
  }
  const proof::KeyEntry change = proof::KeyEntryOf(trust_domain, path, event, data);
  if (proof::FaultOf(node, change) != proof::KeyFault::kNone) return {};
  return *note::VerifierKey::Parse(data.node_key_changed().verifier_key());
}

std::string ClosedText(std::string_view path, const note::Reach& closed) {
  return std::string(path) + " was closed by " + std::string(name::ParentOf(path)) + " with " +
         std::to_string(closed.size) + " entries of " + closed.log;
}

}  // namespace liggare::replication
