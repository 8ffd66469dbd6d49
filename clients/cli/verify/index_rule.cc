#include "clients/cli/verify/index_rule.h"

#include "proto/name/log_name.h"
#include "services/domain/law/authority.h"

namespace liggare::cli {

bool MayWriteAbout(std::string_view log, std::string_view subject) {
  return domain::MayWriteAbout(name::PathOfLog(log), subject);
}

}  // namespace liggare::cli
