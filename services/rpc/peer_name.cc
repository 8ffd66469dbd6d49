#include "services/rpc/peer_name.h"

#include <grpc/grpc_security_constants.h>

namespace liggare::rpc {

std::string PeerName(const grpc::AuthContext& context) {
  std::string name;
  for (const grpc::string_ref& uri : context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    if (!name.empty()) name += ' ';
    name.append(uri.data(), uri.size());
  }
  return name;
}

}  // namespace liggare::rpc
