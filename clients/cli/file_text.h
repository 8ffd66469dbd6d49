// Whole files, read and written.
#ifndef CLIENTS_CLI_FILE_TEXT_H_
#define CLIENTS_CLI_FILE_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace liggare::cli {

// The file's bytes. NOT_FOUND names the file.
absl::StatusOr<std::string> ReadFile(const std::string& file);

// Replaces the file's contents. INTERNAL names the file and the system's reason.
absl::Status WriteFile(const std::string& file, std::string_view text);

// Makes a file that must not be there yet, with these permissions (octal, such as
// 0600), and puts it on disk. ALREADY_EXISTS if it is there.
absl::Status CreateFile(const std::string& file, std::string_view text, unsigned mode);

// Without spaces and newlines at its ends.
std::string Stripped(std::string_view text);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_FILE_TEXT_H_
