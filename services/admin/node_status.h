// What an operator is told of one node.
#ifndef SERVICES_ADMIN_NODE_STATUS_H_
#define SERVICES_ADMIN_NODE_STATUS_H_

#include "liggare/v1/admin_service.pb.h"
#include "services/hosting/hosted_node.h"

namespace liggare::admin {

// Logs with what the parent has acknowledged of each, the session with the
// parent, why the node is closed for writing, and what a person must look at.
v1::NodeStatus StatusOf(const hosting::HostedNode& node);

}  // namespace liggare::admin

#endif  // SERVICES_ADMIN_NODE_STATUS_H_
