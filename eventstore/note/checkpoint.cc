#include "eventstore/note/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "eventstore/note/base64.h"
#include "eventstore/note/origin_key.h"
#include "eventstore/note/utf8.h"

namespace liggare::note {
namespace {

constexpr size_t kTimeBytes = 8;

absl::Status Malformed(const std::string& what) {
  return absl::InvalidArgumentError("not a checkpoint: " + what);
}

// Takes the first line off `text`, without its newline. Nothing if there is none.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// Decimal without sign or leading zero: one text for each number.
std::optional<uint64_t> PlainDecimal(std::string_view text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

std::string TimeBytes(uint64_t time_s) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(time_s >> shift & 0xFF);
  return bytes;
}

uint64_t TimeOf(std::string_view bytes) {
  uint64_t time_s = 0;
  for (const char byte : bytes.substr(0, kTimeBytes)) {
    time_s = time_s << 8 | static_cast<uint8_t>(byte);
  }
  return time_s;
}

// What a cosignature/v1 signs (C2SP tlog-cosignature).
std::string CosignedMessage(std::string_view checkpoint_text, uint64_t time_s) {
  std::string message = "cosignature/v1\ntime " + std::to_string(time_s) + "\n";
  message += checkpoint_text;
  return message;
}

}  // namespace

std::string Checkpoint::Text() const {
  return origin + "\n" + std::to_string(size) + "\n" + Base64(merkle::HashBytes(root)) + "\n";
}

absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text) {
  if (!IsNoteText(text)) return Malformed("it has a control character or is not UTF-8");
  const auto origin = TakeLine(text);
  const auto size_line = TakeLine(text);
  const auto root_line = TakeLine(text);
  if (!root_line || !text.empty()) return Malformed("it has not exactly three lines");
  if (origin->empty()) return Malformed("its origin is empty");
  const auto size = PlainDecimal(*size_line);
  if (!size) return Malformed("its size is not a plain decimal number");
  const auto root = merkle::HashFromBytes(BytesOfBase64(*root_line).value_or(""));
  if (!root) return Malformed("its root is not 32 bytes of base64");
  return Checkpoint{.origin = std::string(*origin), .size = *size, .root = *root};
}

VerifierKey InNameOfOrigin(std::string_view origin, const VerifierKey& key) {
  return VerifierKey(std::string(origin), key.type(), key.public_key());
}

Note SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  Note note = {.text = checkpoint.Text(), .signatures = {}};
  note.signatures.push_back(SignText(key, note.text));
  const VerifierKey in_origins_name = InNameOfOrigin(checkpoint.origin, key.verifier());
  if (in_origins_name == key.verifier()) return note;
  // A name is not signed: one signature is right under both.
  note.signatures.push_back({.name = in_origins_name.name(),
                             .key_id = in_origins_name.key_id(),
                             .signature = note.signatures.front().signature});
  return note;
}

absl::StatusOr<SignedCheckpoint> OpenCheckpoint(std::string_view bytes, std::string_view origin,
                                                const VerifierKey& key) {
  auto note = ParseNote(bytes);
  if (!note.ok()) return note.status();
  if (absl::Status status = VerifyNote(*note, key); !status.ok()) return status;
  auto checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->origin != origin) {
    return Malformed("its origin is " + checkpoint->origin + ", not " + std::string(origin));
  }
  return SignedCheckpoint{.checkpoint = *std::move(checkpoint), .note = *std::move(note)};
}

Signature Cosign(const SigningKey& key, std::string_view checkpoint_text, uint64_t time_s) {
  const VerifierKey cosigner = key.verifier().WithType(KeyType::kCosignatureV1);
  return {.name = cosigner.name(),
          .key_id = cosigner.key_id(),
          .signature = TimeBytes(time_s) + key.Sign(CosignedMessage(checkpoint_text, time_s))};
}

absl::StatusOr<uint64_t> VerifyCosignature(const Note& note, const VerifierKey& key) {
  const VerifierKey cosigner = key.WithType(KeyType::kCosignatureV1);
  std::optional<uint64_t> earliest_s;
  absl::Status none = absl::NotFoundError("no cosignature of " + key.name());
  for (const Signature& line : note.signatures) {
    if (line.name != cosigner.name() || line.key_id != cosigner.key_id()) continue;
    const uint64_t time_s = TimeOf(line.signature);
    if (line.signature.size() == kTimeBytes + kSignatureBytes &&
        cosigner.Verify(CosignedMessage(note.text, time_s), line.signature.substr(kTimeBytes))) {
      earliest_s = std::min(earliest_s.value_or(time_s), time_s);
    } else {
      none = absl::InvalidArgumentError("the cosignature of " + key.name() + " does not verify");
    }
  }
  if (!earliest_s) return none;
  return *earliest_s;
}

}  // namespace liggare::note
