#include "eventstore/log/write/command_queue.h"

#include <utility>

#include "proto/error/error.h"

namespace liggare::log {
namespace {

absl::Status Unavailable(std::string message) {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                   {.message = std::move(message), .field = "", .expected = ""});
}

size_t BytesOf(const std::vector<DisclosureText>& disclosures) {
  size_t bytes = 0;
  for (const DisclosureText& text : disclosures) bytes += text.salt.size() + text.text.size();
  return bytes;
}

}  // namespace

CommandQueue::Cost CommandQueue::CostOf(const Command& command) {
  Cost cost;
  if (const auto* record = std::get_if<RecordCommand>(&command)) {
    cost.commands = cost.entries = record->submissions.size();
    for (const Submission& submission : record->submissions) {
      cost.bytes += submission.data.size() + BytesOf(submission.disclosures);
    }
  } else if (const auto* store = std::get_if<StoreCommand>(&command)) {
    const Chunk& chunk = store->chunk.chunk;
    cost.entries = chunk.entries.size();
    cost.logs = 1;
    cost.bytes = chunk.checkpoint.size() + BytesOf(chunk.disclosures);
    for (const std::string& entry : chunk.entries) cost.bytes += entry.size();
  } else if (const auto* save = std::get_if<SaveCheckpointCommand>(&command)) {
    cost.bytes =
        note::kNoteBytesMax / note::kSignaturesMax * save->checkpoint.note.signatures.size();
  } else if (const auto* freeze = std::get_if<FreezeCommand>(&command)) {
    cost.bytes = freeze->evidence.size();
  } else if (const auto* note = std::get_if<SaveNoteCommand>(&command)) {
    cost.bytes = note->key.size() + note->value.size();
  }
  return cost;
}

std::string CommandQueue::CallerOf(const Command& command) {
  const auto* record = std::get_if<RecordCommand>(&command);
  if (record == nullptr || record->submissions.empty()) return "";
  return record->submissions.front().principal;
}

absl::Status CommandQueue::CheckRoom(const Cost& cost, const std::string& caller) const {
  if (closed_) return Unavailable("the node is stopping");
  if (waiting_.empty()) return absl::OkStatus();
  if (commands_ + cost.commands > kQueueCommandsMax || bytes_ + cost.bytes > kQueueBytesMax) {
    return Unavailable("the node's queue is full; try again later");
  }
  const auto share = caller.empty() ? shares_.end() : shares_.find(caller);
  if (share == shares_.end()) return absl::OkStatus();
  // Twice: what is added is no longer free.
  if (share->second.commands + 2 * cost.commands > kQueueCommandsMax - commands_ ||
      share->second.bytes + 2 * cost.bytes > kQueueBytesMax - bytes_) {
    return Unavailable("the share of " + caller +
                       " in the node's queue is full; wait for answers before sending more");
  }
  return absl::OkStatus();
}

absl::Status CommandQueue::Add(Command& command) {
  Waiting waiting = {.command = {}, .cost = CostOf(command), .caller = CallerOf(command)};
  {
    const std::lock_guard lock(mutex_);
    if (absl::Status room = CheckRoom(waiting.cost, waiting.caller); !room.ok()) return room;
    commands_ += waiting.cost.commands;
    bytes_ += waiting.cost.bytes;
    if (!waiting.caller.empty()) {
      Share& share = shares_[waiting.caller];
      share.commands += waiting.cost.commands;
      share.bytes += waiting.cost.bytes;
    }
    waiting.command = std::move(command);
    waiting_.push_back(std::move(waiting));
  }
  changed_.notify_one();
  return absl::OkStatus();
}

void CommandQueue::Forget(const Waiting& waiting) {
  commands_ -= waiting.cost.commands;
  bytes_ -= waiting.cost.bytes;
  const auto share = shares_.find(waiting.caller);
  if (share == shares_.end()) return;
  share->second.commands -= waiting.cost.commands;
  share->second.bytes -= waiting.cost.bytes;
  if (share->second.commands == 0) shares_.erase(share);
}

std::vector<Command> CommandQueue::Take() {
  std::vector<Command> taken;
  Cost total = {.commands = 0, .entries = 0};
  const std::lock_guard lock(mutex_);
  while (!waiting_.empty()) {
    const Cost& cost = waiting_.front().cost;
    total.entries += cost.entries;
    total.bytes += cost.bytes;
    total.logs += cost.logs;
    const bool full = total.entries > kCommitEntriesMax || total.bytes > kCommitBytesMax ||
                      total.logs > kCommitLogsMax;
    if (full && !taken.empty()) break;
    Forget(waiting_.front());
    taken.push_back(std::move(waiting_.front().command));
    waiting_.pop_front();
  }
  return taken;
}

bool CommandQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

bool CommandQueue::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  return !waiting_.empty();
}

void CommandQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace liggare::log
