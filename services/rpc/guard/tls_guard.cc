#include "services/rpc/guard/tls_guard.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "services/rpc/guard/connection_guard.h"
#include "services/rpc/tls/peer_name.h"
#include "services/rpc/tls/x509.h"

namespace liggare::rpc {
namespace {

using ReadFunction = int (*)(SSL*, void*, int);
using WriteFunction = int (*)(SSL*, const void*, int);

// OpenSSL's own, which come next after this program's.
ReadFunction RealRead() {
  static const auto real = reinterpret_cast<ReadFunction>(dlsym(RTLD_NEXT, "SSL_read"));
  return real;
}
WriteFunction RealWrite() {
  static const auto real = reinterpret_cast<WriteFunction>(dlsym(RTLD_NEXT, "SSL_write"));
  return real;
}

int64_t SteadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int64_t WallSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Where OpenSSL keeps a connection's Guarded; -1 before GuardTls.
std::atomic<int> place_of_guard = -1;

thread_local std::unique_ptr<ConnectionPlace>* taken = nullptr;
thread_local std::shared_ptr<const PeerJudge>* taken_judge = nullptr;

std::string PeerOf(SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  return certificate == nullptr ? std::string() : PeerName(UriNames(certificate));
}

// Connections that came another way than through a listener of ours share nothing.
std::unique_ptr<ConnectionPlace> PlaceOfUnknown() {
  static const std::shared_ptr<Connections> all = Connections::Make({});
  return all->AdmitOwn();
}

// The certificates that the peer showed, its own first.
std::string ShownPem(SSL* ssl) {
  X509* own = SSL_get0_peer_certificate(ssl);
  std::string pem = own == nullptr ? "" : PemOf(own);
  const STACK_OF(X509)* rest = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(rest); ++i) pem += PemOf(sk_X509_value(rest, i));
  return pem;
}

// One connection that is served.
class Guarded {
 public:
  Guarded(std::unique_ptr<ConnectionPlace> place, std::shared_ptr<const PeerJudge> judge)
      : place_(std::move(place)), judge_(std::move(judge)) {}

  // What was read; an error if the connection is to be closed, from then on always.
  absl::Status Received(SSL* ssl, std::string_view bytes) {
    if (closed_.ok()) closed_ = Judge(ssl, bytes);
    if (!closed_.ok() && !std::exchange(told_, true)) place_->TellClosed(closed_);
    return closed_;
  }
  void Sent(std::string_view bytes) {
    if (guard_) guard_->Sent(bytes, SteadyMs());
  }

 private:
  absl::Status Judge(SSL* ssl, std::string_view bytes) {
    const int64_t now_ms = SteadyMs();
    if (!guard_) {
      if (bytes.empty()) return absl::OkStatus();
      const auto account = place_->Show(PeerOf(ssl), now_ms);
      if (!account.ok()) return account.status();
      guard_.emplace(*account);
      judged_ms_ = now_ms;  // At the handshake.
      SSL_set_msg_callback(ssl, &Guarded::OnMessage);
      SSL_set_msg_callback_arg(ssl, this);
    }
    if (absl::Status status = JudgeAgain(ssl, now_ms); !status.ok()) return status;
    const absl::Status status =
        guard_->ReceivedRecords(std::exchange(records_, 0), std::exchange(messages_, 0), now_ms);
    return status.ok() ? guard_->Received(bytes, now_ms) : status;
  }

  // A connection may stand for months, and its certificate expire or be denied.
  absl::Status JudgeAgain(SSL* ssl, int64_t now_ms) {
    if (judge_ == nullptr || now_ms - judged_ms_ < kRejudgeMs) return absl::OkStatus();
    judged_ms_ = now_ms;
    if (pem_.empty()) pem_ = ShownPem(ssl);
    return judge_->Judge(pem_, WallSeconds()).status();
  }

  // Called by OpenSSL for each record, and for each message that is TLS's own.
  static void OnMessage(int sent, int, int type, const void*, size_t, SSL*, void* guarded) {
    if (sent != 0) return;
    Guarded& self = *static_cast<Guarded*>(guarded);
    if (type == SSL3_RT_HEADER) ++self.records_;
    if (type == SSL3_RT_HANDSHAKE || type == SSL3_RT_ALERT) ++self.messages_;
  }

  const std::unique_ptr<ConnectionPlace> place_;
  const std::shared_ptr<const PeerJudge> judge_;  // Null: nobody asks.
  int64_t judged_ms_ = 0;
  std::string pem_;                       // What the peer showed, once it has been asked for.
  std::optional<ConnectionGuard> guard_;  // Since something came in clear.
  int64_t records_ = 0;                   // Since the last call of Judge.
  int64_t messages_ = 0;
  absl::Status closed_;
  bool told_ = false;
};

void OnNewConnection(void*, void*, CRYPTO_EX_DATA* data, int index, long, void*) {
  if (taken == nullptr || *taken == nullptr) return;
  CRYPTO_set_ex_data(data, index, new Guarded(std::move(*taken), *taken_judge));
}

void OnFreedConnection(void*, void* guarded, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Guarded*>(guarded);
}

// Null if the connection is not to be guarded: one that this process has dialled.
Guarded* GuardedOf(SSL* ssl) {
  const int index = place_of_guard;
  if (index < 0 || SSL_is_server(ssl) == 0) return nullptr;
  auto* guarded = static_cast<Guarded*>(SSL_get_ex_data(ssl, index));
  if (guarded != nullptr) return guarded;
  guarded = new Guarded(PlaceOfUnknown(), nullptr);
  SSL_set_ex_data(ssl, index, guarded);
  return guarded;
}

int Read(SSL* ssl, void* buffer, int size) {
  const int count = RealRead()(ssl, buffer, size);
  Guarded* guarded = GuardedOf(ssl);
  if (guarded == nullptr) return count;
  const std::string_view bytes(static_cast<const char*>(buffer),
                               count > 0 ? static_cast<size_t>(count) : 0);
  const absl::Status status = guarded->Received(ssl, bytes);
  if (status.ok()) return count;
  // What gRPC takes for damage; it closes the connection.
  ERR_raise_data(ERR_LIB_USER, ERR_R_OPERATION_FAIL, "%s", std::string(status.message()).c_str());
  return -1;
}

int Write(SSL* ssl, const void* buffer, int size) {
  const int count = RealWrite()(ssl, buffer, size);
  Guarded* guarded = count > 0 ? GuardedOf(ssl) : nullptr;
  if (guarded != nullptr) {
    guarded->Sent({static_cast<const char*>(buffer), static_cast<size_t>(count)});
  }
  return count;
}

void MakeGuard() {
  const void* found_read = dlsym(RTLD_DEFAULT, "SSL_read");
  const void* found_write = dlsym(RTLD_DEFAULT, "SSL_write");
  const bool in_the_way = found_read == reinterpret_cast<const void*>(&::SSL_read) &&
                          found_write == reinterpret_cast<const void*>(&::SSL_write) &&
                          RealRead() != nullptr && RealRead() != &::SSL_read &&
                          RealWrite() != nullptr && RealWrite() != &::SSL_write;
  const int index = SSL_get_ex_new_index(0, nullptr, OnNewConnection, nullptr, OnFreedConnection);
  if (!in_the_way || index < 0) {
    fputs("TLS can't be guarded: SSL_read of this program is not the one that is used\n", stderr);
    abort();
  }
  place_of_guard = index;
}

}  // namespace

void GuardTls() {
  static const bool made = [] {
    MakeGuard();
    return true;
  }();
  static_cast<void>(made);
}

TakenConnection::TakenConnection(std::unique_ptr<ConnectionPlace> place,
                                 std::shared_ptr<const PeerJudge> judge)
    : place_(std::move(place)), judge_(std::move(judge)) {
  taken = &place_;
  taken_judge = &judge_;
}

TakenConnection::~TakenConnection() {
  taken = nullptr;
  taken_judge = nullptr;
}

}  // namespace liggare::rpc

extern "C" {
__attribute__((visibility("default"))) int SSL_read(SSL* ssl, void* buffer, int size) {
  return liggare::rpc::Read(ssl, buffer, size);
}
__attribute__((visibility("default"))) int SSL_write(SSL* ssl, const void* buffer, int size) {
  return liggare::rpc::Write(ssl, buffer, size);
}
}
