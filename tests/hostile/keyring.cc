#include "tests/hostile/keyring.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/hostile/forged_log.h"

namespace liggare::hostile {

std::string FileName(std::string path) {
  std::replace(path.begin(), path.end(), '/', '-');
  return path;
}

const note::SigningKey& Keyring::KeyOf(const std::string& path) {
  auto found = keys_.find(path);
  if (found == keys_.end()) {
    auto key = note::SigningKey::Generate(kTrustDomain + ("/" + path));
    if (!key.ok()) abort();
    found = keys_.emplace(path, *std::move(key)).first;
  }
  return found->second;
}

std::string Keyring::KeyFileOf(const std::string& path) {
  const std::string file = scratch_.Write(FileName(path) + ".signing", KeyOf(path).Text());
  chmod(file.c_str(), 0600);
  return file;
}

const rpc::CredentialFiles& Keyring::CertificateOf(const std::string& uri_path) {
  auto found = certificates_.find(uri_path);
  if (found == certificates_.end()) {
    const std::string uri = std::string("spiffe://") + kTrustDomain + "/" + uri_path;
    found = certificates_.emplace(uri_path, authority_.Issue(FileName(uri_path), uri)).first;
  }
  return found->second;
}

rpc::Credentials Keyring::CredentialsOf(const std::string& uri_path) {
  auto read = rpc::LoadCredentials(CertificateOf(uri_path), kTrustDomain, NowMs() / 1000);
  if (!read.ok()) {
    fprintf(stderr, "%s: %s\n", uri_path.c_str(), std::string(read.status().message()).c_str());
    abort();
  }
  return *std::move(read);
}

}  // namespace liggare::hostile
