#include "services/replication/chunks/key_registry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/session/extent.h"
#include "services/replication/session/peer_status.h"

namespace liggare::replication {
namespace {

absl::Status NotEnrolled(std::string_view path) {
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {"No enrolment of " + std::string(path) + " is held here.", "", ""});
}

}  // namespace

KeyRegistry::KeyRegistry(const log::EventLog& log, note::VerifierKey national,
                         note::VerifierKey own)
    : log_(log), national_(std::move(national)), own_(std::move(own)) {}

absl::StatusOr<note::VerifierKey> KeyRegistry::KeyFor(std::string_view path) const {
  absl::StatusOr<EnrolledNode> node = Find(path);
  if (!node.ok()) return node.status();
  return node->keys.front();
}

std::optional<note::Signer> KeyRegistry::SignerNamed(std::string_view name) const {
  const std::string prefix = trust_domain() + "/";
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  if (!name::IsNodePath(name)) return {};
  absl::StatusOr<EnrolledNode> node = Find(name);
  if (!node.ok()) return {};
  return note::Signer{std::move(node->keys), std::move(node->revocations)};
}

absl::StatusOr<note::ReducedCheckpoint> KeyRegistry::OpenCheckpoint(std::string_view log,
                                                                    std::string_view bytes) const {
  absl::StatusOr<note::ReducedCheckpoint> opened =
      note::ReduceCheckpoint(bytes, trust_domain() + "/" + std::string(log),
                             [this](std::string_view name) { return SignerNamed(name); });
  if (!absl::IsFailedPrecondition(opened.status())) return opened;
  return absl::FailedPreconditionError(std::string(opened.status().message()) + ". " +
                                       kRevokedKeyAdvice);
}

absl::StatusOr<EnrolledNode> KeyRegistry::Find(std::string_view path) const {
  absl::StatusOr<std::vector<log::LogIndex>> places = Places(path);
  if (!places.ok()) return places.status();
  std::lock_guard lock(mutex_);
  auto cached = cache_.find(path);
  if (cached == cache_.end() || cached->second.places != *places) {
    absl::StatusOr<EnrolledNode> node = Read(path, *places);
    if (!node.ok()) return node.status();
    // Names that anyone can think of are not kept.
    if (node->places.empty() && !learned_.contains(path) && node->keys.empty() &&
        path != log_.path()) {
      return NotEnrolled(path);
    }
    if (cache_.size() >= kNodesKeptMax && cached == cache_.end()) cache_.clear();
    cached = cache_.insert_or_assign(std::string(path), *std::move(node)).first;
  }
  const auto learned = learned_.find(path);
  const bool has_more =
      learned != learned_.end() && learned->second.entry_count > cached->second.entry_count;
  EnrolledNode node = has_more ? learned->second : cached->second;
  if (node.keys.empty() && path == log_.path()) node.keys.push_back(own_);
  if (node.keys.empty()) return NotEnrolled(path);
  return node;
}

bool KeyRegistry::KnowsSigner(std::string_view path, std::string_view checkpoint) const {
  absl::StatusOr<EnrolledNode> node = Find(path);
  if (!node.ok()) return false;
  absl::StatusOr<note::Note> note = note::ParseNote(checkpoint);
  if (!note.ok()) return true;
  const std::string name = trust_domain() + "/" + std::string(path);
  bool named = false;
  for (const note::Signature& line : note->signatures) {
    if (line.name != name) continue;
    named = true;
    if (std::ranges::find(node->keys, line.key_id, &note::VerifierKey::key_id) != node->keys.end())
      return true;
  }
  return !named;
}

uint64_t KeyRegistry::SizeBeforeClosing(std::string_view log, uint64_t size) const {
  const absl::StatusOr<EnrolledNode> node = Find(name::PathOfLog(log));
  if (!node.ok() || !node->closed) return size;
  return note::SizeWithin(*node->closed, log, size);
}

absl::Status KeyRegistry::CheckNotClosed(std::string_view log, uint64_t size) const {
  const std::string path(name::PathOfLog(log));
  const absl::StatusOr<EnrolledNode> node = Find(path);
  if (!node.ok() || !node->closed || note::LiesWithin(*node->closed, log, size)) {
    return absl::OkStatus();
  }
  return MakeError(v1::ERROR_CODE_READ_ONLY,
                   {ClosedText(path, *node->closed) + ": nothing beyond is taken. " + kClosedAdvice,
                    "", Describe({node->closed->log, node->closed->size, {}}) + " at most"});
}

absl::StatusOr<std::optional<std::string>> KeyRegistry::CheckpointAtOrAfter(std::string_view log,
                                                                            uint64_t size) const {
  const std::string_view path = name::PathOfLog(log);
  const absl::StatusOr<EnrolledNode> node = Find(path);
  if (!node.ok() || node->revocations.empty()) return log_.CheckpointAtOrAfter(log, size);
  for (;;) {
    absl::StatusOr<std::optional<std::string>> stored = log_.CheckpointAtOrAfter(log, size);
    if (!stored.ok() || !*stored) return stored;
    const auto opened = OpenCheckpoint(log, **stored);
    if (!absl::IsFailedPrecondition(opened.status())) return stored;
    absl::StatusOr<note::Note> note = note::ParseNote(**stored);
    if (!note.ok()) return note.status();
    absl::StatusOr<note::Checkpoint> checkpoint = note::ParseCheckpoint(note->text);
    if (!checkpoint.ok()) return checkpoint.status();
    size = checkpoint->size + 1;
  }
}

std::shared_ptr<KeyRegistry::Enroller> KeyRegistry::EnrollerOf(std::string_view path) const {
  std::lock_guard lock(mutex_);
  auto kept = enrollers_.find(path);
  if (kept == enrollers_.end()) {
    // Names that anyone can think of are not kept.
    if (log_.LogsOf(path).empty()) return nullptr;
    if (enrollers_.size() >= kEnrollersKeptMax) enrollers_.clear();
    auto made = std::make_shared<Enroller>(log_, std::string(path));
    kept = enrollers_.emplace(std::string(path), std::move(made)).first;
  }
  return kept->second;
}

absl::StatusOr<std::vector<log::LogIndex>> KeyRegistry::Places(std::string_view path) const {
  const std::shared_ptr<Enroller> enroller =
      EnrollerOf(path == name::kNationPath ? path : name::ParentOf(path));
  if (enroller == nullptr) return std::vector<log::LogIndex>();
  std::lock_guard lock(enroller->mutex);
  if (absl::Status status = enroller->enrolments.ReadOn(); !status.ok()) return status;
  return enroller->enrolments.PlacesOf(path);
}

absl::StatusOr<std::vector<std::string>> KeyRegistry::EnrolledBy(std::string_view path) const {
  const std::shared_ptr<Enroller> enroller = EnrollerOf(path);
  if (enroller == nullptr) return std::vector<std::string>();
  std::lock_guard lock(enroller->mutex);
  if (absl::Status status = enroller->enrolments.ReadOn(); !status.ok()) return status;
  return enroller->enrolments.paths();
}

absl::StatusOr<EnrolledNode> KeyRegistry::Read(std::string_view path,
                                               const std::vector<log::LogIndex>& places) const {
  EnrolledNode node;
  if (path == name::kNationPath) node.keys.push_back(national_);
  for (const log::LogIndex& place : places) {
    absl::StatusOr<std::string> entry = log_.Read(place.log, place.index);
    if (!entry.ok()) return entry.status();
    ApplyEnrolment(trust_domain(), path, *entry, node);
    node.places.push_back(place);
  }
  return node;
}

absl::StatusOr<std::vector<log::LogIndex>> KeyRegistry::ChainFor(std::string_view path) const {
  std::vector<log::LogIndex> chain;
  const size_t depth = name::DepthOf(path);
  if (depth > 1) {
    // Of the nation itself only what changes its key: everybody has the first.
    absl::StatusOr<std::vector<log::LogIndex>> nation = Places(name::kNationPath);
    if (!nation.ok()) return nation.status();
    if (nation->size() > 1) chain = *std::move(nation);
  }
  for (size_t d = depth == 1 ? 1 : 2; d <= depth; ++d) {
    std::string_view ancestor = path;
    for (size_t up = depth; up > d; --up) ancestor = name::ParentOf(ancestor);
    absl::StatusOr<std::vector<log::LogIndex>> places = Places(ancestor);
    if (!places.ok()) return places.status();
    if (places->empty()) return NotEnrolled(ancestor);
    chain.insert(chain.end(), places->begin(), places->end());
  }
  return chain;
}

void KeyRegistry::Learn(std::string_view path, EnrolledNode node) {
  node.places.clear();
  std::lock_guard lock(mutex_);
  const auto [at, added] = learned_.try_emplace(std::string(path), node);
  if (!added && node.entry_count >= at->second.entry_count) at->second = std::move(node);
}

void KeyRegistry::NoteUse(std::string_view path, const note::VerifierKey& key) {
  std::lock_guard lock(mutex_);
  used_.insert_or_assign(std::string(path), key);
}

std::optional<note::VerifierKey> KeyRegistry::UsedKey(std::string_view path) const {
  std::lock_guard lock(mutex_);
  const auto used = used_.find(path);
  if (used == used_.end()) return {};
  return used->second;
}

}  // namespace liggare::replication
