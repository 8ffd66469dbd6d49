// What entries of subject node/<path> say of a node: its keys above all. Pure.
#ifndef SERVICES_REPLICATION_CHUNKS_ENROLMENT_H_
#define SERVICES_REPLICATION_CHUNKS_ENROLMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/note/key.h"
#include "eventstore/note/reach.h"
#include "eventstore/proof/node_keys.h"

namespace liggare::replication {

// What is known of a node here, and from where.
struct EnrolledNode : proof::NodeKeys {
  std::vector<log::LogIndex> places;  // Of the entries, oldest first.
  // How many entries say all this; of two accounts the longer is the later.
  size_t entry_count = 0;
};

// Whether a node of this path is enrolled in the logs of `enroller`: the path's
// parent, and `se` for itself.
bool MayEnrol(std::string_view enroller, std::string_view path);

// Whether entries of this type say something of a node's keys, or that it has ended.
bool IsAboutKeys(uint32_t type);

// Takes account of an entry about the node `path`; one at fault is passed over (node_keys.h).
// The nation's keys begin with the pinned one, which must be there already.
void ApplyEnrolment(std::string_view trust_domain, std::string_view path, std::string_view entry,
                    EnrolledNode& node);

// The key that the entry hands `node` over to, if it is a change of the node's own
// key in its own log (as of the nation), signed by the key in use. Such an entry
// speaks for itself, wherever it stands: the new key may sign for the log that
// holds it.
std::optional<note::VerifierKey> OwnKeyChange(std::string_view trust_domain, std::string_view path,
                                              std::string_view entry, const EnrolledNode& node);

// "se/17/a was closed by se/17 with 12 entries of se/17/a@1", for people.
std::string ClosedText(std::string_view path, const note::Reach& closed);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_ENROLMENT_H_
