// What an operator is told of one node.
#ifndef SERVICES_ASK_NODE_STATUS_H_
#define SERVICES_ASK_NODE_STATUS_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "liggare/v1/admin_service.pb.h"
#include "services/hosting/hosted_node.h"

namespace liggare::ask {

// Nodes below that are told of, and what is said of each.
inline constexpr size_t kChildrenShownMax = 100;
inline constexpr size_t kProblemsShownMax = 10;

// Logs with what the parent has acknowledged of each, the session with the
// parent, those with nodes below of which a person should know, why the node is closed for
// writing, and what a person must look at.
v1::NodeStatus StatusOf(const hosting::HostedNode& node);

// Adds the nodes of one page, of those that are asked for, by path: logs and alarms of as
// many as fit (rpc::kPageBytesMax). INVALID_FIELD for what is no page.
absl::Status FillPage(const std::vector<const hosting::HostedNode*>& asked, std::string_view page,
                      v1::GetStatusResponse& response);

}  // namespace liggare::ask

#endif  // SERVICES_ASK_NODE_STATUS_H_
