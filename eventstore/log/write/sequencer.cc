#include "eventstore/log/write/sequencer.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/read/event_log_state.h"
#include "eventstore/log/read/purge.h"
#include "eventstore/log/write/command_queue.h"
#include "eventstore/log/write/commit_builder.h"
#include "eventstore/log/write/recorded_ids.h"
#include "eventstore/log/write/recorder.h"
#include "proto/error/error.h"

namespace liggare::log {
namespace {

absl::Status ReadOnly(const absl::Status& cause) {
  return MakeError(v1::ERROR_CODE_READ_ONLY,
                   {.message = "the node is closed for writing after a failed write: " +
                               std::string(cause.message()),
                    .field = "",
                    .expected = ""});
}

// Commands are handled in this order within a commit, whatever the order in which
// they came: what is foreign before what is recorded with knowledge of it.
template <typename T, typename Handler>
void ForEach(std::vector<Command>& commands, const Handler& handle) {
  for (size_t i = 0; i < commands.size(); ++i) {
    if (T* command = std::get_if<T>(&commands[i])) handle(i, *command);
  }
}

}  // namespace

std::vector<std::string> Judge::ErasedBy(std::string_view, uint32_t, std::string_view) {
  return {};
}

bool Judge::MayWriteAbout(std::string_view, std::string_view) { return true; }

struct Sequencer::State {
  State(Database& db, EventLog& event_log, EventLog::State& log_state, Judge& j,
        const note::SigningKey& k, SequencerEnvironment env)
      : database(db),
        log(event_log),
        shared(log_state),
        judge(j),
        environment(std::move(env)),
        ids(db, event_log, log_state.catalog.EpochsOf(event_log.path())),
        key(std::shared_ptr<void>(), &k) {}

  // What is known of each command before and after the write.
  struct Outcomes {
    std::vector<absl::Status> statuses;                           // Of all but Record.
    std::vector<std::vector<absl::StatusOr<Recorded>>> recorded;  // Of Record.
  };

  void Commit(std::vector<Command>& commands);
  void Build(CommitBuilder& builder, std::vector<Command>& commands, Outcomes& outcomes);
  void Answer(const CommitBuilder& builder, std::vector<Command>& commands, Outcomes& outcomes);
  void AnswerStore(const CommitBuilder* builder, StoreCommand& command, absl::Status status);
  void RefuseAll(std::vector<Command>& commands, const absl::Status& status);
  void CloseForWriting(const absl::Status& cause);
  void Purge(const CommitBuilder& builder, const std::vector<Command>& commands);
  void Publish(CommitBuilder& builder, std::vector<HeldLog>& advanced);
  void Add(Command command);
  std::shared_ptr<const note::SigningKey> Key() const;
  void Run();

  Database& database;
  EventLog& log;
  EventLog::State& shared;
  Judge& judge;
  const SequencerEnvironment environment;

  CommandQueue queue;
  RecordedIds ids;  // On the sequencer's thread only, as the batch.
  Batch batch;
  bool purge_owed = false;
  int64_t purge_again_ms = 0;
  std::thread thread;

  mutable std::mutex mutex;
  absl::Status health ABSL_GUARDED_BY(mutex);
  absl::Status erased_in_files ABSL_GUARDED_BY(mutex);
  std::shared_ptr<const note::SigningKey> key ABSL_GUARDED_BY(mutex);
  std::optional<note::SignedCheckpoint> latest_checkpoint ABSL_GUARDED_BY(mutex);
};

Sequencer::Sequencer(Database& database, EventLog& log, Judge& judge, const note::SigningKey& key,
                     SequencerEnvironment environment)
    : state_(std::make_unique<State>(database, log, *log.state_, judge, key,
                                     std::move(environment))) {}

Sequencer::~Sequencer() { Stop(); }

void Sequencer::Start() {
  state_->thread = std::thread([this] { state_->Run(); });
}

void Sequencer::Stop() {
  state_->queue.Close();
  if (state_->thread.joinable()) state_->thread.join();
  while (Step()) {
  }
}

bool Sequencer::Step() {
  std::vector<Command> commands = state_->queue.Take();
  if (commands.empty()) return false;
  state_->Commit(commands);
  return true;
}

void Sequencer::State::Run() {
  while (queue.Wait()) {
    std::vector<Command> commands = queue.Take();
    Commit(commands);
  }
}

void Sequencer::State::Build(CommitBuilder& builder, std::vector<Command>& commands,
                             Outcomes& outcomes) {
  outcomes.statuses.resize(commands.size());
  outcomes.recorded.resize(commands.size());
  ForEach<FreezeCommand>(commands, [&](size_t, FreezeCommand& freeze) {
    builder.Freeze(freeze.log, freeze.evidence);
  });
  ForEach<StoreCommand>(commands, [&](size_t i, StoreCommand& store) {
    outcomes.statuses[i] = builder.Store(store.chunk);
    if (outcomes.statuses[i].ok()) judge.Stored(store.chunk.chunk);
  });
  Recorder recorder(log, builder, judge, ids);
  recorder.AddReceived(environment);
  ForEach<RecordCommand>(commands, [&](size_t i, RecordCommand& record) {
    outcomes.recorded[i].reserve(record.submissions.size());
    for (const Submission& submission : record.submissions) {
      outcomes.recorded[i].push_back(recorder.Record(submission));
    }
  });
  ForEach<SaveCheckpointCommand>(commands, [&](size_t, SaveCheckpointCommand& save) {
    builder.SaveCheckpoint(save.log, save.checkpoint);
  });
  ForEach<SaveNoteCommand>(
      commands, [&](size_t, SaveNoteCommand& note) { builder.SaveNote(note.key, note.value); });
}

void Sequencer::State::Commit(std::vector<Command>& commands) {
  {
    std::unique_lock lock(mutex);
    if (!health.ok()) {
      const absl::Status closed = health;
      lock.unlock();
      RefuseAll(commands, closed);
      return;
    }
  }
  batch.Clear();
  Outcomes outcomes;
  const std::shared_ptr<const note::SigningKey> signing_key = Key();
  CommitBuilder builder({.database = database,
                         .catalog = shared.catalog,
                         .log = log,
                         .judge = judge,
                         .key = *signing_key,
                         .now_ms = environment.now_ms()},
                        batch);
  Build(builder, commands, outcomes);
  std::vector<HeldLog> advanced;
  if (!batch.empty()) {
    absl::Status written = builder.Finish();
    if (written.ok()) {
      written =
          database.Write(batch, builder.must_sync() ? Durability::kSynced : Durability::kBuffered);
    }
    if (!written.ok()) {
      CloseForWriting(written);
      RefuseAll(commands, ReadOnly(written));
      return;
    }
    Publish(builder, advanced);
  }
  ids.Committed();
  Answer(builder, commands, outcomes);
  if (!advanced.empty()) shared.listeners.Notify(advanced);
  Purge(builder, commands);
}

void Sequencer::State::Purge(const CommitBuilder& builder, const std::vector<Command>& commands) {
  if (builder.erases_texts()) purge_owed = true;
  if (!purge_owed) return;
  bool now = builder.erases_texts() || builder.now_ms() >= purge_again_ms;
  for (const Command& command : commands) {
    now = now || std::holds_alternative<PurgeCommand>(command);
  }
  if (!now) return;
  purge_again_ms = builder.now_ms() + kPurgeAgainMs;
  absl::Status purged = PurgeIfOwed(database);
  purge_owed = !purged.ok();
  const std::lock_guard lock(mutex);
  erased_in_files = std::move(purged);
}

void Sequencer::State::Publish(CommitBuilder& builder, std::vector<HeldLog>& advanced) {
  for (const auto& [name, touched] : builder.logs().touched()) {
    if (touched.advanced) advanced.push_back(touched.held);
  }
  shared.catalog.Publish(builder.logs().Finish());
}

void Sequencer::State::CloseForWriting(const absl::Status& cause) {
  const std::lock_guard lock(mutex);
  health = ReadOnly(cause);
}

void Sequencer::State::AnswerStore(const CommitBuilder* builder, StoreCommand& command,
                                   absl::Status status) {
  StoreResult result;
  const std::string& name = command.chunk.chunk.log;
  result.held = log.Find(name).value_or(EmptyLog(name, 0).held);
  if (builder != nullptr) result.cosigned_checkpoint = builder->CosignedCheckpoint(name);
  if (absl::IsAborted(status) && result.cosigned_checkpoint.empty()) {
    const auto latest = log.LatestCheckpoint(name);
    const auto note = note::ParseNote(latest.ok() ? latest->value_or("") : "");
    const auto checkpoint = note::ParseCheckpoint(note.ok() ? note->text : "");
    if (checkpoint.ok() && checkpoint->size == result.held.size) {
      result.cosigned_checkpoint = **latest;
    }
  }
  command.done(std::move(status), std::move(result));
}

void Sequencer::State::Answer(const CommitBuilder& builder, std::vector<Command>& commands,
                              Outcomes& outcomes) {
  ForEach<RecordCommand>(commands, [&](size_t i, RecordCommand& record) {
    record.done(std::move(outcomes.recorded[i]));
  });
  ForEach<StoreCommand>(commands, [&](size_t i, StoreCommand& store) {
    AnswerStore(&builder, store, std::move(outcomes.statuses[i]));
  });
  ForEach<FreezeCommand>(commands,
                         [](size_t, FreezeCommand& freeze) { freeze.done(absl::OkStatus()); });
  ForEach<SaveNoteCommand>(commands, [](size_t, SaveNoteCommand& note) {
    if (note.saved) note.saved();
  });
}

void Sequencer::State::RefuseAll(std::vector<Command>& commands, const absl::Status& status) {
  ForEach<RecordCommand>(commands, [&](size_t, RecordCommand& record) {
    record.done(std::vector<absl::StatusOr<Recorded>>(record.submissions.size(), status));
  });
  ForEach<StoreCommand>(commands,
                        [&](size_t, StoreCommand& store) { AnswerStore(nullptr, store, status); });
  ForEach<FreezeCommand>(commands, [&](size_t, FreezeCommand& freeze) { freeze.done(status); });
}

void Sequencer::State::Add(Command command) {
  const absl::Status status = queue.Add(command);
  if (status.ok()) return;
  std::vector<Command> refused;
  refused.push_back(std::move(command));
  RefuseAll(refused, status);
}

void Sequencer::Record(std::vector<Submission> submissions, RecordDone done) {
  state_->Add(RecordCommand{.submissions = std::move(submissions), .done = std::move(done)});
}

void Sequencer::Store(VerifiedChunk chunk, StoreDone done) {
  state_->Add(StoreCommand{.chunk = std::move(chunk), .done = std::move(done)});
}

void Sequencer::SaveCheckpoint(std::string log, note::SignedCheckpoint checkpoint) {
  state_->Add(SaveCheckpointCommand{.log = std::move(log), .checkpoint = std::move(checkpoint)});
}

void Sequencer::Freeze(std::string log, std::string evidence,
                       std::function<void(absl::Status)> done) {
  state_->Add(FreezeCommand{
      .log = std::move(log), .evidence = std::move(evidence), .done = std::move(done)});
}

void Sequencer::SaveNote(std::string key, std::string value, std::function<void()> saved) {
  state_->Add(
      SaveNoteCommand{.key = std::move(key), .value = std::move(value), .saved = std::move(saved)});
}

absl::StatusOr<note::SignedCheckpoint> Sequencer::OwnCheckpoint(std::optional<uint64_t> size) {
  const std::string& name = state_->log.own_log();
  const auto held = state_->log.Find(name);
  const uint64_t wanted = size.value_or(held->size);
  if (wanted > held->size) {
    return absl::OutOfRangeError("log " + name + " has " + std::to_string(held->size) +
                                 " entries, not " + std::to_string(wanted));
  }
  std::shared_ptr<const note::SigningKey> key;
  {
    const std::lock_guard lock(state_->mutex);
    const auto& latest = state_->latest_checkpoint;
    if (latest && latest->checkpoint.size == wanted) return *latest;
    key = state_->key;
  }
  auto root = wanted == held->size ? held->root : state_->log.RootAt(name, wanted);
  if (!root.ok()) return root.status();
  note::SignedCheckpoint signed_checkpoint;
  signed_checkpoint.checkpoint = {
      .origin = state_->log.trust_domain() + "/" + name, .size = wanted, .root = *root};
  signed_checkpoint.note = note::SignCheckpoint(signed_checkpoint.checkpoint, *key);
  const std::lock_guard lock(state_->mutex);
  if (state_->key == key) state_->latest_checkpoint = signed_checkpoint;
  return signed_checkpoint;
}

std::shared_ptr<const note::SigningKey> Sequencer::State::Key() const {
  const std::lock_guard lock(mutex);
  return key;
}

Sequencer::KeySignature Sequencer::SignText(std::string_view text) const {
  const std::shared_ptr<const note::SigningKey> key = state_->Key();
  return {.key_id = key->verifier().key_id(), .signature = key->Sign(text)};
}

void Sequencer::ChangeKey(std::shared_ptr<const note::SigningKey> key) {
  const std::lock_guard lock(state_->mutex);
  state_->key = std::move(key);
  state_->latest_checkpoint.reset();
}

note::VerifierKey Sequencer::verifier() const { return state_->Key()->verifier(); }

void Sequencer::PurgeErased() { state_->Add(PurgeCommand{}); }

absl::Status Sequencer::erased_in_files() const {
  const std::lock_guard lock(state_->mutex);
  return state_->erased_in_files;
}

bool Sequencer::HasWork() const { return !state_->queue.empty(); }

absl::Status Sequencer::health() const {
  const std::lock_guard lock(state_->mutex);
  return state_->health;
}

}  // namespace liggare::log
