// Whole files, read and written.
#ifndef CLIENTS_CLI_SHELL_FILE_TEXT_H_
#define CLIENTS_CLI_SHELL_FILE_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/file_bytes.h"

namespace liggare::cli {

using client::ReadFile;

// The same of a text, without a byte order mark before it. MALFORMED if it is UTF-16 or
// UTF-32, or says where it stops being UTF-8.
absl::StatusOr<std::string> ReadTextFile(const std::string& file);

// Makes the file if it is not there, and lets nobody but its owner read it: mode 0600,
// whatever the umask and whatever it was before. Receipts, answers and tables may hold
// texts about persons; who passes one on opens it on purpose. What is no file, such as
// /dev/stdout, stays as it is. INTERNAL names the file and the system's reason.
absl::Status MakePrivateFile(const std::string& file);

// Makes a folder with mode 0700, and those above it. One that is there stays as it is:
// it is the user's.
absl::Status MakePrivateFolder(const std::string& folder);

// Replaces the contents of a private file. INTERNAL as above.
absl::Status WriteFile(const std::string& file, std::string_view text);

// Makes a file that must not be there yet, with these permissions (octal, such as
// 0600, whatever the umask), and puts it on disk. ALREADY_EXISTS if it is there.
absl::Status CreateFile(const std::string& file, std::string_view text, unsigned mode);

// Without spaces and newlines at its ends.
std::string Stripped(std::string_view text);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_FILE_TEXT_H_
