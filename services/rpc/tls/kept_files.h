// The last right files of one party, kept in memory as files of their own, which
// gRPC reads in place of those on the disk. gRPC would take whatever it finds there,
// and stop with a file that it can't read or a key that is another's; so it is shown
// only what has been checked.
#ifndef SERVICES_RPC_TLS_KEPT_FILES_H_
#define SERVICES_RPC_TLS_KEPT_FILES_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"

namespace liggare::rpc {

// The texts of files that belong together.
struct PemTexts {
  std::string ca;
  std::string certificate;
  std::string key;

  friend bool operator==(const PemTexts&, const PemTexts&) = default;
};

// Thread-safe. The files have no name that another user could open, and are gone
// with this object.
class KeptFiles {
 public:
  // UNAVAILABLE if no descriptor or memory is left.
  static absl::StatusOr<std::shared_ptr<KeptFiles>> Keep(PemTexts texts);
  ~KeptFiles();
  KeptFiles(const KeptFiles&) = delete;

  // Puts others in their place. Whoever reads a path sees all of the old file or all
  // of the new one. UNAVAILABLE, and the old ones stay, as above.
  absl::Status Replace(PemTexts texts);

  PemTexts texts() const;
  // What to give to gRPC as paths: of the certificates and the key, which are in one
  // file so that they change together, and of the authorities.
  std::string own_path() const { return Path(own_); }
  std::string ca_path() const { return Path(ca_); }

 private:
  KeptFiles(int own, int ca, PemTexts texts);
  static std::string Path(int descriptor);

  const int own_;
  const int ca_;
  mutable std::mutex mutex_;
  int64_t replaced_count_ ABSL_GUARDED_BY(mutex_) = 0;
  PemTexts texts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_KEPT_FILES_H_
