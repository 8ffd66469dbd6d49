#include "clients/cli/index_rule.h"

#include "services/domain/authority.h"
#include "services/domain/log_name.h"

namespace liggare::cli {

bool MayWriteAbout(std::string_view log, std::string_view subject) {
  return domain::MayWriteAbout(domain::PathOfLog(log), subject);
}

}  // namespace liggare::cli
