// Whether a peer's certificate is good enough to speak with: judged at the
// handshake, before a call exists, and again while the connection stands. gRPC
// checks the chain at the handshake; that the peer is somebody of this trust domain,
// whom nobody has denied since, is ours to see.
#ifndef SERVICES_RPC_TLS_PEER_JUDGE_H_
#define SERVICES_RPC_TLS_PEER_JUDGE_H_

#include <openssl/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/rpc/tls/identity.h"
#include "services/rpc/tls/revocations.h"

namespace liggare::rpc {

// Certificates of which it is remembered that they are good; one more and all are
// judged anew.
inline constexpr size_t kJudgedMax = 4'096;

// Thread-safe.
class PeerJudge {
 public:
  // Judges by the trust domain alone until Trust is called.
  explicit PeerJudge(std::string trust_domain);

  // From now on a certificate must also verify under one of `ca_pem`, and none of
  // `revocations` may deny it. MALFORMED, and nothing is changed, if `ca_pem` can't be
  // read.
  absl::Status Trust(std::string_view ca_pem, std::vector<Revocations> revocations);

  // Who shows the certificate in `pem`: the first in it, then any that lead to an
  // authority. UNAUTHENTICATED, saying why, unless it has exactly one URI SAN, of the
  // trust domain (identity.h), is valid at `now_s` (seconds since 1970), verifies, and
  // is not denied.
  absl::StatusOr<Identity> Judge(std::string_view pem, int64_t now_s) const;

 private:
  // One that is good from then until then.
  struct Judged {
    Identity identity;
    int64_t not_before_s = 0;
    int64_t not_after_s = 0;
  };
  absl::StatusOr<Judged> JudgeAnew(std::string_view pem, int64_t now_s) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string trust_domain_;
  mutable std::mutex mutex_;
  std::shared_ptr<X509_STORE> authorities_ ABSL_GUARDED_BY(mutex_);  // Null: not known.
  std::vector<Revocations> revocations_ ABSL_GUARDED_BY(mutex_);
  mutable std::map<std::string, Judged, std::less<>> judged_ ABSL_GUARDED_BY(mutex_);  // By PEM.
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_PEER_JUDGE_H_
