#include "tests/eventstore/log/crashing_node.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <thread>
#include <utility>
#include <vector>

#include "tests/testing/fault_file_system.h"

namespace liggare::testing {
namespace {

constexpr char kOwnPath[] = "se/17";
constexpr char kChildLog[] = "se/17/a@1";
constexpr int kSenders = 2;
// Small, so that tables are written and merged while the node lives.
constexpr log::SharedResources::Limits kLimits = {.block_cache_bytes = 1 << 20,
                                                  .write_buffer_bytes = 1 << 20};

}  // namespace

// Counts the answers that are still to come.
class CrashingNode::Answers {
 public:
  void Expect() {
    const std::lock_guard lock(mutex_);
    ++missing_;
  }
  void Came() {
    const std::lock_guard lock(mutex_);
    if (--missing_ == 0) changed_.notify_all();
  }
  void AwaitAll() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return missing_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int missing_ = 0;
};

CrashingNode::CrashingNode(uint64_t seed, TestNode& child)
    : disk_(seed),
      env_(MakeFaultEnv(disk_)),
      shared_(std::make_unique<log::SharedResources>(kLimits, env_.get())),
      child_(child),
      random_(seed),
      key_(KeyOf(kOwnPath)) {
  EXPECT_TRUE(disk_.MakeDirectory("/var", false).ok());
  EXPECT_TRUE(disk_.SyncDirectory("/").ok());
}

CrashingNode::~CrashingNode() { Close(false); }

absl::Status CrashingNode::Open() {
  auto database = log::RocksDatabase::Open(kPath, *shared_, {.create_if_missing = true});
  if (!database.ok()) return database.status();
  auto log = log::EventLog::Open(**database, {.trust_domain = kTrustDomain, .path = kOwnPath});
  if (!log.ok()) return log.status();
  database_ = *std::move(database);
  log_ = *std::move(log);
  now_ms_ += 1000;
  subscription_ = log_->OnCommit([this](const std::vector<log::HeldLog>& advanced) {
    for (const log::HeldLog& held : advanced) history_.Shown(held.name, held.size, held.root);
  });
  sequencer_ = std::make_unique<log::Sequencer>(
      *database_, *log_, judge_, key_,
      log::SequencerEnvironment{
          .now_ms = [this] { return now_ms_; },
          .random =
              [random = std::mt19937_64(random_())](uint8_t* out, size_t n) mutable {
                for (size_t i = 0; i < n; ++i) out[i] = static_cast<uint8_t>(random());
              }});
  sequencer_->Start();
  return absl::OkStatus();
}

void CrashingNode::Close(bool flush) {
  if (sequencer_ != nullptr) sequencer_->Stop();
  if (flush && database_ != nullptr) (void)database_->Flush();
  sequencer_.reset();
  subscription_.reset();
  log_.reset();
  database_.reset();
}

log::Submission CrashingNode::NextSubmission(int sender, std::mt19937_64& random) {
  const std::string id = MakeEventId(next_id_++);
  const std::string subject = "rapport/2024/" + std::to_string(random() % 5);
  log::Submission submission =
      random() % 8 == 0
          ? MakeSubmissionWithText(id, subject, MakeDisclosure("text " + std::to_string(random())))
          : MakeSubmission(id, subject, random() % 16 == 0 ? random() % 40'000 : random() % 600);
  history_.Attempted(sender, id, submission.data);
  return submission;
}

void CrashingNode::Send(int sender, int events, uint64_t seed, Answers& answers) {
  std::mt19937_64 random(seed);
  while (events > 0) {
    std::vector<log::Submission> batch;
    std::vector<std::string> ids;
    for (uint64_t n = random() % 5 + 1; n > 0 && events > 0; --n, --events) {
      batch.push_back(NextSubmission(sender, random));
      ids.push_back(std::string(log::ParseDataHeader(batch.back().data)->event_id));
    }
    answers.Expect();
    sequencer_->Record(std::move(batch), [this, ids, &answers](auto results) {
      for (size_t i = 0; i < results.size(); ++i) {
        if (results[i].ok()) history_.Acknowledged(ids[i], *results[i]);
      }
      answers.Came();
    });
  }
}

// Each chunk is verified on top of the one before, while that waits to be stored.
void CrashingNode::SendChunks(int chunks, Answers& answers) {
  const auto held = log_->Find(kChildLog);
  uint64_t first = held ? held->size : 0;
  uint64_t last_clock = held ? held->last_clock : 0;
  merkle::Tree tree = log_->TreeOf(kChildLog);
  const uint64_t size = child_.log().Find(kChildLog)->size;
  for (; chunks > 0 && first < size; --chunks) {
    const uint64_t end = std::min(size, first + random_() % 60 + 1);
    log::ChunkVerdict verdict =
        log::VerifyChunk(child_.MakeChunk(kChildLog, first, end), tree, last_clock, kTrustDomain,
                         KeyOf("se/17/a").verifier());
    ASSERT_TRUE(verdict.status.ok()) << verdict.status;
    tree = verdict.verified.tree;
    last_clock = verdict.verified.rows.back().clock;
    first = end;
    answers.Expect();
    sequencer_->Store(std::move(verdict.verified), [this, &answers](absl::Status status, auto r) {
      if (status.ok()) history_.Shown(r.held.name, r.held.size, r.held.root);
      answers.Came();
    });
    sequencer_->SaveNote("note", std::to_string(random_()));
  }
}

void CrashingNode::Work(int events, int chunks) {
  history_.NewLife();
  Answers answers;
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([this, sender, events, seed = random_(), &answers] {
      Send(sender, events, seed, answers);
    });
  }
  SendChunks(chunks, answers);
  if (random_() % 4 == 0) (void)database_->Flush();
  if (const auto own = sequencer_->OwnCheckpoint(); own.ok()) {
    history_.Shown(log_->own_log(), own->checkpoint.size, own->checkpoint.root);
    sequencer_->SaveCheckpoint(log_->own_log(), *own);
  }
  for (std::thread& sender : senders) sender.join();
  answers.AwaitAll();
}

absl::StatusOr<log::Recorded> CrashingNode::RecordOne() {
  absl::StatusOr<log::Recorded> answer;
  log::Submission submission = NextSubmission(kSenders, random_);
  const std::string id(log::ParseDataHeader(submission.data)->event_id);
  std::vector<log::Submission> batch;
  batch.push_back(std::move(submission));
  Answers answers;
  answers.Expect();
  sequencer_->Record(std::move(batch), [&](auto results) {
    answer = results[0];
    if (answer.ok()) history_.Acknowledged(id, *answer);
    answers.Came();
  });
  answers.AwaitAll();
  return answer;
}

}  // namespace liggare::testing
