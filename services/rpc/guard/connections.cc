#include "services/rpc/guard/connections.h"

namespace liggare::rpc {
namespace {

// Who an address is told from, and who a certificate: neither can be taken for the other.
std::string HolderAt(const std::string& address) { return "address " + address; }
std::string HolderOf(const std::string& peer) { return "certificate " + peer; }

}  // namespace

std::shared_ptr<Connections> Connections::Make(Options options) {
  return std::shared_ptr<Connections>(new Connections(std::move(options)));
}

std::unique_ptr<ConnectionPlace> Connections::Admit(const std::string& address) {
  std::string holder = HolderAt(address);
  if (!Take(holder, kHandshakesOfAddressMax)) return nullptr;
  return std::unique_ptr<ConnectionPlace>(
      new ConnectionPlace(shared_from_this(), std::move(holder), /*counted=*/true));
}

std::unique_ptr<ConnectionPlace> Connections::AdmitOwn() {
  return std::unique_ptr<ConnectionPlace>(
      new ConnectionPlace(shared_from_this(), "this process", /*counted=*/false));
}

bool Connections::Take(const std::string& holder, size_t most) {
  std::lock_guard lock(mutex_);
  return share_.Of(holder) < most && share_.Take(holder);
}

void Connections::Give(const std::string& holder) {
  std::lock_guard lock(mutex_);
  share_.Give(holder);
}

ConnectionPlace::~ConnectionPlace() {
  if (counted_) all_->Give(holder_);
}

absl::StatusOr<std::shared_ptr<PeerAccount>> ConnectionPlace::Show(const std::string& peer,
                                                                   int64_t now_ms) {
  if (counted_) {
    all_->Give(holder_);  // First: it may be the last place that is free.
    holder_ = HolderOf(peer);
    counted_ = all_->Take(holder_, kConnectionsOfCertificateMax);
    if (!counted_) return absl::ResourceExhaustedError("too many connections of the certificate");
  }
  return all_->accounts_.Of(peer, now_ms);
}

void ConnectionPlace::TellClosed(const absl::Status& why) const {
  if (all_->options_.on_closed) all_->options_.on_closed(holder_, why);
}

}  // namespace liggare::rpc
