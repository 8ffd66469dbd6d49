// Reads the process's and its nodes' certificates, keys and authorities again and
// again, and what is denied: what is right is used by the next connections; what is
// wrong changes nothing, is told in the log, and stands in the status until it is
// right. So do certificates that end soon.
//
//   files ──► right? ──yes──► KeptFiles (gRPC reads them), PeerJudge
//               └──no──► what stood stays; problem, log
#ifndef SERVICES_NODE_CERTIFICATE_WATCH_H_
#define SERVICES_NODE_CERTIFICATE_WATCH_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "services/node/config.h"
#include "services/node/secrets.h"
#include "services/rpc/tls/certificate_state.h"
#include "services/rpc/tls/peer_judge.h"
#include "services/rpc/tls/revocations.h"

namespace liggare::node {

// Thread-safe.
class CertificateWatch {
 public:
  struct Options {
    int64_t interval_ms = rpc::kRereadSeconds * int64_t{1000};
    std::function<int64_t()> now_s;  // Seconds since 1970.
  };
  // Reads once. The secrets are those that the configuration names.
  CertificateWatch(const Config& config, const Secrets& secrets, Options options);
  // Stops.
  ~CertificateWatch();

  // Begins to read again and again, on a thread of its own, on which `on_read` is
  // called after each reading. Once.
  void Start(std::function<void()> on_read);
  // Reads without waiting for its time.
  void ReadSoon();
  // Waits for a reading in progress. Further calls do nothing.
  void Stop();

  // As they were at the last reading: of the process first, then of the nodes.
  std::vector<rpc::CertificateState> States() const;

 private:
  // A certificate with its key and authority.
  struct Party {
    std::string node;  // Empty: the process.
    rpc::Credentials standing;
    std::string problem;
  };
  // A list of denied certificates, or those of revoked ones.
  struct Source {
    std::string name;
    rpc::RevocationFiles files;
    std::string stamp;  // Of the files that `standing` was read from.
    rpc::Revocations standing;
    std::string problem;
  };
  // A problem that was told in the log, and when.
  struct Told {
    std::string problem;
    int64_t at_s = 0;
  };

  void Run(const std::function<void()>& on_read);
  void Read();
  void TellSoonestEnd() const;
  static void ReadParty(Party& party, int64_t now_s);
  void ReadSources();
  std::vector<rpc::CertificateState> StatesAt(int64_t now_s) const;
  void Tell(const std::vector<rpc::CertificateState>& states, int64_t now_s);

  const Options options_;
  const std::string trust_domain_;
  const std::shared_ptr<rpc::PeerJudge> judge_;

  // Of the watch's thread, once it runs.
  std::vector<Party> parties_;  // The process's first.
  std::vector<Source> sources_;
  std::string trusted_ca_;            // The authorities that the judge knows.
  std::map<std::string, Told> told_;  // By file and name.

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool read_soon_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<rpc::CertificateState> states_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_CERTIFICATE_WATCH_H_
