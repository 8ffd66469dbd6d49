#include "tests/eventstore/log/test_node.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/log/bytes/wire_reader.h"

namespace liggare::testing {
namespace {

constexpr uint32_t kTestType = 200;
constexpr uint32_t kErasureType = 201;
constexpr size_t kCommitmentBytes = 32;

void AppendField(std::string& out, uint32_t number, std::string_view value) {
  for (uint64_t tag = number << 3 | 2, rest = 1; rest != 0; tag = rest) {
    rest = tag >> 7;
    out.push_back(static_cast<char>((tag & 0x7f) | (rest != 0 ? 0x80 : 0)));
  }
  uint64_t size = value.size();
  for (; size >= 0x80; size >>= 7) out.push_back(static_cast<char>(size | 0x80));
  out.push_back(static_cast<char>(size));
  out.append(value);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
    std::abort();
  }
  return *std::move(value);
}

log::Submission MakeWithPayload(std::string_view event_id, std::string_view subject,
                                std::string_view payload, uint32_t type = kTestType) {
  log::Submission submission;
  AppendField(submission.data, 1, event_id);
  AppendField(submission.data, 2, subject);
  AppendField(submission.data, type, payload);
  submission.principal = "spiffe://liggare.test/client";
  return submission;
}

}  // namespace

absl::StatusOr<std::vector<log::LogIndex>> FakeJudge::Admit(const log::DataHeader&,
                                                            const log::Submission&) {
  if (!refusal.ok()) return refusal;
  return basis;
}

void FakeJudge::Accepted(const log::EntryHeader& header, std::string_view, const log::Submission&) {
  told.push_back("accepted " + std::string(header.log) + " " + std::to_string(header.index));
}

void FakeJudge::Stored(const log::Chunk& chunk) {
  told.push_back("stored " + chunk.log + " " + std::to_string(chunk.first_index));
}

bool FakeJudge::SameFields(std::string_view, const std::vector<log::DisclosureText>& stored,
                           const log::Submission&) {
  stored_texts = stored.size();
  return same_fields;
}

bool FakeJudge::MayWriteAbout(std::string_view log, std::string_view) { return log != stranger; }

std::vector<std::string> FakeJudge::ErasedBy(std::string_view log, uint32_t type,
                                             std::string_view entry) {
  std::vector<std::string> erased;
  if (type != kErasureType || log == unlawful) return erased;
  log::WireReader fields(log::ParseEntryHeader(entry)->data);
  for (log::WireField field; fields.Next(field);) {
    if (field.number != kErasureType) continue;
    for (size_t at = 0; at < field.bytes.size(); at += kCommitmentBytes) {
      erased.emplace_back(field.bytes.substr(at, kCommitmentBytes));
    }
  }
  return erased;
}

log::Submission MakeErasure(std::string_view event_id, std::string_view subject,
                            const std::vector<std::string>& commitments) {
  std::string payload;
  for (const std::string& commitment : commitments) payload += commitment;
  return MakeWithPayload(event_id, subject, payload, kErasureType);
}

log::Submission MakeSubmission(std::string_view event_id, std::string_view subject,
                               size_t payload_bytes) {
  return MakeWithPayload(event_id, subject, std::string(payload_bytes, '\0'));
}

log::DisclosureText MakeDisclosure(std::string_view text) {
  log::DisclosureText disclosure;
  disclosure.salt = std::string(32, 's');
  disclosure.text = std::string(text);
  disclosure.commitment = log::CommitmentOf(disclosure.salt, disclosure.text);
  return disclosure;
}

log::Submission MakeSubmissionWithText(std::string_view event_id, std::string_view subject,
                                       const log::DisclosureText& text) {
  std::string message;
  AppendField(message, 1, text.commitment);
  std::string payload;
  AppendField(payload, 5, message);
  log::Submission submission = MakeWithPayload(event_id, subject, payload);
  submission.disclosures.push_back(text);
  return submission;
}

std::string MakeEventId(uint64_t number) {
  std::string id(16, '\0');
  for (int i = 0; i < 8; ++i) id[7 - i] = static_cast<char>(number >> (8 * i));
  return id;
}

note::SigningKey KeyOf(std::string_view path) {
  std::array<uint8_t, note::kSeedBytes> seed = {};
  for (size_t i = 0; i < path.size(); ++i) seed[i % seed.size()] ^= static_cast<uint8_t>(path[i]);
  return Must(
      note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + std::string(path), seed));
}

TestNode::TestNode(log::Database& database, std::string path)
    : path_(std::move(path)), key_(KeyOf(path_)) {
  log_ = Must(log::EventLog::Open(database, {.trust_domain = kTrustDomain, .path = path_}));
  random_.seed(std::hash<std::string>()(path_));
  next_id_ = std::hash<std::string>()(path_) % 1000 * 1'000'000;
  sequencer_ = std::make_unique<log::Sequencer>(
      database, *log_, judge, key_,
      log::SequencerEnvironment{.now_ms = [this] { return now_ms; },
                                .random =
                                    [this](uint8_t* out, size_t n) {
                                      for (size_t i = 0; i < n; ++i) {
                                        out[i] = static_cast<uint8_t>(random_());
                                      }
                                    }});
}

std::vector<absl::StatusOr<log::Recorded>> TestNode::Record(
    std::vector<log::Submission> submissions) {
  std::vector<absl::StatusOr<log::Recorded>> answers;
  sequencer_->Record(std::move(submissions), [&](auto results) { answers = std::move(results); });
  sequencer_->Step();
  return answers;
}

absl::StatusOr<log::Recorded> TestNode::RecordOne(log::Submission submission) {
  std::vector<log::Submission> submissions;
  submissions.push_back(std::move(submission));
  return Record(std::move(submissions)).at(0);
}

void TestNode::RecordSome(size_t count, std::string_view subject) {
  for (size_t i = 0; i < count; ++i) {
    Must(RecordOne(MakeSubmission(MakeEventId(next_id_++), subject)));
  }
}

log::Chunk TestNode::MakeChunk(std::string_view log, uint64_t first, uint64_t end) {
  log::EntryRange range = Must(log_->ReadRange(log, first, {.end_index = end}));
  log::Chunk chunk = {.log = std::string(log),
                      .first_index = first,
                      .entries = std::move(range.entries),
                      .checkpoint = "",
                      .consistency_proof = {},
                      .disclosures = Must(log_->DisclosuresOf(log, first, end))};
  uint64_t checkpoint_size = end;
  if (log == log_->own_log()) {
    const note::SignedCheckpoint own = Must(sequencer_->OwnCheckpoint());
    chunk.checkpoint = own.note.Encode();
    checkpoint_size = own.checkpoint.size;
  } else {
    chunk.checkpoint = Must(log_->CheckpointAtOrAfter(log, end)).value_or("");
    if (const auto note = note::ParseNote(chunk.checkpoint); note.ok()) {
      checkpoint_size = Must(note::ParseCheckpoint(note->text)).size;
    }
  }
  chunk.consistency_proof = Must(log_->ConsistencyProof(log, end, checkpoint_size));
  return chunk;
}

log::ChunkVerdict TestNode::Verify(const log::Chunk& chunk) {
  const auto held = log_->Find(chunk.log);
  return log::VerifyChunk(chunk, log_->TreeOf(chunk.log), held ? held->last_clock : 0, kTrustDomain,
                          KeyOf(PathOf(chunk.log)).verifier());
}

TestNode::Stored TestNode::Store(const log::Chunk& chunk) {
  Stored stored;
  log::ChunkVerdict verdict = Verify(chunk);
  if (!verdict.status.ok()) {
    stored.status = verdict.status;
    return stored;
  }
  sequencer_->Store(std::move(verdict.verified), [&](absl::Status status, auto result) {
    stored = {.status = std::move(status), .result = std::move(result)};
  });
  sequencer_->Step();
  return stored;
}

TestNode::Stored TestNode::CopyFrom(TestNode& from, std::string_view log) {
  const auto held = log_->Find(log);
  return Store(from.MakeChunk(log, held ? held->size : 0, from.log().Find(log)->size));
}

std::string PathOf(std::string_view log) { return std::string(log.substr(0, log.find('@'))); }

}  // namespace liggare::testing
