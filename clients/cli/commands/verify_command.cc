#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "clients/cli/shell/trust_file.h"
#include "clients/cli/verify/data_verification.h"
#include "clients/cli/verify/live_verification.h"
#include "clients/cli/verify/log_report.h"
#include "clients/cli/verify/seen_checkpoint.h"
#include "eventstore/proof/evidence_verification.h"
#include "eventstore/proof/receipt_verifier.h"
#include "proto/error/error.h"
#include "services/presentation/receipt_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string trust;
  std::string proof_file;
  bool live = false;
  std::string seen;
  std::string evidence_out;
  std::string directory;
};

absl::StatusOr<ExitCode> VerifyEvidenceFile(Shell& shell, const std::string& json,
                                            const std::string& national_key) {
  auto evidence = proof::EvidenceFromJson(json);
  if (!evidence.ok()) return evidence.status();
  const auto verified = proof::VerifyEvidence(*evidence, national_key);
  if (!verified.ok()) return verified.status();
  shell.out() << (shell.options().json ? proof::EvidenceJson(*verified)
                                       : proof::EvidenceText(*verified));
  return kDone;
}

absl::StatusOr<ExitCode> VerifyProofFile(Shell& shell, const std::string& file,
                                         const std::string& national_key) {
  auto json = ReadFile(file);
  if (!json.ok()) return json.status();
  auto receipt = proof::ReceiptFromJson(*json);
  if (proof::IsEvidence(*json)) return VerifyEvidenceFile(shell, *json, national_key);
  // A file that is no receipt proves nothing.
  if (!receipt.ok()) {
    return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                     {file + " is " + ErrorOf(receipt.status()).message()});
  }
  const auto verified = proof::VerifyReceipt(*receipt, national_key);
  if (!verified.ok()) return verified.status();
  shell.out() << (shell.options().json ? presentation::ReceiptJson(*verified)
                                       : presentation::ReceiptText(*verified));
  return kDone;
}

// A checkpoint from elsewhere, against what the server holds.
absl::StatusOr<ExitCode> VerifySeen(Shell& shell, const Arguments& arguments,
                                    const std::string& national_key) {
  const auto checkpoint = ReadFile(arguments.seen);
  if (!checkpoint.ok()) return checkpoint.status();
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  const auto seen = CompareSeen(**connection, *checkpoint, national_key);
  if (!seen.ok()) return seen.status();
  shell.out() << (shell.options().json ? SeenJson(*seen) : SeenText(*seen));
  if (seen->two_roots && !arguments.evidence_out.empty()) {
    if (auto status = WriteFile(arguments.evidence_out, seen->evidence); !status.ok()) {
      return status;
    }
  }
  return seen->two_roots || seen->is_beyond() ? kVerificationFailed : kDone;
}

// The exit code for the reports, after the words that follow them.
ExitCode Conclude(Shell& shell, const std::vector<LogReport>& reports) {
  shell.out() << (shell.options().json ? LogReportsJson(reports) : LogReportsSummary(reports));
  return AllOk(reports) ? kDone : kVerificationFailed;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  const int modes = (arguments.proof_file.empty() ? 0 : 1) + (arguments.live ? 1 : 0) +
                    (arguments.directory.empty() ? 0 : 1);
  if (modes != 1) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"one thing is verified at a time", "", "a FILE, --live or --data DIR"});
  }
  if (arguments.seen.empty() ? !arguments.evidence_out.empty() : !arguments.live) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"a checkpoint that was seen is compared with a running server",
                      arguments.seen.empty() ? "--evidence-out" : "--seen", "--live --seen FILE"});
  }
  auto national_key = ReadTrust(arguments.trust);
  if (!national_key.ok()) return national_key.status();
  if (!arguments.proof_file.empty()) {
    return VerifyProofFile(shell, arguments.proof_file, *national_key);
  }
  if (!arguments.seen.empty()) return VerifySeen(shell, arguments, *national_key);
  const auto print = [&shell](const LogReport& report) {
    if (!shell.options().json) shell.out() << LogReportText(report) << std::flush;
  };
  absl::StatusOr<std::vector<LogReport>> reports;
  if (arguments.live) {
    auto connection = shell.Connect();
    if (!connection.ok()) return connection.status();
    reports = VerifyLive(**connection, shell.options().node, *national_key, print);
  } else {
    reports = VerifyData(arguments.directory, *national_key, print);
  }
  if (!reports.ok()) return reports.status();
  return Conclude(shell, *reports);
}

}  // namespace

void AddVerify(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "verify",
      "Verifies a receipt, evidence, a running server or a data directory; 3 if it fails");
  command->add_option("--trust", arguments->trust, "The national vkey, or a file with it")
      ->required();
  command->add_option("file", arguments->proof_file,
                      "A file with a receipt or evidence; needs no server");
  command->add_flag("--live", arguments->live, "Every log of the server (of --node, if given)");
  command->add_option(
      "--seen", arguments->seen,
      "With --live: only compare this checkpoint, from elsewhere, with the server's");
  command->add_option("--evidence-out", arguments->evidence_out,
                      "With --seen: where evidence is written, if the two are not of one log");
  command->add_option("--data", arguments->directory, "A node's data directory, not in use");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
