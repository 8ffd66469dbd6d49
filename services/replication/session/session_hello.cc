// The part of Session in which both sides say who they are and prove it.
#include <utility>

#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/peer_words.h"
#include "services/replication/session/session.h"

namespace liggare::replication {

void Session::SendHello() {
  v1::Frame frame;
  v1::Hello& hello = *frame.mutable_hello();
  hello.set_protocol_version(kProtocolVersion);
  hello.set_path(options_.ends.self);
  hello.set_to(options_.ends.peer);
  hello.set_format_version(options_.format_version);
  hello.set_instance_id(options_.instance_id);
  hello.set_boot_count(options_.boot_count);
  hello.set_now_ms(now_.wall_ms);
  hello.set_nonce(options_.nonce);
  hello.set_verifier_key(options_.verifier_key);
  Send(std::move(frame));
}

void Session::OnHello(const v1::Hello& hello) {
  const SessionEnds& ends = options_.ends;
  if (hello.protocol_version() != kProtocolVersion) {
    return Fault(v1::ERROR_CODE_INVALID_FIELD, ends.peer + " speaks version " +
                                                   std::to_string(hello.protocol_version()) +
                                                   " of the protocol, this node version " +
                                                   std::to_string(kProtocolVersion) + ".");
  }
  if (hello.path() != ends.peer || hello.to() != ends.self) {
    return Fault(v1::ERROR_CODE_PERMISSION_DENIED, "The greeting is from " + hello.path() + " to " +
                                                       hello.to() + ", but this is " + ends.self +
                                                       " and the peer " + ends.peer + ".");
  }
  if (hello.nonce().size() != kNonceBytes || hello.nonce() == options_.nonce) {
    return End(MakeError(v1::ERROR_CODE_MALFORMED,
                         {"The nonce of " + ends.peer + "'s hello is none.", "hello.nonce",
                          std::to_string(kNonceBytes) + " bytes, fresh for this session"}));
  }
  Hear(hello.now_ms());
  peer_nonce_ = hello.nonce();
  const auto key = note::VerifierKey::Parse(hello.verifier_key());
  if (key.ok() && key->name() == options_.trust_domain + "/" + ends.peer) {
    peer_verifier_key_ = key->Text();
  }
  asked_ms_ = now_.steady_ms;
  phase_ = Phase::kProving;
  if (ends.side == Side::kChild) return;  // The dialler hears the other's proof first.
  SendHello();
  effects_.push_back(BuildEnrolment{});
  effects_.push_back(SignProof{OwnProofText()});
}

std::string Session::OwnProofText() const {
  return HelloProofText({options_.trust_domain, options_.ends.self, options_.ends.peer},
                        {.signer = options_.nonce, .other = peer_nonce_});
}

std::string Session::PeerProofText() const {
  return HelloProofText({options_.trust_domain, options_.ends.peer, options_.ends.self},
                        {.signer = peer_nonce_, .other = options_.nonce});
}

void Session::OnProofSigned(v1::KeyProof proof) {
  if (phase_ != Phase::kProving && phase_ != Phase::kComparing) return;
  v1::Frame frame;
  *frame.mutable_key_proof() = std::move(proof);
  Send(std::move(frame));
}

void Session::OnKeyProof(v1::KeyProof proof) {
  if (peer_proof_) {
    return Fault(v1::ERROR_CODE_MALFORMED, options_.ends.peer + " sent its proof twice.");
  }
  peer_proof_ = std::move(proof);
  CheckPeerProof();
}

void Session::CheckPeerProof() {
  if (phase_ != Phase::kProving || !peer_proof_ || admitted_) return;
  effects_.push_back(CheckProof{PeerProofText(), *peer_proof_});
}

void Session::OnProofChecked(KeyVerdict verdict, const std::string& reason) {
  if (phase_ != Phase::kProving || admitted_) return;
  switch (verdict) {
    case KeyVerdict::kProven:
      admitted_ = true;
      effects_.push_back(AdmitPeer{});
      return;
    case KeyVerdict::kNotKnown:
      return;  // CheckPeerProof comes again.
    case KeyVerdict::kRefused:
      return OnPeerKeyVoid(reason);
  }
}

void Session::OnPeerKeyVoid(const std::string& reason) {
  End(MakeError(v1::ERROR_CODE_UNAUTHENTICATED,
                {options_.ends.peer + " has not proven its signing key to " + options_.ends.self +
                     ": " + reason,
                 "key_proof", "the key that is enrolled"}));
}

void Session::OnLogs(const std::vector<LocalLog>& logs) {
  if (phase_ != Phase::kProving || !admitted_) return;
  phase_ = Phase::kComparing;
  for (const LocalLog& log : logs) OnLogAdvanced(log);
  if (options_.ends.side == Side::kParent) {
    SendFrontier();
  } else {
    effects_.push_back(SignProof{OwnProofText()});
  }
}

void Session::OnEnrolmentMissing(const v1::Error& reason) {
  if (phase_ != Phase::kProving || is_waiting()) return;
  waiting_for_ = ErrorText(reason);
  v1::Frame frame;
  *frame.mutable_waiting()->mutable_reason() = reason;
  Send(std::move(frame));
}

void Session::OnWaiting(const v1::Waiting& waiting) {
  if (options_.ends.side != Side::kChild) {
    return Fault(v1::ERROR_CODE_PERMISSION_DENIED,
                 options_.ends.peer + " may not let its parent wait.");
  }
  waiting_for_ = ErrorText(PeerWords(waiting.reason()));
}

// Only who could prove its key is held to it: a child that is not enrolled, or that has
// not been sent what leads to the parent's key, waits.
void Session::EndIfNotProven() {
  if (phase_ != Phase::kProving || peer_proof_ || now_.steady_ms - asked_ms_ <= kProofMaxMs) return;
  if (options_.ends.side == Side::kParent && !enrolment_sent_) return;
  Fault(v1::ERROR_CODE_DEADLINE_EXCEEDED, options_.ends.peer +
                                              " has not proven its signing key within " +
                                              std::to_string(kProofMaxMs / 1000) + " s.");
}

}  // namespace liggare::replication
