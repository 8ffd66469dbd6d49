// Files of signing keys, as `node init` and `node rotate-key` make them: one key
// each, mode 0600.
#ifndef CLIENTS_CLI_SHELL_PRIVATE_KEY_FILE_H_
#define CLIENTS_CLI_SHELL_PRIVATE_KEY_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/note/key.h"

namespace liggare::cli {

// Reads the file. NOT_FOUND if it is not there; INVALID_FIELD if others may read
// it, or it holds no signing key.
absl::StatusOr<note::SigningKey> ReadKeyFile(const std::string& file);

// Makes the file, which must not be there yet, in one step: whatever is killed
// when, there is the whole of it or nothing. ALREADY_EXISTS if it is there.
absl::Status CreateKeyFile(const std::string& file, const note::SigningKey& key);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_PRIVATE_KEY_FILE_H_
