#include "services/node/node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "eventstore/log/database/private_directory.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "services/node/system_environment.h"
#include "services/record/submission.h"
#include "services/rpc/call/channel.h"

namespace liggare::node {
namespace {

constexpr char kNationName[] = "Socialstyrelsen";
constexpr char kAgreementAdvice[] =
    "Another operator who wants the same sends the same event; nothing is recorded otherwise.";
constexpr char kHostAdvice[] =
    "Find out whose process that is. If it is right, enrol the node anew with --host-name.";
constexpr char kPurgeAdvice[] =
    "It is tried again by itself; if this stays, restart the node: no backup may be running then.";

// What went wrong with a directory, told at the setting that names it.
absl::Status AtSetting(const Setting& setting, const absl::Status& status) {
  if (status.ok()) return status;
  const v1::Error error = ErrorOf(status);
  if (error.code() == v1::ERROR_CODE_CONFIGURATION) {
    return error.field().empty() ? SettingError(setting, error.message(), error.expected())
                                 : status;
  }
  const absl::Status told =
      SettingError(setting, error.message(), "a new directory, or this node's own");
  // What another node, a newer version or another process has is a mistake of
  // the configuration; a damaged or full disk is none.
  if (status.code() == absl::StatusCode::kFailedPrecondition) return told;
  return MakeError(error.code(), {.message = std::string(told.message()), .field = setting.key});
}

v1::Submission NationEnrolment(const NodeEnvironment& environment) {
  std::array<uint8_t, 10> random;
  FillRandom(random.data(), random.size());
  v1::EventData event;
  event.set_event_id(form::MakeUuid7(NowMs(), random));
  event.set_subject("node/" + std::string(name::kNationPath));
  event.mutable_actor()->set_id("liggared");
  v1::NodeEnrolled& enrolled = *event.mutable_node_enrolled();
  enrolled.set_verifier_key(environment.national_key.Text());
  enrolled.set_display_name(kNationName);
  enrolled.set_custody(v1::CUSTODY_OWN);
  enrolled.set_host(environment.host);
  v1::Submission submission;
  submission.set_data(event.SerializeAsString());
  return submission;
}

}  // namespace

Node::Node(const NodeConfig& config, NodeSecrets secrets, const NodeEnvironment& environment)
    : config_(config), secrets_(std::move(secrets)), environment_(environment) {}

Node::~Node() {
  StopReplicating();
  StopRecording();
}

absl::StatusOr<std::unique_ptr<Node>> Node::Open(const NodeConfig& config, NodeSecrets secrets,
                                                 const NodeEnvironment& environment) {
  std::unique_ptr<Node> node(new Node(config, std::move(secrets), environment));
  if (absl::Status status = node->OpenLog(); !status.ok()) {
    return AtSetting(config.data, status);
  }
  node->MakeParts();
  node->key_in_use_->Look();
  if (absl::Status status = node->CheckNationalKey(); !status.ok()) return status;
  node->sequencer_->Start();
  if (absl::Status status = node->EnrolNation(); !status.ok()) return status;
  return node;
}

absl::Status Node::CheckDirectories(const NodeConfig& config) {
  absl::Status closed = AtSetting(config.data, log::CheckPrivateDirectory(config.data.value));
  if (!closed.ok() || !config.backup) return closed;
  return AtSetting(*config.backup, log::CheckPrivateDirectory(config.backup->value));
}

absl::Status Node::OpenLog() {
  const absl::Status made = log::MakePrivateDirectory(config_.data.value);
  if (absl::IsUnavailable(made)) {
    return SettingError(config_.data, std::string(made.message()),
                        "a directory that can be made or written");
  }
  if (!made.ok()) return made;
  absl::StatusOr<std::unique_ptr<log::RocksDatabase>> database = log::RocksDatabase::Open(
      config_.data.value, environment_.databases, {.create_if_missing = true});
  if (!database.ok()) return database.status();
  database_ = *std::move(database);
  absl::StatusOr<std::unique_ptr<log::EventLog>> log = log::EventLog::Open(
      *database_, {.trust_domain = environment_.trust_domain, .path = config_.path.value});
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  return absl::OkStatus();
}

void Node::MakeParts() {
  keys_ = std::make_unique<replication::KeyRegistry>(*log_, environment_.national_key,
                                                     secrets_.signing_key.verifier());
  states_ = std::make_unique<state::StateReader>(*log_);
  agreement_ = std::make_unique<record::OperatorAgreement>(config_.path.value, NowMs);
  judge_ = std::make_unique<record::EventJudge>(*log_, environment_.kept_weight_max);
  sequencer_ = std::make_unique<log::Sequencer>(*database_, *log_, *judge_, secrets_.signing_key,
                                                SystemEnvironment());
  replication_ = std::make_unique<replication::ReplicationNode>(replication::ReplicationNode::Parts{
      .log = *log_,
      .sequencer = *sequencer_,
      .keys = *keys_,
      .workers = environment_.workers,
      .timer = environment_.timer,
      .now_ms = NowMs,
      .random = FillRandom,
      .evidence_directory = config_.data.value + "/" + log::kEvidenceDirectory,
      .clock_confirmed_ms = environment_.clock_confirmed_ms});
  key_in_use_ = std::make_shared<KeyInUse>(config_.signing_key, *replication_, [this] {
    if (uplink_ != nullptr) uplink_->DialNow();  // The parent may have refused the key before.
  });
  if (config_.parent.has_value()) uplink_ = MakeUplink();
  alarm_watch_ =
      std::make_shared<AlarmWatch>(AlarmWatch::Parts{.path = config_.path.value,
                                                     .alarms = [this] { return Alarms(); },
                                                     .now_ms = NowMs,
                                                     .timer = environment_.timer,
                                                     .workers = environment_.workers});
}

absl::Status Node::CheckNationalKey() const {
  if (config_.path.value != name::kNationPath) return absl::OkStatus();
  const absl::StatusOr<replication::EnrolledNode> nation = keys_->Find(name::kNationPath);
  if (!nation.ok()) return nation.status();
  const note::VerifierKey used = sequencer_->verifier();
  if (std::ranges::find(nation->keys, used) != nation->keys.end()) return absl::OkStatus();
  return SettingError(config_.signing_key,
                      "is not the key that national_key says, nor one that it was handed over to",
                      nation->keys.front().Text());
}

absl::Status Node::EnrolNation() {
  if (config_.path.value != name::kNationPath || log_->Find(log_->own_log())->size > 0) {
    return absl::OkStatus();
  }
  absl::StatusOr<log::Submission> submission = record::ParseSubmission(
      NationEnrolment(environment_), {.path = name::kNationPath,
                                      .principal = name::kNationPath,
                                      .certificate = domain::Certificate::kOperator});
  if (!submission.ok()) return submission.status();
  std::vector<log::Submission> submissions;
  submissions.push_back(*std::move(submission));
  std::promise<absl::Status> recorded;
  sequencer_->Record(std::move(submissions),
                     [&recorded](std::vector<absl::StatusOr<log::Recorded>> outcomes) {
                       recorded.set_value(outcomes.front().status());
                     });
  return AtSetting(config_.data, recorded.get_future().get());
}

std::unique_ptr<replication::Uplink> Node::MakeUplink() {
  const std::string address = config_.parent->address.value;
  const std::shared_ptr<grpc::ChannelCredentials> credentials = rpc::ChannelCredentials(
      secrets_.credentials,
      {.trust_domain = environment_.trust_domain, .host = config_.parent->host.value},
      {.judge = environment_.judge});
  replication::Uplink::Options options;
  options.address = address;
  options.dial = [address, credentials] { return rpc::Dial(address, credentials); };
  options.judge = [judge = environment_.judge](std::string_view pem) {
    return judge->Judge(pem, NowMs() / 1000).status();
  };
  options.random = [generator = std::mt19937_64(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>()(generator);
  };
  return std::make_unique<replication::Uplink>(*replication_, std::move(options));
}

hosting::HostedNode Node::Hosted() {
  return {.path = config_.path.value,
          .log = *log_,
          .sequencer = *sequencer_,
          .keys = *keys_,
          .states = *states_,
          .verifier = [this] { return sequencer_->verifier(); },
          .parent_status = [this] { return replication_->ParentStatus(); },
          .alarms = [this] { return alarm_watch_->Alarms(); },
          .witnesses = [this](const std::string& log) { return replication_->witnesses().Of(log); },
          .children = [this] { return replication_->Children(); },
          .recording_stopped = [this] { return replication_->recording_stopped(); },
          .key_revoked = [this] { return replication_->key_revoked(); },
          .closed = [this] { return replication_->closed(); },
          .clock_fault = [this] { return replication_->clock_fault(); },
          .compare_checkpoint =
              [this](const std::string& log, const std::string& checkpoint) {
                return replication_->Compare(log, checkpoint);
              },
          .backup = [this] { return BackUp(); },
          .second_operator = SecondOperator(),
          .smallest_count = config_.smallest_count};
}

hosting::HostedNode::SecondOperator Node::SecondOperator() {
  if (config_.operators_required < 2) return {};
  return [this](const auto& event, const auto& texts, const std::string& by) {
    return agreement_->Agree(event, texts, by);
  };
}

void Node::AddHostAlarm(const std::string& path, const std::string& host,
                        std::vector<replication::Alarm>& alarms) const {
  const absl::StatusOr<replication::EnrolledNode> enrolled = keys_->Find(path);
  if (!enrolled.ok() || enrolled->host.empty() || enrolled->host == host) return;
  alarms.push_back({.log = "",
                    .message = path + " is enrolled with the process host/" + enrolled->host +
                               ", and host/" + host + " speaks for it here",
                    .evidence_file = "",
                    .advice = kHostAdvice});
}

std::vector<replication::Alarm> Node::Alarms() const {
  std::vector<replication::Alarm> alarms = replication_->Alarms();
  if (std::optional<std::string> problem = key_in_use_->problem()) {
    alarms.push_back({.log = log_->own_log(),
                      .message = *std::move(problem),
                      .evidence_file = "",
                      .advice = replication::kRotationAdvice});
  }
  for (std::string& waiting : agreement_->Waiting()) {
    alarms.push_back({.log = log_->own_log(),
                      .message = std::move(waiting),
                      .evidence_file = "",
                      .advice = kAgreementAdvice});
  }
  AddHostAlarm(config_.path.value, environment_.host, alarms);
  if (config_.parent) {
    AddHostAlarm(std::string(name::ParentOf(config_.path.value)), config_.parent->host.value,
                 alarms);
  }
  if (const absl::Status erased = sequencer_->erased_in_files(); !erased.ok()) {
    alarms.push_back(
        {.log = log_->own_log(),
         .message = "texts that were erased are still in files: " + std::string(erased.message()),
         .evidence_file = "",
         .advice = kPurgeAdvice});
  }
  return alarms;
}

absl::StatusOr<hosting::BackupMade> Node::BackUp() {
  if (!config_.backup) {
    return MakeError(
        v1::ERROR_CODE_CONFIGURATION,
        {.message = "no directory for backups of " + config_.path.value + " is configured",
         .field = "backup",
         .expected = "backup = \"<directory>\" at its [[node]]"});
  }
  const std::unique_lock lock(backup_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) {
    return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                     {.message = "a backup of " + config_.path.value + " is being made"});
  }
  absl::StatusOr<log::BackupReport> report =
      log::BackUp(*database_, config_.data.value, config_.backup->value, environment_.databases);
  sequencer_->PurgeErased();  // While it was copied, no file could go.
  if (!report.ok()) return AtSetting(*config_.backup, report.status());
  spdlog::info("{}: backup {} in {}: {} entries, {} bytes copied", config_.path.value,
               report->backup_id, config_.backup->value, report->entries, report->bytes_copied);
  return hosting::BackupMade{config_.backup->value, *std::move(report)};
}

void Node::StartUplink() {
  alarm_watch_->Look();
  if (uplink_ != nullptr) uplink_->Start();
}

void Node::RejudgeParent() {
  if (uplink_ != nullptr) uplink_->Rejudge();
}

void Node::StopReplicating() {
  if (key_in_use_ != nullptr) key_in_use_->Stop();
  if (alarm_watch_ != nullptr) alarm_watch_->Stop();
  if (uplink_ != nullptr) uplink_->Stop();
  if (replication_ != nullptr) replication_->Stop();
}

void Node::StopRecording() {
  if (sequencer_ == nullptr) return;
  sequencer_->Stop();
  if (flushed_ || !sequencer_->health().ok()) return;
  flushed_ = true;
  // What only the write-ahead log holds is safe, but one damaged byte there hides
  // all that follows; in tables fsck can name the entry.
  if (absl::Status status = database_->Flush(); !status.ok()) {
    spdlog::warn("{}: {}", config_.path.value, std::string(status.message()));
  }
}

}  // namespace liggare::node
