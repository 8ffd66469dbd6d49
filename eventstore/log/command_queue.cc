#include "eventstore/log/command_queue.h"

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

absl::Status CommandQueue::Add(Command& command) {
  const Cost cost = CostOf(command);
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return Unavailable("the node is stopping");
    if (!waiting_.empty() &&
        (commands_ + cost.commands > kQueueCommandsMax || bytes_ + cost.bytes > kQueueBytesMax)) {
      return Unavailable("the node's queue is full; try again later");
    }
    commands_ += cost.commands;
    bytes_ += cost.bytes;
    waiting_.push_back({.command = std::move(command), .cost = cost});
  }
  changed_.notify_one();
  return absl::OkStatus();
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
    commands_ -= cost.commands;
    bytes_ -= cost.bytes;
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
