#include "services/node/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "proto/error/error.h"
#include "services/domain/node_path.h"

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
  std::string text(kKeyFileBytesMax, '\0');
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
  return text;
}

absl::StatusOr<note::SigningKey> ReadSigningKey(const Config& config, const NodeConfig& node) {
  absl::StatusOr<std::string> text = ReadPrivateFile(node.signing_key);
  if (!text.ok()) return text.status();
  absl::StatusOr<note::SigningKey> key = note::SigningKey::Parse(*text);
  if (!key.ok()) {
    return SettingError(node.signing_key,
                        node.signing_key.value + ": " + std::string(key.status().message()),
                        "PRIVATE+KEY+<name>+<key id>+<base64>");
  }
  const std::string name = config.trust_domain.value + "/" + node.path.value;
  if (key->verifier().name() != name) {
    return SettingError(node.signing_key,
                        node.signing_key.value + " holds a key named " + key->verifier().name(),
                        "a key named " + name);
  }
  if (node.path.value == domain::kNationPath &&
      key->verifier().Text() != config.national_key.value) {
    return SettingError(node.signing_key, "is not the key that national_key says",
                        config.national_key.value);
  }
  return key;
}

struct CertificateSettings {
  const Setting& ca;
  const Setting& certificate;
  const Setting& key;
};

absl::StatusOr<rpc::Credentials> ReadCredentials(const Config& config,
                                                 const CertificateSettings& settings,
                                                 int64_t now_s) {
  absl::StatusOr<rpc::Credentials> credentials =
      rpc::LoadCredentials({settings.ca.value, settings.certificate.value, settings.key.value},
                           config.trust_domain.value, now_s);
  if (credentials.ok()) return credentials;
  const v1::Error error = ErrorOf(credentials.status());
  const Setting& place = error.field() == "ca"    ? settings.ca
                         : error.field() == "key" ? settings.key
                                                  : settings.certificate;
  return SettingError(place, error.message(), error.expected());
}

absl::StatusOr<rpc::Credentials> ReadHostCredentials(const Config& config, int64_t now_s) {
  absl::StatusOr<rpc::Credentials> host =
      ReadCredentials(config, {config.tls.ca, config.tls.certificate, config.tls.key}, now_s);
  if (!host.ok() || !host->identity.host.empty()) return host;
  return SettingError(config.tls.certificate, "is the certificate of " + host->identity.uri,
                      "spiffe://" + config.trust_domain.value + "/host/<name>");
}

absl::StatusOr<NodeSecrets> ReadNodeSecrets(const Config& config, const NodeConfig& node,
                                            int64_t now_s) {
  absl::StatusOr<note::SigningKey> key = ReadSigningKey(config, node);
  if (!key.ok()) return key.status();
  absl::StatusOr<rpc::Credentials> credentials =
      ReadCredentials(config, {config.tls.ca, node.certificate, node.key}, now_s);
  if (!credentials.ok()) return credentials.status();
  const rpc::Identity& identity = credentials->identity;
  if (!identity.is_node() || identity.path != node.path.value) {
    return SettingError(node.certificate, "is the certificate of " + identity.uri,
                        "spiffe://" + config.trust_domain.value + "/" + node.path.value);
  }
  return NodeSecrets{*std::move(key), *std::move(credentials)};
}

}  // namespace

absl::StatusOr<Secrets> ReadSecrets(const Config& config, int64_t now_s) {
  absl::StatusOr<rpc::Credentials> host = ReadHostCredentials(config, now_s);
  if (!host.ok()) return host.status();
  Secrets secrets{*std::move(host), {}};
  for (const NodeConfig& node : config.nodes) {
    absl::StatusOr<NodeSecrets> own = ReadNodeSecrets(config, node, now_s);
    if (!own.ok()) return own.status();
    secrets.nodes.push_back(*std::move(own));
  }
  return secrets;
}

}  // namespace liggare::node
