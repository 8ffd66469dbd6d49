// Judges whether who speaks holds the signing key of the node that its certificate
// names: against the keys that are enrolled, none of which is revoked. A key that was
// handed over counts until the node has been seen to use a newer one, for the node may
// not have heard yet that it has another.
//
//   keys, newest first     C      B      A      (revoked ones never count)
//                          |------|             B signed the newest checkpoint held,
//                           count               or was shown in a session
#ifndef SERVICES_REPLICATION_CHUNKS_KEY_CHECK_H_
#define SERVICES_REPLICATION_CHUNKS_KEY_CHECK_H_

#include <optional>
#include <string>
#include <string_view>

#include "eventstore/log/read/event_log.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/session/effect.h"

namespace liggare::replication {

struct KeyJudged {
  KeyVerdict verdict = KeyVerdict::kNotKnown;
  std::string reason;                    // With kRefused.
  std::optional<note::VerifierKey> key;  // With kProven.
};

// Judges the proof that `path` gives over `text`. `log` is where `keys` are read. A
// key that is proven counts as used from then on.
KeyJudged JudgeKeyProof(const log::EventLog& log, KeyRegistry& keys, std::string_view path,
                        std::string_view text, const v1::KeyProof& proof);

// Why a key that was proven proves nothing any more; nothing while it does.
std::optional<std::string> WhyKeyIsVoid(const KeyRegistry& keys, std::string_view path,
                                        const note::VerifierKey& key);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_KEY_CHECK_H_
