#include "clients/cli/shell/trust_file.h"

#include <string_view>
#include <utility>

#include "clients/cli/shell/file_text.h"
#include "eventstore/note/key.h"
#include "proto/error/error.h"

namespace liggare::cli {
namespace {

constexpr std::string_view kPrivateKey = "PRIVATE+KEY+";

absl::Status Wrong(std::string message) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {std::move(message), "trust", "the vkey of the nation, se.vkey"});
}

}  // namespace

absl::StatusOr<std::string> ReadTrust(const std::string& trust) {
  if (note::VerifierKey::Parse(trust).ok()) return trust;
  // It is not repeated on a screen.
  if (trust.find(kPrivateKey) != std::string::npos) return Wrong("it is a private key itself");
  auto text = ReadTextFile(trust);
  if (!text.ok()) return text.status();
  std::string key = Stripped(*text);
  if (key.starts_with(kPrivateKey)) return Wrong(trust + " holds a private key");
  if (key.empty()) return Wrong(trust + " is empty");
  return key;
}

}  // namespace liggare::cli
