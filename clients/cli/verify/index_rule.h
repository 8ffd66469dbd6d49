// Where the index of a data directory has the row of an entry, for `fsck`.
#ifndef CLIENTS_CLI_VERIFY_INDEX_RULE_H_
#define CLIENTS_CLI_VERIFY_INDEX_RULE_H_

#include <string_view>

namespace liggare::cli {

// Whether the node of `log` may write about `subject` at all (services/domain/law/authority.h).
bool MayWriteAbout(std::string_view log, std::string_view subject);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_INDEX_RULE_H_
