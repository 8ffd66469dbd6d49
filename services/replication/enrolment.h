// What entries of subject node/<path> say of a node: its keys above all. Pure.
#ifndef SERVICES_REPLICATION_ENROLMENT_H_
#define SERVICES_REPLICATION_ENROLMENT_H_

#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/entry.h"
#include "eventstore/note/key.h"

namespace liggare::replication {

struct EnrolledNode {
  std::vector<note::VerifierKey> keys;  // Every one it has had, newest first.
  std::vector<log::LogIndex> places;    // Of the entries, oldest first.
  std::string display_name;
  std::string host;       // host/<name> in the certificate of its process.
  std::string hosted_by;  // Whose organisation holds the key; empty: its own.
  bool closed = false;
};

// Whether a node of this path is enrolled in the logs of `enroller`: the path's
// parent, and `se` for itself.
bool MayEnrol(std::string_view enroller, std::string_view path);

// Takes account of an entry about the node `path`. Entries with a key of another
// name, key changes that the old key has not signed, and other types are passed
// over. The nation's keys begin with the pinned one, which must be there already;
// its own enrolment gives no other.
void ApplyEnrolment(std::string_view trust_domain, std::string_view path, std::string_view entry,
                    EnrolledNode& node);

// What the holder of the old key signs to hand over to the new one
// (NodeKeyChanged.old_key_signature).
std::string KeyChangeText(const note::VerifierKey& old_key, const note::VerifierKey& new_key);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_ENROLMENT_H_
