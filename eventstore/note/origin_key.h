// A log's key under the name by which others than its node's readers know it: the
// checkpoint's first line, as C2SP tlog-policy and tlog-witness ask of a log.
//
//   — <trust domain>/<path> …           the node's key, which its parent enrols
//   — <trust domain>/<path>@<epoch> …   the same key in the origin's name
#ifndef EVENTSTORE_NOTE_ORIGIN_KEY_H_
#define EVENTSTORE_NOTE_ORIGIN_KEY_H_

#include <string_view>

#include "eventstore/note/key.h"

namespace liggare::note {

// The same public half and type; the key id follows from the name.
VerifierKey InNameOfOrigin(std::string_view origin, const VerifierKey& key);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_ORIGIN_KEY_H_
