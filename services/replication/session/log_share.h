// How many logs a node takes from below a verksamhet, and how those who stand below it
// share them: a member that enrols nodes without end must fill nobody's frontier, nor
// its siblings' part of it. A pure rule: every tier that holds the same logs has the same
// answer.
//
//   se/17/a            its own epochs are always taken (kEpochMax)
//     se/17/a/x        of kChildLogsMax below se/17/a: as many as are still free
//       se/17/a/x/y    as many as se/17/a/x can still have
//
// Whoever has some may have one more only while it then has no more than is still free:
// one that floods gets half, and who comes after it finds room.
#ifndef SERVICES_REPLICATION_SESSION_LOG_SHARE_H_
#define SERVICES_REPLICATION_SESSION_LOG_SHARE_H_

#include <set>
#include <string>
#include <string_view>

namespace liggare::replication {

// The verksamhet that the log is of or stands below: the first three segments of its
// path. The whole path of a county or the nation.
std::string_view VerksamhetOf(std::string_view log);

// Whether there is room for `log`, which is not among `held`: the names of the logs at
// and below its verksamhet. Always for a log of a verksamhet, a county, the nation.
bool HasRoom(std::string_view log, const std::set<std::string, std::less<>>& held);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_LOG_SHARE_H_
