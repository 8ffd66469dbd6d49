// What a peer says for people to read: why it ends a session or refuses a log.
#ifndef SERVICES_REPLICATION_SESSION_PEER_WORDS_H_
#define SERVICES_REPLICATION_SESSION_PEER_WORDS_H_

#include "liggare/v1/error.pb.h"

namespace liggare::replication {

// The error with its texts cut to kPeerTextBytesMax and made fit to be shown
// (proto/text/shown_text.h); UNAVAILABLE where it has no code that is known here. A pure
// function.
v1::Error PeerWords(const v1::Error& error);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_PEER_WORDS_H_
