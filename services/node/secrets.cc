#include "services/node/secrets.h"

#include <string>
#include <utility>

#include "proto/error/error.h"
#include "services/node/signing_key_file.h"

namespace liggare::node {
namespace {

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
  absl::StatusOr<note::SigningKey> key =
      ReadSigningKey(node.signing_key, config.trust_domain.value + "/" + node.path.value);
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

absl::StatusOr<std::shared_ptr<rpc::PeerJudge>> MakeJudge(const Config& config,
                                                          const rpc::Credentials& host) {
  const std::string ca = host.kept->texts().ca;
  std::vector<rpc::Revocations> all;
  for (const rpc::RevocationFiles& files : RevocationFilesOf(config)) {
    absl::StatusOr<rpc::Revocations> read =
        rpc::Revocations::Read(files, config.trust_domain.value, ca);
    if (!read.ok()) {
      const v1::Error error = ErrorOf(read.status());
      return SettingError(files.crl.empty() ? *config.tls.deny : *config.tls.crl, error.message(),
                          error.expected());
    }
    all.push_back(*std::move(read));
  }
  auto judge = std::make_shared<rpc::PeerJudge>(config.trust_domain.value);
  if (absl::Status status = judge->Trust(ca, std::move(all)); !status.ok()) return status;
  return judge;
}

}  // namespace

std::vector<rpc::RevocationFiles> RevocationFilesOf(const Config& config) {
  std::vector<rpc::RevocationFiles> files;
  if (config.tls.deny) files.push_back({.deny = config.tls.deny->value, .crl = ""});
  if (config.tls.crl) files.push_back({.deny = "", .crl = config.tls.crl->value});
  return files;
}

absl::StatusOr<Secrets> ReadSecrets(const Config& config, int64_t now_s) {
  absl::StatusOr<rpc::Credentials> host = ReadHostCredentials(config, now_s);
  if (!host.ok()) return host.status();
  absl::StatusOr<std::shared_ptr<rpc::PeerJudge>> judge = MakeJudge(config, *host);
  if (!judge.ok()) return judge.status();
  Secrets secrets{*std::move(host), {}, *std::move(judge)};
  for (const NodeConfig& node : config.nodes) {
    absl::StatusOr<NodeSecrets> own = ReadNodeSecrets(config, node, now_s);
    if (!own.ok()) return own.status();
    secrets.nodes.push_back(*std::move(own));
  }
  return secrets;
}

}  // namespace liggare::node
