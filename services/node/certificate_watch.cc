#include "services/node/certificate_watch.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "proto/error/error.h"

namespace liggare::node {
namespace {

constexpr char kAuthority[] = "ca";
constexpr char kDenyList[] = "deny";
constexpr char kRevocationList[] = "crl";
constexpr char kLate[] = "was due for renewal; what it revokes stays revoked";

std::string Text(const absl::Status& status) {
  return status.ok() ? "" : ErrorText(ErrorOf(status));
}

// What somebody must do about a certificate that ends then.
std::string EndProblem(int64_t not_after_s, int64_t now_s) {
  if (now_s >= not_after_s) return "expired; renew it";
  const int64_t days = rpc::DaysLeft(not_after_s, now_s);
  if (days >= rpc::kCertificateAlarmDays) return "";
  return "expires in " + std::to_string(days) + " days; renew it";
}

}  // namespace

CertificateWatch::CertificateWatch(const Config& config, const Secrets& secrets, Options options)
    : options_(std::move(options)),
      trust_domain_(config.trust_domain.value),
      judge_(secrets.judge) {
  parties_.push_back({.node = "", .standing = secrets.host, .problem = ""});
  for (size_t i = 0; i < config.nodes.size(); ++i) {
    parties_.push_back({.node = config.nodes[i].path.value,
                        .standing = secrets.nodes[i].credentials,
                        .problem = ""});
  }
  for (rpc::RevocationFiles& files : RevocationFilesOf(config)) {
    const char* name = files.crl.empty() ? kDenyList : kRevocationList;
    sources_.push_back(
        {.name = name, .files = std::move(files), .stamp = "", .standing = {}, .problem = ""});
  }
  Read();
  TellSoonestEnd();
}

CertificateWatch::~CertificateWatch() { Stop(); }

void CertificateWatch::Start(std::function<void()> on_read) {
  thread_ = std::thread([this, on_read = std::move(on_read)] { Run(on_read); });
}

void CertificateWatch::ReadSoon() {
  {
    std::lock_guard lock(mutex_);
    read_soon_ = true;
  }
  changed_.notify_all();
}

void CertificateWatch::Stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<rpc::CertificateState> CertificateWatch::States() const {
  std::lock_guard lock(mutex_);
  return states_;
}

void CertificateWatch::TellSoonestEnd() const {
  const std::vector<rpc::CertificateState> states = States();
  const auto soonest = std::ranges::min_element(states, {}, [](const auto& state) {
    return state.not_after_s.value_or(std::numeric_limits<int64_t>::max());
  });
  spdlog::info("of {} certificates and lists of denied ones the first ends in {} days: {} ({})",
               states.size(), soonest->days_left.value_or(0), soonest->file, soonest->name);
}

void CertificateWatch::Run(const std::function<void()>& on_read) {
  std::unique_lock lock(mutex_);
  const auto interval = std::chrono::milliseconds(options_.interval_ms);
  for (;;) {
    changed_.wait_for(lock, interval, [this] { return stopped_ || read_soon_; });
    if (stopped_) return;
    read_soon_ = false;
    lock.unlock();
    Read();
    on_read();
    lock.lock();
  }
}

void CertificateWatch::Read() {
  const int64_t now_s = options_.now_s();
  for (Party& party : parties_) ReadParty(party, now_s);
  ReadSources();
  std::vector<rpc::CertificateState> states = StatesAt(now_s);
  Tell(states, now_s);
  std::lock_guard lock(mutex_);
  states_ = std::move(states);
}

void CertificateWatch::ReadParty(Party& party, int64_t now_s) {
  absl::StatusOr<rpc::Credentials> renewed = rpc::Renew(party.standing, now_s);
  party.problem = Text(renewed.status());
  if (!renewed.ok()) return;
  if (renewed->not_after_s != party.standing.not_after_s) {
    spdlog::info("{}: the certificate of {} was renewed, {} days left", renewed->files.certificate,
                 renewed->identity.uri, rpc::DaysLeft(renewed->not_after_s, now_s));
  }
  party.standing = *std::move(renewed);
}

void CertificateWatch::ReadSources() {
  const std::string ca = parties_.front().standing.kept->texts().ca;
  bool changed = ca != trusted_ca_;
  std::vector<rpc::Revocations> all;
  for (Source& source : sources_) {
    const std::string stamp = rpc::StampOf(source.files) + ca;
    if (stamp != source.stamp) {
      absl::StatusOr<rpc::Revocations> read =
          rpc::Revocations::Read(source.files, trust_domain_, ca);
      source.problem = Text(read.status());
      if (read.ok()) {
        source.standing = *std::move(read);
        source.stamp = stamp;
        changed = true;
      }
    }
    all.push_back(source.standing);
  }
  if (changed && judge_->Trust(ca, std::move(all)).ok()) trusted_ca_ = ca;
}

std::vector<rpc::CertificateState> CertificateWatch::StatesAt(int64_t now_s) const {
  std::vector<rpc::CertificateState> states;
  const auto add = [&](rpc::CertificateState state) {
    if (state.not_after_s) state.days_left = rpc::DaysLeft(*state.not_after_s, now_s);
    states.push_back(std::move(state));
  };
  for (const Party& party : parties_) {
    const rpc::Credentials& standing = party.standing;
    add({.node = party.node,
         .name = standing.identity.uri,
         .file = standing.files.certificate,
         .not_after_s = standing.not_after_s,
         .problem =
             party.problem.empty() ? EndProblem(standing.not_after_s, now_s) : party.problem});
    if (!party.node.empty()) continue;
    add({.name = kAuthority,
         .file = standing.files.ca,
         .not_after_s = standing.ca_not_after_s,
         .problem = EndProblem(standing.ca_not_after_s, now_s)});
  }
  for (const Source& source : sources_) {
    const std::optional<int64_t> due_s = source.standing.next_update_s();
    // An authority makes it anew every few days: late is what is wrong.
    const bool late = due_s && *due_s <= now_s;
    add({.name = source.name,
         .file = source.files.deny.empty() ? source.files.crl : source.files.deny,
         .not_after_s = due_s,
         .problem = source.problem.empty() && late ? kLate : source.problem});
  }
  return states;
}

// Each problem when it comes, and once a day while it stays; and that it is over.
void CertificateWatch::Tell(const std::vector<rpc::CertificateState>& states, int64_t now_s) {
  for (const rpc::CertificateState& state : states) {
    Told& told = told_[state.file + " " + state.name];
    const bool same = told.problem == state.problem;
    if (same && (state.problem.empty() || now_s - told.at_s < rpc::kSecondsPerDay)) continue;
    if (state.problem.empty()) {
      spdlog::info("{}: {} is right again", state.file, state.name);
    } else {
      spdlog::warn("{}: {}: {}; what was read before stays in use", state.file, state.name,
                   state.problem);
    }
    told = {state.problem, now_s};
  }
}

}  // namespace liggare::node
