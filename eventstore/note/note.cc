#include "eventstore/note/note.h"

#include <optional>
#include <utility>

#include "eventstore/note/base64.h"
#include "eventstore/note/utf8.h"

namespace liggare::note {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 ";
constexpr size_t kKeyIdBytes = 4;

absl::Status Malformed(const std::string& what) {
  return absl::InvalidArgumentError("not a signed note: " + what);
}

std::string KeyIdBytes(uint32_t key_id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(key_id >> shift & 0xFF);
  return bytes;
}

uint32_t KeyIdOf(std::string_view bytes) {
  uint32_t key_id = 0;
  for (const char byte : bytes.substr(0, kKeyIdBytes)) {
    key_id = key_id << 8 | static_cast<uint8_t>(byte);
  }
  return key_id;
}

// One line without its newline.
absl::StatusOr<Signature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return Malformed("a line is not a signature");
  line.remove_prefix(kSignaturePrefix.size());
  const size_t space = line.find(' ');
  if (space == line.npos) return Malformed("a signature line has no signature");
  const std::string_view name = line.substr(0, space);
  if (!IsKeyName(name)) return Malformed("a key's name is empty or has a forbidden character");
  const auto bytes = BytesOfBase64(line.substr(space + 1));
  if (!bytes) return Malformed("a signature is not base64, or its key's name has a space");
  if (bytes->size() <= kKeyIdBytes) return Malformed("a signature is too short");
  return Signature{.name = std::string(name),
                   .key_id = KeyIdOf(*bytes),
                   .signature = bytes->substr(kKeyIdBytes)};
}

absl::StatusOr<std::vector<Signature>> ParseSignatureLines(std::string_view lines) {
  if (!lines.ends_with('\n')) return Malformed("no signature line, or its newline is missing");
  std::vector<Signature> signatures;
  while (!lines.empty()) {
    if (signatures.size() == kSignaturesMax) return Malformed("too many signatures");
    const size_t end = lines.find('\n');
    auto signature = ParseSignatureLine(lines.substr(0, end));
    if (!signature.ok()) return signature.status();
    signatures.push_back(*std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

}  // namespace

std::string Note::Encode() const {
  std::string bytes = text + "\n";
  for (const Signature& signature : signatures) {
    bytes += kSignaturePrefix;
    bytes += signature.name + " " + Base64(KeyIdBytes(signature.key_id) + signature.signature);
    bytes += '\n';
  }
  return bytes;
}

absl::StatusOr<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return Malformed("it is too large");
  if (!IsNoteText(bytes)) return Malformed("it has a control character or is not UTF-8");
  // A text may have empty lines of its own: the last one ends it.
  const size_t split = bytes.rfind("\n\n");
  if (split == bytes.npos) return Malformed("no empty line separates text and signatures");
  auto signatures = ParseSignatureLines(bytes.substr(split + 2));
  if (!signatures.ok()) return signatures.status();
  return Note{.text = std::string(bytes.substr(0, split + 1)),
              .signatures = *std::move(signatures)};
}

Signature SignText(const SigningKey& key, std::string_view text) {
  return {.name = key.verifier().name(),
          .key_id = key.verifier().key_id(),
          .signature = key.Sign(text)};
}

absl::Status VerifyNote(const Note& note, const VerifierKey& key) {
  if (key.type() != KeyType::kEd25519) {
    return absl::InvalidArgumentError("the key of " + key.name() + " does not sign notes");
  }
  bool signed_by_key = false;
  for (const Signature& line : note.signatures) {
    if (line.name != key.name() || line.key_id != key.key_id()) continue;
    if (!key.Verify(note.text, line.signature)) {
      return absl::InvalidArgumentError("the signature of " + key.name() + " does not verify");
    }
    signed_by_key = true;
  }
  if (!signed_by_key) return absl::NotFoundError("no signature of " + key.name());
  return absl::OkStatus();
}

}  // namespace liggare::note
