#include "services/rpc/tls/peer_name.h"

#include <grpc/grpc_security_constants.h>

namespace liggare::rpc {

std::string PeerName(const grpc::AuthContext& context) {
  std::vector<std::string> uris;
  for (const grpc::string_ref& uri : context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    uris.emplace_back(uri.data(), uri.size());
  }
  return PeerName(uris);
}

std::string PeerName(const std::vector<std::string>& uris) {
  std::string name;
  for (const std::string& uri : uris) {
    if (!name.empty()) name += ' ';
    name += uri;
  }
  return name;
}

std::string PeerPem(const grpc::AuthContext& context) {
  std::string pem;
  for (const char* property :
       {GRPC_X509_PEM_CERT_PROPERTY_NAME, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME}) {
    for (const grpc::string_ref& part : context.FindPropertyValues(property)) {
      pem.append(part.data(), part.size()).append("\n");
    }
  }
  return pem;
}

}  // namespace liggare::rpc
