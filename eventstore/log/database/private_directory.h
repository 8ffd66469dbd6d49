// Directories that their owner alone may enter. What a node holds, and every copy of
// it, may be texts about persons: whoever could read the files would need no
// certificate. RocksDB makes its files as the umask says, so the directory closes them.
#ifndef EVENTSTORE_LOG_DATABASE_PRIVATE_DIRECTORY_H_
#define EVENTSTORE_LOG_DATABASE_PRIVATE_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"

namespace liggare::log {

// Makes the directory with mode 0700 whatever the umask, and the missing ones above
// it. One that is there is checked and left as it is. CONFIGURATION if others may enter
// it; UNAVAILABLE if it can't be made.
absl::Status MakePrivateDirectory(const std::string& path);

// CONFIGURATION if the directory grants group or others anything; the message says how
// to close it. OK if there is none, or a file in its place: whoever opens it says so.
absl::Status CheckPrivateDirectory(const std::string& path);

// Gives a directory that was just made the mode 0700. OK if the file system has none:
// the database may be on a disk of its own kind.
absl::Status CloseDirectory(const std::string& path);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_DATABASE_PRIVATE_DIRECTORY_H_
