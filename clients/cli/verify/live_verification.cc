#include "clients/cli/verify/live_verification.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "clients/cpp/reader.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"
#include "eventstore/proof/log_verifier.h"
#include "eventstore/proof/receipt_verifier.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"

namespace liggare::cli {
namespace {

absl::Status Failed(const std::string& log, std::string message, std::string expected = "") {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                   {std::move(message), log, std::move(expected)});
}

// Verifies the logs of one node, in the order in which they enrol each other.
class NodeVerification {
 public:
  NodeVerification(client::Connection& connection, std::string node, proof::KeyChain chain)
      : connection_(connection), node_(std::move(node)), chain_(std::move(chain)) {}

  LogReport Verify(const v1::LogState& stated) {
    LogReport report{node_, stated.log(), 0, 0, {}, {}};
    report.status = VerifyLog(stated, report);
    report.closed = ClosedOf(stated.log(), chain_);
    return report;
  }

  // The same up to the newest checkpoint, which is the answer.
  absl::StatusOr<std::string> VerifyTaken(const v1::LogState& stated, const TakeEntry& take) {
    take_ = &take;
    LogReport report{node_, stated.log(), 0, 0, {}, {}};
    absl::Status status = VerifyLog(stated, report);
    if (!status.ok()) return status;
    if (checkpoint_.empty()) return Failed(stated.log(), "there is no signed checkpoint");
    return checkpoint_;
  }

 private:
  absl::Status VerifyLog(const v1::LogState& stated, LogReport& report) {
    if (auto status = LearnKey(stated.log()); !status.ok()) return status;
    auto checkpoint = GetCheckpoint(stated.log());
    if (!checkpoint.ok()) return checkpoint.status();
    if (*checkpoint == std::nullopt) {
      return stated.size() == 0 ? absl::OkStatus()
                                : Failed(stated.log(), "there is no signed checkpoint");
    }
    auto size = SizeOf(**checkpoint, stated.log());
    if (!size.ok()) return size.status();
    proof::LogVerifier verifier(stated.log());
    const uint64_t end = take_ != nullptr ? *size : std::max(*size, stated.size());
    report.checkpoint_size = *size;
    if (auto status = Add(verifier, *size); !status.ok()) return status;
    auto cosigned = verifier.Check(**checkpoint, chain_);
    if (!cosigned.ok()) return cosigned.status();
    report.cosigned = *std::move(cosigned);
    report.left_out = verifier.left_out();
    checkpoint_ = **checkpoint;
    if (auto status = Add(verifier, end); !status.ok()) return status;
    report.entries = verifier.size();
    report.withheld = verifier.withheld();
    auto shown = CheckWithheld(node_, stated.log(), report.withheld);
    return shown.ok() ? CheckStated(stated, verifier) : shown;
  }

  // The log of a node whose parent's log is not held here needs the parent's word,
  // which comes with its proof.
  absl::Status LearnKey(const std::string& log) {
    auto path = name::NodeOfLog(log);
    if (!path.ok()) return Failed(log, ErrorOf(path.status()).message());
    // The node's own keys may be newer than its copy of its parent's log.
    const bool is_known = chain_.Find(*path) != nullptr;
    if (is_known && (*path != node_ || *path == name::kNationPath)) return absl::OkStatus();
    v1::GetEnrolmentChainRequest request;
    request.set_node(node_);
    request.set_path(*path);
    auto response =
        connection_.Call(connection_.audits(), &v1::AuditService::Stub::GetEnrolmentChain, request);
    if (!response.ok()) return is_known ? absl::OkStatus() : response.status();
    proof::KeyChain extended = chain_;
    absl::Status taken = proof::ApplyEnrolmentChain(response->chain(), *path, extended);
    if (taken.ok()) chain_ = std::move(extended);
    return is_known ? absl::OkStatus() : taken;
  }

  absl::StatusOr<std::optional<std::string>> GetCheckpoint(const std::string& log) {
    v1::GetCheckpointRequest request;
    request.set_node(node_);
    request.set_log(log);
    auto response =
        connection_.Call(connection_.audits(), &v1::AuditService::Stub::GetCheckpoint, request);
    if (response.ok()) return std::optional<std::string>(response->checkpoint());
    if (ErrorOf(response.status()).code() != v1::ERROR_CODE_NOT_FOUND) return response.status();
    return std::optional<std::string>();
  }

  // What the checkpoint says, before its signature is checked against the root.
  static absl::StatusOr<uint64_t> SizeOf(const std::string& checkpoint, const std::string& log) {
    auto note = note::ParseNote(checkpoint);
    if (!note.ok()) return Failed(log, std::string(note.status().message()));
    auto parsed = note::ParseCheckpoint(note->text);
    if (!parsed.ok()) return Failed(log, std::string(parsed.status().message()));
    return parsed->size;
  }

  // Reads on until the verifier has `end` entries.
  absl::Status Add(proof::LogVerifier& verifier, uint64_t end) {
    if (verifier.size() == end) return absl::OkStatus();
    v1::ReadRequest request;
    request.set_node(node_);
    request.mutable_log()->set_log(verifier.log());
    request.mutable_log()->set_next_index(verifier.size());
    request.set_entries_max(end - verifier.size());
    auto reader = client::EntryReader::Read(connection_, std::move(request));
    while (verifier.size() < end) {
      auto entries = reader.Next();
      if (!entries.ok()) return entries.status();
      if (!entries->has_value()) {
        return Failed(verifier.log(), "the log ends after " + std::to_string(verifier.size()),
                      std::to_string(end) + " entries");
      }
      for (const std::string& entry : (*entries)->entries()) {
        if (verifier.size() == end) break;
        if (auto status = verifier.Add(entry); !status.ok()) return status;
        if (take_ == nullptr) continue;
        if (auto status = (*take_)(entry); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  // The server's own word on the log, where it can be compared.
  static absl::Status CheckStated(const v1::LogState& stated, const proof::LogVerifier& verifier) {
    if (stated.size() != verifier.size()) return absl::OkStatus();
    const merkle::Hash root = verifier.Root();
    if (stated.root() == merkle::HashBytes(root)) return absl::OkStatus();
    return Failed(stated.log(), "the entries do not give the root that the server states");
  }

  client::Connection& connection_;
  const std::string node_;
  proof::KeyChain chain_;
  const TakeEntry* take_ = nullptr;  // May be null.
  std::string checkpoint_;           // Of the last log, once it is verified.
};

std::vector<v1::LogState> InOrder(const v1::NodeStatus& node) {
  std::vector<v1::LogState> logs;
  for (const v1::HeldLog& log : node.logs()) logs.push_back(log.state());
  std::sort(logs.begin(), logs.end(), [](const v1::LogState& a, const v1::LogState& b) {
    return ComesBefore(a.log(), b.log());
  });
  return logs;
}

}  // namespace

absl::StatusOr<std::vector<LogReport>> VerifyLive(
    client::Connection& connection, const std::string& node, std::string_view national_key,
    const std::function<void(const LogReport&)>& done) {
  auto chain = proof::KeyChain::FromNationalKey(national_key);
  if (!chain.ok()) return chain.status();
  v1::GetStatusRequest request;
  request.set_node(node);
  auto status =
      connection.CallPaged(connection.admin(), &v1::AdminService::Stub::GetStatus, request);
  if (!status.ok()) return status.status();
  std::vector<LogReport> reports;
  for (const v1::NodeStatus& at : status->nodes()) {
    NodeVerification verification(connection, at.path(), *chain);
    for (const v1::LogState& log : InOrder(at)) {
      reports.push_back(verification.Verify(log));
      done(reports.back());
    }
  }
  return reports;
}

absl::StatusOr<std::string> VerifyLogLive(client::Connection& connection, const std::string& node,
                                          const std::string& log, std::string_view national_key,
                                          const TakeEntry& take) {
  auto chain = proof::KeyChain::FromNationalKey(national_key);
  if (!chain.ok()) return chain.status();
  v1::GetStatusRequest request;
  request.set_node(node);
  auto status =
      connection.CallPaged(connection.admin(), &v1::AdminService::Stub::GetStatus, request);
  if (!status.ok()) return status.status();
  for (const v1::NodeStatus& at : status->nodes()) {
    for (const v1::HeldLog& held : at.logs()) {
      if (held.state().log() != log) continue;
      return NodeVerification(connection, at.path(), *chain).VerifyTaken(held.state(), take);
    }
  }
  return MakeError(v1::ERROR_CODE_NOT_FOUND, {"no node here shows the log " + log, "log", ""});
}

}  // namespace liggare::cli
