// Fresh event ids: UUIDv7 from the system's clock and randomness.
#ifndef CLIENTS_CLI_SHELL_RANDOM_ID_H_
#define CLIENTS_CLI_SHELL_RANDOM_ID_H_

#include <string>

namespace liggare::cli {

// 36 characters, as proto/form/uuid.h writes them.
std::string NewId();

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_RANDOM_ID_H_
