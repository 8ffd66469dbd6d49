#include "clients/cli/verify/seen_checkpoint.h"

#include <utility>

#include "eventstore/merkle/verify.h"
#include "eventstore/proof/key_chain.h"
#include "eventstore/proof/receipt_verifier.h"
#include "nlohmann/json.hpp"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/text/shown_text.h"

namespace liggare::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "liggare.seen_checkpoint/1";

absl::Status Failed(std::string field, std::string message) {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED, {std::move(message), std::move(field), ""});
}

// The keys from the national one down to the log's node.
absl::StatusOr<proof::KeyChain> KeysOf(client::Connection& connection, const std::string& log,
                                       std::string_view national_key) {
  auto chain = proof::KeyChain::FromNationalKey(national_key);
  if (!chain.ok()) return chain.status();
  auto path = name::NodeOfLog(log);
  if (!path.ok()) return Failed("log", ErrorOf(path.status()).message());
  v1::GetEnrolmentChainRequest request;
  request.set_node(connection.node());
  request.set_path(*path);
  auto response =
      connection.Call(connection.audits(), &v1::AuditService::Stub::GetEnrolmentChain, request);
  if (!response.ok()) return response.status();
  auto applied = proof::ApplyEnrolmentChain(response->chain(), *path, *chain);
  if (!applied.ok()) return applied;
  return chain;
}

absl::StatusOr<merkle::SizedRoot> Opened(const proof::KeyChain& keys, const std::string& log,
                                         const std::string& checkpoint, const std::string& field) {
  auto opened = keys.OpenCheckpoint(checkpoint, log);
  if (!opened.ok()) return Failed(field, ErrorOf(opened.status()).message());
  return merkle::SizedRoot{opened->checkpoint.checkpoint.size, opened->checkpoint.checkpoint.root};
}

// That the server's checkpoint and the one that was seen are of one log.
absl::Status CheckSame(const v1::CompareCheckpointResponse& answer, const merkle::SizedRoot& seen,
                       const merkle::SizedRoot& held) {
  merkle::Proof proof;
  for (const std::string& bytes : answer.consistency_proof()) {
    const auto hash = merkle::HashFromBytes(bytes);
    if (!hash) return Failed("consistency_proof", "a hash is not 32 bytes long");
    proof.push_back(*hash);
  }
  const bool seen_first = seen.size <= held.size;
  absl::Status same =
      merkle::VerifyConsistency(seen_first ? seen : held, seen_first ? held : seen, proof);
  return same.ok() ? same : Failed("consistency_proof", std::string(same.message()));
}

// What proves the answer.
absl::Status Verify(const v1::CompareCheckpointResponse& answer, const proof::KeyChain& keys,
                    const merkle::SizedRoot& seen, std::string_view national_key,
                    SeenCheckpoint& found) {
  if (answer.comparison() == v1::CHECKPOINT_COMPARISON_TWO_ROOTS) {
    auto evidence = proof::EvidenceFromJson(answer.evidence());
    if (!evidence.ok()) return evidence.status();
    auto verified = proof::VerifyEvidence(*evidence, national_key);
    if (!verified.ok()) return verified.status();
    found.two_roots = *std::move(verified);
    found.evidence = answer.evidence();
    return absl::OkStatus();
  }
  if (answer.comparison() == v1::CHECKPOINT_COMPARISON_BEYOND) {
    if (answer.held_size() < seen.size) return absl::OkStatus();
    return Failed("held_size", "the server holds as many entries, and does not compare them");
  }
  if (answer.comparison() != v1::CHECKPOINT_COMPARISON_SAME) {
    return Failed("comparison", "the server gives an answer that this program does not know");
  }
  auto held = Opened(keys, found.log, answer.checkpoint(), "checkpoint");
  if (!held.ok()) return held.status();
  found.checkpoint_size = held->size;
  return CheckSame(answer, seen, *held);
}

}  // namespace

absl::StatusOr<SeenCheckpoint> CompareSeen(client::Connection& connection,
                                           const std::string& checkpoint,
                                           std::string_view national_key) {
  v1::CompareCheckpointRequest request;
  request.set_node(connection.node());
  request.set_checkpoint(checkpoint);
  auto answer =
      connection.Call(connection.audits(), &v1::AuditService::Stub::CompareCheckpoint, request);
  if (!answer.ok()) return answer.status();
  auto keys = KeysOf(connection, answer->log(), national_key);
  if (!keys.ok()) return keys.status();
  auto seen = Opened(*keys, answer->log(), checkpoint, "seen");
  if (!seen.ok()) return seen.status();
  SeenCheckpoint found{.node = connection.node(),
                       .log = answer->log(),
                       .seen_size = seen->size,
                       .held_size = answer->held_size(),
                       .two_roots = {},
                       .evidence = {}};
  auto verified = Verify(*answer, *keys, *seen, national_key, found);
  if (!verified.ok()) return verified;
  return found;
}

std::string SeenText(const SeenCheckpoint& seen) {
  const std::string log = text::ShownText(seen.log);
  const std::string covers = std::to_string(seen.seen_size) + " poster";
  if (seen.two_roots) {
    return log + ": TVÅ LOGGAR. Kontrollpunkten över " + covers +
           " och nodens egen kopia är båda undertecknade med nyckeln för " +
           text::ShownText(seen.two_roots->path) + ", men har inte samma innehåll.\n" +
           proof::EvidenceText(*seen.two_roots);
  }
  if (seen.is_beyond()) {
    return log + ": kan inte jämföras. Kontrollpunkten omfattar " + covers + ", noden har " +
           std::to_string(seen.held_size) + ". Fråga igen när noden har fått resten.\n";
  }
  return log + ": samma logg. Kontrollpunkten över " + covers + " och nodens kontrollpunkt över " +
         std::to_string(seen.checkpoint_size) + " hör ihop.\n";
}

std::string SeenJson(const SeenCheckpoint& seen) {
  Json json = {{"format", kFormat},
               {"node", seen.node},
               {"log", seen.log},
               {"seen_size", seen.seen_size},
               {"held_size", seen.held_size},
               {"comparison", seen.two_roots     ? "two_roots"
                              : seen.is_beyond() ? "beyond"
                                                 : "same"}};
  json["checkpoint_size"] = seen.checkpoint_size;
  json["evidence"] = seen.two_roots ? Json::parse(seen.evidence) : Json(nullptr);
  return json.dump(2) + "\n";
}

}  // namespace liggare::cli
