#include "clients/cli/verify/log_report.h"

#include <algorithm>
#include <tuple>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/left_out_form.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.verified_logs/1";
constexpr int64_t kMsPerSecond = 1000;

int64_t MsOf(const proof::KeyChain::Cosignature& cosignature) {
  return static_cast<int64_t>(cosignature.time_s) * kMsPerSecond;
}

std::string CosignedText(const LogReport& report) {
  std::string text;
  for (const proof::KeyChain::Cosignature& one : report.cosigned) {
    text += (text.empty() ? "medsignerad av " : ", ") + text::ShownText(one.path) + " " +
            presentation::TimeText(MsOf(one));
  }
  return text;
}

presentation::Json ReportJson(const LogReport& report) {
  presentation::Json json = presentation::Json::object();
  if (!report.node.empty()) json["node"] = report.node;
  json["log"] = report.log;
  json["verified"] = report.status.ok();
  json["entries"] = report.entries;
  if (report.withheld > 0) json["withheld"] = report.withheld;
  json["checkpoint_size"] = report.checkpoint_size;
  if (report.cut_short) json["cut_short"] = true;
  json["cosigned"] = presentation::Json::array();
  for (const proof::KeyChain::Cosignature& one : report.cosigned) {
    json["cosigned"].push_back({{"path", one.path}, {"at", presentation::IsoTime(MsOf(one))}});
  }
  if (!report.left_out.empty())
    json["signatures_left_out"] = presentation::LeftOutJson(report.left_out);
  if (report.closed) {
    json["closed"] = {{"log", report.closed->log}, {"size", report.closed->size}};
  }
  if (!report.status.ok()) {
    const v1::Error error = ErrorOf(report.status);
    json["error"] = {
        {"code", ErrorName(error.code())}, {"where", error.field()}, {"message", error.message()}};
  }
  return json;
}

// That the log's node is closed, and what lies here beyond its end.
std::string ClosedText(const LogReport& report) {
  if (!report.closed) return "";
  std::string text = "       stängd efter " + std::to_string(report.closed->size) + " poster i " +
                     text::ShownText(report.closed->log);
  if (!note::LiesWithin(*report.closed, report.log, report.entries)) {
    text += "; det som ligger efter gäller inte som nodens";
  }
  return text + "\n";
}

}  // namespace

std::string LogReportText(const LogReport& report) {
  const std::string name =
      text::ShownText(report.log + (report.node.empty() ? "" : " hos " + report.node));
  if (!report.status.ok()) {
    return "FEL    " + name + ": " + text::ShownText(ErrorText(ErrorOf(report.status))) + "\n";
  }
  std::string text = "håller " + name + ": " + std::to_string(report.entries) + " poster";
  if (report.withheld > 0) {
    text += ", varav " + std::to_string(report.withheld) + " undanhållna (rör andra)";
  }
  if (report.cut_short) text += " (längre kan den inte läsas)";
  if (report.checkpoint_size < report.entries) {
    text += " (" + std::to_string(report.checkpoint_size) + " under signerad kontrollpunkt)";
  }
  if (const std::string cosigned = CosignedText(report); !cosigned.empty()) {
    text += ", " + cosigned;
  }
  return text + "\n" + ClosedText(report) + presentation::LeftOutText(report.left_out);
}

std::string LogReportsJson(const std::vector<LogReport>& reports) {
  presentation::Json json = {
      {"format", kFormat}, {"verified", AllOk(reports)}, {"logs", presentation::Json::array()}};
  for (const LogReport& report : reports) json["logs"].push_back(ReportJson(report));
  return json.dump(2) + "\n";
}

std::string LogReportsSummary(const std::vector<LogReport>& reports) {
  const auto failed = std::count_if(reports.begin(), reports.end(),
                                    [](const LogReport& report) { return !report.status.ok(); });
  const std::string all = std::to_string(reports.size());
  return "Loggar som håller: " + std::to_string(reports.size() - failed) + " av " + all + "\n";
}

absl::Status CheckWithheld(const std::string& node, const std::string& log, uint64_t withheld) {
  auto owner = name::NodeOfLog(log);
  if (!owner.ok()) return owner.status();
  if (withheld == 0 || (*owner != node && name::IsAtOrBelow(node, *owner))) {
    return absl::OkStatus();
  }
  return MakeError(
      v1::ERROR_CODE_VERIFICATION_FAILED,
      {std::to_string(withheld) + " entries are withheld, there are their hashes alone", log,
       "every entry, for " + node + " holds this log whole"});
}

std::optional<note::Reach> ClosedOf(const std::string& log, const proof::KeyChain& chain) {
  auto path = name::NodeOfLog(log);
  const proof::NodeKeys* node = path.ok() ? chain.Find(*path) : nullptr;
  return node == nullptr ? std::nullopt : node->closed;
}

bool AllOk(const std::vector<LogReport>& reports) {
  return std::all_of(reports.begin(), reports.end(),
                     [](const LogReport& report) { return report.status.ok(); });
}

bool ComesBefore(const std::string& log, const std::string& other) {
  const auto order = [](const std::string& name) {
    const size_t at = name.rfind('@');
    const std::string path = name.substr(0, at);
    const std::string epoch = at == std::string::npos ? "" : name.substr(at + 1);
    // Epochs have no leading zeros: a longer one is a greater one.
    return std::make_tuple(std::count(path.begin(), path.end(), '/'), path, epoch.size(), epoch);
  };
  return order(log) < order(other);
}

}  // namespace liggare::cli
