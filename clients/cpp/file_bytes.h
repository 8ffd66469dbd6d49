// Whole files, read so that a directory, a pipe or an error in the middle is never taken
// for an empty or a shorter file.
#ifndef CLIENTS_CPP_FILE_BYTES_H_
#define CLIENTS_CPP_FILE_BYTES_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace liggare::client {

// The most that is read of one file: a receipt, a key, a frontier or a certificate is
// far smaller.
inline constexpr size_t kFileBytesMax = 64 * 1024 * 1024;

// The bytes up to the end, of a file or of a pipe. NOT_FOUND if there is no such file,
// LIMIT_EXCEEDED above kFileBytesMax, else INTERNAL; each names the file and the system's
// reason: "d cannot be read: Is a directory".
absl::StatusOr<std::string> ReadFile(const std::string& file);

// The same of what is open already; `name` is for the error. Leaves it open.
absl::StatusOr<std::string> ReadAll(int descriptor, const std::string& name);

// Reads at most `bytes_max` more into the end of `bytes`, as much as is there; 0 at the
// end. INTERNAL as above.
absl::StatusOr<size_t> ReadSome(int descriptor, const std::string& name, size_t bytes_max,
                                std::string& bytes);

}  // namespace liggare::client

#endif  // CLIENTS_CPP_FILE_BYTES_H_
