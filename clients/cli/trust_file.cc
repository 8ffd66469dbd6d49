#include "clients/cli/trust_file.h"

#include <string_view>

#include "clients/cli/file_text.h"
#include "eventstore/note/key.h"
#include "proto/error/error.h"

namespace liggare::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\uFEFF";
constexpr std::string_view kPrivateKey = "PRIVATE+KEY+";

}  // namespace

absl::StatusOr<std::string> ReadTrust(const std::string& trust) {
  if (note::VerifierKey::Parse(trust).ok()) return trust;
  auto text = ReadFile(trust);
  if (!text.ok()) return text.status();
  std::string_view key = *text;
  if (key.starts_with(kByteOrderMark)) key.remove_prefix(kByteOrderMark.size());
  std::string stripped = Stripped(key);
  if (!stripped.starts_with(kPrivateKey)) return stripped;
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {trust + " holds a private key", "trust", "the vkey of the nation, se.vkey"});
}

}  // namespace liggare::cli
