#include "services/rpc/tls/peer_judge.h"

#include <openssl/err.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/rpc/tls/x509.h"

namespace liggare::rpc {
namespace {

absl::Status Refused(std::string message, std::string expected) {
  return MakeError(
      v1::ERROR_CODE_UNAUTHENTICATED,
      {.message = std::move(message), .field = "certificate", .expected = std::move(expected)});
}

absl::Status CheckTime(const X509* certificate, int64_t now_s) {
  if (now_s < NotBeforeOf(certificate)) {
    return Refused(
        "the certificate is not valid before " + TimeText(X509_get0_notBefore(certificate)),
        "one that is valid now");
  }
  if (now_s >= NotAfterOf(certificate)) {
    return Refused("the certificate expired at " + TimeText(X509_get0_notAfter(certificate)),
                   "one that is valid now");
  }
  return absl::OkStatus();
}

}  // namespace

PeerJudge::PeerJudge(std::string trust_domain) : trust_domain_(std::move(trust_domain)) {}

absl::Status PeerJudge::Trust(std::string_view ca_pem, std::vector<Revocations> revocations) {
  const absl::StatusOr<std::vector<Certificate>> authorities = ReadCertificates(ca_pem);
  if (!authorities.ok()) return authorities.status();
  Store store(X509_STORE_new());
  for (const Certificate& authority : *authorities) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  std::lock_guard lock(mutex_);
  authorities_ = std::move(store);
  revocations_ = std::move(revocations);
  judged_.clear();
  return absl::OkStatus();
}

absl::StatusOr<Identity> PeerJudge::Judge(std::string_view pem, int64_t now_s) const {
  std::lock_guard lock(mutex_);
  const auto known = judged_.find(pem);
  if (known != judged_.end() && now_s >= known->second.not_before_s &&
      now_s < known->second.not_after_s) {
    return known->second.identity;
  }
  absl::StatusOr<Judged> judged = JudgeAnew(pem, now_s);
  if (!judged.ok()) return judged.status();
  if (judged_.size() >= kJudgedMax) judged_.clear();
  return judged_.insert_or_assign(std::string(pem), *std::move(judged)).first->second.identity;
}

absl::StatusOr<PeerJudge::Judged> PeerJudge::JudgeAnew(std::string_view pem, int64_t now_s) const {
  const absl::StatusOr<std::vector<Certificate>> shown = ReadCertificates(pem);
  if (!shown.ok() || shown->empty()) {
    return Refused("the certificate can't be read", "a certificate in PEM");
  }
  X509* own = shown->front().get();
  absl::StatusOr<Identity> identity = IdentityFromUris(UriNames(own), trust_domain_);
  if (!identity.ok()) return identity.status();
  if (absl::Status status = CheckTime(own, now_s); !status.ok()) return status;
  Judged judged{*std::move(identity), NotBeforeOf(own), NotAfterOf(own)};
  if (authorities_ == nullptr) return judged;

  const Certificates rest = StackOf(std::span(*shown).subspan(1));
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), authorities_.get(), own, rest.get());
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(now_s));
  if (X509_verify_cert(context.get()) != 1) {
    ERR_clear_error();
    const char* why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    return Refused(std::string("the certificate does not verify: ") + why,
                   "one of an authority that is trusted here");
  }
  std::vector<X509*> chain;
  const STACK_OF(X509)* verified = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(verified); ++i) {
    chain.push_back(sk_X509_value(verified, i));
    judged.not_before_s = std::max(judged.not_before_s, NotBeforeOf(chain.back()));
    judged.not_after_s = std::min(judged.not_after_s, NotAfterOf(chain.back()));
  }
  for (const Revocations& revocations : revocations_) {
    const std::optional<std::string> denied = revocations.Denies(judged.identity.uri, chain);
    if (denied) return Refused(*denied, "a certificate that is not denied");
  }
  return judged;
}

}  // namespace liggare::rpc
