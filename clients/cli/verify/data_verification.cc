#include "clients/cli/verify/data_verification.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "clients/cli/verify/index_rule.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/proof/log_verifier.h"
#include "eventstore/proof/receipt_verifier.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"

namespace liggare::cli {
namespace {

// Stands for the log's name where what is damaged belongs to none.
constexpr char kWholeDirectory[] = "(katalogen)";

// Under this name a node keeps the chain that enrols it, which its parent sent
// (docs/storage_format.md, saved notes).
constexpr char kEnrolmentNote[] = "enrolment_chain";

absl::Status Failed(const std::string& log, std::string message, std::string expected = "") {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                   {std::move(message), log, std::move(expected)});
}

// What fsck found of one log, or of all that belongs to none.
absl::Status StatusOfFindings(const log::FsckReport& report, const std::string& log) {
  std::string first;
  uint64_t count = 0;
  for (const log::FsckFinding& finding : report.findings) {
    if (finding.log != log) continue;
    if (count++ == 0) first = log::FindingText(finding);
  }
  if (count == 0) return absl::OkStatus();
  if (count > 1) first += " (and " + std::to_string(count - 1) + " more; see liggare fsck)";
  return Failed(log, std::move(first));
}

std::set<std::string> DamagedLogs(const log::FsckReport& report) {
  std::set<std::string> names;
  for (const log::FsckFinding& finding : report.findings) {
    if (!finding.log.empty()) names.insert(finding.log);
  }
  return names;
}

std::vector<log::HeldLog> InOrder(std::vector<log::HeldLog> logs) {
  std::sort(logs.begin(), logs.end(), [](const log::HeldLog& a, const log::HeldLog& b) {
    return ComesBefore(a.name, b.name);
  });
  return logs;
}

// Verifies the signatures of the logs of one directory, in the order in which
// they enrol each other.
class DataVerification {
 public:
  DataVerification(const log::EventLog& log, proof::KeyChain chain)
      : log_(log), chain_(std::move(chain)) {}

  LogReport Verify(const log::HeldLog& held) {
    LogReport report{"", held.name, 0, 0, {}, {}};
    report.status = VerifyLog(held, report);
    report.closed = ClosedOf(held.name, chain_);
    return report;
  }

  // The same up to the newest checkpoint, which is the answer.
  absl::StatusOr<std::string> VerifyTaken(const log::HeldLog& held, const TakeEntry& take) {
    take_ = &take;
    LogReport report{"", held.name, 0, 0, {}, {}};
    absl::Status status = VerifyLog(held, report);
    if (!status.ok()) return status;
    if (checkpoint_.empty()) return Failed(held.name, "no signed checkpoint is stored");
    return checkpoint_;
  }

 private:
  absl::Status VerifyLog(const log::HeldLog& held, LogReport& report) {
    if (auto status = LearnKey(held.name); !status.ok()) return status;
    auto checkpoint = log_.LatestCheckpoint(held.name);
    if (!checkpoint.ok()) return checkpoint.status();
    proof::LogVerifier verifier(held.name);
    if (*checkpoint == std::nullopt && held.size > 0) {
      return Failed(held.name, "no signed checkpoint is stored: nobody answers for the entries");
    }
    if (*checkpoint != std::nullopt) {
      auto size = SizeOf(**checkpoint, held.name);
      if (!size.ok()) return size.status();
      if (auto status = Add(verifier, *size); !status.ok()) return status;
      auto cosigned = verifier.Check(**checkpoint, chain_);
      if (!cosigned.ok()) return cosigned.status();
      report.checkpoint_size = *size;
      report.cosigned = *std::move(cosigned);
      report.left_out = verifier.left_out();
      checkpoint_ = **checkpoint;
      if (take_ != nullptr) return absl::OkStatus();
    }
    if (auto status = Add(verifier, held.size); !status.ok()) return status;
    report.entries = verifier.size();
    report.withheld = verifier.withheld();
    if (auto shown = CheckWithheld(log_.path(), held.name, report.withheld); !shown.ok()) {
      return shown;
    }
    if (verifier.Root() == held.root) return absl::OkStatus();
    return Failed(held.name, "the entries do not give the root that the tiles give");
  }

  // A node that does not hold its parent's log whole keeps what enrols it, with proof.
  absl::Status LearnKey(const std::string& log) {
    auto path = name::NodeOfLog(log);
    if (!path.ok()) return Failed(log, ErrorOf(path.status()).message());
    const bool is_known = chain_.Find(*path) != nullptr;
    auto kept = log_.SavedNote(kEnrolmentNote);
    if (!kept.ok()) return kept.status();
    v1::EnrolmentChain enrolment;
    if (!kept->has_value() || !enrolment.ParseFromString(**kept)) {
      if (is_known) return absl::OkStatus();
      return Failed(log, "nothing in the directory enrols the key of " + *path);
    }
    // What is known already may be older than what the parent has told since. What it
    // told is of this node, and of those above on the way.
    proof::KeyChain extended = chain_;
    const std::string of = name::IsAtOrBelow(log_.path(), *path) ? log_.path() : *path;
    absl::Status taken = proof::ApplyEnrolmentChain(enrolment, of, extended);
    if (taken.ok()) chain_ = std::move(extended);
    return is_known ? absl::OkStatus() : taken;
  }

  static absl::StatusOr<uint64_t> SizeOf(const std::string& checkpoint, const std::string& log) {
    auto note = note::ParseNote(checkpoint);
    if (!note.ok()) return Failed(log, std::string(note.status().message()));
    auto parsed = note::ParseCheckpoint(note->text);
    if (!parsed.ok()) return Failed(log, std::string(parsed.status().message()));
    return parsed->size;
  }

  // Reads on until the verifier has `end` entries.
  absl::Status Add(proof::LogVerifier& verifier, uint64_t end) {
    while (verifier.size() < end) {
      auto range = log_.ReadRange(verifier.log(), verifier.size(), {.end_index = end});
      if (!range.ok()) return range.status();
      if (range->entries.empty()) {
        return Failed(verifier.log(), "the log ends after " + std::to_string(verifier.size()),
                      std::to_string(end) + " entries");
      }
      for (const std::string& entry : range->entries) {
        if (auto status = verifier.Add(entry); !status.ok()) return status;
        if (take_ == nullptr) continue;
        if (auto status = (*take_)(entry); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  const log::EventLog& log_;
  proof::KeyChain chain_;
  const TakeEntry* take_ = nullptr;  // May be null.
  std::string checkpoint_;           // Of the last log, once it is verified.
};

}  // namespace

absl::StatusOr<std::vector<LogReport>> VerifyData(
    const std::string& directory, std::string_view national_key,
    const std::function<void(const LogReport&)>& done) {
  auto chain = proof::KeyChain::FromNationalKey(national_key);
  if (!chain.ok()) return chain.status();
  log::SharedResources shared;
  log::FsckOptions options;
  options.trust_domain = chain->trust_domain();
  options.may_write_about = MayWriteAbout;
  auto report = log::FsckDirectory(directory, shared, options);
  if (!report.ok()) return report.status();
  std::vector<LogReport> reports;
  const auto add = [&](LogReport one) {
    reports.push_back(std::move(one));
    done(reports.back());
  };
  const absl::Status unplaced = StatusOfFindings(*report, "");
  if (!unplaced.ok()) add({"", kWholeDirectory, 0, 0, {}, unplaced});

  auto database = log::RocksDatabase::OpenForInspection(directory, shared);
  if (!database.ok()) return database.status();
  auto log = log::EventLog::Open(**database, {.trust_domain = "", .path = "", .read_only = true});
  if (!log.ok()) {
    // Too damaged to go on: all that is known of each log is what fsck says.
    for (const std::string& name : DamagedLogs(*report)) {
      add({"", name, 0, 0, {}, StatusOfFindings(*report, name)});
    }
    if (report->ok()) return log.status();
    add({"",
         kWholeDirectory,
         0,
         0,
         {},
         Failed("", "no signature was checked: " + std::string(log.status().message()))});
    return reports;
  }
  DataVerification verification(**log, *std::move(chain));
  for (const log::HeldLog& held : InOrder((*log)->Logs())) {
    LogReport one = verification.Verify(held);
    if (auto found = StatusOfFindings(*report, held.name); !found.ok()) one.status = found;
    one.cut_short = !unplaced.ok();
    add(std::move(one));
  }
  return reports;
}

absl::StatusOr<std::string> VerifyLogData(const std::string& directory, const std::string& log,
                                          std::string_view national_key, const TakeEntry& take) {
  auto chain = proof::KeyChain::FromNationalKey(national_key);
  if (!chain.ok()) return chain.status();
  auto path = name::NodeOfLog(log);
  if (!path.ok()) return path.status();
  log::SharedResources shared;
  auto database = log::RocksDatabase::OpenForInspection(directory, shared);
  if (!database.ok()) return database.status();
  auto held = log::EventLog::Open(**database, {.trust_domain = "", .path = "", .read_only = true});
  if (!held.ok()) return held.status();
  DataVerification verification(**held, *std::move(chain));
  for (const log::HeldLog& one : InOrder((*held)->Logs())) {
    if (one.name == log) return verification.VerifyTaken(one, take);
    const auto above = name::NodeOfLog(one.name);
    if (!above.ok() || !name::IsAtOrBelow(*path, *above)) continue;
    if (auto report = verification.Verify(one); !report.status.ok()) return report.status;
  }
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {directory + " does not hold the log " + log, "log", ""});
}

}  // namespace liggare::cli
