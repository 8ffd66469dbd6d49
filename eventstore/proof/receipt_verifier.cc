#include "eventstore/proof/receipt_verifier.h"

#include <algorithm>
#include <map>
#include <utility>

#include "eventstore/proof/proven_entry.h"
#include "google/protobuf/util/json_util.h"
#include "proto/error/error.h"
#include "proto/json/message_json.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"

namespace liggare::proof {
namespace {

absl::Status Failed(std::string step, std::string message, std::string expected = "") {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                   {std::move(message), std::move(step), std::move(expected)});
}

// se, se/17, se/17/varmland.
std::vector<std::string> PathsDownTo(const std::string& path) {
  std::vector<std::string> paths;
  for (std::string at = path; !at.empty(); at = std::string(name::ParentOf(at)))
    paths.push_back(at);
  std::reverse(paths.begin(), paths.end());
  return paths;
}

absl::Status CheckLink(const VerifiedEntry& link, std::string_view path, const std::string& step) {
  if (!KeyChain::IsAboutKeys(link.data)) {
    return Failed(step + ".entry", "the entry enrols no key",
                  "a node_enrolled, node_key_changed, node_key_revoked or node_closed");
  }
  constexpr std::string_view kNode = "node/";
  const std::string_view subject = link.data.subject();
  if (!subject.starts_with(kNode) || !name::IsAtOrBelow(path, subject.substr(kNode.size()))) {
    return Failed(step + ".entry", "the entry is about " + link.data.subject(),
                  "a node from se down to " + std::string(path));
  }
  return absl::OkStatus();
}

// That the entry's node had not been closed before it.
absl::Status CheckWithinLog(const VerifiedEntry& entry, const KeyChain& chain,
                            const std::string& step) {
  const absl::Status status = chain.CheckNotClosed(entry.event.log(), entry.event.index());
  if (status.ok()) return status;
  return Failed(step + ".entry", ErrorOf(status).message(), ErrorOf(status).expected());
}

// Adds the cosignatures of ancestors of `path`, keeping each one's first.
void AddReceived(const VerifiedEntry& entry, std::map<std::string, ProvenReceipt>& received) {
  for (const KeyChain::Cosignature& cosignature : entry.checkpoint.cosignatures) {
    if (!name::IsAtOrBelow(entry.path, cosignature.path)) continue;
    const auto [at, added] = received.try_emplace(
        cosignature.path, ProvenReceipt{cosignature.path, cosignature.time_s,
                                        entry.checkpoint.checkpoint.checkpoint.size});
    if (!added && cosignature.time_s < at->second.time_s) {
      at->second = {cosignature.path, cosignature.time_s,
                    entry.checkpoint.checkpoint.checkpoint.size};
    }
  }
}

void AddLeftOut(const std::string& where, const VerifiedEntry& entry,
                std::vector<LeftOutSignature>& left_out) {
  for (const note::LeftOutLine& line : entry.checkpoint.left_out) left_out.push_back({where, line});
}

absl::Status VerifyCosigned(const v1::Receipt& receipt, const KeyChain& chain,
                            std::map<std::string, ProvenReceipt>& received,
                            std::vector<LeftOutSignature>& left_out) {
  for (int i = 0; i < receipt.cosigned_size(); ++i) {
    const std::string step = "cosigned[" + std::to_string(i) + "]";
    v1::ProvenEntry proven = receipt.cosigned(i);
    if (proven.entry().empty()) proven.set_entry(receipt.event().entry());
    if (proven.entry() != receipt.event().entry()) {
      return Failed(step + ".entry", "the entry is not the receipt's event");
    }
    auto verified = VerifyProvenEntry(proven, chain, step);
    if (!verified.ok()) return verified.status();
    AddReceived(*verified, received);
    AddLeftOut(step, *verified, left_out);
  }
  return absl::OkStatus();
}

std::vector<ProvenSigner> SignersOf(const VerifiedEntry& event, const KeyChain& chain) {
  std::vector<ProvenSigner> signers;
  for (const std::string& path : PathsDownTo(event.path)) {
    const NodeKeys* node = chain.Find(path);
    if (node == nullptr) continue;
    const bool is_origin = path == event.path;
    const note::VerifierKey& key = is_origin ? event.checkpoint.key : node->keys.front();
    signers.push_back({path, key.Text(), node->display_name, node->custody, node->hosted_by,
                       is_origin, is_origin && event.checkpoint.superseded});
  }
  return signers;
}

// The path of the log that the receipt's event says it is in.
absl::StatusOr<std::string> PathOfEvent(const v1::Receipt& receipt) {
  auto parsed = ParseEntry(receipt.event().entry(), "event");
  if (!parsed.ok()) return parsed.status();
  auto path = name::NodeOfLog(parsed->event.log());
  if (!path.ok()) return Failed("event.entry", ErrorOf(path.status()).message());
  return path;
}

absl::Status TakeKeys(const ParsedEntry& entry, const std::string& step, KeyChain& chain) {
  const absl::Status status = chain.Apply(entry.event, entry.data);
  if (status.ok()) return status;
  const v1::Error error = ErrorOf(status);
  return Failed(step + ".entry", error.message(), error.expected());
}

// Those of the nation, first: its entries before a change may stand under a
// checkpoint by the key that the change gives.
absl::Status TakeOwnKeyChanges(const v1::EnrolmentChain& enrolment, KeyChain& chain) {
  for (int i = 0; i < enrolment.links_size(); ++i) {
    const std::string step = "enrolment.links[" + std::to_string(i) + "]";
    auto parsed = ParseEntry(enrolment.links(i).entry(), step);
    if (!parsed.ok()) return parsed.status();
    if (!KeyChain::IsOwnKeyChange(parsed->event, parsed->data)) continue;
    if (auto status = TakeKeys(*parsed, step, chain); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyEnrolmentChain(const v1::EnrolmentChain& enrolment, std::string_view path,
                                 KeyChain& chain, std::vector<LeftOutSignature>* left_out) {
  if (enrolment.links_size() > kChainLinksMax) {
    return Failed("enrolment.links", "there are " + std::to_string(enrolment.links_size()),
                  "at most " + std::to_string(kChainLinksMax));
  }
  if (auto status = TakeOwnKeyChanges(enrolment, chain); !status.ok()) return status;
  for (int i = 0; i < enrolment.links_size(); ++i) {
    const std::string step = "enrolment.links[" + std::to_string(i) + "]";
    auto link = VerifyProvenEntry(enrolment.links(i), chain, step);
    if (!link.ok()) return link.status();
    if (auto status = CheckLink(*link, path, step); !status.ok()) return status;
    if (auto status = CheckWithinLog(*link, chain, step); !status.ok()) return status;
    if (left_out != nullptr) AddLeftOut(step, *link, *left_out);
    auto taken = TakeKeys({link->event, link->data}, step, chain);
    if (!taken.ok()) return taken;
  }
  for (const std::string& at : PathsDownTo(std::string(path))) {
    if (chain.Find(at) == nullptr) {
      return Failed("enrolment.links", "no link enrols the key of " + at, "one for every tier");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<VerifiedReceipt> VerifyReceipt(const v1::Receipt& receipt,
                                              std::string_view national_key) {
  auto chain = KeyChain::FromNationalKey(national_key);
  if (!chain.ok()) return chain.status();
  if (receipt.receipt_version() != kReceiptVersion) {
    return Failed("receipt_version",
                  "the receipt is of version " + std::to_string(receipt.receipt_version()),
                  std::to_string(kReceiptVersion));
  }
  auto path = PathOfEvent(receipt);
  if (!path.ok()) return path.status();
  VerifiedReceipt verified;
  auto enrolled = ApplyEnrolmentChain(receipt.enrolment(), *path, *chain, &verified.left_out);
  if (!enrolled.ok()) return enrolled;
  auto event = VerifyProvenEntry(receipt.event(), *chain, "event");
  if (!event.ok()) return event.status();
  if (auto within = CheckWithinLog(*event, *chain, "event"); !within.ok()) return within;
  AddLeftOut("event", *event, verified.left_out);
  std::map<std::string, ProvenReceipt> received;
  AddReceived(*event, received);
  auto cosigned = VerifyCosigned(receipt, *chain, received, verified.left_out);
  if (!cosigned.ok()) return cosigned;
  auto texts = OpenCommitments(event->data, receipt.disclosures());
  if (!texts.ok()) return texts.status();

  verified.signers = SignersOf(*event, *chain);
  verified.path = event->path;
  verified.checkpoint = event->checkpoint.checkpoint.checkpoint;
  verified.event = std::move(event->event);
  verified.data = std::move(event->data);
  verified.texts = *std::move(texts);
  for (auto& [tier, proof] : received) verified.received.push_back(proof);
  std::reverse(verified.received.begin(), verified.received.end());
  return verified;
}

std::string ReceiptToJson(const v1::Receipt& receipt) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(receipt, &json, options);
  return json;
}

absl::StatusOr<v1::Receipt> ReceiptFromJson(std::string_view json_text) {
  v1::Receipt receipt;
  const absl::Status status = json::MessageFromJson(json_text, receipt);
  if (status.ok()) return receipt;
  return MakeError(v1::ERROR_CODE_MALFORMED, {"not a receipt: " + std::string(status.message()), "",
                                              "the JSON form of liggare.v1.Receipt"});
}

}  // namespace liggare::proof
