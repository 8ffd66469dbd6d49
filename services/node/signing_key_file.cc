#include "services/node/signing_key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace liggare::node {
namespace {

constexpr mode_t kAccessOfOthers = S_IRWXG | S_IRWXO;

// The text of a private key's file, which nobody but its owner may read.
absl::StatusOr<std::string> ReadPrivateFile(const Setting& setting) {
  const int file = open(setting.value.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return SettingError(setting, setting.value + " can't be opened: " + strerror(errno),
                        "a signing key made with 'liggare node init'");
  }
  struct stat info = {};
  std::string text(kKeyFileBytesMax + 1, '\0');
  const bool known = fstat(file, &info) == 0;
  const ssize_t size = read(file, text.data(), text.size());
  const int error = errno;
  close(file);
  if (!known || size < 0) {
    return SettingError(setting, setting.value + " can't be read: " + strerror(error),
                        "a signing key made with 'liggare node init'");
  }
  if ((info.st_mode & kAccessOfOthers) != 0) {
    return SettingError(setting, setting.value + " can be read by others", "mode 0600");
  }
  text.resize(static_cast<size_t>(size));
  if (text.size() <= kKeyFileBytesMax) return text;
  return SettingError(
      setting, setting.value + " is larger than " + std::to_string(kKeyFileBytesMax) + " bytes",
      "a signing key made with 'liggare node init'");
}

// The key in the file, if it is the wanted one.
absl::StatusOr<note::SigningKey> ReadIfWanted(const Setting& place,
                                              const note::VerifierKey& wanted) {
  absl::StatusOr<note::SigningKey> key = ReadSigningKey(place, wanted.name());
  if (!key.ok() || key->verifier() == wanted) return key;
  return SettingError(place, place.value + " holds another key, " + key->verifier().Text(),
                      "the key that is enrolled, " + wanted.Text());
}

}  // namespace

absl::StatusOr<note::SigningKey> ReadSigningKey(const Setting& place, const std::string& name) {
  absl::StatusOr<std::string> text = ReadPrivateFile(place);
  if (!text.ok()) return text.status();
  absl::StatusOr<note::SigningKey> key = note::SigningKey::Parse(*text);
  if (!key.ok()) {
    return SettingError(place, place.value + ": " + std::string(key.status().message()),
                        "PRIVATE+KEY+<name>+<key id>+<base64>");
  }
  if (key->verifier().name() != name) {
    return SettingError(place, place.value + " holds a key named " + key->verifier().name(),
                        "a key named " + name);
  }
  return key;
}

absl::StatusOr<note::SigningKey> ReadSigningKeyOf(const Setting& place,
                                                  const note::VerifierKey& wanted) {
  Setting beside = place;
  beside.value += kNextKeySuffix;
  absl::StatusOr<note::SigningKey> next = ReadIfWanted(beside, wanted);
  if (next.ok()) return next;
  absl::StatusOr<note::SigningKey> key = ReadIfWanted(place, wanted);
  // What lies beside is where a new key is expected: its fault explains more.
  return key.ok() || access(beside.value.c_str(), F_OK) != 0 ? std::move(key) : std::move(next);
}

}  // namespace liggare::node
