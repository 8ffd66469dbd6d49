#include "clients/cli/verify/missing_events.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "clients/cli/shell/file_text.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/event_log.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"

namespace liggare::cli {
namespace {

absl::Status OfFile(const std::string& file, const absl::Status& status) {
  v1::Error error = ErrorOf(status);
  error.set_message(file + ": " + error.message());
  return MakeError(std::move(error));
}

uint32_t EpochOf(std::string_view log) {
  uint32_t epoch = 0;
  const std::string_view digits = log.substr(log.rfind('@') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), epoch);
  return epoch;
}

bool IsHeld(const log::EventLog& log, const proof::VerifiedReceipt& receipt) {
  const auto places = log.FindEvent(receipt.data.event_id());
  if (!places.ok()) return false;
  return std::ranges::any_of(*places, [&](const log::LogIndex& place) {
    const auto path = name::NodeOfLog(place.log);
    return path.ok() && *path == receipt.path;
  });
}

}  // namespace

absl::StatusOr<std::vector<MissingEvent>> ReadReceipts(const std::vector<std::string>& files,
                                                       std::string_view national_key) {
  std::vector<MissingEvent> receipts;
  for (const std::string& file : files) {
    auto json = ReadFile(file);
    if (!json.ok()) return json.status();
    auto receipt = proof::ReceiptFromJson(*json);
    if (!receipt.ok()) return OfFile(file, receipt.status());
    auto verified = proof::VerifyReceipt(*receipt, national_key);
    if (!verified.ok()) return OfFile(file, verified.status());
    receipts.push_back({file, *std::move(verified)});
  }
  return receipts;
}

uint32_t HighestEpoch(const std::vector<MissingEvent>& receipts, std::string_view path) {
  uint32_t highest = 0;
  for (const MissingEvent& each : receipts) {
    if (each.receipt.path == path) highest = std::max(highest, EpochOf(each.receipt.event.log()));
  }
  return highest;
}

absl::StatusOr<MissingReport> FindMissing(std::vector<MissingEvent> receipts,
                                          const std::string& path, const std::string& directory) {
  log::SharedResources shared;
  auto database = log::RocksDatabase::OpenForInspection(directory, shared);
  if (!database.ok()) return database.status();
  auto log = log::EventLog::Open(**database, {.trust_domain = "", .path = "", .read_only = true});
  if (!log.ok()) return log.status();
  MissingReport report;
  for (MissingEvent& each : receipts) {
    if (each.receipt.path != path) continue;
    ++report.receipts;
    const std::string name = each.receipt.event.log();
    const auto held = (*log)->Find(name);
    const uint64_t proven = each.receipt.checkpoint.size;
    if (proven > (held ? held->size : 0)) {
      report.proven_sizes[name] = std::max(report.proven_sizes[name], proven);
    }
    if (!IsHeld(**log, each.receipt)) report.missing.push_back(std::move(each));
  }
  return report;
}

}  // namespace liggare::cli
